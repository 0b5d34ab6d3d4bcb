"""How are references, statements and citations edited?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from certification.actions.content_edits import save_citation, subject_of
from certification.admin.base import RoleAdmin
from certification.admin.citations import CitationsBelow, KeyedLinks
from certification.admin.editorial import EditorialAdmin
from certification.admin.exporting import CsvExport, ReferenceResource, StatementResource
from certification.admin.fields import AuthorsField
from certification.admin.filters import (
    ApprovalFilter,
    ConfidenceFilter,
    OwnFilter,
    ReviewDueFilter,
)
from certification.admin.forms import (
    WEB_SCHEMES,
    ContentForm,
    WebAddressField,
)
from certification.admin.reference_files import ReferenceFiles
from certification.admin.source_checks import SourceChecks
from certification.editing_policies import check_can_edit
from certification.models import Citation, Reference, Statement
from certification.policies import Refused
from certification.presenters.citations import shortened
from certification.reference_files.authors import full_name
from config.roles import Permission

READERS = {"clinician": "Clinician", "nurse": "Nurse", "patient": "Patient"}
REVIEW = ("Review", {"fields": EditorialAdmin.LIFE_FIELDS})
AFTER_STATUS = (ReviewDueFilter, ConfidenceFilter, ApprovalFilter, OwnFilter)


class ReferenceForm(ContentForm):
    authors = AuthorsField(required=False)
    url = WebAddressField(label="Address", required=False, max_length=500)

    class Meta:
        labels = {
            "seed_number": "Number there",
            "listed_in_seed": "Listed there",
            "identified_as": "Is the same as",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "authors" in self.fields:
            self.fields["authors"].kept = {full_name(a): a for a in self.instance.authors}


@admin.register(Reference)
class ReferenceAdmin(SourceChecks, ReferenceFiles, KeyedLinks, CsvExport, EditorialAdmin):
    form = ReferenceForm
    change_form_template = "admin/certification/reference_change_form.html"
    import_export_change_list_template = "admin/certification/reference_change_list.html"
    resource_classes = [ReferenceResource]
    list_display = (
        "key", "status_badge", "kind", "short_title", "year", "citation_count", "confidence",
        "review",
    )  # fmt: skip
    list_filter = ("status", *AFTER_STATUS, "kind", "listed_in_seed", "year")
    search_fields = ("key", "title", "authors", "container", "doi", "pmid", "note")
    keyed = ("identified_as",)
    readonly_fields = ("superseded_by",)
    read_back = {"authors": "authors_listed", "url": "address"}
    fieldsets = (
        (None, {"fields": ("key", "kind", "title", "authors", "container", "year")}),
        ("Where it is", {"fields": ("doi", "pmid", "url", "accessed_on")}),
        ("How it was read", {"fields": ("verified", "secondary", "note", "caution")}),
        (
            "In the founding article",
            {"fields": ("seed_number", "listed_in_seed", "identified_as")},
        ),
        ("Validity", {"fields": ("next_review_on", "superseded_by")}),
        REVIEW,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super().get_queryset(request)
            .select_related("superseded_by", "identified_as")
            .annotate(cited=Count("citations"))
        )  # fmt: skip

    @admin.display(description="title", ordering="title")
    def short_title(self, obj: Reference) -> str:
        return shortened(str(obj), 90)

    @admin.display(description="cited", ordering="cited")
    def citation_count(self, obj: Any) -> int:
        return int(obj.cited)

    @admin.display(description="authors")
    def authors_listed(self, obj: Reference) -> SafeString:
        return format_html_join(
            "", "<div>{}</div>", ((full_name(author),) for author in obj.authors)
        )

    @admin.display(description="address")
    def address(self, obj: Reference) -> SafeString | str:
        """A pack can hold any text here: only an address of the web becomes a link."""
        if not obj.url.lower().startswith(tuple(f"{scheme}://" for scheme in WEB_SCHEMES)):
            return obj.url
        return format_html('<a href="{}" rel="noreferrer">{}</a>', obj.url, obj.url)

    def successors(self, obj: Reference) -> Any:
        rows = Reference.objects.approved().exclude(pk=obj.pk).order_by("key")
        return ((str(row.pk), f"{row.key}: {shortened(str(row), 70)}") for row in rows)


class StatementForm(ContentForm):
    audience = forms.MultipleChoiceField(
        choices=list(READERS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )


@admin.register(Statement)
class StatementAdmin(CsvExport, EditorialAdmin):
    form = StatementForm
    resource_classes = [StatementResource]
    list_display = (
        "key", "status_badge", "topic", "short_says", "citation_count", "confidence", "review",
    )  # fmt: skip
    list_filter = ("status", *AFTER_STATUS, "topic")
    search_fields = ("key", "seed", "says", "plain", "note", "citations__reference__key")
    inlines = (CitationsBelow,)
    read_back = {"audience": "readers"}
    fieldsets = (
        (None, {"fields": ("key", "topic", "says", "plain", "audience")}),
        ("Source", {"fields": ("seed", "verified", "note")}),
        ("Validity", {"fields": ("next_review_on",)}),
        REVIEW,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(cited=Count("citations"))

    @admin.display(description="says", ordering="says")
    def short_says(self, obj: Statement) -> str:
        return shortened(obj.says, 120)

    @admin.display(description="sources", ordering="cited")
    def citation_count(self, obj: Any) -> int:
        return int(obj.cited)

    @admin.display(description="audience")
    def readers(self, obj: Statement) -> str:
        return ", ".join(READERS.get(key, key) for key in obj.audience) or "Everybody"


class CitationForm(forms.ModelForm):
    by: Any

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk:
            subjects = [subject_of(self.instance)]
        else:
            names = ("statement", "therapy", "turnaround_profile")
            subjects = [cleaned[name] for name in names if cleaned.get(name)]
            if len(subjects) != 1:
                raise ValidationError(
                    "Choose the one thing that this citation supports: a statement, a therapy or "
                    "a turnaround profile."
                )
        try:
            check_can_edit(self.by, subjects[0])
        except Refused as refusal:
            raise ValidationError(f"{subjects[0]}: {refusal.sentence}") from None
        return cleaned


@admin.register(Citation)
class CitationAdmin(KeyedLinks, RoleAdmin):
    """Every citation, also of criteria. Those of criteria change with a new version only, and
    those inside the details of a therapy with a new reference pack."""

    form = CitationForm
    view_permissions = EditorialAdmin.view_permissions
    edit_permission = Permission.EDIT_CONTENT
    list_display = ("__str__", "title", "supports", "place", "at", "note")
    list_filter = ("reference__kind", ("statement", admin.EmptyFieldListFilter),
                   ("criteria_version", admin.EmptyFieldListFilter),
                   ("therapy", admin.EmptyFieldListFilter))  # fmt: skip
    search_fields = ("reference__key", "reference__title", "place", "at", "note")
    keyed = ("reference", "statement")
    change_form_template = "admin/certification/keyed_change_form.html"
    fields = (
        "reference", "statement", "therapy", "turnaround_profile", "at", "note", "position",
    )  # fmt: skip
    ordering = ("reference__key", "position", "id")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super().get_queryset(request)
            .select_related(
                "reference", "statement", "criteria_version", "therapy", "turnaround_profile"
            )
            .defer("criteria_version__document", "therapy__details")
        )  # fmt: skip

    @admin.display(description="title")
    def title(self, obj: Citation) -> str:
        return shortened(str(obj.reference), 60)

    @admin.display(description="supports")
    def supports(self, obj: Citation) -> str:
        subject = obj.statement or obj.criteria_version or obj.therapy or obj.turnaround_profile
        return shortened(str(subject), 80)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("statement", "therapy", "turnaround_profile") if obj is not None else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        subjects = ("statement", "criteria_version", "therapy", "turnaround_profile")
        shown = [name for name in subjects if getattr(obj, f"{name}_id")]
        place = ["place"] if obj.place else []
        return ["reference", *shown, *place, "at", "note", "position"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        fixed = obj is not None and (obj.criteria_version_id or obj.place)
        return super().has_change_permission(request, obj) and not fixed

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Citation, form: Any, change: bool) -> None:
        if not change or form.changed_data:
            save_citation(by=request.user, now=timezone.now(), citation=obj)  # type: ignore[arg-type]

    def history_subject(self, obj: Citation) -> Any:
        return obj.criteria_version or subject_of(obj)
