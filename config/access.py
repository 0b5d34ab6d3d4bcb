"""May this person come in, and what may the pages show them?

Deny by default: every view needs a signed-in user (``LoginRequiredMiddleware``) and names its
permission with ``requires``. Which records are reached is a matter of sites: querysets answer with
``visible_to(user)``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from config.roles import ROLES, Permission, permissions_of


def has_permission(user: Any, permission: Permission) -> bool:
    """Whether one of the person's roles allows it. Inactive and anonymous people: never."""
    return bool(user.is_authenticated and user.is_active) and permission in permissions_of(
        user.role_keys
    )


def check_has_permission(user: Any, permission: Permission) -> None:
    """Raises ``PermissionDenied`` with a sentence that names the roles which may."""
    if not has_permission(user, permission):
        able = ", ".join(card.title for card in ROLES.values() if permission in card.permissions)
        raise PermissionDenied(f"Your roles do not allow this. It is done by: {able}.")


def requires(permission: Permission) -> Callable[..., Any]:
    """Marks a view with the permission that it needs, and refuses everybody else (403)."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check_has_permission(request.user, permission)
            return view(request, *args, **kwargs)

        wrapped.required_permission = permission  # type: ignore[attr-defined]
        return wrapped

    return decorate


BY_ADDRESS = "by its address"


def by_secret_address(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Marks a view that is reached without signing in, by an address that nobody can guess.

    The view itself asks whether the owner of the address may still see what it shows.
    """
    open_view = login_not_required(view)
    open_view.required_permission = BY_ADDRESS  # type: ignore[attr-defined]
    return open_view


class RoleBackend(ModelBackend):
    """Signs people in by username and password. Permissions come from roles, never from Django's
    permission tables; the admin classes ask ``has_permission`` themselves."""

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
        return set()


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class NoStoreMiddleware:
    """Pages about patients must not lie in a browser's or a proxy's cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def shell(request: HttpRequest) -> dict[str, Any]:
    """What every page shows around its content: whether this is a demo, and what is allowed."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"DEMO": settings.DEMO, "may": {}, "role_titles": []}
    return {
        "DEMO": settings.DEMO,
        "may": {p.name.lower(): True for p in permissions_of(user.role_keys)},
        "role_titles": [card.title for key, card in ROLES.items() if key in user.role_keys],
    }
