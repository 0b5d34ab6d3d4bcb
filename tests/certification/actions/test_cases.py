"""Opening a case and moving it through its review, with its clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from certification.actions.cases import (
    open_case,
    pend_case,
    refer_case,
    resume_case,
    withdraw_case,
)
from certification.models import AuditEvent, Case, CriteriaVersion, Patient, User
from certification.policies import Refused, Stale
from certification.workflow import CaseStatus
from tests.certification.actions.flow import MISSES, answer
from tests.factories import CriteriaVersionFactory, TurnaroundProfileFactory

FRIDAY = datetime(2027, 1, 15, 15, 0, tzinfo=UTC)


def opened(nurse: User, patient: Patient, version: CriteriaVersion, **changes: Any) -> Case:
    arguments: dict[str, Any] = {
        "by": nurse,
        "now": FRIDAY,
        "patient": patient,
        "therapy": version.therapy,
        "request_type": "initial",
        "ordering_clinician": "Dr Olive Orderer",
        "service_on": date(2027, 2, 1),
        "urgency": "standard",
    }
    return open_case(**arguments | changes)


def test_a_case_pins_the_version_and_starts_its_clock(
    nurse: User, patient: Patient, version: CriteriaVersion
) -> None:
    case = opened(nurse, patient, version)
    assert case.criteria_version == version
    assert case.number == "2027-000001"
    assert case.due_at == FRIDAY + timedelta(hours=72)
    assert opened(nurse, patient, version).number == "2027-000002"
    next_year = opened(nurse, patient, version, now=FRIDAY + timedelta(days=365))
    assert next_year.number == "2028-000001"


def test_the_year_of_a_number_is_the_year_at_the_site(
    nurse: User, patient: Patient, version: CriteriaVersion
) -> None:
    silvester = datetime(2028, 1, 1, 2, tzinfo=UTC)
    assert opened(nurse, patient, version, now=silvester).number == "2027-000001"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "submitted", "approved_by": None, "approved_at": None},
        {"status": "retired"},
        {"effective_on": date(2027, 3, 1)},
        {"expires_on": date(2027, 1, 14)},
    ],
)
def test_only_criteria_in_force_open_a_case(
    nurse: User, patient: Patient, changes: dict[str, Any]
) -> None:
    TurnaroundProfileFactory()
    version = CriteriaVersionFactory(**changes)
    with pytest.raises(Refused, match="No approved criteria are in force") as refusal:
        opened(nurse, patient, version)
    assert refusal.value.field == "therapy"
    assert not Case.objects.exists()


def test_own_criteria_come_before_those_of_a_payer(
    nurse: User, patient: Patient, version: CriteriaVersion
) -> None:
    payers = CriteriaVersionFactory(
        therapy=version.therapy, set_key="a-payer-initial", policy_organisation="A payer"
    )
    assert opened(nurse, patient, version).criteria_version == version
    chosen = opened(nurse, patient, version, set_key="a-payer-initial")
    assert chosen.criteria_version == payers


def test_the_newest_version_in_force_is_pinned(
    nurse: User, patient: Patient, version: CriteriaVersion
) -> None:
    newer = CriteriaVersionFactory(
        therapy=version.therapy, version="2026.2", effective_on=date(2027, 1, 1)
    )
    assert opened(nurse, patient, version).criteria_version == newer


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"request_type": "unheard_of"}, "request_type"),
        ({"ordering_clinician": "  "}, "ordering_clinician"),
        ({"ordering_clinician": "x" * 121}, "ordering_clinician"),
        ({"ordering_clinician_number": "1" * 21}, "ordering_clinician_number"),
        ({"service_on": date(1980, 1, 1)}, "service_on"),
        ({"urgency": "expedited"}, "urgency"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    nurse: User,
    patient: Patient,
    version: CriteriaVersion,
    changes: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(Refused) as refusal:
        opened(nurse, patient, version, **changes)
    assert refusal.value.field == field
    assert not AuditEvent.objects.exists()


def test_the_clock_stands_still_while_pended(
    nurse: User, patient: Patient, version: CriteriaVersion
) -> None:
    case = opened(nurse, patient, version)
    pend_case(
        by=nurse,
        now=FRIDAY + timedelta(hours=10),
        case=case,
        revision=1,
        fact_keys=["antibody", "edss", "antibody"],
        message="Please send the report.",
    )
    case.refresh_from_db()
    assert (case.status, case.due_at, case.time_left) == ("pended", None, timedelta(hours=62))
    request = case.information_requests.get()
    assert request.fact_keys == ["antibody", "edss"]
    later = FRIDAY + timedelta(days=30)
    resume_case(by=nurse, now=later, case=case, revision=2)
    case.refresh_from_db()
    request.refresh_from_db()
    assert (case.status, case.due_at, case.time_left) == (
        "in_review", later + timedelta(hours=62), None,
    )  # fmt: skip
    assert (request.resumed_by, request.resumed_at) == (nurse, later)


def test_working_days_leave_the_weekend_out(nurse: User, patient: Patient) -> None:
    TurnaroundProfileFactory(calendar="working_days", hours=48)
    version = CriteriaVersionFactory()
    case = opened(nurse, patient, version)  # Friday 10:00 at the site
    assert case.due_at == datetime(2027, 1, 19, 15, tzinfo=UTC)
    monday = datetime(2027, 1, 18, 15, tzinfo=UTC)
    pend_case(by=nurse, now=monday, case=case, revision=1, fact_keys=["edss"], message="")
    case.refresh_from_db()
    assert case.time_left == timedelta(hours=24)
    # Resumed on the Friday before the clocks change: due on Monday at the same wall time.
    resume_case(by=nurse, now=datetime(2027, 3, 12, 15, tzinfo=UTC), case=case, revision=2)
    case.refresh_from_db()
    assert case.due_at == datetime(2027, 3, 15, 14, tzinfo=UTC)


@pytest.mark.parametrize("fact_keys", [[], ["unheard_of"]])
def test_a_pend_names_facts_of_these_criteria(
    nurse: User, case: Case, now: datetime, fact_keys: list[str]
) -> None:
    with pytest.raises(Refused) as refusal:
        pend_case(by=nurse, now=now, case=case, revision=1, fact_keys=fact_keys, message="")
    assert refusal.value.field == "fact_keys"


def test_a_referral_keeps_what_was_unmet(nurse: User, case: Case, now: datetime) -> None:
    answer(case, nurse, now, MISSES)
    referral = refer_case(
        by=nurse, now=now, case=case, revision=case.revision, reason="  Primary progressive.  "
    )
    assert (referral.unmet, referral.reason) == (["course"], "Primary progressive.")
    case.refresh_from_db()
    assert case.status == CaseStatus.REFERRED
    assert case.due_at is not None


@pytest.mark.parametrize("pended", [False, True])
def test_withdrawn_at_any_time(nurse: User, case: Case, now: datetime, pended: bool) -> None:
    if pended:
        pend_case(by=nurse, now=now, case=case, revision=1, fact_keys=["edss"], message="")
        case.refresh_from_db()
    withdraw_case(by=nurse, now=now, case=case, revision=case.revision, reason="Taken back.")
    case.refresh_from_db()
    assert (case.status, case.closed_at) == ("withdrawn", now)
    assert not case.information_requests.filter(resumed_at=None).exists()


def test_reasons_are_needed(nurse: User, case: Case, now: datetime) -> None:
    for action in (refer_case, withdraw_case):
        with pytest.raises(Refused, match="Give the reason"):
            action(by=nurse, now=now, case=case, revision=1, reason="  ")


def test_a_stale_form_changes_nothing_and_says_what_changed(
    nurse: User, case: Case, now: datetime
) -> None:
    answer(case, nurse, now, MISSES)
    calls: list[Any] = [
        lambda: refer_case(by=nurse, now=now, case=case, revision=1, reason="x"),
        lambda: withdraw_case(by=nurse, now=now, case=case, revision=1, reason="x"),
        lambda: pend_case(by=nurse, now=now, case=case, revision=1, fact_keys=["edss"], message=""),
    ]
    for call in calls:
        with pytest.raises(Stale) as stale:
            call()
        assert {change.key for change in stale.value.changed} == set(MISSES)
        assert stale.value.revision == case.revision
    case.refresh_from_db()
    assert case.status == CaseStatus.IN_REVIEW
