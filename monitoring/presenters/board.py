"""Who is booked for an infusion on a day, is each of them clear, and what is the one next act?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from certification.models import Site, User
from certification.paging import Page, SortKey, page_of
from certification.presenters.wording import capitalised, counted, day_words, moment_words
from monitoring.clearing import Readiness, Reason, clear_to_infuse_each
from monitoring.models import Visit
from monitoring.presenters.next_acts import Place, links_of
from monitoring.worklist import MOST_COUNTED, SHOWN, Days

PEOPLE_A_PAGE = 25
ORDER = (
    SortKey("course__site_id"),
    SortKey("scheduled_time", nullable=True),
    SortKey("id"),
)
ON_THE_BOARD = (
    Visit.State.SCHEDULED, Visit.State.INFUSED, Visit.State.NOT_INFUSED, Visit.State.MISSED,
)  # fmt: skip
STATES = {
    Visit.State.INFUSED: ("given", "Infused"),
    Visit.State.NOT_INFUSED: ("no", "Not infused"),
    Visit.State.MISSED: ("overdue", "Missed"),
}


@dataclass(frozen=True, slots=True)
class Booked:
    """One person on the board. ``tag`` and ``word``: clear, not clear, or what was recorded.

    ``says`` is the first reason against; ``others`` are the rest. ``act`` is the next act of this
    reader, or what it is when ``who`` somebody else does it. ``site``: with the zone of the time,
    where people of several sites stand together.
    """

    time: str
    patient: str
    patient_url: str
    born: str
    therapy: str
    tag: str
    word: str
    says: str
    others: tuple[str, ...]
    act_url: str
    act: str
    who: str
    site: str = ""


@dataclass(frozen=True, slots=True)
class SiteDay:
    """The day of one site, with the zone of its times."""

    name: str
    day: str
    now: str
    zone: str
    people: list[Booked]

    @property
    def summary(self) -> str:
        words = [person.word for person in self.people]
        counts = {word: words.count(word) for word in dict.fromkeys(words)}
        return ", ".join(f"{count} {word.lower()}" for word, count in counts.items())


@dataclass(frozen=True, slots=True)
class BoardPage:
    title: str
    sites: list[SiteDay]
    is_today: bool
    previous_url: str
    today_url: str
    next_url: str
    after_url: str
    before_url: str
    filtered: bool

    @property
    def people(self) -> int:
        return sum(len(site.people) for site in self.sites)


def board_page(
    user: User,
    days: Days,
    chosen: date | None,
    now: datetime,
    query: Mapping[str, str],
    *,
    after: str = "",
    before: str = "",
) -> BoardPage:
    """``chosen`` None: today, by the date at each site."""
    found = booked_page(days, chosen, after=after, before=before)
    people = _people(user, days, found.rows)
    first = chosen or min(days.today.values(), default=now.date())
    is_today = all(day == (chosen or day) for day in days.today.values())
    sites = [
        SiteDay(
            name=site.name,
            day=day_words(chosen or days.today[site.pk]),
            now=moment_words(now, site.time_zone),
            zone=_zone(site, chosen or days.today[site.pk]),
            people=[person for visit, person in people if visit.course.site_id == site.pk],
        )
        for site in days.sites
    ]
    shown = {"day": chosen.isoformat()} if chosen else {}
    at = _url({**query, **shown})
    joint = "&" if "?" in at else "?"
    return BoardPage(
        title="Today" if is_today else f"{first:%A}, {day_words(first)}",
        sites=[site for site in sites if site.people or len(sites) == 1 or not people],
        is_today=is_today,
        previous_url=_url({**query, "day": (first - timedelta(days=1)).isoformat()}),
        today_url=_url(query),
        next_url=_url({**query, "day": (first + timedelta(days=1)).isoformat()}),
        after_url=f"{at}{joint}after={found.after}" if found.after else "",
        before_url=f"{at}{joint}before={found.before}" if found.before else "",
        filtered=bool(query),
    )


def first_booked(user: User, days: Days) -> tuple[list[Booked], str]:
    """The first people of today, and how many are booked, as far as they are counted."""
    booked = booked_on(days, None)
    count = booked.select_related(None).only("pk")[: MOST_COUNTED + 1].count()
    visits = page_of(booked, ORDER, size=SHOWN).rows
    words = (
        f"{MOST_COUNTED}+ people" if count > MOST_COUNTED else counted(count, "person", "people")
    )
    people = _people(user, days, visits)
    if len(days.sites) == 1:
        return [person for _, person in people], words
    places = {s.pk: f"{s.name}, {_zone(s, days.today[s.pk])}" for s in days.sites}
    return [replace(one, site=places[visit.course.site_id]) for visit, one in people], words


def booked_page(
    days: Days, chosen: date | None, *, after: str = "", before: str = ""
) -> Page[Visit]:
    """The visits of the day, by site and time, from page to page."""
    return page_of(booked_on(days, chosen), ORDER, size=PEOPLE_A_PAGE, after=after, before=before)


def booked_on(days: Days, chosen: date | None) -> QuerySet[Visit]:
    """Everybody of these sites who was booked on a day, or today at each site."""
    at: dict[date, list[int]] = {}
    for site in days.sites:
        at.setdefault(chosen or days.today[site.pk], []).append(site.pk)
    wanted = Q(pk__in=[])
    for day, sites in at.items():
        wanted |= Q(scheduled_on=day, course__site__in=sites)
    return (
        Visit.objects.filter(wanted, state__in=ON_THE_BOARD)
        .select_related("course__patient", "course__therapy")
        .only(
            *("scheduled_on", "scheduled_time", "state", "reason", "infused_on", "dose"),
            *(
                "course__site_id",
                "course__protocol_version_id",
                "course__therapy__generic",
                "course__patient__given_name",
            ),
            *("course__patient__family_name", "course__patient__birth_date"),
        )
    )


def _people(user: User, days: Days, visits: list[Visit]) -> list[tuple[Visit, Booked]]:
    """Asks for everybody at once; a visit of the past is not asked for any more."""
    asked = {
        visit.course_id: days.today[visit.course.site_id]
        for visit in visits
        if visit.state == Visit.State.SCHEDULED
        and visit.scheduled_on >= days.today[visit.course.site_id]
    }
    answers = clear_to_infuse_each(asked) if asked else {}
    return [(visit, _booked(visit, answers.get(visit.course_id), user)) for visit in visits]


def _booked(visit: Visit, readiness: Readiness | None, user: User) -> Booked:
    course = visit.course
    act: dict[str, Any]
    others: tuple[str, ...] = ()
    visit_url = reverse("monitoring:visit", args=[visit.pk])
    if visit.state != Visit.State.SCHEDULED:
        tag, word = STATES[Visit.State(visit.state)]
        says = visit.reason or f"{visit.dose} on {day_words(visit.infused_on)}"
        act = {"act": "Open the visit", "act_url": visit_url, "who": ""}
    elif readiness is None:
        tag, word = "overdue", "Not recorded"
        says = "The day has passed, and nothing is recorded of this visit."
        act = {"act": "Record the visit", "act_url": visit_url, "who": ""}
    elif readiness.clear:
        tag, word, says = "yes", "Clear", _for_day(visit, readiness)
        act = {"act": "Open the visit", "act_url": visit_url, "who": ""}
    else:
        tag, word = "no", "Not clear"
        first, *rest = readiness.reasons
        says = f"{first.says} {_for_day(visit, readiness)}".strip()
        others = tuple(f"{one.says} Next: {one.next_act} ({one.who})." for one in rest)
        act = _act(first, visit, user)
    return Booked(
        time=f"{visit.scheduled_time:%H:%M}" if visit.scheduled_time else "",
        patient=str(course.patient),
        patient_url=reverse("monitoring:person", args=[course.patient_id]),
        born=day_words(course.patient.birth_date),
        therapy=capitalised(str(course.therapy)),
        tag=tag,
        word=word,
        says=says,
        others=others,
        **act,
    )


def _for_day(visit: Visit, readiness: Readiness) -> str:
    """The answer is for the next infusion, which may be another visit than this one."""
    if readiness.day == visit.scheduled_on:
        return ""
    return f"As of the visit on {day_words(readiness.day)}, which comes first."


def _act(reason: Reason, visit: Visit, user: User) -> dict[str, Any]:
    """The first link of the reason that this reader can open, or the act and who does it."""
    course = visit.course
    place = Place(course.pk, course.patient_id, visit.pk, course.protocol_version_id)
    link = next(iter(links_of(reason, place, user)), None)
    if link is None:
        return {"act": capitalised(reason.next_act), "act_url": "", "who": reason.who}
    return {"act": link.label, "act_url": link.url, "who": ""}


def _zone(site: Site, day: date) -> str:
    return f"{datetime.combine(day, time(12), tzinfo=ZoneInfo(site.time_zone)):%Z}"


def _url(query: Mapping[str, str]) -> str:
    address = reverse("monitoring:board")
    return f"{address}?{urlencode(query)}" if query else address
