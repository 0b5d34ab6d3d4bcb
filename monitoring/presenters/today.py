"""What does monitoring tell an infusion nurse who has just come in?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from certification.models import User
from certification.presenters.home import HomeSection
from config.access import has_permission
from config.roles import Permission
from monitoring.presenters.board import first_booked
from monitoring.presenters.lines import Context
from monitoring.presenters.worklist import context_of, section_of
from monitoring.worklist import Days, Filters, Group, days_of

LISTED = (Group.OVERDUE, Group.RESULTS, Group.HOLDS)
LINES = "monitoring/parts/lines.html"
BOOKED = "monitoring/parts/booked.html"


def sections(user: User, now: datetime) -> Iterator[HomeSection]:
    """Nothing is worked out anew here: schedules that have to be are shown as such."""
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
