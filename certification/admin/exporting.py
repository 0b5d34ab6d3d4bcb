"""How do lists leave the admin as CSV, without a formula in them?

Every cell is made safe, and every export is written down.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from import_export import resources
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV

from certification.actions.events import record_event
from certification.admin.history import in_words
from certification.models import AuditEvent, Reference, Statement
from certification.reference_files.authors import full_name
from certification.spreadsheets import safe_cell

LONGEST = 50_000


class SafeResource(resources.ModelResource):
    """Every cell goes through ``safe_cell``."""

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> str:
        return safe_cell(super().export_field(field, instance, **kwargs))


class ReferenceResource(SafeResource):
    class Meta:
        model = Reference
        fields = (
            "key", "kind", "authors", "title", "container", "year", "doi", "pmid", "url",
            "accessed_on", "note", "caution", "secondary", "verified", "seed_number",
            "listed_in_seed", "superseded_by__key", "identified_as__key", "status", "approved_at",
            "next_review_on",
        )  # fmt: skip
        export_order = fields

    def dehydrate_authors(self, row: Reference) -> str:
        return "; ".join(map(full_name, row.authors))


class StatementResource(SafeResource):
    class Meta:
        model = Statement
        fields = (
            "key", "says", "plain", "audience", "topic", "seed", "note", "verified", "status",
            "approved_at", "next_review_on",
        )  # fmt: skip
        export_order = fields

    def dehydrate_audience(self, row: Statement) -> str:
        return "; ".join(map(str, row.audience))


class AuditEventResource(SafeResource):
    class Meta:
        model = AuditEvent
        fields = (
            "id", "at", "actor_id", "actor_name", "actor_roles", "verb", "object_type",
            "object_id", "site_id", "patient_id", "case_id", "data",
        )  # fmt: skip
        export_order = fields

    def dehydrate_data(self, row: AuditEvent) -> str:
        return in_words(row.data) if row.data else ""

    def dehydrate_at(self, row: AuditEvent) -> str:
        return row.at.isoformat()


class CsvExport(ExportMixin):
    """A link above a list that gives what the list shows, its filters included, as CSV."""

    export_formats = [CSV]
    skip_export_form = True
    to_encoding = "utf-8-sig"
    import_export_change_list_template = "admin/certification/export_change_list.html"

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))  # type: ignore[attr-defined]

    def export_action(self, request: HttpRequest) -> HttpResponse:
        if not self.has_export_permission(request):
            raise PermissionDenied("This list can be exported by those who may read it.")
        rows = self.get_export_queryset(request).order_by()[: LONGEST + 1].count()
        if rows > LONGEST:
            messages.error(
                request, f"These are more than {LONGEST:,} rows. Narrow the list, then export it."
            )
            name = self.opts.model_name  # type: ignore[attr-defined]
            back = reverse(f"admin:certification_{name}_changelist")
            return HttpResponseRedirect(f"{back}?{request.GET.urlencode()}")
        response: HttpResponse = super().export_action(request)
        record_event(
            by=request.user,  # type: ignore[arg-type]
            verb="exported",
            obj=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            data={
                "list": str(self.opts.verbose_name_plural),  # type: ignore[attr-defined]
                "rows": rows,
                "filters": request.GET.urlencode(),
            },
        )
        return response
