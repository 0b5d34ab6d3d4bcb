"""May this person plan the days of a version, or confirm that approved content is still right?

Both are acts of an approver on content that somebody else submitted, and neither touches what is
sealed: they say when it answers, and until when it has been read again. Days that have passed are
history and are not planned.
"""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta

from certification.answering import start_of
from certification.content_policies import check_not_own
from certification.models import EditorialModel, User
from certification.policies import Refused, check_allowed
from certification.presenters.wording import day_words
from certification.workflow import ContentStatus
from config.roles import Permission

LONGEST_REVIEW_YEARS = 3
"""A review that is planned for later is no review: of recommendations one in five is out of date
after three years."""


def check_can_schedule(
    user: User,
    obj: EditorialModel,
    as_of: date,
    effective_on: date | None = None,
    expires_on: date | None = None,
) -> None:
    """To plan the first and the last day of a version: while it is reviewed, and once approved.

    Raises ``Refused``.
    """
    check_can_plan(user, obj)
    planned: date | None = obj.effective_on  # type: ignore[attr-defined]
    expiry: date | None = obj.expires_on  # type: ignore[attr-defined]
    if effective_on != planned:
        if obj.is_approved and start_of(obj) < as_of:
            raise Refused(
                f"It has answered since {day_words(start_of(obj))}, and that stays so. "
                "Give it a last day, or retire it.",
                field="effective_on",
            )
        if effective_on is not None and effective_on < as_of:
            raise Refused(
                f"{day_words(effective_on)} has passed. Name today or a later day.",
                field="effective_on",
            )
    if expires_on != expiry:
        if expiry is not None and expiry < as_of:
            raise Refused(
                f"It expired on {day_words(expiry)}, and that stays so. Approve a new version.",
                field="expires_on",
            )
        if expires_on is not None and expires_on < as_of:
            raise Refused(
                f"{day_words(expires_on)} has passed. Name today or a later day.",
                field="expires_on",
            )
    if effective_on and expires_on and expires_on < effective_on:
        raise Refused("Its last day lies before its first day.", field="expires_on")


def check_can_plan(user: User, obj: EditorialModel) -> None:
    """To plan any days at all of ``obj``. Raises ``Refused``."""
    check_allowed(user, Permission.APPROVE_CONTENT)
    if not obj.IS_VERSION:
        raise Refused("Only versions of criteria and of protocols have a first and a last day.")
    if obj.status not in {ContentStatus.UNDER_REVIEW, ContentStatus.APPROVED}:
        raise Refused("Its days are planned while it is reviewed, or once it is approved.")
    check_not_own(user, obj)


def check_can_confirm_review(
    user: User, obj: EditorialModel, as_of: date, next_review_on: date | None = None
) -> None:
    """To say that approved content was read again and is still right. Raises ``Refused``."""
    check_can_read_again(user, obj)
    if next_review_on is None:
        raise Refused("Say when it has to be read again.", field="next_review_on")
    if next_review_on <= as_of:
        raise Refused("Name a day after today.", field="next_review_on")
    latest = as_of + relativedelta(years=LONGEST_REVIEW_YEARS)
    if next_review_on > latest:
        raise Refused(
            f"Name a day within {LONGEST_REVIEW_YEARS} years: {day_words(latest)} at the latest.",
            field="next_review_on",
        )


def check_can_read_again(user: User, obj: EditorialModel) -> None:
    """To confirm ``obj`` for whichever time. Raises ``Refused``."""
    check_allowed(user, Permission.APPROVE_CONTENT)
    if obj.status != ContentStatus.APPROVED:
        raise Refused("Only what is approved is confirmed. The rest is read when it is reviewed.")
    check_not_own(user, obj)
