"""How are therapies, turnaround profiles and coded reasons edited?

What a therapy's entry says beyond its name (dosing, screening, warnings) comes with a reference
pack, and is shown section by section with its sources.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
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
from certification.admin.located import LocatedSources
from certification.admin.marks import unverified_marks
from certification.models import DeterminationReason, Therapy, TurnaroundProfile
from certification.presenters.details import cited_refs, sections
from certification.presenters.therapies import SECTION_ORDER

REVIEW = ("Review", {"fields": EditorialAdmin.LIFE_FIELDS})


@admin.register(Therapy)
class TherapyAdmin(EditorialAdmin):
    list_display = (
        "key", "status_badge", "generic", "brands", "efficacy", "off_label", "unverified",
        "review",
    )  # fmt: skip
    list_filter = (*EditorialAdmin.list_filter, "efficacy", "off_label")
    search_fields = ("key", "generic", "brands", "therapy_class")
    readonly_fields = ("details_read",)
    inlines = (CitationsBelow,)
    fieldsets = (
        (None, {"fields": ("key", "generic", "brands", "therapy_class", "route")}),
        ("Where it stands", {"fields": ("efficacy", "off_label", "next_review_on")}),
        REVIEW,
        ("Details, from the reference pack", {"fields": ("details_read",)}),
    )

    @admin.display(description="unverified figures")
    def unverified(self, obj: Therapy) -> int:
        return unverified_marks(obj.details)

    @admin.display(description="details")
    def details_read(self, obj: Therapy) -> SafeString | str:
        if not obj.details:
            return "Dosing, screening and warnings come with a reference pack."
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
