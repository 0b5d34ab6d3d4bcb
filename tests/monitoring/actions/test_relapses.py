"""A relapse course ends with a question, and its answer leads on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.models import Case, User
from certification.policies import Refused
from config.roles import Role
from monitoring.actions.relapses import answer_relapse, open_case_after_relapse
from monitoring.models import InfusionCourse, RelapseAnswer
from monitoring.renewal_facts import offers
from tests.factories import (
    CaseFactory,
    CriteriaVersionFactory,
    PatientFactory,
    SiteFactory,
    TurnaroundProfileFactory,
    UserFactory,
)
from tests.factories.monitoring import CourseAuthorizationFactory, InfusionCourseFactory

from .steps import START, at, give, result

LATER = START + timedelta(days=3)


@pytest.fixture
def relapse(course: InfusionCourse, infusion_nurse: User) -> InfusionCourse:
    """A relapse course of which one infusion was given."""
    Case.objects.filter(pk=course.authorizations.get().determination.case_id).update(
        request_type="acute_course"
    )
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(course, infusion_nurse, START)
    return InfusionCourse.objects.get(pk=course.pk)


def test_no_is_recorded_by_whom_and_when(relapse: InfusionCourse, infusion_nurse: User) -> None:
    answer = answer_relapse(
        by=infusion_nurse, now=at(LATER), course=relapse, changes_therapy=False,
        note="Neurologist, after the visit.",
    )  # fmt: skip
    assert (answer.answered_by, answer.answered_at) == (infusion_nurse, at(LATER))
    with pytest.raises(Refused, match="answered already: this relapse does not change"):
        answer_relapse(by=infusion_nurse, now=at(LATER), course=relapse, changes_therapy=True)
    assert RelapseAnswer.objects.count() == 1


def test_only_a_relapse_course_asks_and_only_after_an_infusion(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    with pytest.raises(Refused, match="after the infusions of a relapse course"):
        answer_relapse(by=infusion_nurse, now=at(LATER), course=course, changes_therapy=False)


def test_somebody_who_only_reads_cannot_answer(relapse: InfusionCourse) -> None:
    auditor = UserFactory(roles=[Role.AUDITOR], sites=[relapse.site])
    with pytest.raises(Refused, match="infusion nurse"):
        answer_relapse(by=auditor, now=at(LATER), course=relapse, changes_therapy=False)


def test_yes_opens_a_case_for_the_chosen_therapy(
    relapse: InfusionCourse, infusion_nurse: User, nurse: User
) -> None:
    TurnaroundProfileFactory()
    version = CriteriaVersionFactory()
    answer_relapse(by=infusion_nurse, now=at(LATER), course=relapse, changes_therapy=True)
    terms = {
        "course": relapse, "therapy": version.therapy, "request_type": version.request_type,
        "set_key": version.set_key, "ordering_clinician": "Dr Sample, MD", "service_on": LATER,
    }  # fmt: skip
    with pytest.raises(Refused, match="nurse reviewer"):
        open_case_after_relapse(by=infusion_nurse, now=at(LATER), **terms)
    with pytest.raises(Refused, match="disease-modifying") as refused:
        open_case_after_relapse(by=nurse, now=at(LATER), **terms | {"request_type": "acute_course"})
    assert refused.value.field == "criteria"
    case = open_case_after_relapse(by=nurse, now=at(LATER), **terms)
    answer = RelapseAnswer.objects.get()
    assert (answer.case, answer.answered_by) == (case, infusion_nurse)
    with pytest.raises(Refused, match="Its case is open"):
        open_case_after_relapse(by=nurse, now=at(LATER), **terms)


def test_a_reviewer_answers_by_opening_the_case(relapse: InfusionCourse, nurse: User) -> None:
    TurnaroundProfileFactory()
    version = CriteriaVersionFactory()
    case = open_case_after_relapse(
        by=nurse, now=at(LATER), course=relapse, therapy=version.therapy,
        request_type=version.request_type, set_key=version.set_key,
        ordering_clinician="Dr Sample, MD", service_on=LATER,
    )  # fmt: skip
    answer = RelapseAnswer.objects.get()
    assert (answer.changes_therapy, answer.case, answer.answered_by) == (True, case, nurse)


def test_the_pages_ask_and_lead_on(
    relapse: InfusionCourse, infusion_nurse: User, nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(LATER))
    TurnaroundProfileFactory()
    version = CriteriaVersionFactory()
    browser = Client()
    browser.force_login(infusion_nurse)
    course = reverse("monitoring:course", args=[relapse.pk])
    asks = reverse("monitoring:course-relapse", args=[relapse.pk])
    opens = reverse("monitoring:course-relapse-case", args=[relapse.pk])
    assert asks in browser.get(course).content.decode()
    unanswered = browser.post(asks, {"note": "Seen today."})
    assert unanswered.status_code == 422
    assert "Seen today." in unanswered.content.decode()
    assert browser.post(asks, {"changes_therapy": "yes"}).status_code == 302
    page = browser.get(course).content.decode()
    assert "Next: open the case (Nurse reviewer)." in page
    assert browser.get(opens).status_code == 403
    reviewer = Client()
    reviewer.force_login(nurse)
    assert opens in reviewer.get(course).content.decode()
    assert "Choose the therapy" in reviewer.get(opens).content.decode()
    typed = {"criteria": version.set_key, "ordering_clinician": "Dr Sample, MD",
             "service_on": LATER.isoformat(), "urgency": "standard"}  # fmt: skip
    assert reviewer.post(opens, typed | {"criteria": ""}).status_code == 422
    assert reviewer.post(opens, typed).status_code == 302
    case = RelapseAnswer.objects.get().case
    assert case is not None
    assert f"Case {case.number}" in browser.get(course).content.decode()
    assert reviewer.post(opens, typed).status_code == 409


def test_treated_relapses_are_counted_for_the_next_case(
    relapse: InfusionCourse, infusion_nurse: User
) -> None:
    """The protocol names the questions that count its courses, and over how long."""
    wanted = ["relapses_12m", "relapses_24m", "something_else"]
    found = offers(relapse.patient, wanted, LATER, None)
    assert {key: (one.value, one.age_days, one.source) for key, one in found.items()} == {
        "relapses_12m": (1, 3, "monitoring"),
        "relapses_24m": (1, 3, "monitoring"),
    }
    year_later = date(2028, 2, 2)
    found = offers(relapse.patient, wanted, year_later, None)
    assert {key: one.value for key, one in found.items()} == {"relapses_24m": 1}


def test_other_courses_ask_nothing(infusion_nurse: User) -> None:
    plain = InfusionCourseFactory()
    CourseAuthorizationFactory(course=plain)
    infusion_nurse.sites.add(plain.site)
    with pytest.raises(Refused):
        answer_relapse(by=infusion_nurse, now=at(LATER), course=plain, changes_therapy=False)


def test_a_yes_waits_on_the_first_page_of_reviewers(
    relapse: InfusionCourse, infusion_nurse: User, nurse: User, client: Client
) -> None:
    """Until the case is open, and only at their own site."""
    stranger = UserFactory(roles=[Role.NURSE_REVIEWER], sites=[SiteFactory()])
    link = reverse("monitoring:course-relapse-case", args=[relapse.pk])

    def shown_to(user: User) -> bool:
        client.force_login(user)
        return link in client.get(reverse("home")).content.decode()

    assert not shown_to(nurse)
    answer = answer_relapse(by=infusion_nurse, now=at(LATER), course=relapse, changes_therapy=True)
    assert [shown_to(user) for user in (nurse, stranger, infusion_nurse)] == [True, False, False]
    answer.case = CaseFactory(patient=relapse.patient)
    answer.save()
    assert not shown_to(nurse)


def test_the_first_page_asks_the_same_for_many_relapses(nurse: User, client: Client) -> None:
    client.force_login(nurse)
    site = nurse.sites.get()

    def queries(count: int) -> int:
        for _ in range(count):
            course = InfusionCourseFactory(patient=PatientFactory(site=site))
            RelapseAnswer.objects.create(
                course=course, changes_therapy=True, answered_by=nurse, answered_at=at(START)
            )
        client.get(reverse("home"))
        with CaptureQueriesContext(connection) as captured:
            text = client.get(reverse("home")).content.decode()
        assert "Relapses that wait for a case" in text
        return len(captured)

    assert queries(1) == queries(14)
