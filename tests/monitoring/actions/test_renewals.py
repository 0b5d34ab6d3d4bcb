"""Does a renewal open once, early, and offer what monitoring knows to be confirmed?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from certification.case_facts import prefill
from certification.models import User
from certification.policies import Refused
from monitoring.actions.courses import record_facts, stop_course
from monitoring.actions.infusions import record_reaction
from monitoring.actions.renewals import open_renewal
from monitoring.models import InfusionCourse
from monitoring.renewal_facts import lapses
from tests.factories import AnswerFactory, CriteriaVersionFactory, TurnaroundProfileFactory

from .steps import START, at, give, result

pytestmark = pytest.mark.django_db
LATER = START + timedelta(weeks=2)


@pytest.fixture
def renewable(course: InfusionCourse) -> InfusionCourse:
    TurnaroundProfileFactory()
    CriteriaVersionFactory(
        therapy=course.therapy, set_key="exemplumab-renewal", request_type="renewal"
    )
    return course


def test_a_renewal_follows_on_and_opens_once(renewable: InfusionCourse, nurse: User) -> None:
    terms = {"by": nurse, "now": at(LATER), "course": renewable, "ordering_clinician": "Dr O."}
    case = open_renewal(**terms)
    assert (case.request_type, case.service_on) == ("renewal", date(2028, 2, 1))
    assert not case.answers.exists(), "a reviewer confirms first"
    with pytest.raises(Refused, match=f"{case.number} is open already"):
        open_renewal(**terms)


def test_opening_a_case_is_for_reviewers(renewable: InfusionCourse, infusion_nurse: User) -> None:
    with pytest.raises(Refused, match="nurse reviewer"):
        open_renewal(by=infusion_nurse, now=at(LATER), course=renewable, ordering_clinician="Dr O.")


def test_what_monitoring_knows_is_offered_with_its_age(
    renewable: InfusionCourse, infusion_nurse: User, nurse: User
) -> None:
    result(renewable.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(renewable, infusion_nurse, START)
    case = open_renewal(by=nurse, now=at(LATER), course=renewable, ordering_clinician="Dr O.")
    keys = ["antibody", "active_infection", "edss", "last_infusion_date"]
    offers = prefill(renewable.patient, keys, LATER, exclude=case)
    assert set(offers) == {"antibody", "active_infection", "last_infusion_date"}
    offer = offers["antibody"]
    assert (offer.value, offer.observed_on, offer.age_days) == ("negative", START, 14)
    assert (offer.source, offer.from_case_number, offer.answer_id) == ("monitoring", "", None)
    assert offers["last_infusion_date"].value == "2027-02-01"


def test_the_newer_value_is_offered(renewable: InfusionCourse, infusion_nurse: User) -> None:
    first = renewable.authorizations.get().determination.case
    AnswerFactory(
        case=first, fact_key="antibody", value="positive", observed_on=START - timedelta(days=1)
    )
    patient = renewable.patient
    assert prefill(patient, ["antibody"], LATER)["antibody"].from_case_number == first.number
    result(patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    assert prefill(patient, ["antibody"], LATER)["antibody"].value == "negative"


def test_questions_about_another_therapy_are_left_alone(
    renewable: InfusionCourse, infusion_nurse: User
) -> None:
    record_facts(
        by=infusion_nurse, now=at(START), course=renewable, revision=1, facts={"suspected": False}
    )
    offers = prefill(renewable.patient, ["suspected", "infusion_count"], LATER)
    assert set(offers) == {"suspected"}


def test_a_lapse_in_monitoring_shows(renewable: InfusionCourse) -> None:
    assert not lapses(renewable, START)
    late = date(2027, 6, 1)
    assert "antibody_3m" in {item.rule for item in lapses(renewable, late)}


def test_a_stopped_course_is_not_renewed(
    renewable: InfusionCourse, infusion_nurse: User, nurse: User
) -> None:
    stop_course(
        by=infusion_nurse, now=at(START), course=renewable, revision=1, stopped_on=START,
        reason="Moved away.",
    )  # fmt: skip
    with pytest.raises(Refused, match="new request"):
        open_renewal(by=nurse, now=at(LATER), course=renewable, ordering_clinician="Dr O.")


def test_the_worst_reaction_is_offered_with_the_day_of_its_infusion(
    renewable: InfusionCourse, infusion_nurse: User, nurse: User
) -> None:
    """Recorded reactions are offered; that none was recorded does not say that there was none."""
    key = "previous_infusion_reaction_grade"
    result(renewable.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    visit = give(renewable, infusion_nurse, START)
    case = open_renewal(by=nurse, now=at(LATER), course=renewable, ordering_clinician="Dr O.")
    assert prefill(renewable.patient, [key], LATER, exclude=case) == {}
    for grade in (2, 1):
        record_reaction(
            by=infusion_nurse, now=at(START), visit=visit, grade=grade, symptoms="Flushing."
        )
    offer = prefill(renewable.patient, [key], LATER, exclude=case)[key]
    assert (offer.value, offer.observed_on, offer.age_days) == ("2", START, 14)
    assert offer.source == "monitoring"
    assert prefill(renewable.patient, [key], LATER) == {}, "a question about one therapy"
