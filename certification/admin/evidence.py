"""How are references, statements, citations and questions edited?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from certification.actions.content_edits import save_citation
from certification.admin.base import EditorialAdmin, ReadOnlyAdmin, ReviewDueFilter, RoleAdmin
from certification.admin.fields import ChoicesField, LinesField
from certification.models import Citation, Fact, FactGroup, Reference, Statement
from certification.presenters.fact_rules import rules_in_words
from config.roles import Permission


class ReferenceForm(forms.ModelForm):
    authors = LinesField(required=False, help_text="One author a line: Family G.")


class StatementForm(forms.ModelForm):
    audience = forms.MultipleChoiceField(
        choices=[("clinician", "Clinician"), ("nurse", "Nurse"), ("patient", "Patient")],
        widget=forms.CheckboxSelectMultiple,
    )


class FactForm(forms.ModelForm):
    choices = ChoicesField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "choices" in self.fields:
            self.fields["choices"].kept = {c["value"]: c for c in self.instance.choices}


@admin.register(Reference)
class ReferenceAdmin(EditorialAdmin):
    form = ReferenceForm
    list_display = (
        "key", "kind", "title", "container", "year", "seed_number", "confidence", "status_badge",
        "review",
    )  # fmt: skip
    list_filter = ("status", "kind", "verified", "listed_in_seed", ReviewDueFilter, "year")
    search_fields = ("key", "title", "container", "doi", "pmid", "note")
    autocomplete_fields = ("superseded_by", "identified_as")


class StatementCitations(admin.TabularInline[Citation, Statement]):
    model = Citation
    fields = ("reference", "at", "note", "position")
    autocomplete_fields = ("reference",)
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.may(Permission.EDIT_CONTENT)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.may(Permission.EDIT_CONTENT)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.may(Permission.EDIT_CONTENT)


@admin.register(Statement)
class StatementAdmin(EditorialAdmin):
    form = StatementForm
    list_display = ("key", "seed", "topic", "says", "confidence", "status_badge", "review")
    list_filter = ("status", "topic", "verified", ReviewDueFilter)
    search_fields = ("key", "seed", "says", "plain", "note")
    inlines = (StatementCitations,)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        now = timezone.now()
        citations = formset.save(commit=False)
        for citation in formset.deleted_objects:
            save_citation(by=request.user, now=now, citation=citation, remove=True)  # type: ignore[misc]
        for citation in citations:
            save_citation(by=request.user, now=now, citation=citation)  # type: ignore[misc]
        formset.save_m2m()


@admin.register(Citation)
class CitationAdmin(RoleAdmin):
    """Every citation, also of criteria. Those of criteria change with a new version only."""

    view_permissions = EditorialAdmin.view_permissions
    edit_permission = Permission.EDIT_CONTENT
    list_display = ("reference", "supports", "place", "at", "note")
    list_filter = ("reference__kind", "reference__verified")
    search_fields = ("reference__key", "reference__title", "place", "at", "note")
    autocomplete_fields = ("reference", "statement", "therapy", "turnaround_profile")
    fields = (
        "reference", "statement", "therapy", "turnaround_profile", "place", "at", "note",
        "position",
    )  # fmt: skip
    list_select_related = (
        "reference", "statement", "criteria_version", "therapy", "turnaround_profile",
    )  # fmt: skip

    @admin.display(description="supports")
    def supports(self, obj: Citation) -> str:
        subject = obj.statement or obj.criteria_version or obj.therapy or obj.turnaround_profile
        return str(subject)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (
            obj is not None and obj.criteria_version_id
        )

    def save_model(self, request: HttpRequest, obj: Citation, form: Any, change: bool) -> None:
        save_citation(by=request.user, now=timezone.now(), citation=obj)  # type: ignore[misc]


@admin.register(FactGroup)
class FactGroupAdmin(ReadOnlyAdmin):
    """The steps of the wizard. They come with a reference pack."""

    view_permissions = EditorialAdmin.view_permissions
    list_display = ("key", "title", "order")
    search_fields = ("key", "title")


@admin.register(Fact)
class FactAdmin(EditorialAdmin):
    """What only the engine reads (when a fact applies, how it is derived) comes with the pack."""

    form = FactForm
    readonly_fields = ("rules_read_back",)
    exclude = ("rules",)
    list_display = ("key", "label", "type", "group", "unit", "status_badge", "review")
    list_filter = ("status", "group", "type", ReviewDueFilter)
    search_fields = ("key", "label", "help", "why")
    list_select_related = ("group",)

    @admin.display(description="rules")
    def rules_read_back(self, obj: Fact) -> SafeString:
        return rules_in_words(obj.key)
