"""May this draft be started, changed, submitted or discarded, by this person, now?"""

from __future__ import annotations

from certification.drafting import DraftStanding
from certification.models import AuditEvent, CriteriaDraft, CriteriaVersion, Draft, User
from certification.models.drafts import DraftQuerySet
from certification.policies import Change, Refused, Stale, check_allowed
from config.access import has_permission
from config.roles import Permission

MAX_NAMED = 3


def check_can_start_draft(user: User, set_key: str) -> None:
    """One draft of a set is open at a time, so that nobody's work is submitted over another's."""
    check_none_is_open(user, CriteriaDraft.objects.filter(set_key=set_key), "these criteria")


def check_none_is_open(user: User, drafts: DraftQuerySet, what: str) -> None:
    """``drafts``: those of the same document."""
    check_allowed(user, Permission.EDIT_CONTENT)
    for draft in drafts.open().select_related("changed_by"):
        raise Refused(
            f"A draft of {what} is open already, last changed by {draft.changed_by}. "
            "Go on with it, or discard it first."
        )


def check_can_change_draft(user: User, draft: Draft, revision: int) -> None:
    """``revision``: the one that the person saw."""
    check_allowed(user, Permission.EDIT_CONTENT)
    if not draft.is_open:
        raise Refused(f"This draft was {draft.state} and is not changed any more.")
    if draft.revision != revision:
        raise _stale(user, draft, revision)


def check_can_submit_draft(
    user: User, draft: CriteriaDraft, revision: int, standing: DraftStanding
) -> None:
    """A draft with failing examples can be submitted, not approved; one with mistakes cannot."""
    check_can_change_draft(user, draft, revision)
    check_no_mistakes(len(standing.mistakes))
    versions = CriteriaVersion.objects.filter(set_key=draft.set_key, version=draft.version)
    if versions.exists():
        raise Refused(
            f"There is a version {draft.version} of these criteria already. Give another number.",
            field="version",
        )


def check_no_mistakes(count: int) -> None:
    if count:
        raise Refused(
            f"{count} mistake{'s have' if count > 1 else ' has'} to be mended first: each is shown "
            "at its place."
        )


def can_edit_drafts(user: User, draft: Draft) -> bool:
    return draft.is_open and has_permission(user, Permission.EDIT_CONTENT)


def _stale(user: User, draft: Draft, revision: int) -> Stale:
    """Says who changed what since, in the words of the audit trail."""
    missed = draft.revision - revision
    events = AuditEvent.objects.filter(object_type=draft._meta.model_name, object_id=str(draft.pk))
    changed: dict[str, Change] = {}
    who: dict[str, None] = {}
    for event in events.order_by("-id")[: max(1, min(missed, 50))]:
        mine = event.actor_id == user.pk
        who["You, on another page or by pressing twice," if mine else event.actor_name] = None
        for name, (old, new) in event.data.get("changes", {}).items():
            changed.setdefault(name, Change(name, old, new, event.actor_name))
    named = ", ".join(list(changed)[:MAX_NAMED])
    more = f" and {len(changed) - MAX_NAMED} more" if len(changed) > MAX_NAMED else ""
    return Stale(
        f"{' and '.join(who) or 'Somebody'} changed this draft after you opened the page"
        f"{f': {named}{more}' if named else ''}. Nothing was overwritten. Look at what is there "
        "now, then do it again.",
        changed=tuple(changed.values()),
        revision=draft.revision,
    )
