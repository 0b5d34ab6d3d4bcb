"""Two people at the same moment, in two threads on one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from importlib import import_module
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from certification.actions.cases import Entry, open_case, save_answers
from certification.actions.determinations import sign, sign_determination
from certification.models import Case, CriteriaVersion, Determination, Letter, Patient, User
from certification.policies import Refused, Stale
from tests.certification.actions.flow import MEETS, answer
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Runs the calls in threads that start together; exceptions come back as results."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except (Refused, Stale) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


SEALS = import_module("certification.migrations.0002_seals").SEALS


class _Plain:
    """Enough of a schema editor to lift the seals and put them back."""

    connection = connection

    def execute(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.fixture(scope="module", autouse=True)
def _sealed_afterwards(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        SEALS.remove(None, _Plain())
        SEALS.install(None, _Plain())


@pytest.fixture(autouse=True)
def _sealed_until_cleaned(db: None) -> Iterator[None]:
    """Sealed rows cannot be deleted, so the seals are lifted for cleaning up after a test."""
    name = str(connection.settings_dict["NAME"])
    assert "mode=memory" not in name, "these tests need a database that threads share"
    SEALS.remove(None, _Plain())
    SEALS.install(None, _Plain())
    yield
    SEALS.remove(None, _Plain())


def test_signed_by_two_at_once(case: Case, nurse: User, physician: User, now: datetime) -> None:
    answer(case, nurse, now, MEETS)
    signatures = {u: sign(user=u, password=PASSWORD, now=now) for u in (nurse, physician)}

    def signing(user: User) -> Callable[[], Determination]:
        return lambda: sign_determination(
            by=user, now=now, case=case, revision=case.revision, signature=signatures[user],
            outcome="certified",
        )  # fmt: skip

    results = at_once(signing(nurse), signing(physician), signing(nurse), signing(physician))
    assert sum(isinstance(result, Determination) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 3
    assert Determination.objects.count() == 1
    assert Letter.objects.count() == 2


def test_answered_by_many_at_once(case: Case, nurse: User, now: datetime) -> None:
    def saving(value: str) -> Callable[[], Any]:
        entries = {"edss": Entry(value)}
        return lambda: save_answers(by=nurse, now=now, case=case, revision=1, entries=entries)

    results = at_once(*(saving(value) for value in ("1", "2", "3", "4")))
    assert sum(isinstance(result, Stale) for result in results) == 3
    case.refresh_from_db()
    assert case.revision == 2


def test_cases_opened_at_once_have_their_own_numbers(
    patient: Patient, version: CriteriaVersion, nurse: User, now: datetime
) -> None:
    def opening() -> Case:
        return open_case(
            by=nurse, now=now, patient=patient, therapy=version.therapy, request_type="initial",
            ordering_clinician="Dr Orderer", service_on=date(2027, 2, 1), urgency="standard",
        )  # fmt: skip

    results = at_once(*[opening] * 5)
    assert sorted(result.number for result in results) == [f"2027-{n:06d}" for n in range(1, 6)]
