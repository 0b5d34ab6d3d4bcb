"""What every test can ask for: people in their roles, a patient, criteria in force, a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from certification.models import Case, CriteriaVersion, Patient, Site, User
from config.roles import Role
from tests.factories import (
    CaseFactory,
    CriteriaVersionFactory,
    PatientFactory,
    ReferenceFactory,
    SiteFactory,
    TurnaroundProfileFactory,
    UserFactory,
)

# The same examples on every machine, so that a change is judged by what it changes;
# ``pytest --hypothesis-profile=searching`` looks at others. A machine under load is slow; that says
# nothing about what is tested.
settings.register_profile(
    "searching", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("steady", settings.get_profile("searching"), derandomize=True)
settings.load_profile("steady")

# What shares something expensive runs on one worker: a server with its browser, a demonstration.
TOGETHER = ("tests/browser/", "tests/certification/test_demo.py")


class TogetherScheduling(LoadScopeScheduling):
    """Gives tests to workers one by one, and those that belong together to the same worker."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TogetherScheduling:
    return TogetherScheduling(config, log)


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Counters of wrong passwords must not leak from one test into the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def now() -> datetime:
    """A Monday morning at the site."""
    return datetime(2027, 1, 11, 15, 0, tzinfo=UTC)


@pytest.fixture
def site(db: None) -> Site:
    return SiteFactory()


@pytest.fixture
def nurse(site: Site) -> User:
    return UserFactory(roles=[Role.NURSE_REVIEWER], sites=[site], credentials="RN")


@pytest.fixture
def physician(site: Site) -> User:
    return UserFactory(roles=[Role.PHYSICIAN_REVIEWER], sites=[site], credentials="MD")


@pytest.fixture
def patient(site: Site) -> Patient:
    return PatientFactory(site=site)


@pytest.fixture
def version(db: None) -> CriteriaVersion:
    """Approved criteria of a made-up therapy: see ``tests.factories.content``."""
    TurnaroundProfileFactory()
    return CriteriaVersionFactory()


@pytest.fixture
def sources(db: None) -> None:
    """What the made-up criteria cite: without these references they would be in quarantine."""
    for key in ("guideline_a", "label_a", "seed_1", "trial_a"):
        ReferenceFactory(key=key)


@pytest.fixture
def case(nurse: User, patient: Patient, version: CriteriaVersion) -> Case:
    """An open case without answers."""
    return CaseFactory(patient=patient, criteria_version=version, opened_by=nurse)
