"""What does monitoring tell an infusion nurse, or a reviewer, who has just come in?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from certification.models import User
from certification.presenters.home import HomeSection
from certification.presenters.wording import day_words, moment_words
from config.access import has_permission
from config.roles import Permission
from monitoring.models import RelapseAnswer
from monitoring.presenters.board import first_booked
from monitoring.presenters.lines import Context, Line
from monitoring.presenters.worklist import context_of, section_of
from monitoring.relapses import answers_waiting
from monitoring.worklist import Days, Filters, Group, days_of

LISTED = (Group.OVERDUE, Group.RESULTS, Group.HOLDS)
MOST_RELAPSES = 10
LINES = "monitoring/parts/lines.html"
BOOKED = "monitoring/parts/booked.html"


def sections(user: User, now: datetime) -> Iterator[HomeSection]:
    """Nothing is worked out anew here: schedules that have to be are shown as such."""
    if has_permission(user, Permission.PREPARE_CASES):
        yield from _relapses(user)
    if not has_permission(user, Permission.MONITOR):
        return
    days = days_of(user.sites.all(), now)
    context = context_of(days)
    yield _day(user, days)
    stale = _listed(Group.STALE, context)
    if stale.rows:
        yield stale
    for group in LISTED:
        yield _listed(group, context)


def _relapses(user: User) -> Iterator[HomeSection]:
    """For whoever may open cases: relapses that change the therapy, the longest waiting first."""
    waiting = list(answers_waiting(user)[: MOST_RELAPSES + 1])
    if not waiting:
        return
    more = len(waiting) > MOST_RELAPSES
    lines = [_relapse_line(one) for one in waiting[:MOST_RELAPSES]]
    yield HomeSection(
        title=f"Relapses that wait for a case: {len(lines)}{' or more' if more else ''}",
        says="An infusion nurse answered that the relapse changes the therapy.",
        url="",
        empty="",
        template=LINES,
        rows=lines,
    )


def _relapse_line(answer: RelapseAnswer) -> Line:
    course, patient = answer.course, answer.course.patient
    return Line(
        key=str(answer.pk),
        patient=str(patient),
        patient_url=reverse("certification:patient", args=[patient.pk]),
        born=day_words(patient.birth_date),
        site=course.site.name,
        therapy=course.therapy.generic,
        what="The relapse changes the therapy",
        tag="due",
        word="Waits for a case",
        when=f"since {moment_words(answer.answered_at, course.site.time_zone)}",
        says=f"answered by {answer.answered_by}",
        why="",
        values=answer.note,
        act_url=reverse("monitoring:course-relapse-case", args=[course.pk]),
        act="Open the case",
    )


def _day(user: User, days: Days) -> HomeSection:
    people, count = first_booked(user, days)
    return HomeSection(
        title="Infusion day",
        says=f"{count} booked today, the first of them here." if people else "",
        url=reverse("monitoring:board"),
        empty="Nobody is booked today.",
        template=BOOKED,
        rows=people,
    )


def _listed(group: Group, context: Context) -> HomeSection:
    section = section_of(group, context, Filters(), {})
    return HomeSection(
        title=f"{section.heading.title}: {section.count}"
        if section.lines
        else section.heading.title,
        says=section.heading.says if section.lines else "",
        url=section.url,
        empty=section.heading.empty,
        template=LINES,
        rows=section.lines,
    )
