"""What does monitoring tell the reader of a case: a lapse, a hold, or that nothing is behind?

A renewal shows what was overdue at the time, and the record of its determination keeps it. A
determination leads to the course that spends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.urls import reverse

from certification.case_notices import Notice
from certification.models import Case, Determination, RequestType, User
from certification.presenters.wording import capitalised, counted, day_words
from config.access import has_permission
from config.roles import Permission
from monitoring.models import CourseAuthorization, DueItem, InfusionCourse
from monitoring.planning import protocol_of
from monitoring.policies import can_open_course
from monitoring.renewal_facts import lapses
from monitoring.schedule.rules import Protocol


def notices(case: Case, user: User | None, on: date) -> Iterator[Notice]:
    """See ``certification.case_notices``."""
    if case.is_open and case.request_type == RequestType.RENEWAL:
        yield from _lapses(case, user, on)
    if case.is_determined and user is not None:
        yield from _spending(case.determination, user)


def _lapses(case: Case, user: User | None, on: date) -> Iterator[Notice]:
    courses = (
        InfusionCourse.objects.watched(as_of=on)
        .filter(patient=case.patient_id, therapy=case.therapy_id)
        .select_related("protocol_version")
        .order_by("-start_on")
    )
    course = courses.first()
    if course is None:
        yield Notice(
            "info",
            "Not monitored here",
            "No course of this therapy is monitored here, so monitoring can say nothing.",
        )
        return
    url, label = "", ""
    if user is not None and has_permission(user, Permission.VIEW_MONITORING):
        url, label = reverse("monitoring:course", args=[course.pk]), "Open the course"
    items, holds = lapses(course, on), list(course.holds.active())
    if not items and not holds:
        says = f"Everything that the protocol asks for by {day_words(on)} is done."
        yield Notice("success", "Monitoring is up to date", says, (), url, label, sealed=True)
        return
    protocol = protocol_of(course.protocol_version)
    lines = list(_overdue(items, protocol, on))
    lines += [f"On hold since {day_words(hold.placed_at.date())}: {hold.reason}" for hold in holds]
    parts = [
        counted(len(items), "item") + " overdue" if items else "",
        counted(len(holds), "hold") + " active" if holds else "",
    ]
    says = f"On {day_words(on)}: {', '.join(part for part in parts if part)}."
    title = "A lapse in monitoring" if items else "The next infusion is on hold"
    yield Notice("warning", title, says, tuple(lines), url, label, sealed=True)


def _overdue(items: Iterable[DueItem], protocol: Protocol, on: date) -> Iterator[str]:
    """One line for each test: how long it is behind, and how often it was left out."""
    behind: dict[str, list[DueItem]] = {}
    for item in items:
        behind.setdefault(item.test, []).append(item)
    for key, same in behind.items():
        test = protocol.tests.get(key)
        name = capitalised(test.label if test else key.replace("_", " "))
        days = counted((on - same[0].due_on).days, "day")
        more = f", and {len(same) - 1} later" if len(same) > 1 else ""
        yield f"{name}: was due on {day_words(same[0].due_on)}, {days} ago{more}"


def _spending(determination: Determination, user: User) -> Iterator[Notice]:
    """Leads to the course, or to opening one. Nothing for whoever may see neither."""
    found = CourseAuthorization.objects.filter(determination=determination)
    authorization = found.select_related("course").first()
    if authorization is not None and has_permission(user, Permission.VIEW_MONITORING):
        course = authorization.course
        yield Notice(
            "info",
            "In use",
            f"Spent by the course that began on {day_words(course.start_on)}.",
            (),
            reverse("monitoring:course", args=[course.pk]),
            "Open the course",
        )
    elif authorization is None and can_open_course(user, determination):
        yield Notice(
            "info",
            "No course spends it yet",
            "Open one: its infusions are counted against this determination, and everything that "
            "has to be watched is planned.",
            (),
            reverse("monitoring:course-new", args=[determination.pk]),
            "Open a course",
        )
