"""Which retractions, corrections and newer editions have others announced?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from certification.actions.notices import import_notices
from certification.admin.base import ReadOnlyAdmin, day_or, tag
from certification.admin.editorial import EditorialAdmin
from certification.admin.uploads import UploadPages
from certification.lint.findings import NoticeKind
from certification.list_policies import can_upload_list
from certification.models import ReferenceNotice, UploadedList
from certification.notice_import import LARGEST, MOST_ROWS, OWN_COLUMNS

TAGS = {NoticeKind.RETRACTED: "quarantine"}


@admin.register(ReferenceNotice)
class ReferenceNoticeAdmin(UploadPages, ReadOnlyAdmin):
    view_permissions = EditorialAdmin.view_permissions
    purpose = UploadedList.Purpose.NOTICES
    importing = import_notices
    import_title = "Import notices about references"
    largest = LARGEST
    accept = ".csv,text/csv"
    file_help = f"CSV in UTF-8, at most {MOST_ROWS:,} lines and {LARGEST // 1_000_000} MB."
    upload_template = "upload_notices.html"
    change_list_template = "admin/certification/notice_change_list.html"
    list_display = ("paper", "kind_badge", "announced", "says")
    list_filter = ("kind",)
    search_fields = ("doi", "pmid", "says")
    fields = ("kind", "doi", "pmid", "noticed_on", "says", "imported_by", "imported_at")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        more = {"may_import": can_upload_list(request.user, self.purpose)}
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def _answer(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        return super()._answer(request, template, columns=OWN_COLUMNS, **context)

    @admin.display(description="paper", ordering="doi")
    def paper(self, obj: ReferenceNotice) -> str:
        return obj.doi or f"PMID {obj.pmid}"

    @admin.display(description="kind", ordering="kind")
    def kind_badge(self, obj: ReferenceNotice) -> SafeString:
        return tag(TAGS.get(NoticeKind(obj.kind), "finding"), obj.get_kind_display())

    @admin.display(description="announced on", ordering="noticed_on")
    def announced(self, obj: ReferenceNotice) -> str:
        return day_or(obj.noticed_on, "No date")
