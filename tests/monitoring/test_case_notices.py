"""A lapse in monitoring shows on the renewal, and the record of its determination keeps it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from certification.case_notices import case_notices, notices_to_seal
from certification.letters.clinician import clinician_letter
from certification.models import Case, CriteriaVersion, Determination, Patient, User
from certification.replaying import replay
from monitoring.actions.holds import place_hold
from monitoring.actions.plans import replan
from monitoring.models import InfusionCourse, ProtocolVersion
from tests.certification.actions.flow import MEETS, answer, decide
from tests.certification.views.conftest import SignIn
from tests.factories import CaseFactory
from tests.monitoring.actions.conftest import course, determination, infusion_nurse, protocol
from tests.monitoring.actions.steps import START, at
from tests.monitoring.views.conftest import _clock, sign_in

__all__ = ["_clock", "course", "determination", "infusion_nurse", "protocol", "sign_in"]
NOW = START + timedelta(weeks=30)
pytestmark = pytest.mark.usefixtures("sources")


@pytest.fixture
def renewal(course: InfusionCourse, version: CriteriaVersion, nurse: User) -> Case:
    """A renewal case of the person whose course is monitored, long after anything was done."""
    return CaseFactory(
        patient=course.patient, criteria_version=version, opened_by=nurse, request_type="renewal",
        therapy=course.therapy,
    )  # fmt: skip


def test_a_lapse_is_named_by_test(
    renewal: Case, course: InfusionCourse, infusion_nurse: User, nurse: User
) -> None:
    replan(by=infusion_nurse, now=at(NOW), course=course)
    place_hold(by=infusion_nurse, now=at(NOW), course=course, reason="Fever.")
    (notice,) = case_notices(renewal, nurse, NOW)
    assert (notice.kind, notice.title) == ("warning", "A lapse in monitoring")
    assert "1 hold active" in notice.says
    assert any(line.startswith("Antibody test: was due on") for line in notice.lines)
    assert "On hold since 30 Aug 2027: Fever." in notice.lines
    assert notice.url == reverse("monitoring:course", args=[course.pk])
    named = [line.partition(":")[0] for line in notice.lines]
    assert len(named) == len(set(named)), "each test once, however often it was left out"


def test_nothing_behind_is_told_too(renewal: Case, nurse: User) -> None:
    (notice,) = case_notices(renewal, nurse, date(2027, 1, 12))
    assert notice.title == "Monitoring is up to date"


def test_a_person_who_is_not_monitored_here_is_said_to_be_so(
    version: CriteriaVersion, patient: Patient, nurse: User
) -> None:
    case = CaseFactory(patient=patient, criteria_version=version, request_type="renewal")
    (notice,) = case_notices(case, nurse, START)
    assert notice.title == "Not monitored here"
    assert notices_to_seal(case, START) == []


def test_an_initial_request_carries_no_notice(case: Case, nurse: User) -> None:
    assert case_notices(case, nurse, START) == []


def test_the_pages_of_the_renewal_show_it(
    renewal: Case, course: InfusionCourse, infusion_nurse: User, nurse: User, sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(NOW))
    replan(by=infusion_nurse, now=at(NOW), course=course)
    browser: Client = sign_in(nurse)
    for name in ("case", "case-check", "case-recommendation", "case-certify"):
        page = browser.get(reverse(f"certification:{name}", args=[renewal.pk]))
        assert "A lapse in monitoring" in page.content.decode(), name


def test_the_record_and_the_letter_keep_it(
    renewal: Case, course: InfusionCourse, infusion_nurse: User, nurse: User
) -> None:
    early = at(date(2027, 1, 12))
    place_hold(by=infusion_nurse, now=early, course=course, reason="Fever.")
    signed = decide(answer(renewal, nurse, early, MEETS), nurse, early, "certified")
    (kept,) = signed.record["notices"]
    assert kept["title"] == "The next infusion is on hold"
    assert kept["lines"] == ["On hold since 12 Jan 2027: Fever."]
    assert replay(signed).matches
    letter = clinician_letter(signed.record, signed.seal)
    assert letter["noticed"] == [kept]


def test_a_determination_leads_to_its_course(
    determination: Determination, protocol: ProtocolVersion, infusion_nurse: User, nurse: User
) -> None:
    (notice,) = case_notices(determination.case, infusion_nurse, START)
    assert notice.url == reverse("monitoring:course-new", args=[determination.pk])
    assert case_notices(determination.case, nurse, START) == [], "opening it is not a reviewer's"


def test_a_spent_determination_leads_to_the_course_that_spends_it(
    determination: Determination, course: InfusionCourse, nurse: User
) -> None:
    (notice,) = case_notices(determination.case, nurse, START)
    assert (notice.title, notice.label) == ("In use", "Open the course")
    assert notice.url == reverse("monitoring:course", args=[course.pk])
