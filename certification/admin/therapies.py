"""How are therapies, turnaround profiles and coded reasons edited?"""

from __future__ import annotations

from django.contrib import admin

from certification.admin.base import EditorialAdmin, ReviewDueFilter
from certification.models import DeterminationReason, Therapy, TurnaroundProfile


@admin.register(Therapy)
class TherapyAdmin(EditorialAdmin):
    list_display = (
        "key", "generic", "brands", "efficacy", "off_label", "status_badge", "review",
    )  # fmt: skip
    list_filter = ("status", "efficacy", "off_label", ReviewDueFilter)
    search_fields = ("key", "generic", "brands", "therapy_class")


@admin.register(TurnaroundProfile)
class TurnaroundProfileAdmin(EditorialAdmin):
    list_display = (
        "key", "title", "urgency", "hours", "calendar", "confidence", "status_badge", "review",
    )  # fmt: skip
    list_filter = ("status", "urgency", "calendar", ReviewDueFilter)
    search_fields = ("key", "title", "note")


@admin.register(DeterminationReason)
class DeterminationReasonAdmin(EditorialAdmin):
    list_display = ("key", "kind", "label", "status_badge", "review")
    list_filter = ("status", "kind", ReviewDueFilter)
    search_fields = ("key", "label", "says")
