"""How does content get from draft to use, and out of use again?

Submitted, under review, approved or returned, retired. Nobody approves what they submitted. Each
act locks its row first, so that two people who act at once get one act and one refusal.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from certification.actions.events import record_event
from certification.content_policies import (
    check_can_approve,
    check_can_retire,
    check_can_return,
    check_can_start_review,
    check_can_submit,
    check_can_supersede,
)
from certification.models import EditorialModel, Reference, User
from certification.workflow import ContentStatus

_LIFE = (
    *("status", "submitted_by", "submitted_at", "reviewed_by", "approved_by", "approved_at"),
    *("return_reason", "updated_at"),
)


def lock(obj: EditorialModel) -> None:
    """Takes the row as it is now, and keeps others off until the act is done."""
    obj.refresh_from_db(from_queryset=type(obj)._default_manager.select_for_update())


@transaction.atomic
def submit(*, by: User, now: datetime, obj: EditorialModel) -> EditorialModel:
    """Sends returned content to review again. Raises ``Refused``."""
    lock(obj)
    check_can_submit(by, obj)
    obj.submitted_by, obj.submitted_at = by, now
    obj.reviewed_by = obj.approved_by = obj.approved_at = None
    obj.return_reason = ""
    return _move(obj, ContentStatus.SUBMITTED, by=by, now=now, verb="submitted")


@transaction.atomic
def start_review(*, by: User, now: datetime, obj: EditorialModel) -> EditorialModel:
    """Takes submitted content into review. Raises ``Refused``."""
    lock(obj)
    check_can_start_review(by, obj)
    obj.reviewed_by = by
    return _move(obj, ContentStatus.UNDER_REVIEW, by=by, now=now, verb="started review of")


@transaction.atomic
def approve(*, by: User, now: datetime, obj: EditorialModel) -> EditorialModel:
    """Approves content that somebody else submitted; from now on it is sealed.

    A criteria version must pass all of its worked examples. Raises ``Refused``.
    """
    lock(obj)
    check_can_approve(by, obj, as_of=localdate(now))
    obj.approved_by, obj.approved_at = by, now
    return _move(obj, ContentStatus.APPROVED, by=by, now=now, verb="approved")


@transaction.atomic
def return_to_author(
    *, by: User, now: datetime, obj: EditorialModel, reason: str
) -> EditorialModel:
    """Sends content back with what should change. Raises ``Refused``."""
    lock(obj)
    check_can_return(by, obj, reason)
    obj.return_reason = reason.strip()
    obj.reviewed_by = by
    return _move(obj, ContentStatus.RETURNED, by=by, now=now, verb="returned", reason=reason)


@transaction.atomic
def retire(*, by: User, now: datetime, obj: EditorialModel, reason: str) -> EditorialModel:
    """Takes approved content out of use; it stays readable. Raises ``Refused``."""
    lock(obj)
    check_can_retire(by, obj, reason)
    return _move(obj, ContentStatus.RETIRED, by=by, now=now, verb="retired", reason=reason)


@transaction.atomic
def supersede(
    *, by: User, now: datetime, obj: EditorialModel, successor: EditorialModel
) -> EditorialModel:
    """Puts an approved successor in the place of a criteria version or a reference.

    The version is retired. The reference stays as it is, because older content cites it, and names
    its successor. Raises ``Refused``.
    """
    lock(obj)
    check_can_supersede(by, obj, successor)
    if isinstance(obj, Reference) and isinstance(successor, Reference):
        obj.superseded_by = successor
        obj.save(update_fields=["superseded_by", "updated_at"])
    else:
        obj.status = ContentStatus.RETIRED
        obj.save(update_fields=_LIFE)
    data = {"successor": str(successor.pk), "title": str(successor)}
    if successor.IS_VERSION:
        data["version"] = getattr(successor, "version", "")
    record_event(by=by, verb="superseded", obj=obj, at=now, data=data)
    return obj


def _move(
    obj: EditorialModel,
    status: ContentStatus,
    *,
    by: User,
    now: datetime,
    verb: str,
    reason: str = "",
) -> EditorialModel:
    before = obj.status
    obj.status = status
    obj.save(update_fields=_LIFE)
    data = {"status": [before, str(status)]} | ({"reason": reason.strip()} if reason else {})
    record_event(by=by, verb=verb, obj=obj, at=now, data=data)
    return obj
