"""How is an event of the script done, through the actions?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from certification.models import User
from monitoring.actions.courses import record_facts, stop_course
from monitoring.actions.holds import place_hold, release_hold
from monitoring.actions.plans import waive_item
from monitoring.actions.results import ResultEntry, correct_result
from monitoring.demo.script import Deed
from monitoring.models import Hold, InfusionCourse, Result


def do_deed(deed: Deed, *, course: InfusionCourse, by: User, now: datetime, today: date) -> None:
    """Does what the deed says; what is not there to waive, release or correct is left."""
    course = InfusionCourse.objects.get(pk=course.pk)
    day = today - timedelta(days=deed.days_ago)
    if deed.stop:
        course = stop_course(
            by=by, now=now, course=course, revision=course.revision, stopped_on=day,
            reason=deed.stop,
        )  # fmt: skip
    facts = deed.facts | {
        key: (day - timedelta(days=days)).isoformat() for key, days in deed.days_before.items()
    }
    if facts:
        record_facts(by=by, now=now, course=course, revision=course.revision, facts=facts)
    if deed.hold:
        place_hold(by=by, now=now, course=course, reason=deed.hold)
    if deed.release:
        for hold in Hold.objects.active().filter(course=course):
            release_hold(by=by, now=now, hold=hold, reason=deed.release)
    if deed.waive:
        open_items = course.due_items.filter(closed=False, test=deed.waive)
        for item in open_items.order_by("due_on")[:1]:
            waive_item(by=by, now=now, item=item, reason=deed.why)
    if deed.correct:
        standing = Result.objects.standing().filter(patient=course.patient, test=deed.correct)
        for wrong in standing.order_by("-done_on")[:1]:
            entry = ResultEntry(
                wrong.test, wrong.requested_on, wrong.done_on, wrong.reported_on,
                facts=deed.values or wrong.facts, note=wrong.note,
            )  # fmt: skip
            correct_result(by=by, now=now, result=wrong, entry=entry, reason=deed.why)
