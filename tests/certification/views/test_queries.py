"""No page asks the database more often because there is more in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.actions.cases import Entry
from certification.models import Case, User
from certification.workflow import CaseStatus
from config.roles import Role
from tests.certification.actions.flow import MEETS, answer
from tests.certification.views.conftest import SignIn, case_url, somebody
from tests.factories import (
    AuditEventFactory,
    CaseFactory,
    CitationFactory,
    CriteriaVersionFactory,
    PatientFactory,
    PriorTherapyFactory,
    StatementFactory,
    TherapyFactory,
)

pytestmark = pytest.mark.usefixtures("references", "facts")
FEW, MANY = 3, 30


def queries(client: Client, url: str, **query: str) -> int:
    """The second visit: the first one writes the opening down and fills caches."""
    client.get(url, query)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, query).status_code == 200
    return len(captured)


def constant(client: Client, url: str, grow: Callable[[int], None], **query: str) -> int:
    grow(FEW)
    few = queries(client, url, **query)
    grow(MANY - FEW)
    many = queries(client, url, **query)
    assert few == many, f"{few} queries for {FEW} rows, {many} for {MANY}"
    return many


def cases(case: Case, **fields: Any) -> Callable[[int], None]:
    def grow(count: int) -> None:
        for _ in range(count):
            CaseFactory(
                patient=PatientFactory(site=case.site),
                criteria_version=case.criteria_version,
                turnaround_profile=case.turnaround_profile,
                **fields,
            )

    return grow


@pytest.mark.parametrize("status", ["", "closed", "pended"])
def test_worklist(reviewer: Client, case: Case, status: str) -> None:
    made = {"": CaseStatus.IN_REVIEW, "closed": CaseStatus.WITHDRAWN}.get(status, status)
    url = reverse("certification:worklist")
    assert constant(reviewer, url, cases(case, status=made), status=status) <= 10


def test_home(reviewer: Client, case: Case) -> None:
    assert constant(reviewer, reverse("home"), cases(case)) <= 10


def test_patients(reviewer: Client, case: Case) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            PatientFactory(site=case.site)

    assert constant(reviewer, reverse("certification:patient-list"), grow) <= 7


def test_patient(reviewer: Client, case: Case, nurse: User) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            CaseFactory(patient=case.patient, criteria_version=case.criteria_version)
            PriorTherapyFactory(patient=case.patient)
            AuditEventFactory(patient_id=case.patient_id, site_id=case.site_id)

    url = reverse("certification:patient", args=[case.patient_id])
    assert constant(reviewer, url, grow) <= 18


@pytest.mark.parametrize(
    "name", ["", "-check", "-recommendation", "-history", "-decide", "-pend", "-certify"]
)
def test_pages_of_a_case(reviewer: Client, met: Case, name: str) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            PriorTherapyFactory(patient=met.patient)
            CaseFactory(patient=met.patient, criteria_version=met.criteria_version)
            AuditEventFactory(case_id=met.pk, site_id=met.site_id)

    assert constant(reviewer, case_url(name, met), grow) <= 20


def test_a_step(reviewer: Client, case: Case, nurse: User, now: datetime) -> None:
    """Earlier cases, their answers and the length of the history cost no query more."""

    def grow(count: int) -> None:
        for number in range(count):
            earlier = CaseFactory(
                patient=case.patient, criteria_version=case.criteria_version, opened_by=nurse
            )
            PriorTherapyFactory(patient=case.patient)
            answer(earlier, nurse, now, {"edss": Entry(str(number % 9), date(2027, 1, 4))})

    assert constant(reviewer, case_url("-step", case, "questions-1"), grow) <= 12


def test_answers_of_the_case_cost_no_query_more(
    reviewer: Client, case: Case, nurse: User, now: datetime
) -> None:
    url = case_url("-step", case, "questions-1")
    empty = queries(reviewer, url)
    answer(case, nurse, now, MEETS)
    assert queries(reviewer, url) <= empty


def test_every_therapy(reviewer: Client, case: Case, nurse: User, now: datetime) -> None:
    made = iter(range(MANY))

    def grow(count: int) -> None:
        for _ in range(count):
            key = f"drug-{next(made)}"
            therapy = TherapyFactory(key=key, generic=key)
            CriteriaVersionFactory(set_key=f"{key}-initial", therapy=therapy)

    url = reverse("certification:patient-therapies", args=[case.patient_id])
    assert constant(reviewer, url, grow) <= 10


def test_evidence(reviewer: Client) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            CitationFactory(statement=StatementFactory())

    assert constant(reviewer, reverse("certification:evidence"), grow) <= 12


def test_therapies(reviewer: Client) -> None:
    made = iter(range(MANY))

    def grow(count: int) -> None:
        for _ in range(count):
            key = f"drug-{next(made)}"
            CriteriaVersionFactory(set_key=key, therapy=TherapyFactory(key=key, generic=key))

    assert constant(reviewer, reverse("certification:therapy-list"), grow) <= 8


def test_audit(sign_in: SignIn, case: Case) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            AuditEventFactory(site_id=case.site_id, data={"changed": {"edss": {}}})

    auditor = sign_in(somebody(case.site, Role.AUDITOR))
    assert constant(auditor, reverse("certification:audit"), grow) <= 7
