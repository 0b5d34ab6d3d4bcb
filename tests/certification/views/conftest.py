"""Pages as people in their roles see them, on a day that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Case, Determination, Patient, User
from tests.certification.actions.flow import MEETS, answer, decide
from tests.factories import (
    FactFactory,
    FactGroupFactory,
    PatientFactory,
    ReferenceFactory,
    UserFactory,
)

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after everything that the factories date."""
    moment = now + timedelta(hours=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which a person is signed in, without the cost of the sign-in page."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def reviewer(sign_in: SignIn, nurse: User) -> Client:
    """The nurse's browser."""
    return sign_in(nurse)


@pytest.fixture
def doctor(sign_in: SignIn, physician: User) -> Client:
    """The physician's browser."""
    return sign_in(physician)


@pytest.fixture
def stranger(db: None) -> Patient:
    """A person of a site at which nobody of these tests works."""
    return PatientFactory(family_name="Elsewhere")


@pytest.fixture
def references(db: None) -> None:
    for key in ("guideline_a", "label_a", "seed_1", "trial_a"):
        ReferenceFactory(key=key, title=f"Title of {key}")


@pytest.fixture
def facts(db: None) -> None:
    """The questions that a registration needs, as rows of the reference content."""
    group = FactGroupFactory(key="questions", title="All questions", order=1)
    FactFactory(
        key="phenotype",
        group=group,
        type="choice",
        label="Type of MS",
        choices=[
            {"value": "RRMS", "label": "Relapsing-remitting"},
            {"value": "PPMS", "label": "Primary progressive"},
        ],
    )
    FactFactory(
        key="icd10cm_code",
        group=group,
        type="choice",
        label="ICD-10-CM code",
        choices=[{"value": "G35.A", "label": "G35.A", "valid_from": "2025-10-01"}],
    )
    FactFactory(
        key="prior_dmts",
        group=group,
        type="rows",
        label="Earlier drugs",
        rules={
            "fields": [
                {
                    "key": "agent",
                    "label": "Drug",
                    "type": "choice",
                    "choices": [{"value": "first_drug", "label": "First drug"}],
                }
            ]
        },
    )


@pytest.fixture
def met(case: Case, nurse: User, now: datetime, references: None) -> Case:
    """A case that the criteria recommend to certify."""
    return answer(case, nurse, now, MEETS)


@pytest.fixture
def certified(met: Case, nurse: User, now: datetime) -> Determination:
    return decide(met, nurse, now, "certified")


def case_url(name: str, case: Case, *args: Any) -> str:
    return reverse(f"certification:case{name}", args=[case.pk, *args])


def somebody(site: Any, *roles: str) -> User:
    return UserFactory(roles=list(roles), sites=[site])
