"""When does approved content answer, and until when has somebody read it again?

An approver plans the first and the last day of a version, or confirms that content is still right.
Neither changes what is sealed, so neither needs a new version.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from certification.actions.editorial import lock
from certification.actions.events import record_event
from certification.models import EditorialModel, User
from certification.validity_policies import check_can_confirm_review, check_can_schedule


@transaction.atomic
def schedule(
    *,
    by: User,
    now: datetime,
    obj: EditorialModel,
    effective_on: date | None,
    expires_on: date | None,
) -> EditorialModel:
    """Plans the first and the last day of a version. Raises ``Refused``.

    None: it starts when it is approved; it does not expire.
    """
    lock(obj)
    check_can_schedule(by, obj, localdate(now), effective_on, expires_on)
    return _write(
        obj, by=by, now=now, verb="planned the days of", note="",
        effective_on=effective_on, expires_on=expires_on,
    )  # fmt: skip


@transaction.atomic
def confirm_review(
    *, by: User, now: datetime, obj: EditorialModel, next_review_on: date, note: str = ""
) -> EditorialModel:
    """Read again, still right: the next review is due on another day. Raises ``Refused``."""
    lock(obj)
    check_can_confirm_review(by, obj, localdate(now), next_review_on)
    return _write(
        obj, by=by, now=now, verb="confirmed the review of", note=note.strip(),
        next_review_on=next_review_on,
    )  # fmt: skip


def _write(
    obj: EditorialModel, *, by: User, now: datetime, verb: str, note: str, **days: date | None
) -> EditorialModel:
    before = {name: getattr(obj, name) for name in days}
    for name, day in days.items():
        setattr(obj, name, day)
    obj.save(update_fields=[*days, "updated_at"])
    changes = {
        name: [_written(before[name]), _written(day)]
        for name, day in days.items()
        if before[name] != day
    }
    data = {"changes": changes} | ({"note": note} if note else {})
    record_event(by=by, verb=verb, obj=obj, at=now, data=data)
    return obj


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""
