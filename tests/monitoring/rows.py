"""Rows for lists: courses, items, results, visits as they stand in the database, without acts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from certification.models import Site
from monitoring.models import Alert, DueItem, Hold, InfusionCourse, Result, Visit
from tests.factories import PatientFactory, UserFactory
from tests.factories.monitoring import InfusionCourseFactory

FAR = date(2099, 1, 1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def course_row(site: Site, **fields: Any) -> InfusionCourse:
    """A course whose schedule holds for long, so that no list works it out anew."""
    given = {"planned_through_on": FAR} | fields
    made: InfusionCourse = InfusionCourseFactory(patient=PatientFactory(site=site), **given)
    return made


def item_row(
    course: InfusionCourse,
    overdue_on: date,
    window_opens_on: date | None = None,
    due_on: date | None = None,
    **fields: Any,
) -> DueItem:
    """An open item; its day is the last day of grace unless another is given."""
    due = due_on or overdue_on
    given = {"rule": "count_6m", "test": "cbc", "level": "advisory", "because": "Planned."} | fields
    given.setdefault("occurrence", str(DueItem.objects.count()))
    return DueItem.objects.create(
        course=course, patient=course.patient, site=course.site, therapy=course.therapy,
        due_on=due, window_opens_on=window_opens_on or due - timedelta(days=30),
        overdue_on=overdue_on, planned_at=LONG_AGO, **given,
    )  # fmt: skip


def result_row(course: InfusionCourse, reported_on: date, **fields: Any) -> Result:
    given = {"test": "cbc", "facts": {"cells": "4.5"}} | fields
    return Result.objects.create(
        patient=course.patient, site=course.site, done_on=reported_on, reported_on=reported_on,
        entered_by=course.opened_by, entered_at=LONG_AGO, **given,
    )  # fmt: skip


def hold_row(course: InfusionCourse, **fields: Any) -> Hold:
    given = {"reason": "Fever.", "placed_at": LONG_AGO} | fields
    return Hold.objects.create(course=course, placed_by=course.opened_by, **given)


def alert_row(course: InfusionCourse, **fields: Any) -> Alert:
    given = {"says": "The risk is higher.", "rule": "r", "raised_at": LONG_AGO} | fields
    return Alert.objects.create(course=course, patient=course.patient, site=course.site, **given)


def visit_row(course: InfusionCourse, day: date, **fields: Any) -> Visit:
    given = {"booked_by": fields.get("booked_by") or UserFactory(), "booked_at": LONG_AGO} | fields
    return Visit.objects.create(course=course, scheduled_on=day, **given)
