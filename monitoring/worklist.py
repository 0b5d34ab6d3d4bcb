"""Which rows need somebody today or this week, at each site by the date on its own wall?

Everything is computed when it is read: a group is a question to the dates of rows and to today's
date at the site. Each group walks along an index, site by site, so that a long list costs what a
short one costs. Nothing is counted beyond ``MOST_COUNTED``.

Nobody can be missing. A course whose schedule no longer holds is worked out before the list is
read; what is left over is a group of its own. Whoever is watched and has nothing due stands with
the reason in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from certification.models import Site, Therapy, User
from certification.paging import Page, SortKey, page_of
from certification.turnaround import local_date
from monitoring.models import Alert, DueItem, Hold, InfusionCourse, Result, Visit

SHOWN = 5
"""Rows of a group on the page of all groups."""
ROWS_A_PAGE = 25
MOST_COUNTED = 200
WEEK = timedelta(days=7)
FEW, FEW_VISITS = 500, 5_000
"""Courses of one nurse that a list starts from, and visits that are read to know them."""
_COUNTED = MOST_COUNTED + 1


class Group(StrEnum):
    """The groups, in the order in which a day is worked through."""

    STALE = "stale"
    OVERDUE = "overdue"
    HOLDS = "holds"
    RESULTS = "results"
    ALERTS = "alerts"
    DUE = "due"
    VISITS = "visits"
    UPCOMING = "upcoming"
    RENEWALS = "renewals"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Days:
    """The sites that are read, and the date at each of them."""

    sites: tuple[Site, ...]
    today: Mapping[int, date]

    @property
    def latest(self) -> date:
        return max(self.today.values(), default=date.min)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for. ``nurse``: only the people of this nurse.

    ``courses``: those of the nurse, when they are few (``few_courses``). Lists then start from
    them; walked along, a large house would have to be read to its end.
    """

    test: str = ""
    level: str = ""
    therapy: str = ""
    nurse: User | None = None
    courses: tuple[UUID, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.test or self.level or self.therapy or self.nurse)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One group: its rows, their order, and the pieces of a site that an index holds in that order.

    ``course``, ``therapy``: the ways from a row to its course and therapy; empty when they lead
    over the person. ``fields``: the filters that only some rows know.
    """

    rows: Callable[[], QuerySet[Any]]
    order: tuple[SortKey, ...]
    pieces: Callable[[int, date], list[Q]]
    course: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    therapy: str = ""


ID = SortKey("id")
_ITEM = {"test": "test", "level": "level"}
_OF_RESULT = {"test": "result__test"}


def _items() -> QuerySet[DueItem]:
    return DueItem.objects.open()


def _watched(day: date) -> Q:
    return Q(watch_until_on__isnull=True) | Q(watch_until_on__gte=day)


# What is overdue is also past its date; both say so, for indexes that hold either.
_KINDS: dict[Group, _Kind] = {
    Group.STALE: _Kind(
        InfusionCourse.objects.all,
        (SortKey("planned_through_on", nullable=True), ID),
        lambda site, day: [
            Q(site=site, planned_through_on__lt=day),
            Q(site=site, planned_through_on__isnull=True, watch_until_on__isnull=True),
            Q(site=site, planned_through_on__isnull=True, watch_until_on__gte=day),
        ],
        course="id",
        therapy="therapy",
    ),
    Group.OVERDUE: _Kind(
        _items,
        (SortKey("overdue_on"), ID),
        lambda site, day: [Q(site=site, overdue_on__lt=day)],
        course="course",
        fields=_ITEM,
        therapy="therapy",
    ),
    Group.DUE: _Kind(
        _items,
        (SortKey("overdue_on"), ID),
        lambda site, day: [Q(site=site, overdue_on__gte=day, window_opens_on__lte=day)],
        course="course",
        fields=_ITEM,
        therapy="therapy",
    ),
    Group.UPCOMING: _Kind(
        _items,
        (SortKey("window_opens_on"), ID),
        lambda site, day: [Q(site=site, window_opens_on__gt=day, window_opens_on__lte=day + WEEK)],
        course="course",
        fields=_ITEM,
        therapy="therapy",
    ),
    Group.HOLDS: _Kind(
        Hold.objects.active,
        (SortKey("placed_at"), ID),
        lambda site, day: [Q(course__site=site)],
        course="course",
        therapy="course__therapy",
        fields=_OF_RESULT,
    ),
    Group.RESULTS: _Kind(
        Result.objects.to_see,
        (SortKey("reported_on"), ID),
        lambda site, day: [Q(site=site)],
        fields={"test": "test"},
    ),
    Group.ALERTS: _Kind(
        Alert.objects.open,
        (SortKey("raised_at"), ID),
        lambda site, day: [Q(site=site)],
        fields=_OF_RESULT,
    ),
    Group.VISITS: _Kind(
        Visit.objects.booked,
        (SortKey("scheduled_on"), ID),
        lambda site, day: [Q(course__site=site, scheduled_on__lt=day)],
        course="course",
        therapy="course__therapy",
    ),
    Group.RENEWALS: _Kind(
        InfusionCourse.objects.running,
        (SortKey("renew_from_on"), ID),
        lambda site, day: [Q(site=site, renew_from_on__lte=day)],
        course="id",
        therapy="therapy",
    ),
    Group.NOTHING: _Kind(
        InfusionCourse.objects.all,
        (SortKey("nothing_due_because"), ID),
        lambda site, day: [Q(site=site, nothing_due_because__gt="") & _watched(day)],
        course="id",
        therapy="therapy",
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """The first rows of a group, and how many there are, as far as they are counted."""

    rows: list[Any]
    count: int

    @property
    def more(self) -> bool:
        return self.count > MOST_COUNTED


def days_of(sites: Iterable[Site], now: datetime) -> Days:
    found = tuple(sites)
    return Days(found, {site.pk: local_date(now, site.time_zone) for site in found})


def fits(group: Group, filters: Filters) -> bool:
    """Whether the rows of a group know everything that is asked for."""
    fields = _KINDS[group].fields
    return all(name in fields for name in ("test", "level") if getattr(filters, name))


def first_rows(
    group: Group,
    days: Days,
    filters: Filters,
    select: Callable[[QuerySet[Any]], QuerySet[Any]],
    size: int = SHOWN,
) -> Found:
    """The beginning of a group. ``select`` adds to its rows what a line shows of them."""
    kind, rows = _KINDS[group], _filtered(group, filters)
    order = [key.field for key in kind.order]
    count = 0
    first: list[Any] = []
    for piece in _pieces(kind, days):
        keys = list(rows.filter(piece).order_by(*order).values_list("pk", flat=True)[:_COUNTED])
        count += len(keys)
        first += keys[:size]
    if not first:
        return Found([], count)
    shown = select(kind.rows().filter(pk__in=first)).order_by(*order)[:size]
    return Found(list(shown), count)


def page_of_group(
    group: Group,
    days: Days,
    filters: Filters,
    select: Callable[[QuerySet[Any]], QuerySet[Any]],
    *,
    after: str = "",
    before: str = "",
) -> Page[Any]:
    """One page of a group."""
    kind = _KINDS[group]
    pieces = _pieces(kind, days)
    rows = select(_filtered(group, filters))
    if not pieces:
        rows = rows.none()
    return page_of(rows, kind.order, size=ROWS_A_PAGE, after=after, before=before, parts=pieces)


def few_courses(nurse: User) -> tuple[UUID, ...] | None:
    """The courses of a nurse, unless they are many."""
    opened = InfusionCourse.objects.filter(opened_by=nurse).order_by().values_list("pk", flat=True)
    found = set(opened[: FEW + 1])
    visits = Visit.objects.order_by().values_list("course", flat=True)
    for mine in (visits.filter(booked_by=nurse), visits.filter(recorded_by=nurse)):
        if len(found) <= FEW:
            read = list(mine[: FEW_VISITS + 1])
            found.update(read)
            if len(read) > FEW_VISITS:
                return None
    return tuple(sorted(found)) if len(found) <= FEW else None


def worked_out_until(days: Days) -> date | None:
    """The first day on which one of the schedules of these sites will no longer hold."""
    planned = InfusionCourse.objects.filter(planned_through_on__isnull=False)
    firsts = [
        planned.filter(site=site)
        .order_by("planned_through_on")
        .values_list("planned_through_on", flat=True)
        .first()
        for site in days.sites
    ]
    return min((day for day in firsts if day is not None), default=None)


def _pieces(kind: _Kind, days: Days) -> list[Q]:
    return [q for site in days.sites for q in kind.pieces(site.pk, days.today[site.pk])]


def _filtered(group: Group, filters: Filters) -> QuerySet[Any]:
    kind = _KINDS[group]
    rows = kind.rows()
    for name, path in kind.fields.items():
        if getattr(filters, name):
            rows = rows.filter(**{path: getattr(filters, name)})
    # As one value, so that an index that begins with it is walked in its order.
    therapy = Subquery(Therapy.objects.filter(key=filters.therapy).values("pk"))
    if filters.therapy and kind.therapy:
        rows = rows.filter(**{kind.therapy: therapy})
    courses = InfusionCourse.objects.all()
    if filters.therapy and not kind.therapy:
        courses = courses.filter(therapy=therapy)
    elif not filters.nurse:
        return rows
    if filters.courses is not None:
        courses = courses.filter(pk__in=filters.courses)
        if kind.therapy:
            return rows.filter(**{f"{kind.course}__in": filters.courses})
        if not kind.course:
            return rows.filter(patient__in=courses.order_by().values("patient"))
    elif filters.nurse:
        courses = courses.of_nurse(filters.nurse.pk)
    if kind.course:
        return rows.filter(Exists(courses.filter(pk=OuterRef(kind.course))))
    return rows.filter(Exists(courses.filter(patient=OuterRef("patient"))))
