"""Keyset paging: forwards and back through a list shows every row once, in one order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.models import Case, Patient
from certification.paging import SortKey, page_of
from certification.workflow import CaseStatus
from tests.factories import CaseFactory, CriteriaVersionFactory, PatientFactory, SiteFactory

BY_NAME = (SortKey("family_name"), SortKey("given_name"), SortKey("id"))
BY_DUE = (SortKey("due_at", nullable=True), SortKey("id"))
NEWEST = (SortKey("opened_at", descending=True), SortKey("id"))
START = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def cases(db: None) -> list[Case]:
    """Twelve cases; some share their due time, the pended ones have none."""
    patient, version = PatientFactory(), CriteriaVersionFactory()
    made = []
    for number in range(12):
        status = CaseStatus.PENDED if number % 4 == 3 else CaseStatus.IN_REVIEW
        opened_at = START + timedelta(hours=number // 3)
        made.append(
            CaseFactory(
                patient=patient, criteria_version=version, status=status, opened_at=opened_at
            )
        )
    return made


@pytest.mark.parametrize("order", [BY_DUE, NEWEST])
@pytest.mark.parametrize("size", [1, 5, 12, 20])
def test_every_row_is_shown_once_in_either_direction(
    cases: list[Case], order: tuple[SortKey, ...], size: int
) -> None:
    forwards, page = [], page_of(Case.objects.all(), order, size=size)
    assert not page.before
    forwards += page.rows
    while page.after:
        page = page_of(Case.objects.all(), order, size=size, after=page.after)
        forwards += page.rows
    assert len(forwards) == len(set(forwards)) == len(cases)
    backwards = list(reversed(page.rows))
    while page.before:
        page = page_of(Case.objects.all(), order, size=size, before=page.before)
        backwards += reversed(page.rows)
    assert backwards == list(reversed(forwards))


PIECES = [Q(status=CaseStatus.IN_REVIEW), Q(status=CaseStatus.PENDED)]


@pytest.mark.parametrize("order", [BY_DUE, NEWEST])
def test_a_list_in_pieces_is_the_same_list(cases: list[Case], order: tuple[SortKey, ...]) -> None:
    whole = page_of(Case.objects.all(), order, size=5)
    parts = page_of(Case.objects.all(), order, size=5, parts=PIECES)
    while whole.after:
        assert (parts.rows, parts.after, parts.before) == (whole.rows, whole.after, whole.before)
        whole = page_of(Case.objects.all(), order, size=5, after=whole.after)
        parts = page_of(Case.objects.all(), order, size=5, after=parts.after, parts=PIECES)
    whole = page_of(Case.objects.all(), order, size=5, before=whole.before)
    parts = page_of(Case.objects.all(), order, size=5, before=parts.before, parts=PIECES)
    assert parts.rows == whole.rows


def test_one_piece_is_a_filter(cases: list[Case]) -> None:
    found = page_of(Case.objects.all(), NEWEST, size=20, parts=PIECES[1:]).rows
    assert {case.status for case in found} == {CaseStatus.PENDED}


def test_what_has_no_due_time_comes_last(cases: list[Case]) -> None:
    rows = page_of(Case.objects.all(), BY_DUE, size=20).rows
    due = [case.due_at for case in rows]
    assert due[-3:] == [None] * 3
    assert due[:-3] == sorted(moment for moment in due if moment)


@pytest.mark.parametrize("wrong", ["", "nonsense", "00000000-0000-0000-0000-000000000000", "1"])
def test_a_stale_or_invented_address_gives_the_first_page(cases: list[Case], wrong: str) -> None:
    first = page_of(Case.objects.all(), BY_DUE, size=3)
    assert page_of(Case.objects.all(), BY_DUE, size=3, after=wrong).rows == first.rows
    assert page_of(Case.objects.all(), BY_DUE, size=3, before=wrong).rows == first.rows


def test_an_empty_list_is_one_empty_page(db: None) -> None:
    page = page_of(Patient.objects.all(), BY_NAME, size=3)
    assert (page.rows, page.after, page.before) == ([], "", "")


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.sampled_from(["Adams", "Berg", "berg", "Zoë", ""]), max_size=9),
    size=st.integers(1, 4),
)
@pytest.mark.django_db
def test_names_that_are_alike_lose_nobody(names: list[str], size: int) -> None:
    Patient.objects.all().delete()
    site = SiteFactory()
    for name in names:
        PatientFactory(site=site, family_name=name)
    seen, page = [], page_of(Patient.objects.all(), BY_NAME, size=size)
    seen += page.rows
    while page.after:
        page = page_of(Patient.objects.all(), BY_NAME, size=size, after=page.after)
        seen += page.rows
    assert seen == list(Patient.objects.order_by("family_name", "given_name", "id"))
