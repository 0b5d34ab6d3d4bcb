"""Is it really this person who signs?

A signature asks for the password again, however long the person has been signed in. Tries are
counted before the password is hashed, so that guessing costs the guesser and not the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction

from certification.actions.events import record_event
from certification.models import User
from certification.policies import Refused

TRIES = 5
TRIES_WITHIN = timedelta(minutes=5)
SIGNATURE_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Signature:
    """Proof that this person gave the password at this moment. Good for one act, soon after."""

    user_id: int
    at: datetime

    def is_of(self, user: User, now: datetime) -> bool:
        return self.user_id == user.pk and timedelta(0) <= now - self.at <= SIGNATURE_LASTS


def sign(*, user: User, password: str, now: datetime) -> Signature:
    """Checks the password. Raises ``Refused`` when it is wrong, or after too many wrong tries.

    A wrong password is written to the audit trail.
    """
    counter = f"signature-tries:{user.pk}"
    cache.add(counter, 0, timeout=int(TRIES_WITHIN.total_seconds()))
    try:
        tries = cache.incr(counter)
    except ValueError:
        # It expired between the two calls.
        tries = 1
        cache.set(counter, tries, timeout=int(TRIES_WITHIN.total_seconds()))
    if tries > TRIES:
        raise Refused(
            "Too many wrong passwords. Nothing was signed; try again in 5 minutes.",
            field="password",
        )
    if not user.is_active or not user.has_usable_password():
        raise Refused(
            "This account has no password to sign with. An administrator can set one.",
            field="password",
        )
    if not user.check_password(password):
        with transaction.atomic():
            record_event(
                by=user, verb="gave a wrong password to sign", obj=user, at=now,
                data={"try": tries},
            )  # fmt: skip
        raise Refused("The password is not right. Nothing was signed.", field="password")
    cache.delete(counter)
    return Signature(user.pk, now)
