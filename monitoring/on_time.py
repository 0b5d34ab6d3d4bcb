"""How many due items of each month were done on time, by site and test?

Counted in the database, in one query. An item belongs to the month of its due date. Whatever ends
within its last day of grace by being waived or superseded is left out; what is past that day and
not done counts as late, whatever happens to it afterwards: neither a waiver nor a stop of treatment
can make a missed test disappear from the count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Count, F, Q

from certification.models import Site
from certification.turnaround import local_date
from monitoring.models import DueItem
from monitoring.schedule.months import add_months
from monitoring.shares import Share


@dataclass(frozen=True, slots=True)
class Tally:
    """The due items of one test in one month at one site, by what became of them."""

    site_id: int
    test: str
    month: date
    on_time: int
    late: int
    waiting: int
    waived: int
    superseded: int

    @property
    def share(self) -> Share:
        return Share(self.on_time, self.on_time + self.late)


def tallies(
    sites: Iterable[Site], tests: Iterable[str], first: date, months: int, now: datetime
) -> list[Tally]:
    """Of the months from ``first`` (the first day of one), by the date at each site at ``now``."""
    here = list(sites)
    in_time = Q(ended_on__lte=F("overdue_on"))
    ended = Q(closed=True)
    rows = (
        DueItem.objects.filter(
            site_id__in=[site.pk for site in here],
            test__in=list(tests),
            due_on__gte=first,
            due_on__lt=add_months(first, months),
        )
        # By day, which is the order of the index ``due_on_time``: nothing has to be sorted.
        .values("site_id", "test", "due_on")
        .annotate(
            on_time=Count("pk", filter=in_time & Q(end=DueItem.End.DONE)),
            late=Count("pk", filter=(ended & ~in_time) | _open_and_late(here, now)),
            waived=Count("pk", filter=in_time & Q(end=DueItem.End.WAIVED)),
            superseded=Count("pk", filter=in_time & Q(end=DueItem.End.SUPERSEDED)),
            every=Count("pk"),
        )
        .order_by("site_id", "test", "due_on")
    )
    days = (
        Tally(
            row["site_id"],
            row["test"],
            row["due_on"].replace(day=1),
            row["on_time"],
            row["late"],
            row["every"] - row["on_time"] - row["late"] - row["waived"] - row["superseded"],
            row["waived"],
            row["superseded"],
        )
        for row in rows.iterator()
    )
    grouped = groupby(days, key=lambda day: (day.site_id, day.test, day.month))
    return [tally for _, same in grouped if (tally := together(same)) is not None]


def _open_and_late(sites: Iterable[Site], now: datetime) -> Q:
    """Past the last day of grace by the calendar of the site itself."""
    by_day: dict[date, list[int]] = {}
    for site in sites:
        by_day.setdefault(local_date(now, site.time_zone), []).append(site.pk)
    late = Q(pk__in=[])
    for day, here in by_day.items():
        late |= Q(closed=False, overdue_on__lt=day, site_id__in=here)
    return late


def together(found: Iterable[Tally]) -> Tally | None:
    """The sum of tallies, with the site, test and month of the first."""
    rows = list(found)
    if not rows:
        return None
    first = rows[0]
    return Tally(
        first.site_id,
        first.test,
        first.month,
        sum(row.on_time for row in rows),
        sum(row.late for row in rows),
        sum(row.waiting for row in rows),
        sum(row.waived for row in rows),
        sum(row.superseded for row in rows),
    )
