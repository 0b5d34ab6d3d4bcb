"""What does a calendar programme read at a secret address?

Due items as whole days, visits with their time at the site. A person is two initials and the way to
the record, nothing else: the programme may show it on a lock screen or keep it on foreign servers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from icalendar import Calendar, Event, vText

from certification.models import Patient, Site
from certification.presenters.wording import capitalised, day_words
from certification.turnaround import local_date
from monitoring.models import CalendarFeed, DueItem, InfusionCourse, Visit
from monitoring.models.plans import DueItemQuerySet
from monitoring.planning import protocol_of
from monitoring.schedule.rules import INFUSION

SECRET_BYTES = 32
BEHIND = timedelta(days=31)
AHEAD = timedelta(days=183)
MOST_ENTRIES = 1000
"""Of due items, and of visits. What is left out is said, on the day of the reading."""
REFRESH_HOURS = 4
NAMESPACE = UUID("a1b5a6f2-5a0e-4e0c-9d0f-6f1f1c6a7d21")
Address = Callable[[str], str]


def new_secret() -> str:
    return token_urlsafe(SECRET_BYTES)


def fingerprint(secret: str) -> str:
    """What is kept of a secret. It is long and random, so a plain hash cannot be turned back."""
    return sha256(secret.encode()).hexdigest()


def feed_at(secret: str) -> CalendarFeed | None:
    """The calendar behind an address. The time it takes tells nothing about a near miss: what is
    looked up is a hash, which nobody can steer."""
    wanted = fingerprint(secret)
    related = ("site", "user", "created_by")
    found = CalendarFeed.objects.select_related(*related).filter(secret_hash=wanted).first()
    if found is None or not compare_digest(found.secret_hash, wanted):
        return None
    return found


def calendar_of(feed: CalendarFeed, now: datetime, address: Address) -> bytes:
    """The calendar, the same bytes as long as the same is due. ``address`` makes a path whole."""
    site = feed.site
    today = local_date(now, site.time_zone)
    first, last = today - BEHIND, today + AHEAD
    calendar = Calendar()
    calendar.add("prodid", "-//Myelin//Monitoring//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(_name(feed)))
    calendar.add("x-wr-timezone", site.time_zone)
    calendar.add("refresh-interval", timedelta(hours=REFRESH_HOURS))
    items = list(_items(feed).filter(due_on__range=(first, last))[: MOST_ENTRIES + 1])
    visits = list(_visits(feed).filter(scheduled_on__range=(first, last))[: MOST_ENTRIES + 1])
    for event in _today(feed, today, items, visits, address):
        calendar.add_component(event)
    for visit in visits[:MOST_ENTRIES]:
        calendar.add_component(_visit(visit, site, address))
    for item in items[:MOST_ENTRIES]:
        calendar.add_component(_item(item, today, address))
    calendar.add_missing_timezones(first_date=first, last_date=last + timedelta(days=1))
    return calendar.to_ical()


def initials(patient: Patient) -> str:
    """The first letters of the given and the family name."""
    names = (patient.given_name, patient.family_name)
    letters = (next((sign for sign in name if sign.isalpha()), "?") for name in names)
    return "".join(f"{letter.upper()}." for letter in letters)


def _name(feed: CalendarFeed) -> str:
    return f"Myelin, {feed.site.name}" if feed.user_id is None else "Myelin, my people"


def _courses(feed: CalendarFeed) -> QuerySet[InfusionCourse]:
    """All of the site; for one nurse those of her own people."""
    courses = InfusionCourse.objects.filter(site_id=feed.site_id)
    return courses if feed.user_id is None else courses.of_nurse(feed.user_id)


def _items(feed: CalendarFeed) -> DueItemQuerySet:
    """Open items. An infusion for which a visit is booked stands there as that visit."""
    booked = Visit.objects.booked().filter(course=OuterRef("course"))
    items = (
        DueItem.objects.open()
        .filter(site_id=feed.site_id)
        .exclude(Exists(booked), test=INFUSION)
        .select_related("patient", "course__protocol_version")
        .defer("course__protocol_version__document", "course__facts", "cite", "because")
        .order_by("due_on", "pk")
    )
    return items if feed.user_id is None else items.filter(course__in=_courses(feed))


def _visits(feed: CalendarFeed) -> QuerySet[Visit]:
    visits = Visit.objects.booked().filter(course__site_id=feed.site_id)
    if feed.user_id is not None:
        visits = visits.filter(course__in=_courses(feed))
    return visits.select_related("course__patient").order_by("scheduled_on", "pk")


def _today(
    feed: CalendarFeed,
    today: date,
    items: list[DueItem],
    visits: list[Visit],
    address: Address,
) -> Iterator[Event]:
    """One entry on the day of the reading: what is overdue, also from before the time shown, and
    what had to be left out. An overdue item must not sink into the past unseen."""
    overdue = _items(feed).overdue(as_of=today).order_by()[: MOST_ENTRIES + 1].count()
    stale = InfusionCourse.objects.filter(pk__in=_courses(feed)).stale(as_of=today).exists()
    told = []
    if overdue:
        number = f"more than {MOST_ENTRIES}" if overdue > MOST_ENTRIES else str(overdue)
        told.append(f"{number} overdue")
    for entries, name, day in (
        (items, "due items", lambda one: one.due_on),
        (visits, "visits", lambda one: one.scheduled_on),
    ):
        if len(entries) > MOST_ENTRIES:
            told.append(f"{name} from {day_words(day(entries[-1]))} on are left out here")
    if stale:
        told.append("some schedules have to be worked out anew")
    if told:
        midnight = datetime.combine(today, time(0), ZoneInfo(feed.site.time_zone))
        event = _event(f"today:{feed.pk}", f"Myelin: {', '.join(told)}", midnight, 0)
        event.add("dtstart", today)
        event.add("transp", "TRANSPARENT")
        _link(event, "Open the worklist", address(reverse("monitoring:worklist")))
        yield event


def _item(item: DueItem, today: date, address: Address) -> Event:
    tests = protocol_of(item.course.protocol_version).tests
    label = tests[item.test].label if item.test in tests else item.test.replace("_", " ")
    state = "overdue" if item.overdue_on < today else "due"
    summary = f"{capitalised(label)} {state}: {initials(item.patient)}"
    key = f"item:{item.course_id}:{item.rule}:{item.occurrence}"
    event = _event(key, summary, item.planned_at, 0)
    event.add("dtstart", item.due_on)
    event.add("transp", "TRANSPARENT")
    said = f"Due {day_words(item.due_on)}, in time until {day_words(item.overdue_on)}."
    path = reverse("monitoring:person", args=[item.patient_id])
    _link(event, said, address(path))
    return event


def _visit(visit: Visit, site: Site, address: Address) -> Event:
    patient = visit.course.patient
    changed = max(at for at in (visit.booked_at, visit.checklist_at) if at is not None)
    summary = f"Infusion: {initials(patient)}"
    event = _event(f"visit:{visit.pk}", summary, changed, visit.revision - 1)
    if visit.scheduled_time is None:
        event.add("dtstart", visit.scheduled_on)
    else:
        zone = ZoneInfo(site.time_zone)
        event.add("dtstart", datetime.combine(visit.scheduled_on, visit.scheduled_time, zone))
    path = reverse("monitoring:person", args=[patient.pk])
    _link(event, "Booked visit.", address(path))
    return event


def _event(key: str, summary: str, changed_at: datetime, sequence: int) -> Event:
    """``key`` stays the same as long as it is the same thing, whatever else changes."""
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE, key)))
    event.add("summary", summary)
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("last-modified", changed_at.astimezone(UTC))
    event.add("sequence", sequence)
    return event


def _link(event: Event, says: str, url: str) -> None:
    event.add("description", f"{says}\n{url}")
    event.add("url", url)
