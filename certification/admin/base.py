"""Which rules hold on every admin page?

Roles decide, not Django's permission tables. Writing goes through actions. Nothing is deleted.
Editorial buttons (submit, review, approve, return, retire) post to the same actions as every other
caller, and a refusal is shown as a sentence.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification.actions import editorial
from certification.actions.content_edits import save_content
from certification.models import UNVERIFIED, EditorialModel
from certification.policies import Refused
from certification.workflow import CONTENT_TRANSITIONS, ContentStatus
from config.access import has_permission
from config.roles import Permission


class RoleAdmin(admin.ModelAdmin[Any]):
    """An admin page that one permission opens and another one lets change."""

    view_permissions: tuple[Permission, ...] = ()
    edit_permission: Permission | None = None
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def _may_view(self, request: HttpRequest) -> bool:
        return any(has_permission(request.user, p) for p in self.view_permissions)

    def _may_edit(self, request: HttpRequest) -> bool:
        return self.edit_permission is not None and has_permission(
            request.user, self.edit_permission
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may_view(request) or self._may_edit(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_view(request) or self._may_edit(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Audit events are written by the actions; Django's own admin log would be a second one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """See ``log_addition``."""


class ReadOnlyAdmin(RoleAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReviewDueFilter(admin.SimpleListFilter):
    """Content whose review date has passed."""

    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", "Review overdue"), ("none", "No review date")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "overdue":
            return queryset.review_overdue(as_of=timezone.localdate())
        if self.value() == "none":
            return queryset.filter(next_review_on__isnull=True)
        return queryset


class EditorialAdmin(RoleAdmin):
    """A page of content with its editorial buttons."""

    view_permissions = (
        Permission.EDIT_CONTENT,
        Permission.APPROVE_CONTENT,
        Permission.READ_AUDIT,
        Permission.MANAGE_USERS,
    )
    edit_permission = Permission.EDIT_CONTENT
    change_form_template = "admin/certification/editorial_change_form.html"
    list_filter = ("status", ReviewDueFilter)
    EDITORIAL_FIELDS = (
        "status_badge", "submitted_by", "submitted_at", "reviewed_by", "approved_by",
        "approved_at", "return_reason", "updated_at",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A key is how other content names this row: it is chosen once.
        fixed = ("key",) if obj is not None and hasattr(obj, "key") else ()
        return (*super().get_readonly_fields(request, obj), *self.EDITORIAL_FIELDS, *fixed)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("submitted_by", "approved_by")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_content(by=request.user, now=timezone.now(), obj=obj)  # type: ignore[misc]

    @admin.display(description="status", ordering="status")
    def status_badge(self, obj: EditorialModel) -> SafeString:
        note = " by a demonstration account" if obj.approved_in_demo else ""
        return format_html(
            '<span class="my-status my-status-{}">{}{}</span>', obj.status, obj.status_title, note
        )

    @admin.display(description="confidence")
    def confidence(self, obj: Any) -> SafeString | str:
        title = obj.get_verified_display() if obj.verified else "Not stated"
        if obj.verified in UNVERIFIED:
            return format_html('<span class="my-unverified">Unverified: {}</span>', title)
        return title

    @admin.display(description="next review", ordering="next_review_on")
    def review(self, obj: EditorialModel) -> SafeString | str:
        if obj.next_review_on is None:
            return "No date"
        if obj.next_review_on < self._today():
            return format_html(
                '<span class="my-overdue">Overdue since {}</span>', _day(obj.next_review_on)
            )
        return _day(obj.next_review_on)

    @staticmethod
    def _today() -> date:
        return timezone.localdate()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_editorial"
        return [
            path(
                "<path:object_id>/editorial/",
                self.admin_site.admin_view(self.editorial_view),
                name=name,
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj") or context.get("original")
        if obj is not None:
            context["editorial_acts"] = self._acts(request, obj)
            context["editorial_url"] = reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_editorial", args=[obj.pk]
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def _acts(self, request: HttpRequest, obj: EditorialModel) -> list[dict[str, Any]]:
        """The buttons that make sense now. The action itself checks again, and says why not."""
        may_edit = has_permission(request.user, Permission.EDIT_CONTENT)
        may_approve = has_permission(request.user, Permission.APPROVE_CONTENT)
        following = CONTENT_TRANSITIONS[ContentStatus(obj.status)]
        acts = []
        if ContentStatus.SUBMITTED in following and not obj.is_approved and may_edit:
            acts.append({"act": "submit", "title": "Submit again", "reason": False})
        if ContentStatus.UNDER_REVIEW in following and may_approve:
            acts.append({"act": "review", "title": "Start review", "reason": False})
        if ContentStatus.APPROVED in following and may_approve:
            acts.append({"act": "approve", "title": "Approve", "reason": False})
        if ContentStatus.RETURNED in following and may_approve:
            acts.append({"act": "return", "title": "Return to its author", "reason": True})
        if ContentStatus.RETIRED in following and may_approve:
            acts.append({"act": "retire", "title": "Retire", "reason": True})
        return acts

    def editorial_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Takes a press of an editorial button."""
        obj = self.get_object(request, object_id)
        if request.method != "POST" or obj is None or not self.has_view_permission(request, obj):
            raise PermissionDenied("Editorial acts are sent by the buttons of a content page.")
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        word = {"by": request.user, "now": timezone.now(), "obj": obj}
        reason = request.POST.get("reason", "").strip()
        try:
            match request.POST.get("act"):
                case "submit":
                    editorial.submit(**word)
                case "review":
                    editorial.start_review(**word)
                case "approve":
                    editorial.approve(**word)
                case "return":
                    editorial.return_to_author(**word, reason=reason)
                case "retire":
                    editorial.retire(**word, reason=reason)
                case _:
                    raise Refused("There is no such editorial act.")
        except (Refused, PermissionDenied) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{obj} is now: {obj.status_title}.")
        return HttpResponseRedirect(back)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
