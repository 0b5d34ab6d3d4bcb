"""How are therapies, turnaround profiles and coded reasons edited?

What a therapy's entry says beyond its name (dosing, screening, warnings) is typed here part by
part, or comes with a reference pack; that is shown section by section with its sources.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from certification.admin.citations import CitationsBelow
from certification.admin.editorial import EditorialAdmin
from certification.admin.filters import (
    ApprovalFilter,
    ConfidenceFilter,
    OwnFilter,
    ReviewDueFilter,
)
from certification.admin.forms import ContentForm, KeyedByName
from certification.admin.located import LocatedSources
from certification.admin.marks import unverified_marks
from certification.admin.therapy_details import detail_fields, details_typed
from certification.models import DeterminationReason, Therapy, TurnaroundProfile
from certification.presenters.details import cited_refs, sections
from certification.presenters.therapies import SECTION_ORDER

READ = "Details, as they are read"
REVIEW = ("Review", {"fields": EditorialAdmin.LIFE_FIELDS})


class TherapyForm(KeyedByName, ContentForm):
    named_by = "generic"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "generic" in self.fields:
            self.fields.update(detail_fields(self.instance.details))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "generic" in self.fields:
            self.instance.details = details_typed(self.instance.details, cleaned)
        return cleaned


@admin.register(Therapy)
class TherapyAdmin(EditorialAdmin):
    form = TherapyForm
    list_display = (
        "key", "status_badge", "generic", "brands", "efficacy", "off_label", "unverified",
        "review",
    )  # fmt: skip
    list_filter = (*EditorialAdmin.list_filter, "efficacy", "off_label")
    search_fields = ("key", "generic", "brands", "therapy_class")
    readonly_fields = ("details_read",)
    inlines = (CitationsBelow,)
    fieldsets = (
        (None, {"fields": ("generic", "key", "brands", "therapy_class", "route")}),
        ("Where it stands", {"fields": ("efficacy", "off_label", "next_review_on")}),
        REVIEW,
        (READ, {"fields": ("details_read",)}),
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # The inputs of the details are no columns: the form makes them itself.
        names = kwargs.get("fields") or flatten_fieldsets(self.get_fieldsets(request, obj))
        kwargs["fields"] = [name for name in names if not name.startswith("detail_")]
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return fieldsets
        inputs = tuple(detail_fields(obj.details if obj else {}))
        read = [fieldset for fieldset in fieldsets if obj is not None or fieldset[0] != READ]
        return [*read[:2], ("Details", {"fields": inputs}), *read[2:]]

    @admin.display(description="unverified figures")
    def unverified(self, obj: Therapy) -> int:
        return unverified_marks(obj.details)

    @admin.display(description="details")
    def details_read(self, obj: Therapy) -> SafeString | str:
        if not obj.details:
            return "Nothing is said yet about dosing, screening and warnings."
        refs = dict.fromkeys(cited_refs(obj.details))
        sources = LocatedSources({key: number for number, key in enumerate(refs, start=1)})
        context = {"sections": sections(obj.details, sources, SECTION_ORDER)}
        return render_to_string("admin/certification/details.html", context)


@admin.register(TurnaroundProfile)
class TurnaroundProfileAdmin(EditorialAdmin):
    list_display = (
        "key", "status_badge", "title", "urgency", "hours", "calendar", "confidence", "review",
    )  # fmt: skip
    list_filter = (
        "status", ReviewDueFilter, ConfidenceFilter, ApprovalFilter, OwnFilter, "urgency",
        "calendar",
    )  # fmt: skip
    search_fields = ("key", "title", "note")
    inlines = (CitationsBelow,)
    fieldsets = (
        (None, {"fields": ("key", "title", "urgency", "hours", "calendar")}),
        ("Source", {"fields": ("verified", "note")}),
        ("Validity", {"fields": ("next_review_on",)}),
        REVIEW,
    )


@admin.register(DeterminationReason)
class DeterminationReasonAdmin(EditorialAdmin):
    list_display = ("key", "status_badge", "kind", "label", "says", "review")
    list_filter = (*EditorialAdmin.list_filter, "kind")
    search_fields = ("key", "label", "says", "plain")
    fieldsets = (
        (None, {"fields": ("key", "kind", "label", "says", "plain")}),
        ("Validity", {"fields": ("next_review_on",)}),
        REVIEW,
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Cases store the reason: what kind of determination it explains never changes under them.
        fixed = ("kind",) if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *fixed)
