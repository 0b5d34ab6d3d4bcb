"""What does the admin show of versions of protocols?"""

from __future__ import annotations

from django.contrib import admin

from certification.admin.versions import VersionAdmin
from monitoring.admin.protocol_reading import protocol_marks, reading_of
from monitoring.models import ProtocolVersion


@admin.register(ProtocolVersion)
class ProtocolVersionAdmin(VersionAdmin):
    key_field = "key"
    read = staticmethod(reading_of)
    mark = staticmethod(protocol_marks)
    change_form_template = "admin/monitoring/protocol_change_form.html"
    list_display = (
        "key", "status_badge", "version", "therapy", "examples_passed", "unverified", "review",
        "short_hash",
    )  # fmt: skip
    list_filter = (*VersionAdmin.list_filter, "therapy")
    search_fields = ("key", "title", "version", "therapy__generic", "content_hash")
    ordering = ("key", "-version")
    fieldsets = (
        (None, {"fields": ("title", "key", "version", "therapy")}),
        VersionAdmin.VALIDITY,
        VersionAdmin.REVIEW,
    )  # fmt: skip
