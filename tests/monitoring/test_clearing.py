"""Is a whole day answered as each person of it, and with no more queries?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certification.models import Site, User
from config.roles import Role
from monitoring.actions.courses import open_course, stop_course
from monitoring.actions.holds import place_hold
from monitoring.actions.plans import waive_item
from monitoring.clearing import Readiness, clear_to_infuse, clear_to_infuse_each
from monitoring.models import InfusionCourse, ProtocolVersion
from tests.factories import PatientFactory, UserFactory
from tests.factories.monitoring import CertifiedFactory, ProtocolVersionFactory
from tests.monitoring.actions.steps import START, at, book, check, give, result

pytestmark = pytest.mark.django_db


@pytest.fixture
def infusion_nurse(site: Site) -> User:
    return UserFactory(roles=[Role.INFUSION_NURSE], sites=[site])


def lives(site: Site, nurse: User, count: int) -> list[InfusionCourse]:
    """People who differ in what was tested, booked, given, held, waived, stopped and certified."""
    ProtocolVersionFactory()
    made = []
    for number in range(count):
        patient = PatientFactory(site=site)
        determination = CertifiedFactory(patient=patient, infusions=1 + number % 3)
        course = open_course(by=nurse, now=at(START), determination=determination, start_on=START)
        if number % 2:
            result(patient, nurse, "jcv_antibody", START, antibody="negative")
        if number % 4 == 1:
            give(course, nurse, START)
        visit = book(course, nurse, START + timedelta(days=28 + number % 3), on=START)
        if number % 3 == 0:
            check(visit, nurse, START, active_infection=number % 2 == 0)
        if number == 1:
            check(visit, nurse, visit.scheduled_on)
        if number % 5 == 4:
            place_hold(by=nurse, now=at(START), course=course, reason="Fever.")
        if number % 6 == 0:
            item = course.due_items.open().get(rule="antibody_baseline")
            waive_item(by=nurse, now=at(START), item=item, reason="Tested abroad.")
        if number % 8 == 7:
            course.refresh_from_db()
            stop_course(
                by=nurse, now=at(START), course=course, revision=course.revision,
                stopped_on=START, reason="Asked for it.",
            )  # fmt: skip
        made.append(course)
    return made


def together(courses: list[InfusionCourse], on: date) -> tuple[list[Readiness], int]:
    with CaptureQueriesContext(connection) as captured:
        answers = clear_to_infuse_each({course.pk: on for course in courses})
    return [answers[course.pk] for course in courses], len(captured)


def test_together_as_one_by_one(site: Site, infusion_nurse: User) -> None:
    courses = lives(site, infusion_nurse, 16)
    seen: set[str] = set()
    for day in (START, START + timedelta(days=29), START + timedelta(days=200)):
        found, queries = together(courses, day)
        assert found == [clear_to_infuse(course, day) for course in courses]
        assert queries == together(courses[:2], day)[1] <= 8
        seen |= {reason.kind for answer in found for reason in answer.reasons}
        seen |= {answer.answer for answer in found}
    assert seen >= {"yes", "no", "hold", "stopped", "barred", "not_done", "budget"}


def test_days_differ_by_course(site: Site, infusion_nurse: User) -> None:
    first, second = lives(site, infusion_nurse, 2)
    later = START + timedelta(days=200)
    found = clear_to_infuse_each({first.pk: START, second.pk: later})
    assert found[first.pk] == clear_to_infuse(first, START)
    assert found[second.pk] == clear_to_infuse(second, later)


def test_a_protocol_that_is_not_in_force_is_a_reason(site: Site, infusion_nurse: User) -> None:
    (course,) = lives(site, infusion_nurse, 1)
    ProtocolVersion.objects.update(expires_on=START)
    kinds = {reason.kind for reason in clear_to_infuse(course, START + timedelta(days=1)).reasons}
    assert "protocol" in kinds
