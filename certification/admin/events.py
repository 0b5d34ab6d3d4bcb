"""What happened, and who looked? Read only, for auditors.

A trail grows without end: it is read from its newest end, narrowed by what its newest events hold,
and never counted through.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification.admin.base import ReadOnlyAdmin
from certification.admin.exporting import AuditEventResource, CsvExport
from certification.admin.filters import PeriodFilter, SubjectFilter, VerbFilter
from certification.admin.history import (
    history_line,
    readable_events,
    record_title,
    record_url,
    role_titles,
)
from certification.models import AuditEvent, Site
from certification.presenters.wording import moment_words
from config.roles import Permission


@admin.register(AuditEvent)
class AuditEventAdmin(CsvExport, ReadOnlyAdmin):
    view_permissions = (Permission.READ_AUDIT,)
    resource_classes = [AuditEventResource]
    list_display = ("id", "when", "who", "verb", "subject", "site")
    list_filter = (PeriodFilter, VerbFilter, SubjectFilter)
    search_fields = ("=object_id", "=patient_id", "=case_id", "actor_name")
    search_help_text = "The name of a person, or the identifier of a record, patient or case."
    ordering = ("-id",)
    sortable_by = ("id",)
    show_facets = admin.ShowFacets.NEVER
    fields = (
        "id", "when", "who", "roles", "verb", "subject", "site", "patient_id", "case_id",
        "what_changed",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        site = Site.objects.filter(pk=OuterRef("site_id")).values("name")[:1]
        return readable_events(request.user).annotate(site_name=Subquery(site))  # type: ignore[arg-type]

    @admin.display(description="time")
    def when(self, obj: AuditEvent) -> str:
        return moment_words(obj.at, settings.TIME_ZONE)

    @admin.display(description="person")
    def who(self, obj: AuditEvent) -> str:
        return obj.actor_name

    @admin.display(description="roles then")
    def roles(self, obj: AuditEvent) -> str:
        return role_titles(obj.actor_roles) or "None"

    @admin.display(description="record")
    def subject(self, obj: AuditEvent) -> SafeString | str:
        title, url = record_title(obj), record_url(obj)
        return format_html('<a href="{}">{}</a>', url, title) if url else title

    @admin.display(description="site")
    def site(self, obj: Any) -> str:
        return obj.site_name or "No site"

    @admin.display(description="what changed")
    def what_changed(self, obj: AuditEvent) -> SafeString | str:
        line = history_line(obj)
        if not (line.changes or line.notes):
            return "Nothing more was written down."
        return render_to_string("admin/certification/changes.html", {"line": line})
