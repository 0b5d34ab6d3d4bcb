"""How do people get an account, roles and sites?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import models, transaction

from certification.actions.events import record_event
from certification.editing_policies import check_can_give_roles
from certification.models import RoleGrant, Site, User
from certification.policies import check_allowed
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
    """Writes an account with exactly these roles and sites. ``by`` None: set-up of the demo.

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
    elif old is None:
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
            "password_set": bool(password),
            "active": user.is_active,
        },
    )
    return user


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
