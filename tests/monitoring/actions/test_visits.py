"""Are visits booked, prepared, given, missed and followed by advice as they should be?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from certification.models import Therapy, User
from certification.policies import Refused, Stale
from monitoring.actions.holds import place_hold, release_hold
from monitoring.actions.infusions import record_infusion, record_reaction
from monitoring.actions.visits import (
    book_visit,
    cancel_visit,
    complete_checklist,
    move_visit,
    record_missed,
    record_not_infused,
)
from monitoring.advice import advice_for, advice_for_grade
from monitoring.models import InfusionCourse, Visit
from tests.factories import StatementFactory

from .steps import FINE, START, at, book, check, give, infuse, readiness, result

pytestmark = pytest.mark.django_db


@pytest.fixture
def tested(course: InfusionCourse, infusion_nurse: User) -> InfusionCourse:
    """A course whose baseline antibody test is done."""
    result(course.patient, infusion_nurse, "jcv_antibody", date(2027, 1, 20), antibody="negative")
    return course


def test_a_booking_moves_the_infusion_and_its_checklist(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    visit = book(course, infusion_nurse, date(2027, 2, 5), on=START)
    due = dict(course.due_items.open().values_list("rule", "due_on"))
    assert due["infusion"] == due["checklist"] == date(2027, 2, 5)
    visit = move_visit(
        by=infusion_nurse, now=at(START), visit=visit, revision=1, scheduled_on=date(2027, 2, 8)
    )
    assert course.due_items.get(rule="infusion").due_on == date(2027, 2, 8)
    with pytest.raises(Stale):
        move_visit(by=infusion_nurse, now=at(START), visit=visit, revision=1, scheduled_on=START)
    visit = cancel_visit(
        by=infusion_nurse, now=at(START), visit=visit, revision=2, reason="Holiday."
    )
    assert course.due_items.get(rule="infusion").due_on == START
    with pytest.raises(Refused, match="recorded already"):
        cancel_visit(by=infusion_nurse, now=at(START), visit=visit, revision=3, reason="Again.")


def test_one_booking_a_day_and_none_in_the_past(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    book(course, infusion_nurse, START)
    with pytest.raises(Refused, match="booked on 01 Feb 2027 already"):
        book(course, infusion_nurse, START)
    with pytest.raises(Refused, match="past"):
        book(course, infusion_nurse, date(2027, 1, 31), on=START)


def test_an_infusion_closes_its_items_and_plans_the_next(
    tested: InfusionCourse, infusion_nurse: User
) -> None:
    visit = give(tested, infusion_nurse, START)
    done = {row.rule: row for row in tested.due_items.filter(end="done")}
    assert set(done) == {"antibody_baseline", "checklist", "infusion"}
    assert (done["infusion"].visit, done["checklist"].visit) == (visit, visit)
    assert done["antibody_baseline"].result is not None
    due = dict(tested.due_items.open().values_list("rule", "due_on"))
    assert due["infusion"] == due["checklist"] == START + timedelta(weeks=4)


def test_the_day_is_the_day_at_the_site(tested: InfusionCourse, infusion_nurse: User) -> None:
    """22:30 in New York is the next day in Greenwich."""
    evening = at(START) + timedelta(hours=10, minutes=30)
    assert evening.date() != START
    visit = book(tested, infusion_nurse, START)
    visit = complete_checklist(
        by=infusion_nurse, now=evening, visit=visit, revision=1, answers=FINE
    )
    visit = record_infusion(
        by=infusion_nurse, now=evening, visit=visit, revision=2, dose="300 mg", batch="B",
        batch_expires_on=START,
    )  # fmt: skip
    assert visit.infused_on == START
    assert localdate(evening) is not None


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"dose": " "}, "dose"),
        ({"batch": ""}, "batch"),
        ({"batch_expires_on": None}, "batch_expires_on"),
        ({"batch_expires_on": START - timedelta(days=1)}, "batch_expires_on"),
        ({"infused_on": START + timedelta(days=1)}, "infused_on"),
        ({"observed_minutes": -1}, "observed_minutes"),
        ({"vitals": [{"systolic": "high"}]}, "vitals"),
        ({"vitals": [{"mood": 5}]}, "vitals"),
    ],
)
def test_what_is_recorded_is_checked(
    terms: dict[str, Any], field: str, tested: InfusionCourse, infusion_nurse: User
) -> None:
    visit = check(book(tested, infusion_nurse, START), infusion_nurse, START)
    with pytest.raises(Refused) as refusal:
        infuse(visit, infusion_nurse, START, **terms)
    assert refusal.value.field == field
    visit.refresh_from_db()
    assert visit.state == Visit.State.SCHEDULED


def test_everything_that_was_recorded_is_kept(tested: InfusionCourse, infusion_nurse: User) -> None:
    visit = check(book(tested, infusion_nurse, START), infusion_nurse, START)
    vitals = [{"minutes": 0, "systolic": 120, "diastolic": "80"}, {}]
    visit = infuse(
        visit, infusion_nurse, START, rate="50 mL/h", premedication="antihistamine",
        observed_minutes=60, vitals=vitals, note="Fine.",
    )  # fmt: skip
    visit.refresh_from_db()
    assert visit.vitals == [{"minutes": "0", "systolic": "120", "diastolic": "80"}]
    assert (visit.rate, visit.observed_minutes) == ("50 mL/h", 60)


def test_every_reason_against_names_its_next_act(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    hold = place_hold(by=infusion_nurse, now=at(START), course=course, reason="Fever.")
    visit = book(course, infusion_nurse, START)
    answer = readiness(course, START)
    assert answer.answer == "no"
    acts = {reason.act for reason in answer.reasons}
    assert acts == {"release_hold", "record_facts", "enter_result", "complete_checklist"}
    assert all(reason.next_act and reason.who for reason in answer.reasons)
    with pytest.raises(Refused, match=r"Not clear to infuse.*Fever.*Next: release the hold"):
        infuse(visit, infusion_nurse, START)
    release_hold(by=infusion_nurse, now=at(START), hold=hold, reason="No fever any more.")
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    check(visit, infusion_nurse, START)
    assert readiness(course, START).clear
    assert infuse(visit, infusion_nurse, START).state == Visit.State.INFUSED


def test_what_a_checklist_finds_stands_against_the_infusion(
    tested: InfusionCourse, infusion_nurse: User
) -> None:
    visit = book(tested, infusion_nurse, START)
    for answers, says in (({}, "Answer: Active infection"), ({"edss": 4}, "no question")):
        with pytest.raises(Refused, match=says):
            complete_checklist(
                by=infusion_nurse, now=at(START), visit=visit, revision=1, answers=answers
            )
    visit = check(visit, infusion_nurse, START, active_infection=True)
    assert visit.checklist == {"active_infection": True}
    assert [reason.source for reason in readiness(tested, START).reasons] == ["infection"]
    check(visit, infusion_nurse, START, active_infection=False)
    assert readiness(tested, START).clear


def test_a_visit_to_come_is_not_missed(tested: InfusionCourse, infusion_nurse: User) -> None:
    visit = book(tested, infusion_nurse, date(2027, 2, 5), on=START)
    for act in (record_missed, record_not_infused):
        with pytest.raises(Refused, match="still to come"):
            act(by=infusion_nurse, now=at(START), visit=visit, revision=1, reason="x")
        with pytest.raises(Refused, match="Give the reason"):
            act(by=infusion_nurse, now=at(date(2027, 2, 6)), visit=visit, revision=1, reason=" ")


def test_a_missed_infusion_carries_the_advice_until_the_next(
    tested: InfusionCourse, infusion_nurse: User
) -> None:
    StatementFactory(seed="P4", says="More slowly and with pretreatment.", key="p4")
    StatementFactory(seed="M4", says="Pretreatment reduces reactions.", key="m4")
    Therapy.objects.filter(pk=tested.therapy_id).update(status="submitted")
    Therapy.objects.filter(pk=tested.therapy_id).update(
        details={"missed_dose": {"says": "Give it soon.", "verified": "stored"}}
    )
    give(tested, infusion_nurse, START)
    missed_on = START + timedelta(weeks=4)
    tested.refresh_from_db()
    assert advice_for(tested, missed_on) == []
    visit = book(tested, infusion_nurse, missed_on)
    record_missed(
        by=infusion_nurse, now=at(missed_on), visit=visit, revision=1, reason="Did not come."
    )
    tested = InfusionCourse.objects.get(pk=tested.pk)
    advice = advice_for(tested, missed_on)
    assert [(one.source, one.says) for one in advice] == [
        ("article", "More slowly and with pretreatment."),
        ("article", "Pretreatment reduces reactions."),
        ("protocol", "Give it soon and count from that day."),
        ("label", "Give it soon."),
    ]
    assert tested.due_items.open().get(rule="infusion").due_on == missed_on, "still due"
    late = missed_on + timedelta(days=3)
    give(tested, infusion_nurse, late)
    assert advice_for(InfusionCourse.objects.get(pk=tested.pk), late) == []


def test_a_reaction_is_graded_and_advised(tested: InfusionCourse, infusion_nurse: User) -> None:
    StatementFactory(key="infusion_reaction_grade_2", says="Slow or pause.", seed="")
    booked = book(tested, infusion_nurse, START)
    with pytest.raises(Refused, match="Record the infusion first"):
        record_reaction(by=infusion_nurse, now=at(START), visit=booked, grade=1, symptoms="Itch")
    visit = infuse(check(booked, infusion_nurse, START), infusion_nurse, START)
    for grade in (0, 6):
        with pytest.raises(Refused, match="grade from 1 to 5"):
            record_reaction(
                by=infusion_nurse, now=at(START), visit=visit, grade=grade, symptoms="Itch"
            )
    record_reaction(
        by=infusion_nurse, now=at(START), visit=visit, grade=2, symptoms="Itch", began_minutes=20
    )
    course = InfusionCourse.objects.get(pk=tested.pk)
    assert ("reaction", "Slow or pause.") in [
        (one.why, one.says) for one in advice_for(course, START)
    ]
    assert [one.says for one in advice_for_grade(course, 2, START)] == ["Slow or pause."]


def test_booking_needs_a_running_course(tested: InfusionCourse, nurse: User) -> None:
    with pytest.raises(Refused, match="infusion nurse"):
        book_visit(by=nurse, now=at(START), course=tested, scheduled_on=START)
