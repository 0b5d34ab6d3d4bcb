"""Which rules hold on every admin page?

Roles decide, not Django's permission tables. Writing goes through actions. Nothing is deleted. The
history of a row is what the audit trail says about it. Long lists are never counted to the end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.forms import DateInput
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification.admin.fields import keys_list
from certification.admin.history import history_page
from certification.policies import Refused
from certification.presenters.wording import day_words
from config.access import check_has_permission, has_permission
from config.roles import Permission

COUNTED = 10_000
"""Rows that a list counts before it says "more than"."""


class ShortCount(Paginator):
    """Counts to ``COUNTED`` and one more, however many rows there are."""

    @cached_property
    def count(self) -> int:
        # A cheaper count of the same rows: their order does not matter to it.
        return int(self.object_list.order_by()[: COUNTED + 1].count())

    @property
    def more_than(self) -> int | None:
        """What a list says instead of a number that nobody counted."""
        return COUNTED if self.count > COUNTED else None


class RoleAdmin(admin.ModelAdmin):
    """An admin page that one permission opens and another one lets change."""

    asks_roles = True
    view_permissions: tuple[Permission, ...] = ()
    edit_permission: Permission | None = None
    show_full_result_count = False
    # The page for readers is reached from the pages of the content, not from its form.
    view_on_site = False
    paginator = ShortCount
    list_per_page = 50
    list_max_show_all = 200
    actions: Any = None
    # The browser's own date field writes dates the way its reader does, and sends them as ISO.
    formfield_overrides = {models.DateField: {"widget": DateInput({"type": "date"}, "%Y-%m-%d")}}
    object_history_template = "admin/certification/history.html"

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

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._check_view(request)
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        self._check_view(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # Which keys the page's fields have asked for by now, as suggestions.
        asked: dict[Any, dict[Any, str]] = request.__dict__.get("known_keys", {})
        context["key_lists"] = [
            {"id": keys_list(model), "keys": names.values()} for model, names in asked.items()
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the audit trail says about this row, newest first."""
        self._check_view(request)
        obj = self.get_object(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {obj}",
            "subtitle": None,
            "object": obj,
            "opts": self.opts,
            "history": history_page(
                self.history_subject(obj), request.user, request.GET.get("before", "")
            ),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.object_history_template, context)

    def history_subject(self, obj: Any) -> Any:
        """The row under whose name the audit trail keeps what happened to ``obj``."""
        return obj

    def _check_view(self, request: HttpRequest) -> None:
        """Says which roles this page is for, where Django would only say no."""
        if not self.has_view_permission(request):
            if self.view_permissions:
                check_has_permission(request.user, self.view_permissions[0])
            raise PermissionDenied

    # Audit events are written by the actions; Django's own admin log would be a second one.

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """See above."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """See above."""


class ReadOnlyAdmin(RoleAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def tag(key: str, word: str) -> SafeString:
    """A word with its colour and its icon."""
    return format_html('<span class="tag tag-{}">{}</span>', key, word)


def today() -> date:
    return timezone.localdate()


def day_or(day: date | None, nothing: str) -> str:
    return day_words(day) or nothing


def refusal_of(check: Callable[..., None], *args: Any) -> str:
    """The sentence with which a policy refuses; empty when it allows."""
    try:
        check(*args)
    except Refused as refusal:
        return refusal.sentence
    return ""
