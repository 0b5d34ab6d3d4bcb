"""What was monitored, to be read by auditors: courses, visits, results, holds, files, addresses.

Read only, and of the reader's own sites. People stand here as identifiers, never by name; of a
calendar's secret address nothing is shown. The newest come first, and nothing is counted through.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from certification.admin.base import ReadOnlyAdmin
from config.roles import Permission
from monitoring.models import CalendarFeed, Hold, ImportBatch, InfusionCourse, Result, Visit


class RecordAdmin(ReadOnlyAdmin):
    """``site_path``: the way from a row to its site. ``hidden``: columns that nobody reads here."""

    view_permissions = (Permission.READ_AUDIT,)
    show_facets = admin.ShowFacets.NEVER
    site_path = "site"
    hidden: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        sites: Any = request.user.site_ids  # type: ignore[union-attr]
        rows = super().get_queryset(request).filter(**{f"{self.site_path}__in": sites})
        return rows.select_related(*self.related)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [field.name for field in self.opts.concrete_fields if field.editable]
        shown = [name for name in names if name not in (*self.hidden, "patient", "course")]
        people = [key for key in ("patient_key", "course_key") if hasattr(self, key)]
        return [*people, *shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)


class OfPatient:
    @admin.display(description="patient")
    def patient_key(self, obj: Any) -> str:
        return str(obj.patient_id)


class OfCourse:
    @admin.display(description="course")
    def course_key(self, obj: Any) -> str:
        return str(obj.course_id)


@admin.register(InfusionCourse)
class InfusionCourseAdmin(OfPatient, RecordAdmin):
    list_display = ("id", "patient_key", "site", "therapy", "start_on", "stopped_on")
    list_filter = ("therapy", "site")
    search_fields = ("=id", "=patient__id")
    search_help_text = "The identifier of a course or a patient."
    ordering = ("-opened_at", "-id")
    related = ("site", "therapy")
    hidden = ("facts",)


@admin.register(Visit)
class VisitAdmin(OfCourse, RecordAdmin):
    list_display = ("id", "course_key", "scheduled_on", "state", "infused_on", "recorded_by")
    list_filter = ("state",)
    search_fields = ("=id", "=course__id", "=batch")
    search_help_text = "The identifier of a visit or a course, or a batch."
    ordering = ("-scheduled_on", "-id")
    site_path = "course__site"
    related = ("recorded_by",)


@admin.register(Result)
class ResultAdmin(OfPatient, RecordAdmin):
    list_display = ("id", "patient_key", "test", "done_on", "reported_on", "seen_by")
    list_filter = ("site",)
    search_fields = ("=id", "=patient__id", "=test")
    search_help_text = "The identifier of a result or a patient, or the key of a test."
    ordering = ("-entered_at", "-id")
    related = ("seen_by",)
    hidden = ("import_key",)


@admin.register(Hold)
class HoldAdmin(OfCourse, RecordAdmin):
    list_display = ("id", "course_key", "reason", "placed_by", "placed_at", "released_by")
    search_fields = ("=course__id", "=rule")
    search_help_text = "The identifier of a course, or the identifier of a rule."
    ordering = ("-placed_at", "-id")
    site_path = "course__site"
    related = ("placed_by", "released_by")


@admin.register(ImportBatch)
class ImportBatchAdmin(RecordAdmin):
    list_display = ("id", "site", "file_name", "rows", "added", "imported_by", "imported_at")
    list_filter = ("site",)
    ordering = ("-imported_at", "-id")
    related = ("site", "imported_by")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(RecordAdmin):
    list_display = ("id", "site", "user", "created_by", "created_at", "revoked_at")
    list_filter = ("site",)
    ordering = ("-created_at", "-id")
    related = ("site", "user", "created_by")
    hidden = ("secret_hash",)
