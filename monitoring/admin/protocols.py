"""How are versions of protocols found, read, reviewed and approved?

As versions of criteria are: one sealed document that is never edited here, read as it is stored,
with its worked examples as they come out now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification.admin.base import today
from certification.admin.editorial import EditorialAdmin
from certification.admin.marks import MarkedList
from monitoring.admin.protocol_reading import protocol_marks, reading_of
from monitoring.models import ProtocolVersion

SHORT_HASH = 12


@admin.register(ProtocolVersion)
class ProtocolVersionAdmin(MarkedList, EditorialAdmin):
    mark = staticmethod(protocol_marks)
    change_form_template = "admin/monitoring/protocol_change_form.html"
    list_display = (
        "key", "status_badge", "version", "therapy", "examples_passed", "unverified", "review",
        "short_hash",
    )  # fmt: skip
    list_filter = (*EditorialAdmin.list_filter, "therapy")
    search_fields = ("key", "title", "version", "therapy__generic", "content_hash")
    ordering = ("key", "-version")
    fieldsets = (
        (None, {"fields": ("title", "key", "version", "therapy")}),
        ("Validity", {"fields": ("effective_on", "expires_on", "next_review_on",
                                 "content_hash")}),
        ("Review", {"fields": EditorialAdmin.LIFE_FIELDS}),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        # The documents are long, and a list reads none of them.
        rows = super().get_queryset(request).select_related("therapy")
        return rows.defer("document", "therapy__details")

    @admin.display(description="content hash", ordering="content_hash")
    def short_hash(self, obj: ProtocolVersion) -> SafeString:
        return format_html('<code class="hash">{}</code>', obj.content_hash[:SHORT_HASH])

    def _edit_refusal(self, request: HttpRequest, obj: Any) -> str:
        return ""  # Nobody expects to edit a version in place.

    def successors(self, obj: ProtocolVersion) -> Iterator[tuple[str, str]]:
        others = ProtocolVersion.objects.approved().filter(key=obj.key).exclude(pk=obj.pk)
        for row in others.only("version", "title").order_by("-version"):
            yield str(row.pk), f"Version {row.version}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            context["reading"] = reading_of(obj, today())
            context["may_draft"] = self._may_edit(request)
        return super().render_change_form(request, context, *args, **kwargs)
