"""How are questions edited?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from certification.admin.editorial import EditorialAdmin
from certification.admin.fields import ChoicesField
from certification.admin.filters import (
    ApprovalFilter,
    ConfidenceFilter,
    OwnFilter,
    ReviewDueFilter,
)
from certification.admin.forms import ContentForm, KeyedByName
from certification.models import Fact, QuestionDraft
from certification.presenters.draft_pages import draft_url
from certification.presenters.fact_rules import mistake_in, rules_in_words

REVIEW = ("Review", {"fields": EditorialAdmin.LIFE_FIELDS})
FLAGS = ("future", "of_request")
"""Rules that stand on the page itself; the others have a draft of their own."""
AFTER_STATUS = (ReviewDueFilter, ConfidenceFilter, ApprovalFilter, OwnFilter)


class FactForm(KeyedByName, ContentForm):
    named_by = "label"
    choices = ChoicesField(required=False)
    future = forms.BooleanField(label="A date may lie in the future", required=False)
    of_request = forms.BooleanField(
        label="About the requested therapy, not about the person", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "choices" in self.fields:
            self.fields["choices"].kept = {c["value"]: c for c in self.instance.choices}
            for name in FLAGS:
                self.initial[name] = bool(self.instance.rules.get(name))
        if "type" in self.fields and self.instance.type != Fact.Type.ROWS:
            kinds = self.fields["type"].choices  # type: ignore[attr-defined]
            self.fields["type"].choices = [kind for kind in kinds if kind[0] != Fact.Type.ROWS]  # type: ignore[attr-defined]
            self.fields["type"].help_text = "A table with columns of its own comes with a pack."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kept = {k: v for k, v in self.instance.rules.items() if k not in FLAGS}
        if "choices" in self.fields:
            self.instance.rules = kept | {name: True for name in FLAGS if cleaned.get(name)}
        return cleaned

    def _post_clean(self) -> None:
        """The engine has to be able to read the question, and every other one beside it."""
        super()._post_clean()
        if not self.errors:
            mistake = mistake_in(self.instance)
            if mistake:
                self.add_error(None, mistake)


@admin.register(Fact)
class FactAdmin(EditorialAdmin):
    """What only the engine reads (when a question applies, how it is worked out) is read here, and
    written in a draft of its own."""

    form = FactForm
    change_form_template = "admin/certification/fact_change_form.html"
    readonly_fields = ("rules_read_back",)
    list_display = (
        "key", "status_badge", "label", "type", "group", "unit", "limits", "review",
    )  # fmt: skip
    list_filter = ("status", *AFTER_STATUS, "group", "type")
    search_fields = ("key", "label", "help", "why")
    read_back = {"choices": "choices_listed"}
    fieldsets = (
        (None, {"fields": ("label", "key", "type", "group", "order")}),
        ("What is asked", {"fields": ("help", "why", "choices", "future", "of_request")}),
        ("Limits", {"fields": ("unit", "minimum", "maximum", "step")}),
        ("Rules of the engine", {"fields": ("rules_read_back",)}),
        ("Validity", {"fields": ("verified", "next_review_on")}),
        REVIEW,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("group")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A reader finds the flags among the rules, in words."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            for _, options in fieldsets:
                options["fields"] = tuple(n for n in options["fields"] if n not in FLAGS)
        return fieldsets

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            draft = QuestionDraft.objects.open().filter(based_on=obj).first()
            context["draft_url"] = draft_url(draft, "change") if draft else ""
            context["draft_refusal"] = self._edit_refusal(request, obj)
            context["may_draft"] = self._may_edit(request) and not context["draft_refusal"]
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="limits")
    def limits(self, obj: Fact) -> str:
        if obj.minimum and obj.maximum:
            return f"{obj.minimum} to {obj.maximum}"
        if obj.minimum:
            return f"{obj.minimum} or more"
        return f"{obj.maximum} or less" if obj.maximum else ""

    @admin.display(description="rules")
    def rules_read_back(self, obj: Fact) -> SafeString:
        lines = rules_in_words(obj.key) if obj.pk else ["Save it first, then write its rules."]
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines))

    @admin.display(description="choices")
    def choices_listed(self, obj: Fact) -> SafeString:
        return format_html_join(
            "",
            "<div>{} <code>{}</code>{}</div>",
            (
                (c.get("label", ""), c["value"], " (means: nobody knows)" * bool(c.get("unknown")))
                for c in obj.choices
            ),
        )
