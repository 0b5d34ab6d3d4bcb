"""The password is asked again, and guessing is slow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from certification.actions.signatures import TRIES, sign
from certification.models import AuditEvent, User
from certification.policies import Refused
from tests.factories import PASSWORD, UserFactory


def test_the_right_password_signs(nurse: User, now: datetime) -> None:
    signature = sign(user=nurse, password=PASSWORD, now=now)
    assert signature.is_of(nurse, now)
    assert not signature.is_of(UserFactory(), now)


def test_a_wrong_password_is_refused_and_written_down(nurse: User, now: datetime) -> None:
    with pytest.raises(Refused, match="not right") as refusal:
        sign(user=nurse, password="wrong", now=now)
    assert refusal.value.field == "password"
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id) == ("gave a wrong password to sign", nurse.pk)


def test_too_many_tries_are_refused_before_hashing(
    nurse: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    check = User.check_password

    def counting(self: User, password: str) -> bool:
        hashed.append(password)
        return check(self, password)

    monkeypatch.setattr(User, "check_password", counting)
    for _ in range(TRIES):
        with pytest.raises(Refused, match="not right"):
            sign(user=nurse, password="wrong", now=now)
    for password in ("wrong", PASSWORD):
        with pytest.raises(Refused, match="Too many"):
            sign(user=nurse, password=password, now=now)
    assert len(hashed) == TRIES
    # Somebody else is not held up.
    sign(user=UserFactory(), password=PASSWORD, now=now)


def test_a_right_password_starts_the_count_again(nurse: User, now: datetime) -> None:
    for _ in range(3):
        for _ in range(TRIES - 1):
            with pytest.raises(Refused, match="not right"):
                sign(user=nurse, password="wrong", now=now)
        sign(user=nurse, password=PASSWORD, now=now)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_accounts_that_cannot_sign(nurse: User, now: datetime, change: dict[str, Any]) -> None:
    User.objects.filter(pk=nurse.pk).update(**change)
    with pytest.raises(Refused, match="no password to sign with"):
        sign(user=User.objects.get(pk=nurse.pk), password=PASSWORD, now=now)
