"""Who may enter the admin, and what does its first page say?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from config.access import has_permission
from config.roles import ROLES, Permission

ENTRANCE = (
    Permission.EDIT_CONTENT,
    Permission.APPROVE_CONTENT,
    Permission.MANAGE_USERS,
    Permission.READ_AUDIT,
)

IndexSection = Callable[[HttpRequest], dict[str, Any]]


class MyelinAdminSite(AdminSite):
    site_header = "Myelin reference content and administration"
    site_title = "Myelin admin"
    index_title = "Content, people and records"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._index_sections: list[IndexSection] = []

    def add_to_index(self, section: IndexSection) -> IndexSection:
        """Gives the first page more to show: what ``section`` returns joins its context."""
        self._index_sections.append(section)
        return section

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        for section in self._index_sections:
            context |= section(request)
        return super().index(request, context)

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: Any = None,
        **options: Any,
    ) -> None:
        """Takes pages that ask our roles. Packages bring pages of their own (second factors, mail
        addresses) that ask Django's permission tables, which are empty here: they stay out."""
        if getattr(admin_class, "asks_roles", False):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Editors, approvers, administrators and auditors come in; each sees what they may."""
        return any(has_permission(request.user, permission) for permission in ENTRANCE)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated:
                self._check_entrance(request)
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in on the one sign-in page, where the second factor and rate limits are."""
        target = request.GET.get(REDIRECT_FIELD_NAME, "")
        safe = url_has_allowed_host_and_scheme(
            target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        target = target if safe else reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        self._check_entrance(request)
        return HttpResponseRedirect(target)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one page on which people change their password, with its rate limits."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def _check_entrance(self, request: HttpRequest) -> None:
        if not self.has_permission(request):
            able = [card.title for card in ROLES.values() if card.permissions & set(ENTRANCE)]
            raise PermissionDenied(
                "Your roles do not include the administration pages. They are for: "
                f"{', '.join(able)}."
            )
