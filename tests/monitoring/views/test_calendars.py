"""Calendars at secret addresses: what they hold, whom they name, and when they stop opening."""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from certification.models import AuditEvent, Patient, RoleGrant, Site, User
from config.roles import Role
from config.secret_addresses import WithoutSecrets, masked
from monitoring.actions.feeds import create_feed, note_reading
from monitoring.actions.visits import book_visit, move_visit
from monitoring.feeds import AHEAD, BEHIND, feed_at, fingerprint, initials, new_secret
from monitoring.models import CalendarFeed, InfusionCourse, Visit
from monitoring.views import calendars
from tests.factories import PatientFactory, UserFactory
from tests.factories.monitoring import InfusionCourseFactory
from tests.monitoring.actions.steps import START, at, book, result

# An id may spell a name by chance.
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LIST, NEW = reverse("monitoring:calendars"), reverse("monitoring:calendar-new")


@pytest.fixture
def secret(infusion_nurse: User, site: Site, now: datetime) -> str:
    """The address of the whole site's calendar."""
    _, secret = create_feed(by=infusion_nurse, now=now, site=site, whole_site=True)
    return secret


def address(secret: str) -> str:
    return reverse("monitoring:calendar-feed", args=[secret])


def read(secret: str) -> Calendar:
    response = Client().get(address(secret))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def entries(calendar: Calendar) -> dict[str, Any]:
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_due_items_are_whole_days_with_initials_and_a_way_to_the_record(
    secret: str, course: InfusionCourse
) -> None:
    item = course.due_items.open().get(rule="antibody_baseline")
    who = initials(course.patient)
    assert who == "A.E."
    summary = f"Antibody test due: {who}"
    found = [event for event in read(secret).walk("VEVENT") if event["summary"] == summary]
    event = min(found, key=lambda one: one["dtstart"].dt)
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert event["dtstart"].dt == START
    path = reverse("monitoring:person", args=[course.patient_id])
    assert str(event["url"]) == f"http://testserver{path}"
    assert event["last-modified"].dt == item.planned_at


def test_nothing_else_names_the_person(secret: str, course: InfusionCourse) -> None:
    patient = course.patient
    text = _ID.sub("", read(secret).to_ical().decode().replace("\r\n ", ""))
    for word in (
        patient.family_name, patient.given_name, patient.record_number, "1985", "exemplumab",
        str(course.therapy),
    ):  # fmt: skip
        assert word.lower() not in text.lower()


def test_visits_carry_their_time_in_the_zone_of_the_site(
    secret: str, course: InfusionCourse, infusion_nurse: User
) -> None:
    """Also across the change of the clocks, which is on 14 March 2027 in New York."""
    for day, offset in ((date(2027, 3, 12), -5), (date(2027, 3, 15), -4)):
        book_visit(
            by=infusion_nurse, now=at(START), course=course, scheduled_on=day,
            scheduled_time=time(9, 30),
        )  # fmt: skip
        found = [e for e in read(secret).walk("VEVENT") if "Infusion:" in e["summary"]]
        starts = [event["dtstart"].dt for event in found]
        moment = datetime.combine(day, time(9, 30), ZoneInfo("America/New_York"))
        assert moment in starts
        assert moment.utcoffset() == timedelta(hours=offset)
        assert all(event["dtstart"].params["TZID"] == "America/New_York" for event in found)
    assert [str(zone["tzid"]) for zone in read(secret).walk("VTIMEZONE")] == ["America/New_York"]


def test_a_visit_without_a_time_is_a_whole_day_and_takes_the_place_of_the_item(
    secret: str, course: InfusionCourse, infusion_nurse: User
) -> None:
    assert any("Infusion due" in summary for summary in entries(read(secret)))
    book(course, infusion_nurse, START)
    found = entries(read(secret))
    assert found["Infusion: A.E."]["dtstart"].dt == START
    assert not any("Infusion due" in summary for summary in found)


