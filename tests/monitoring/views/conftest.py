"""Pages of monitoring on a day that stands still: see ``tests.certification.views.conftest``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from certification.models import User
from monitoring.models import InfusionCourse
from tests.certification.views.conftest import SignIn, _clock, references, sign_in, stranger
from tests.monitoring.actions.conftest import course, determination, infusion_nurse, protocol
from tests.monitoring.actions.steps import START, at, result

OnDay = Callable[[date], Client]

__all__ = [
    "_clock",
    "course",
    "determination",
    "infusion_nurse",
    "protocol",
    "references",
    "sign_in",
    "stranger",
]


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch, sign_in: SignIn, infusion_nurse: User) -> OnDay:
    """Puts the clock of the pages on a day, and gives the browser of the infusion nurse on it."""

    def signed_in_on(day: date) -> Client:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at(day))
        return sign_in(infusion_nurse)

    return signed_in_on


@pytest.fixture
def chair(on_day: OnDay) -> Client:
    """The browser of the infusion nurse on the day of the first infusion."""
    return on_day(START)


@pytest.fixture
def tested(course: InfusionCourse, infusion_nurse: User) -> InfusionCourse:
    """A course whose antibody was tested, negative, on the day of the first infusion."""
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    course.refresh_from_db()
    return course


@pytest.fixture
def nurses(sign_in: SignIn, infusion_nurse: User) -> Client:
    """The browser of the infusion nurse."""
    return sign_in(infusion_nurse)
