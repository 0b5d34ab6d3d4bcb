"""How are accounts, roles and sites administered?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils import timezone

from certification.actions.accounts import save_account, save_site
from certification.admin.base import RoleAdmin
from certification.models import Site, User
from config.roles import ROLES, Permission


@admin.register(Site)
class SiteAdmin(RoleAdmin):
    view_permissions = (Permission.READ_AUDIT,)
    edit_permission = Permission.MANAGE_USERS
    list_display = ("name", "key", "time_zone", "address")
    search_fields = ("key", "name")

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:
        save_site(by=request.user, now=timezone.now(), site=obj)  # type: ignore[misc]


class AccountForm(forms.ModelForm):
    """An account with its roles, each with what it allows, its sites and, if given, a password."""

    roles = forms.MultipleChoiceField(
        choices=[(key.value, f"{card.title}: {card.description}") for key, card in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    password = forms.CharField(
        label="New password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 15 characters. Leave empty to keep the present one.",
    )

    class Meta:
        model = User
        fields = ("username", "name", "credentials", "licence_number", "email", "is_active",
                  "is_demo", "sites")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields and self.instance.pk:
            self.fields["roles"].initial = sorted(self.instance.role_keys)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.instance)
        return password


@admin.register(User)
class UserAdmin(RoleAdmin):
    view_permissions = (Permission.READ_AUDIT,)
    edit_permission = Permission.MANAGE_USERS
    form = AccountForm
    fields = (
        "username", "name", "credentials", "licence_number", "email", "is_active", "is_demo",
        "roles", "sites", "password",
    )  # fmt: skip
    list_display = ("username", "name", "credentials", "roles_held", "is_active", "last_login")
    list_filter = ("is_active", "role_grants__role", "sites", "is_demo")
    search_fields = ("username", "name", "email")
    filter_horizontal = ("sites",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("role_grants", "sites")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.has_change_permission(request, obj):
            return [f for f in self.fields if f not in {"roles", "password"}] + ["roles_held"]
        return self.fields

    @admin.display(description="roles")
    def roles_held(self, obj: User) -> str:
        return (
            ", ".join(card.title for key, card in ROLES.items() if key in obj.role_keys) or "None"
        )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        save_account(
            by=request.user,  # type: ignore[misc]
            now=timezone.now(),
            user=obj,
            roles=form.cleaned_data["roles"],
            sites=form.cleaned_data["sites"],
            password=form.cleaned_data["password"],
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Roles and sites are written by the action, together with the account."""
