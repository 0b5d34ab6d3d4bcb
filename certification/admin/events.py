"""What happened, and who looked? Read only, for auditors and administrators."""

from __future__ import annotations

from django.contrib import admin

from certification.admin.base import ReadOnlyAdmin
from certification.models import AuditEvent
from config.roles import Permission


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    view_permissions = (Permission.READ_AUDIT,)
    list_display = ("id", "at", "actor_name", "verb", "object_type", "object_id", "site_id")
    list_filter = ("verb", "object_type")
    search_fields = ("actor_name", "object_id", "verb")
    date_hierarchy = "at"
