"""How is an infusion visit booked, moved, prepared, cancelled, or noted as missed?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from certification.actions.events import record_event
from certification.actions.revisions import changed_data
from certification.actions.typed_text import one_line
from certification.models import User
from certification.policies import Refused
from monitoring.actions.courses import take_facts
from monitoring.actions.locks import locked_course, locked_visit, today_at
from monitoring.actions.plans import replan_locked
from monitoring.booking import series_of
from monitoring.checklists import idle_questions
from monitoring.models import InfusionCourse, Visit
from monitoring.planning import checklist_questions, plan_course, protocol_of
from monitoring.policies import check_can_book, check_can_change_visit

SAME_DAY = "A visit is booked on {day:%d %b %Y} already. Open it, or choose another day."


@transaction.atomic
def book_visit(
    *,
    by: User,
    now: datetime,
    course: InfusionCourse,
    scheduled_on: date,
    scheduled_time: time | None = None,
) -> Visit:
    """Books a visit from today on. The day of the next infusion then follows the booking."""
    course = locked_course(course)
    check_can_book(by, course)
    _check_day(scheduled_on, today_at(course, now))
    visit = Visit(
        course=course,
        scheduled_on=scheduled_on,
        scheduled_time=scheduled_time,
        booked_by=by,
        booked_at=now,
    )
    _store(visit)
    counts = replan_locked(course, now)
    booked = {"scheduled_on": (None, scheduled_on.isoformat())}
    data = changed_data(1, booked) | {"plan": dict(counts)}
    record_event(by=by, verb="booked visit", obj=visit, at=now, data=data)
    return visit


@transaction.atomic
def book_visits(
    *,
    by: User,
    now: datetime,
    course: InfusionCourse,
    scheduled_on: date,
    visits: int,
    scheduled_time: time | None = None,
) -> list[Visit]:
    """Books the visits of a course of infusions in one act, all or none; the first on a day.

    How many there can be, and on which days, is content: see ``booking``.
    """
    course = locked_course(course)
    check_can_book(by, course)
    today = today_at(course, now)
    _check_day(scheduled_on, today)
    series = series_of(course, plan_course(course, today), visits)
    if series is None:
        raise Refused("So many visits are not booked together here.", field="visits")
    booked = []
    for days in series:
        visit = Visit(
            course=course,
            scheduled_on=scheduled_on + timedelta(days=days),
            scheduled_time=scheduled_time,
            booked_by=by,
            booked_at=now,
        )
        _store(visit)
        booked.append(visit)
    counts = replan_locked(course, now)
    listed = [visit.scheduled_on.isoformat() for visit in booked]
    data = {"visits": listed, "time": _said(scheduled_time), "plan": dict(counts)}
    record_event(by=by, verb="booked visits", obj=course, at=now, data=data)
    return booked


@transaction.atomic
def move_visit(
    *,
    by: User,
    now: datetime,
    visit: Visit,
    revision: int,
    scheduled_on: date,
    scheduled_time: time | None = None,
) -> Visit:
    """Puts a booked visit on another day or time. Raises ``Refused`` or ``Stale``."""
    visit = locked_visit(visit, revision)
    check_can_change_visit(by, visit)
    if scheduled_on != visit.scheduled_on:
        _check_day(scheduled_on, today_at(visit.course, now))
    changed: dict[str, tuple[Any, Any]] = {
        "scheduled_on": (visit.scheduled_on.isoformat(), scheduled_on.isoformat()),
        "scheduled_time": (_said(visit.scheduled_time), _said(scheduled_time)),
    }
    visit.scheduled_on, visit.scheduled_time = scheduled_on, scheduled_time
    visit.revision += 1
    _store(visit)
    counts = replan_locked(visit.course, now)
    data = changed_data(visit.revision, changed) | {"plan": dict(counts)}
    record_event(by=by, verb="moved visit", obj=visit, at=now, data=data)
    return visit


@transaction.atomic
def cancel_visit(*, by: User, now: datetime, visit: Visit, revision: int, reason: str) -> Visit:
    """Takes a booking back. What is due stays due."""
    return _not_given(by, now, visit, revision, reason, Visit.State.CANCELLED, "cancelled visit")


@transaction.atomic
def record_missed(*, by: User, now: datetime, visit: Visit, revision: int, reason: str) -> Visit:
    """The person did not come. The next infusion then carries the advice for a missed one."""
    return _not_given(by, now, visit, revision, reason, Visit.State.MISSED, "recorded missed visit")


@transaction.atomic
def record_not_infused(
    *, by: User, now: datetime, visit: Visit, revision: int, reason: str
) -> Visit:
    """The person came and was not infused, for a reason."""
    state = Visit.State.NOT_INFUSED
    return _not_given(by, now, visit, revision, reason, state, "recorded visit without infusion")


@transaction.atomic
def complete_checklist(
    *, by: User, now: datetime, visit: Visit, revision: int, answers: Mapping[str, Any]
) -> Visit:
    """Documents the checklist of a visit: its answers are facts, by key, and count from today.

    Everything that can stand against the infusion, and applies, has to be answered. What is found
    does not stop the checklist from being complete: ``clear_to_infuse`` says what it means.
    """
    visit = locked_visit(visit, revision)
    check_can_change_visit(by, visit)
    course = visit.course
    asked = checklist_questions(protocol_of(course.protocol_version))
    for key in answers:
        if key not in asked:
            raise Refused(f"The checklist has no question “{key}”.", field=key)
    idle = idle_questions(course, today_at(course, now), answers)
    for key, (definition, needed) in asked.items():
        if needed and key not in idle and answers.get(key) is None:
            raise Refused(f"Answer: {definition.label}.", field=key)
    given = {key: value for key, value in answers.items() if value is not None}
    changed = take_facts(course, given, today_at(course, now), source="checklist")
    course.revision += 1
    course.save(update_fields=["facts", "revision"])
    visit.checklist = {key: course.facts[key]["value"] for key in given}
    visit.checklist_by, visit.checklist_at = by, now
    visit.revision += 1
    visit.save()
    counts = replan_locked(course, now)
    data = changed_data(visit.revision, changed) | {"plan": dict(counts)}
    record_event(by=by, verb="completed checklist", obj=visit, at=now, data=data)
    return visit


def _not_given(
    by: User, now: datetime, visit: Visit, revision: int, reason: str, state: str, verb: str
) -> Visit:
    visit = locked_visit(visit, revision)
    check_can_change_visit(by, visit)
    if state != Visit.State.CANCELLED and visit.scheduled_on > today_at(visit.course, now):
        raise Refused("This visit is still to come. Move it or cancel it instead.")
    before = visit.state
    visit.reason = one_line(reason, field="reason", limit=400, required=True)
    visit.state = state
    visit.recorded_by, visit.recorded_at = by, now
    visit.revision += 1
    visit.save()
    counts = replan_locked(visit.course, now)
    changed = {"state": (before, state), "reason": ("", visit.reason)}
    data = changed_data(visit.revision, changed) | {"plan": dict(counts)}
    record_event(by=by, verb=verb, obj=visit, at=now, data=data)
    return visit


def _check_day(day: date, today: date) -> None:
    if day < today:
        raise Refused(f"{day:%d %b %Y} is past. Book today or later.", field="scheduled_on")


def _store(visit: Visit) -> None:
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError:
        sentence = SAME_DAY.format(day=visit.scheduled_on)
        raise Refused(sentence, field="scheduled_on") from None


def _said(at: time | None) -> str | None:
    return at.isoformat("minutes") if at else None
