"""How do people get an account, roles and sites?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.db import models, transaction

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.editing_policies import check_can_give_roles, check_can_reset_second_factor
from certification.models import RoleGrant, Site, User
from certification.policies import Refused, check_allowed
from config.roles import Permission, Role

TOLD = ("username", "name", "credentials", "licence_number", "email", "is_active", "is_demo")
"""The fields of an account whose old and new value the audit trail keeps."""


@transaction.atomic
def save_account(
    *,
    by: User | None,
    now: datetime,
    user: User,
    roles: Iterable[str],
    sites: Iterable[Site],
    password: str = "",
) -> User:
    """Writes an account with exactly these roles and sites. ``by`` None: set-up.

    Raises ``Refused`` (not allowed, a role for oneself, the last administrator), ValidationError
    (password) and ValueError (a role that does not exist).
    """
    if by is not None:
        check_allowed(by, Permission.MANAGE_USERS)
    wanted = {Role(role) for role in roles}
    old = User.objects.filter(pk=user.pk).first() if user.pk else None
    held = {Role(grant.role) for grant in RoleGrant.objects.filter(user=old)} if old else set()
    if by is not None:
        check_can_give_roles(by, user, held, wanted)
    if password:
        validate_password(password, user)
        user.set_password(password)
    elif old is None and not user.password:
        user.set_unusable_password()
    user.save()
    user.role_grants.exclude(role__in=wanted).delete()
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, granted_by=by) for role in sorted(wanted - held)
    )
    user.sites.set(sites)
    # A cached answer to "which roles" would outlive the change.
    user.__dict__.pop("reach", None)
    record_event(
        by=by,
        verb="changed account" if old else "created account",
        obj=user,
        at=now,
        data={
            "changes": _changes(old, user, TOLD),
            "roles": [sorted(held), sorted(wanted)],
            "sites": sorted(site.key for site in user.sites.all()),
            "password_set": bool(password or (old is None and user.has_usable_password())),
            "active": user.is_active,
        },
    )
    return user


@transaction.atomic
def create_first_administrator(*, now: datetime, user: User, password: str) -> User:
    """The first account of an installation, made by whoever runs the server; it makes the others.

    Raises ``Refused`` and ValidationError (fields, password).
    """
    there = User.objects.filter(role_grants__role=Role.ADMINISTRATOR, is_active=True, is_demo=False)
    if first := there.first():
        raise Refused(f"There is an administrator: {first}. Accounts are made in the admin.")
    user.name = one_line(user.name, field="name", limit=120, required=True)
    if not password:
        raise Refused("Give a password.", field="password")
    user.full_clean(exclude=["password"])
    return save_account(
        by=None, now=now, user=user, roles=[Role.ADMINISTRATOR], sites=[], password=password
    )


@transaction.atomic
def reset_second_factor(*, by: User | None, now: datetime, user: User, reason: str) -> list[str]:
    """Takes the second factor of somebody who has lost it away, recovery codes included.

    The password alone then signs in, until the person adds a new one. ``by`` None: whoever runs
    the server. Tells which kinds were there. Raises ``Refused``.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    check_can_reset_second_factor(by, user)
    reason = one_line(reason, field="reset_because", limit=240, required=True)
    factors = Authenticator.objects.filter(user=user)
    kinds = sorted(factors.values_list("type", flat=True))
    factors.delete()
    data = {"reason": reason, "removed": kinds}
    record_event(by=by, verb="reset second factor", obj=user, at=now, data=data)
    return kinds


@transaction.atomic
def save_site(*, by: User | None, now: datetime, site: Site) -> Site:
    """Writes a site. ``by`` None: set-up of the demo. Raises ``Refused``."""
    if by is not None:
        check_allowed(by, Permission.MANAGE_USERS)
    old = Site.objects.filter(pk=site.pk).first() if site.pk else None
    site.save()
    names = [field.name for field in Site._meta.concrete_fields if field.name != "id"]
    record_event(
        by=by,
        verb="changed site" if old else "created site",
        obj=site,
        at=now,
        data={"changes": _changes(old, site, names)},
    )
    return site


def _changes(
    old: models.Model | None, new: models.Model, names: Iterable[str]
) -> dict[str, list[Any]]:
    """Old and new value of every named field that differs."""
    changes = {}
    for name in names:
        before = getattr(old, name) if old is not None else None
        after = getattr(new, name)
        if before != after and not (old is None and after in (None, "")):
            changes[name] = [before, after]
    return changes
