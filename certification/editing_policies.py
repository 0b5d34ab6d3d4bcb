"""May this row of content be edited now, by this person, from what they saw?

Editing is not a step of the review: it starts a new one. What is under review is returned first,
what is retired stays as it was, and nobody overwrites what they have not seen.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from certification.models import AuditEvent, CriteriaVersion, EditorialModel, FactGroup, User
from certification.policies import Change, Refused, Stale, check_allowed
from certification.workflow import ContentStatus
from config.access import has_permission
from config.roles import Permission, Role


def check_can_edit(user: User, obj: EditorialModel) -> None:
    """To change a row that is there. A version of criteria is never edited: a new one is written.

    Raises ``Refused``.
    """
    check_allowed(user, Permission.EDIT_CONTENT)
    if isinstance(obj, CriteriaVersion):
        raise Refused("Criteria are not edited in place. Write a new version with a new number.")
    if obj.status == ContentStatus.RETIRED:
        raise Refused("This is retired and stays as it was. Write it anew under another key.")
    if obj.status == ContentStatus.UNDER_REVIEW:
        raise Refused("This is under review. It has to be returned before it can be edited.")


def can_edit(user: User, obj: EditorialModel) -> bool:
    try:
        check_can_edit(user, obj)
    except Refused:
        return False
    return True


def seen_mark(obj: EditorialModel) -> str:
    """Stands for the state of a row that somebody looks at; a page sends it back with the form."""
    return obj.updated_at.isoformat() if obj.pk and obj.updated_at else ""


def check_as_seen(obj: EditorialModel, seen: str) -> None:
    """Refuses an act on a row that changed after the person opened its page (``Stale``).

    Locks the row, so it belongs into the transaction of the act.
    """
    rows = type(obj)._default_manager.select_for_update()
    now = rows.only("updated_at").get(pk=obj.pk)
    if seen_mark(now) == seen:
        return
    last = (
        AuditEvent.objects.filter(object_type=obj._meta.model_name, object_id=str(obj.pk))
        .order_by("-id")
        .first()
    )
    who = last.actor_name if last else "Somebody"
    done = f": {last.verb}" if last else ""
    changes = last.data.get("changes", {}) if last else {}
    changed = tuple(Change(name, old, new, who) for name, (old, new) in changes.items())
    named = f" ({', '.join(change.key.replace('_', ' ') for change in changed)})" if changed else ""
    raise Stale(
        f"{who} changed this after you opened the page{done}{named}. Nothing was overwritten. "
        "Look at the history, then decide again.",
        changed=changed,
        revision=0,
    )


def check_is_new_step(group: FactGroup) -> None:
    """Two steps of the wizard with the same title could not be told apart. Raises ``Refused``."""
    if FactGroup.objects.filter(title__iexact=group.title).exclude(pk=group.pk).exists():
        raise Refused(f"There is a step “{group.title}” already.", field="title")


def check_can_reset_second_factor(by: User | None, user: User) -> None:
    """To take somebody's second factor away. ``by`` None: whoever runs the server.

    Raises ``Refused``.
    """
    if by is not None:
        check_allowed(by, Permission.MANAGE_USERS)
        if by.pk == user.pk:
            raise Refused(
                "Your own second factor is changed under your name. Ask another administrator if "
                "you have lost it.",
                field="reset_because",
            )
    if not Authenticator.objects.filter(user=user).exists():
        raise Refused("This person has no second factor.", field="reset_because")


def check_can_give_roles(by: User, user: User, held: set[Role], wanted: set[Role]) -> None:
    """Nobody gives a role to themselves, and somebody has to be able to give roles.

    Raises ``Refused``. ``held`` and ``wanted``: the roles of ``user`` before and after.
    """
    if by.pk == user.pk and wanted - held:
        raise Refused(
            "Nobody gives a role to themselves. Ask another administrator.", field="roles"
        )
    if by.pk == user.pk and not user.is_active:
        raise Refused(
            "Nobody closes their own account. Ask another administrator.", field="is_active"
        )
    loses = Role.ADMINISTRATOR in held and (Role.ADMINISTRATOR not in wanted or not user.is_active)
    if loses and not _other_administrator(user):
        raise Refused("This is the last administrator. Name another one first.", field="roles")


def _other_administrator(user: User) -> bool:
    others = User.objects.filter(is_active=True, role_grants__role=Role.ADMINISTRATOR)
    return any(
        has_permission(other, Permission.MANAGE_USERS) for other in others.exclude(pk=user.pk)[:1]
    )