def test_an_entry_keeps_its_identity_when_it_moves(
    secret: str, course: InfusionCourse, infusion_nurse: User
) -> None:
    visit = book(course, infusion_nurse, START)
    before = entries(read(secret))["Infusion: A.E."]
    move_visit(
        by=infusion_nurse, now=at(START), visit=visit, revision=1,
        scheduled_on=START + timedelta(days=2), scheduled_time=time(8),
    )  # fmt: skip
    after = entries(read(secret))["Infusion: A.E."]
    assert after["uid"] == before["uid"]
    assert after["sequence"] == before["sequence"] + 1
    uids = [event["uid"] for event in read(secret).walk("VEVENT")]
    assert len(uids) == len(set(uids))


def test_the_same_is_told_as_the_same_bytes(secret: str, course: InfusionCourse) -> None:
    first = Client().get(address(secret))
    again = Client().get(address(secret), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    result(course.patient, course.opened_by, "jcv_antibody", START, antibody="negative")
    changed = Client().get(address(secret), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_what_is_overdue_from_long_ago_is_counted_today(
    secret: str, course: InfusionCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = START + BEHIND + timedelta(days=300)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(later))
    (summary,) = [one for one in entries(read(secret)) if one.startswith("Myelin: ")]
    assert re.search(r"[1-9]\d* overdue", summary)
    assert "some schedules have to be worked out anew" in summary
    assert entries(read(secret))[summary]["dtstart"].dt == later


def test_the_time_and_the_number_of_entries_have_an_end(
    secret: str, course: InfusionCourse, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    today = now.date()
    days = [event["dtstart"].dt for event in read(secret).walk("VEVENT")]
    assert max(days) <= today + AHEAD
    monkeypatch.setattr("monitoring.feeds.MOST_ENTRIES", 2)
    found = entries(read(secret))
    assert len(found) == 3
    assert any("due items from" in one and "left out here" in one for one in found)


@pytest.mark.parametrize(
    ("given", "family", "expected"),
    [
        ("Ada", "Example", "A.E."),
        ("élodie", "ørsted", "É.Ø."),
        (";DROP", ",x\\", "D.X."),
        ("123", "\r\nBEGIN:VEVENT", "?.B."),
        ("李", "O'Neill", "李.O."),
    ],
)
def test_initials(given: str, family: str, expected: str) -> None:
    assert initials(Patient(given_name=given, family_name=family)) == expected


def test_text_is_escaped_and_comes_back(secret: str, course: InfusionCourse, site: Site) -> None:
    name = "Clinic; North, \\ “Süd”\nBEGIN:VEVENT"
    Site.objects.update(name=name)
    written = Client().get(address(secret)).content.decode().replace("\r\n ", "")
    escaped = "Myelin\\, Clinic\\; North\\, \\\\ “Süd”\\nBEGIN:VEVENT\r\n"
    assert f"X-WR-CALNAME:{escaped}" in written
    calendar = read(secret)
    assert len(calendar.walk("VCALENDAR")) == 1
    assert all("uid" in event for event in calendar.walk("VEVENT"))
    path = reverse("monitoring:person", args=[course.patient_id])
    said = {str(event["description"]) for event in calendar.walk("VEVENT")}
    assert f"Due 1 Feb 2027, in time until 15 Feb 2027.\nhttp://testserver{path}" in said


def test_ones_own_calendar_holds_ones_own_people(
    course: InfusionCourse, infusion_nurse: User, site: Site, now: datetime
) -> None:
    other = UserFactory(roles=[Role.INFUSION_NURSE], sites=[site])
    _, mine = create_feed(by=infusion_nurse, now=now, site=site, whole_site=False)
    _, theirs = create_feed(by=other, now=now, site=site, whole_site=False)
    assert entries(read(mine))
    assert not entries(read(theirs))
    book(course, other, START)
    assert "Infusion: A.E." in entries(read(theirs))


def test_people_of_another_site_are_not_in_it(secret: str, course: InfusionCourse) -> None:
    before = len(entries(read(secret)))
    elsewhere = InfusionCourseFactory(
        patient=PatientFactory(given_name="Zoe"), protocol_version=course.protocol_version
    )
    Visit.objects.create(
        course=elsewhere, scheduled_on=START, booked_by=course.opened_by, booked_at=at(START)
    )
    assert len(entries(read(secret))) == before


def closed(secret: str) -> bool:
    response = Client().get(address(secret))
    assert response.status_code in (200, 404)
    return response.status_code == 404


def test_an_address_that_nobody_has_is_not_there(secret: str) -> None:
    assert closed(new_secret())
    assert closed(secret[:-1])
    assert closed(CalendarFeed.objects.get().secret_hash)


def test_a_revoked_address_is_not_there(secret: str, nurses: Client) -> None:
    feed = CalendarFeed.objects.get()
    response = nurses.post(reverse("monitoring:calendar-revoke", args=[feed.pk]), follow=True)
    assert "Revoked. The address opens nothing any more." in response.content.decode()
    assert closed(secret)


@pytest.mark.parametrize("whole_site", [True, False])
@pytest.mark.parametrize("loses", ["role", "site", "account"])
def test_an_address_closes_when_its_owner_may_no_longer_look(
    infusion_nurse: User, site: Site, now: datetime, whole_site: bool, loses: str
) -> None:
    _, secret = create_feed(by=infusion_nurse, now=now, site=site, whole_site=whole_site)
    assert not closed(secret)
    match loses:
        case "role":
            RoleGrant.objects.filter(user=infusion_nurse).delete()
        case "site":
            infusion_nurse.sites.clear()
        case _:
            User.objects.filter(pk=infusion_nurse.pk).update(is_active=False)
    assert closed(secret)


def test_the_database_keeps_no_secret(secret: str) -> None:
    feed = CalendarFeed.objects.get()
    assert feed.secret_hash == fingerprint(secret)
    assert secret not in str([vars(event) for event in AuditEvent.objects.all()])
    assert feed_at(secret) == feed


def test_no_log_line_holds_a_secret(
    secret: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = new_secret()
    with caplog.at_level(logging.DEBUG):
        Client().get(address(unknown))
        monkeypatch.setattr(calendars, "calendar_of", lambda *args: 1 / 0)
        Client(raise_request_exception=False).get(address(secret))
    said = [record.getMessage() for record in caplog.records]
    assert any("calendars/feed/[secret]" in line for line in said), "something was logged"
    assert not any(one in line for line in said for one in (secret, unknown))


def test_masking() -> None:
    line = '"GET /monitoring/calendars/feed/abc-DEF_1 HTTP/1.1" 200'
    assert masked(line) == '"GET /monitoring/calendars/feed/[secret] HTTP/1.1" 200'
    record = logging.LogRecord("n", 20, "p", 1, '"%s" %s', (line, 200), None)
    assert WithoutSecrets().filter(record)
    assert record.getMessage() == f'"{masked(line)}" 200'
    other = logging.LogRecord("n", 20, "p", 1, "%s", ("kept",), None)
    assert WithoutSecrets().filter(other)
    assert other.args == ("kept",)


def test_reading_is_written_down_once_a_day(
    secret: str, infusion_nurse: User, now: datetime
) -> None:
    feed = CalendarFeed.objects.get()
    noted = [
        note_reading(by=infusion_nurse, now=now + timedelta(hours=hours), feed=feed)
        for hours in (0, 1, 13, 14, 20)
    ]
    # The site's midnight is 14 hours after ten in the morning.
    assert noted == [True, False, False, True, False]
    events = AuditEvent.objects.filter(verb="calendar read at its address")
    assert [(e.actor_id, e.site_id, e.patient_id) for e in events] == [
        (infusion_nurse.pk, feed.site_id, None)
    ] * 2


def test_polling_writes_one_event(secret: str) -> None:
    for _ in range(3):
        read(secret)
    assert AuditEvent.objects.filter(verb="calendar read at its address").count() == 1


def test_too_many_readings_are_put_off(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MOST_READINGS_AN_HOUR", 2)
    answers = [Client().get(address(secret)) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "3600"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_an_address_only_reads(secret: str, method: str) -> None:
    assert getattr(Client(), method)(address(secret)).status_code == 405


def test_nobody_is_needed_to_be_signed_in(secret: str, nurses: Client) -> None:
    assert nurses.get(address(secret)).content == Client().get(address(secret)).content
