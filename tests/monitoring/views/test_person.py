"""One person at a glance: the drawing, the table that says the same, the risk, what is due."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Answer, AuditEvent, Patient, User
from config.roles import Role
from monitoring.actions.courses import stop_course
from monitoring.actions.holds import place_hold, release_hold
from monitoring.actions.plans import waive_item
from monitoring.actions.results import ResultEntry, correct_result
from monitoring.actions.visits import record_missed
from monitoring.models import InfusionCourse, ProtocolVersion
from tests.certification.views.conftest import SignIn, somebody
from tests.certification.views.test_queries import constant
from tests.factories import CaseFactory, CriteriaVersionFactory, PatientFactory
from tests.factories.monitoring import InfusionCourseFactory
from tests.monitoring.actions.steps import START, at, book, give, result

pytestmark = pytest.mark.usefixtures("references")
LATER = START + timedelta(weeks=20)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, sign_in: SignIn, infusion_nurse: User) -> Any:
    """Puts the clock of the pages on a day, and signs the nurse in on it."""

    def signed_in_on(day: date) -> Client:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at(day))
        return sign_in(infusion_nurse)

    return signed_in_on


def url(patient: Patient) -> str:
    return reverse("monitoring:person", args=[patient.pk])


def shown(client: Client, patient: Patient, **query: str) -> str:
    response = client.get(url(patient), query)
    assert response.status_code == 200
    return response.content.decode()


def timeline(page: str) -> tuple[set[str], set[str]]:
    """The events of the drawing, and those of its table."""
    part = page[page.index('id="timeline-title"') :]
    part = part[: part.index("</section>")]
    drawn = re.findall(r'<g class="event" data-event="([^"]+)"', part)
    listed = re.findall(r'<tr data-event="([^"]+)"', part)
    assert len(drawn) == len(set(drawn)), "each event is drawn once"
    assert len(listed) == len(set(listed)), "and listed once"
    return set(drawn), set(listed)


@pytest.fixture
def lived(course: InfusionCourse, infusion_nurse: User, now: datetime) -> InfusionCourse:
    """Half a year of treatment with something in every lane."""
    patient, nurse = course.patient, infusion_nurse
    case = CaseFactory(patient=patient, opened_by=nurse)
    for key, value, day in (
        ("edss", "3.5", date(2027, 1, 4)), ("relapse_onset_date", "2026-12-20", None),
    ):  # fmt: skip
        Answer.objects.create(
            case=case, fact_key=key, state="given", value=value, observed_on=day,
            answered_by=nurse, answered_at=now,
        )  # fmt: skip
    result(patient, nurse, "jcv_antibody", START - timedelta(days=14), antibody="negative")
    give(course, nurse, START)
    visit = book(course, nurse, START + timedelta(weeks=4))
    record_missed(
        by=nurse, now=at(visit.scheduled_on), visit=visit, revision=1, reason="Did not come."
    )
    hold = place_hold(by=nurse, now=at(START + timedelta(weeks=5)), course=course, reason="Fever.")
    release_hold(by=nurse, now=at(START + timedelta(weeks=6)), hold=hold, reason="Gone.")
    result(patient, nurse, "brain_mri", START + timedelta(weeks=10), suspected=False)
    result(patient, nurse, "cbc", START + timedelta(weeks=10), cells="5.5")
    result(
        patient, nurse, "jcv_antibody", START + timedelta(weeks=19),
        antibody="positive", antibody_index="1.2",
    )  # fmt: skip
    return course


def test_every_event_of_the_drawing_is_a_row_of_the_table(lived: InfusionCourse, on: Any) -> None:
    nurses = on(LATER)
    for years, events in (("1", 10), ("2", 10), ("5", 10), ("all", 10)):
        drawn, listed = timeline(shown(nurses, lived.patient, range=years))
        assert drawn == listed
        assert len(drawn) == events, "two infusions and antibody tests, one of each other lane"


def test_a_short_time_leaves_earlier_events_out_and_says_so(lived: InfusionCourse, on: Any) -> None:
    nurses = on(START + timedelta(days=400))
    page = shown(nurses, lived.patient, range="1")
    drawn, listed = timeline(page)
    assert drawn == listed
    assert 0 < len(drawn) < 10
    assert f"{10 - len(drawn)} more events outside this time" in page


@pytest.mark.parametrize("wrong", ["", "3", "-1", "nothing", "2' OR 1=1"])
def test_a_time_that_is_not_offered_is_the_usual_one(
    nurses: Client, lived: InfusionCourse, wrong: str
) -> None:
    page = shown(nurses, lived.patient, range=wrong)
    assert 'href="?range=2#timeline-title" aria-current="true"' in page


def test_the_page_says_what_is_due_and_why(lived: InfusionCourse, on: Any) -> None:
    nurses = on(LATER)
    page = shown(nurses, lived.patient)
    assert "Every 3 months when positive." in page
    assert "Source: label_a" not in page, "sources stand as numbers"
    assert "Not clear to infuse" in page
    assert "Positive: the risk is higher." in page, "the alert"
    assert page.count("Look at it") == 4, "nobody has seen the results"


def test_a_page_is_right_when_the_stored_plan_has_run_out(
    lived: InfusionCourse, infusion_nurse: User, on: Any
) -> None:
    """What the engine asks for today is shown; what was waived is not asked for again."""
    item = lived.due_items.open().get(rule="scan_yearly")
    waive_item(by=infusion_nurse, now=at(LATER), item=item, reason="Elsewhere.")
    stored = items(shown(on(LATER), lived.patient))
    assert lived.due_items.filter(rule="count_6m").delete()[0]
    assert items(shown(on(LATER), lived.patient)) < stored
    InfusionCourse.objects.update(planned_through_on=LATER - timedelta(days=1))
    assert items(shown(on(LATER), lived.patient)) == stored


def items(page: str) -> int:
    return page.count("Overdue</span>") + page.count("Due</span>") + page.count("Upcoming</span>")


def test_a_stopped_course_says_until_when_it_is_watched(
    lived: InfusionCourse, infusion_nurse: User, on: Any
) -> None:
    lived.refresh_from_db()
    stop_course(
        by=infusion_nurse, now=at(LATER), course=lived, revision=lived.revision,
        stopped_on=LATER, reason="Moved away.",
    )  # fmt: skip
    nurses = on(LATER + timedelta(days=3))
    page = shown(nurses, lived.patient)
    assert "Watched after stopping until 1 Aug 2027." in page
    assert "Moved away." in page
    nurses = on(LATER + timedelta(days=300))
    page = shown(nurses, lived.patient)
    assert "The watch after stopping ended on 1 Aug 2027." in page


def test_a_person_without_a_course_is_told_how_one_begins(
    nurses: Client, patient: Patient, infusion_nurse: User
) -> None:
    page = shown(nurses, patient)
    assert "No course yet" in page
    assert '<svg class="chart chart-plot"' not in page


def test_a_therapy_without_a_table_of_risk_shows_none(
    nurses: Client, lived: InfusionCourse
) -> None:
    assert "Risk of PML" not in shown(nurses, lived.patient)


def test_values_that_were_corrected_are_gone(
    lived: InfusionCourse, infusion_nurse: User, on: Any
) -> None:
    nurses = on(LATER)
    assert "5.5 10^9/L" in shown(nurses, lived.patient)
    wrong = lived.patient.results.get(test="cbc")
    correct_result(
        by=infusion_nurse, now=at(LATER), result=wrong, reason="Typed wrong.",
        entry=ResultEntry("cbc", done_on=wrong.done_on, reported_on=wrong.done_on,
                          facts={"cells": "6.1"}),
    )  # fmt: skip
    page = shown(nurses, lived.patient)
    assert "5.5 10^9/L" not in page
    assert "6.1 10^9/L" in page


def test_opening_the_page_is_written_down(
    nurses: Client, lived: InfusionCourse, infusion_nurse: User
) -> None:
    shown(nurses, lived.patient)
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor_id, event.patient_id) == (
        "opened", infusion_nurse.pk, lived.patient_id,
    )  # fmt: skip


def test_no_name_in_title_or_address(nurses: Client, lived: InfusionCourse) -> None:
    page = shown(nurses, lived.patient)
    (title,) = re.findall(r"<title>([^<]*Myelin)</title>", page)
    for word in (lived.patient.family_name, lived.patient.record_number):
        assert word not in title
        assert all(word not in href for href in re.findall(r'href="([^"]*)"', page))


def test_a_person_of_another_site_is_not_there(nurses: Client, stranger: Patient) -> None:
    assert nurses.get(url(stranger)).status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.NURSE_REVIEWER, Role.PHYSICIAN_REVIEWER])
def test_those_who_only_read_get_no_acts(
    sign_in: SignIn, lived: InfusionCourse, role: Role
) -> None:
    page = shown(sign_in(somebody(lived.site, role)), lived.patient)
    for name in ("result-new", "item-waive", "hold-release"):
        assert reverse(f"monitoring:{name}", args=[_some(lived, name)]) not in page


def _some(course: InfusionCourse, name: str) -> Any:
    return {"result-new": course.patient_id, "hold-release": 1}.get(
        name, course.due_items.open().first().pk
    )


def test_the_patient_page_leads_here(
    sign_in: SignIn, nurses: Client, patient: Patient, infusion_nurse: User
) -> None:
    there = reverse("certification:patient", args=[patient.pk])
    assert url(patient) in nurses.get(there).content.decode()


def test_queries_do_not_grow_with_the_history(
    nurses: Client, lived: InfusionCourse, infusion_nurse: User
) -> None:
    done = iter(range(60))

    def grow(count: int) -> None:
        for _ in range(count):
            number = next(done)
            day = START - timedelta(days=number + 1)
            result(lived.patient, infusion_nurse, "cbc", day, cells="5")
            protocol = ProtocolVersion.objects.get()
            other = CriteriaVersionFactory(set_key=f"other-{number}").therapy
            InfusionCourseFactory(
                patient=lived.patient, protocol_version=protocol, therapy=other, start_on=day,
                stopped_on=day, stopped_by=infusion_nurse, stopped_at=at(day), stop_reason="Over.",
                watch_until_on=day + timedelta(days=90),
            )  # fmt: skip
            CaseFactory(patient=lived.patient, opened_by=infusion_nurse)

    assert constant(nurses, url(lived.patient), grow) <= 34


def test_another_person_is_not_mixed_in(
    nurses: Client, lived: InfusionCourse, infusion_nurse: User
) -> None:
    other = PatientFactory(site=lived.site)
    result(other, infusion_nurse, "cbc", START - timedelta(days=30), cells="9.9")
    assert "9.9 10^9/L" not in shown(nurses, lived.patient)
