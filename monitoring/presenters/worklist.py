"""What does the worklist show of each group, and what can be done to several rows at once?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.urls import reverse
from django.utils.http import urlencode

from certification.models import User
from certification.presenters.wording import capitalised, day_words, moment_words
from config.access import has_permission
from config.roles import Permission
from monitoring.actions.bulk import Act
from monitoring.models import ProtocolVersion
from monitoring.planning import offered_vocabulary
from monitoring.presenters.lines import LINES, Context, Line
from monitoring.schedule.rules import INFUSION
from monitoring.worklist import (
    MOST_COUNTED,
    SHOWN,
    Days,
    Filters,
    Group,
    first_rows,
    fits,
    page_of_group,
    worked_out_until,
)


@dataclass(frozen=True, slots=True)
class Bulk:
    """What can be done to the rows that were chosen. ``asks``: the reason is typed beside it."""

    act: str
    button: str
    icon: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """What a group is called, what stands in it, and what its being empty means."""

    title: str
    says: str
    empty: str
    bulk: Bulk | None = None


WAIVE = Bulk(Act.WAIVE, "Waive the chosen items", "slash-circle", asks=True)
SEEN = Bulk(Act.SEEN, "Mark the chosen results as seen", "eye")
ACKNOWLEDGE = Bulk(Act.ACKNOWLEDGE, "Acknowledge the chosen alerts", "check2-square")
HEADINGS: dict[Group, Heading] = {
    Group.STALE: Heading(
        "Schedules to work out",
        "What has come due through time alone may be missing from the other lists.",
        "Every schedule holds today.",
    ),
    Group.OVERDUE: Heading(
        "Overdue", "Past the last day of grace; the longest first.", "Nothing is overdue.", WAIVE
    ),
    Group.HOLDS: Heading(
        "On hold", "The next infusion waits until a named person releases it.", "Nobody is on hold."
    ),
    Group.RESULTS: Heading(
        "Results to see",
        "Reported, and nobody has confirmed having seen them.",
        "Every reported result has been seen.",
        SEEN,
    ),
    Group.ALERTS: Heading(
        "Alerts", "Nobody has taken notice yet.", "Every alert is acknowledged.", ACKNOWLEDGE
    ),
    Group.DUE: Heading(
        "Due now", "The window is open; what ends its grace first comes first.",
        "Nothing is due today.", WAIVE,
    ),
    Group.VISITS: Heading(
        "Visits to record", "The day has passed, and nothing is recorded.",
        "Every visit of the past is recorded.",
    ),
    Group.UPCOMING: Heading(
        "Coming this week", "The window opens within seven days.",
        "Nothing more comes within seven days.", WAIVE,
    ),
    Group.RENEWALS: Heading(
        "Renewals", "The certification runs out soon, by days or by infusions.",
        "No certification runs out soon.",
    ),
    Group.NOTHING: Heading(
        "Nothing scheduled", "Watched, and nothing is due; each with the reason.",
        "Everybody who is watched has something scheduled.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One group as it stands on the page. ``count`` may read "200+"."""

    key: str
    heading: Heading
    lines: list[Line]
    count: str
    url: str
    more: bool
    current: bool = False


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """``sections``: with their lines; ``groups``: every group with its count."""

    sections: list[Section]
    groups: list[Section]
    clocks: list[str]
    promise: str
    all_url: str
    may_act: bool
    stale: bool
    filtered: bool
    single: bool = False
    after: str = ""
    before: str = ""

    @property
    def after_url(self) -> str:
        return f"{self.sections[0].url}&{urlencode({'after': self.after})}"

    @property
    def before_url(self) -> str:
        return f"{self.sections[0].url}&{urlencode({'before': self.before})}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who reads which lists. ``query``: the filters as they stand in the address; ``stale``: there
    are schedules left that have to be worked out anew."""

    user: User
    context: Context
    filters: Filters
    now: datetime
    query: Mapping[str, str]
    stale: bool


def context_of(days: Days) -> Context:
    vocabulary, tests = offered_vocabulary(days.latest) if days.sites else ({}, {})
    labels = {key: capitalised(named[0].label) for key, named in tests.items()}
    return Context(days, vocabulary, {INFUSION: "Infusion"} | labels)


def offered_tests(context: Context) -> list[tuple[str, str]]:
    return sorted(context.labels.items(), key=lambda one: one[1].lower())


def offered_therapies(days: Days) -> list[tuple[str, str]]:
    """The therapies that a protocol in force watches."""
    named = ProtocolVersion.objects.in_force(days.latest).values_list(
        "therapy__key", "therapy__generic"
    )
    return sorted({(key, capitalised(generic)) for key, generic in named})


def worklist_page(asked: Asked) -> WorklistPage:
    """The page of all groups."""
    sections = [
        section_of(group, asked.context, asked.filters, asked.query)
        for group in _groups(asked.filters, asked.stale)
    ]
    return _page(asked, sections, sections)


def group_page(asked: Asked, group: Group, *, after: str, before: str) -> WorklistPage:
    """One group from page to page."""
    select, line = LINES[group]
    context, filters = asked.context, asked.filters
    found = page_of_group(group, context.days, filters, select, after=after, before=before)
    groups = [
        section_of(one, context, filters, asked.query, size=0, current=one is group)
        for one in _groups(filters, asked.stale or group is Group.STALE)
    ]
    lines = [line(row, context) for row in found.rows]
    shown = [replace(one, lines=lines, more=False) for one in groups if one.current]
    page = _page(asked, shown, groups)
    return replace(page, single=True, after=found.after, before=found.before)


def _groups(filters: Filters, stale: bool) -> list[Group]:
    """The groups whose rows know what is asked for. An empty list of stale schedules is no news."""
    return [g for g in Group if fits(g, filters) and (stale or g is not Group.STALE)]


def _page(asked: Asked, sections: list[Section], groups: list[Section]) -> WorklistPage:
    days = asked.context.days
    return WorklistPage(
        sections=sections,
        groups=groups,
        clocks=[f"{site.name}: {moment_words(asked.now, site.time_zone)}" for site in days.sites],
        promise=_promise(worked_out_until(days), stale=asked.stale),
        all_url=_url(asked.query),
        may_act=has_permission(asked.user, Permission.MONITOR),
        stale=asked.stale,
        filtered=bool(asked.filters),
    )


def section_of(
    group: Group,
    context: Context,
    filters: Filters,
    query: Mapping[str, str],
    *,
    size: int = SHOWN,
    current: bool = False,
) -> Section:
    select, line = LINES[group]
    found = first_rows(group, context.days, filters, select, size)
    return Section(
        key=group,
        heading=HEADINGS[group],
        lines=[line(row, context) for row in found.rows],
        count=f"{MOST_COUNTED}+" if found.more else str(found.count),
        url=_url({**query, "show": group.value}),
        more=found.count > len(found.rows),
        current=current,
    )


def _url(query: Mapping[str, str]) -> str:
    address = reverse("monitoring:worklist")
    return f"{address}?{urlencode(query)}" if query else address


def _promise(until: date | None, *, stale: bool) -> str:
    """What an empty list rests on; empty when nobody is watched."""
    if stale:
        return (
            "More of them have to be worked out anew than a page waits for. Until that is done, "
            "what has come due through time alone may be missing, and an empty list is no promise."
        )
    if until is None:
        return ""
    return (
        f"Every schedule of these sites was worked out at least up to {day_words(until)} and is "
        "worked out anew after that. Whoever is watched has something due or stands under "
        "“Nothing scheduled” with the reason."
    )
