"""The ways through a course, as short steps for tests. Days are noon in New York."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from certification.models import Patient, User
from monitoring.actions.infusions import record_infusion
from monitoring.actions.results import ResultEntry, enter_result
from monitoring.actions.visits import book_visit, complete_checklist
from monitoring.clearing import Readiness, clear_to_infuse
from monitoring.models import InfusionCourse, Result, Visit

START = date(2027, 2, 1)
FINE = {"active_infection": False}


def readiness(course: InfusionCourse, on: date) -> Readiness:
    """The answer for the course as it is in the database now."""
    return clear_to_infuse(InfusionCourse.objects.get(pk=course.pk), on)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


def book(course: InfusionCourse, by: User, day: date, on: date | None = None) -> Visit:
    """Books a visit on ``day``, from ``on`` (the same day)."""
    return book_visit(by=by, now=at(on or day), course=course, scheduled_on=day)


def check(visit: Visit, by: User, day: date, **answers: Any) -> Visit:
    visit.refresh_from_db()
    return complete_checklist(
        by=by, now=at(day), visit=visit, revision=visit.revision, answers=FINE | answers
    )


def infuse(visit: Visit, by: User, day: date, **terms: Any) -> Visit:
    """Records the infusion of a visit that is ready."""
    visit.refresh_from_db()
    given = {"dose": "300 mg", "batch": "B-1", "batch_expires_on": date(2099, 1, 1)} | terms
    return record_infusion(by=by, now=at(day), visit=visit, revision=visit.revision, **given)


def give(course: InfusionCourse, by: User, day: date) -> Visit:
    """Books, checks and gives the infusion of one day."""
    return infuse(check(book(course, by, day), by, day), by, day)


def result(patient: Patient, by: User, test: str, day: date, **facts: Any) -> Result:
    """Enters a result that was done and reported on ``day``."""
    entry = ResultEntry(test, done_on=day, reported_on=day, facts=facts)
    return enter_result(by=by, now=at(day), patient=patient, entry=entry)
