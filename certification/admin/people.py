"""How are accounts, roles and sites administered?"""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from certification.actions.accounts import reset_second_factor, save_account, save_site
from certification.admin.base import RoleAdmin, tag
from certification.editing_policies import check_can_give_roles, check_can_reset_second_factor
from certification.models import Site, User
from certification.policies import Refused
from certification.presenters.wording import moment_words
from config.roles import ROLES, Permission, Role


class SiteForm(forms.ModelForm):
    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise ValidationError(
                f"There is no time zone {zone!r}. Write it as America/New_York or Europe/London."
            )
        return zone


@admin.register(Site)
class SiteAdmin(RoleAdmin):
    view_permissions = (Permission.READ_AUDIT,)
    edit_permission = Permission.MANAGE_USERS
    form = SiteForm
    list_display = ("name", "key", "time_zone", "address")
    search_fields = ("key", "name", "address")
    fields = ("key", "name", "time_zone", "address", "appeal_instructions")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:
        if not change or form.changed_data:
            save_site(by=request.user, now=timezone.now(), site=obj)  # type: ignore[arg-type]


class AccountForm(forms.ModelForm):
    """An account with its roles, each with what it allows, its sites and, if given, a password.

    ``new_password`` has a name of its own: a form field called like the column would fill it.
    """

    by: User

    roles = forms.MultipleChoiceField(
        choices=[(key.value, f"{card.title}: {card.description}") for key, card in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    sites = forms.ModelMultipleChoiceField(
        queryset=Site.objects.all(), widget=forms.CheckboxSelectMultiple, required=False
    )
    new_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 15 characters. Leave empty to keep the present one.",
    )

    reset_because = forms.CharField(
        label="Take the second factor away, because",
        required=False,
        max_length=240,
        help_text="Only when it is lost. The password alone then signs in; the person adds a new "
        "one under their name. The reason is kept in the audit trail.",
    )

    class Meta:
        model = User
        fields = ("username", "name", "credentials", "licence_number", "email", "is_active",
                  "sites")  # fmt: skip
        help_texts = {"is_active": "A closed account stays in the records and cannot sign in."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "new_password" in self.fields and not self.instance.pk:
            self.fields["new_password"].help_text = "At least 15 characters."
        if "roles" in self.fields and self.instance.pk:
            self.fields["roles"].initial = sorted(self.instance.role_keys)

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        held = {Role(key) for key in self.instance.role_keys} if self.instance.pk else set()
        wanted = {Role(key) for key in self.cleaned_data["roles"]}
        try:
            if self.cleaned_data.get("reset_because"):
                check_can_reset_second_factor(self.by, self.instance)
            check_can_give_roles(self.by, self.instance, held, wanted)
        except Refused as refusal:
            self.add_error(refusal.field or None, refusal.sentence)


@admin.register(User)
class UserAdmin(RoleAdmin):
    view_permissions = (Permission.READ_AUDIT,)
    edit_permission = Permission.MANAGE_USERS
    form = AccountForm
    list_display = (
        "username", "name", "credentials", "roles_held", "sites_of", "state", "signed_in",
    )  # fmt: skip
    list_filter = ("is_active", "role_grants__role", "sites", "is_demo")
    search_fields = ("username", "name", "email", "licence_number")
    readonly_fields = ("is_demo", "signed_in", "made", "roles_held", "sites_of", "second_factor")
    fieldsets = (
        (None, {"fields": ("username", "name", "credentials", "licence_number", "email")}),
        ("What this person may do", {"fields": ("is_active", "roles", "sites")}),
        (
            "Signing in",
            {
                "fields": (
                    "new_password",
                    "second_factor",
                    "reset_because",
                    "signed_in",
                    "made",
                    "is_demo",
                )
            },
        ),
    )
    READ_BACK = {"roles": "roles_held", "sites": "sites_of", "new_password": None,
                 "reset_because": None}  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("role_grants", "sites")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = [(name, dict(options)) for name, options in self.fieldsets]
        if obj is None:
            fieldsets[-1][1]["fields"] = ("new_password",)
        elif not self.has_change_permission(request, obj):
            for _name, options in fieldsets:
                read = (self.READ_BACK.get(field, field) for field in options["fields"])
                options["fields"] = tuple(field for field in read if field)
        return fieldsets

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    @admin.display(description="roles")
    def roles_held(self, obj: User) -> str:
        return (
            ", ".join(card.title for key, card in ROLES.items() if key in obj.role_keys) or "None"
        )

    @admin.display(description="sites")
    def sites_of(self, obj: User) -> str:
        return ", ".join(site.name for site in obj.sites.all()) or "None"

    @admin.display(description="state", ordering="is_active")
    def state(self, obj: User) -> SafeString:
        if not obj.is_active:
            return tag("locked", "Closed")
        return tag("demo", "Demo account") if obj.is_demo else tag("yes", "Active")

    @admin.display(description="second factor")
    def second_factor(self, obj: User) -> str:
        kinds = dict(Authenticator.Type.choices)
        held = Authenticator.objects.filter(user=obj).values_list("type", flat=True)
        return ", ".join(str(kinds.get(kind, kind)) for kind in sorted(set(held))) or "None"

    @admin.display(description="last sign-in", ordering="last_login")
    def signed_in(self, obj: User) -> str:
        return moment_words(obj.last_login, settings.TIME_ZONE) or "Never"

    @admin.display(description="account made")
    def made(self, obj: User) -> str:
        return moment_words(obj.date_joined, settings.TIME_ZONE)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        reason = form.cleaned_data.get("reset_because", "")
        if change and reason:
            who: Any = request.user
            reset_second_factor(by=who, now=timezone.now(), user=obj, reason=reason)
        if change and not set(form.changed_data) - {"reset_because"}:
            return
        save_account(
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            user=obj,
            roles=form.cleaned_data["roles"],
            sites=form.cleaned_data["sites"],
            password=form.cleaned_data["new_password"],
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Roles and sites are written by the action, together with the account."""
