"""How do people get an account, roles and sites?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from certification.actions.events import record_event
from certification.models import RoleGrant, Site, User
from config.access import check_has_permission
from config.roles import Permission, Role


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

    Raises PermissionDenied, ValidationError (password) and ValueError (a role that does not exist,
    or giving oneself a role).
    """
    if by is not None:
        check_has_permission(by, Permission.MANAGE_USERS)
    wanted = {Role(role) for role in roles}
    created = user.pk is None
    held = set() if created else {Role(g.role) for g in user.role_grants.all()}
    if by is not None and by.pk == user.pk and wanted - held:
        raise ValueError("Nobody gives a role to themselves; ask another administrator.")
    if password:
        validate_password(password, user)
        user.set_password(password)
    elif created:
        user.set_unusable_password()
    user.save()
    user.role_grants.exclude(role__in=wanted).delete()
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, granted_by=by) for role in sorted(wanted - held)
    )
    user.sites.set(sites)
    # A cached answer to "which roles" would outlive the change.
    for name in ("role_keys", "site_ids"):
        user.__dict__.pop(name, None)
    record_event(
        by=by,
        verb="created account" if created else "changed account",
        obj=user,
        at=now,
        data={
            "roles": [sorted(held), sorted(wanted)],
            "sites": sorted(site.key for site in user.sites.all()),
            "password_set": bool(password),
            "active": user.is_active,
        },
    )
    return user


@transaction.atomic
def save_site(*, by: User | None, now: datetime, site: Site) -> Site:
    """Writes a site. ``by`` None: set-up of the demo. Raises PermissionDenied."""
    if by is not None:
        check_has_permission(by, Permission.MANAGE_USERS)
    created = site.pk is None
    site.save()
    record_event(by=by, verb="created site" if created else "changed site", obj=site, at=now)
    return site
