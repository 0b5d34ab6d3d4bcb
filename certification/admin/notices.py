"""Which retractions, corrections and newer editions have others announced?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from certification.actions.notices import import_notices, withdraw_notice
from certification.admin.base import ReadOnlyAdmin, day_or, refusal_of, tag
from certification.admin.editorial import EditorialAdmin
from certification.admin.uploads import UploadPages
from certification.lint.findings import NoticeKind
from certification.list_policies import can_upload_list, check_can_withdraw
from certification.models import ReferenceNotice, UploadedList
from certification.notice_import import LARGEST, MOST_ROWS, OWN_COLUMNS
from certification.policies import Refused

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
    change_form_template = "admin/certification/notice_change_form.html"
    list_display = ("paper", "kind_badge", "announced", "says")
    list_filter = ("kind", ("withdrawn_at", admin.EmptyFieldListFilter))
    search_fields = ("doi", "pmid", "says")
    fields = ("kind", "doi", "pmid", "noticed_on", "says", "imported_by", "imported_at",
              "withdrawn_by", "withdrawn_at", "withdrawn_because")  # fmt: skip

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
        if obj.withdrawn_at is not None:
            return tag("discarded", f"{obj.get_kind_display()}, withdrawn")
        return tag(TAGS.get(NoticeKind(obj.kind), "finding"), obj.get_kind_display())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        withdrawn = obj is not None and obj.withdrawn_at is not None
        return [n for n in self.fields if withdrawn or not n.startswith("withdrawn")]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.withdraw_view)
        name = "certification_referencenotice_withdraw"
        return [path("<int:pk>/withdraw/", view, name=name), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        may = obj is not None and can_upload_list(request.user, self.purpose)  # type: ignore[arg-type]
        context["may_withdraw"] = may
        context["withdraw_refusal"] = (
            refusal_of(check_can_withdraw, request.user, obj) if may else ""
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes the reason, and lets the notice count no more."""
        notice = get_object_or_404(ReferenceNotice, pk=pk)
        if request.method != "POST" or not can_upload_list(request.user, self.purpose):  # type: ignore[arg-type]
            raise PermissionDenied("A notice is withdrawn by the button of its page.")
        reason = request.POST.get("reason", "")
        try:
            withdraw_notice(by=request.user, now=timezone.now(), notice=notice, reason=reason)  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, "The notice is withdrawn. It counts no more, and stays here.")
        return HttpResponseRedirect(
            reverse("admin:certification_referencenotice_change", args=[pk])
        )

    @admin.display(description="announced on", ordering="noticed_on")
    def announced(self, obj: ReferenceNotice) -> str:
        return day_or(obj.noticed_on, "No date")
