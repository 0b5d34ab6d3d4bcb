"""The infusion day: everybody who is booked, the answer, the reason and the one next act."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.models import Site, User
from config.roles import Role
from monitoring.clearing import clear_to_infuse
from monitoring.models import InfusionCourse, Visit
from monitoring.presenters.board import PEOPLE_A_PAGE
from tests.factories import SiteFactory, UserFactory
from tests.factories.monitoring import CourseAuthorizationFactory
from tests.monitoring.rows import course_row, hold_row, result_row, visit_row
from tests.monitoring.test_clearing import lives

pytestmark = pytest.mark.django_db
BOARD = reverse("monitoring:board")
NOON = datetime(2027, 2, 1, 17, tzinfo=UTC)
TODAY = date(2027, 2, 1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def infusion_nurse(site: Site) -> User:
    return UserFactory(roles=[Role.INFUSION_NURSE], sites=[site])


@pytest.fixture
def ward(infusion_nurse: User) -> Client:
    client = Client()
    client.force_login(infusion_nurse)
    return client


def booked(site: Site, day: date = TODAY, **fields: Any) -> Visit:
    """A certified person with a visit."""
    course = CourseAuthorizationFactory(course=course_row(site)).course
    return visit_row(course, day, **fields)


def people(page: Any) -> list[Any]:
    return [person for site in page.context["page"].sites for person in site.people]


def test_each_person_is_answered_as_by_herself(
    ward: Client, site: Site, infusion_nurse: User
) -> None:
    lives(site, infusion_nurse, 16)
    seen = set()
    for day in (29, 30):
        page = ward.get(BOARD, {"day": (TODAY + timedelta(days=day)).isoformat()})
        visits = Visit.objects.booked().filter(scheduled_on=TODAY + timedelta(days=day))
        by_url = {person.patient_url: person for person in people(page)}
        assert len(by_url) == visits.count() > 0
        for visit in visits.select_related("course"):
            person = by_url[reverse("monitoring:person", args=[visit.course.patient_id])]
            answer = clear_to_infuse(visit.course, TODAY)
            assert person.word == ("Clear" if answer.clear else "Not clear")
            if answer.reasons:
                assert person.says.startswith(answer.reasons[0].says)
                assert len(person.others) == len(answer.reasons) - 1
            seen.add(person.word)
    assert "Not clear" in seen


@pytest.mark.parametrize(
    ("made", "act", "name"),
    [
        (hold_row, "Release the hold", "hold-release"),
        (lambda course: None, "Document it", "visit-checklist"),
        (
            lambda course: InfusionCourse.objects.filter(pk=course.pk).update(
                facts={"active_infection": {"value": False, "observed_on": "2027-01-30"}}
            ),
            "Enter the result",
            "result-new",
        ),
    ],
)
def test_the_next_act_leads_where_it_is_done(
    ward: Client, site: Site, made: Any, act: str, name: str
) -> None:
    made(booked(site).course)
    (person,) = people(ward.get(BOARD))
    assert (person.word, person.act) == ("Not clear", act)
    page = ward.get(BOARD).content.decode()
    assert f'href="{person.act_url}"' in page
    parts = {
        "hold-release": "/holds/",
        "visit-checklist": "/visits/",
        "result-new": "/results/new/",
    }
    assert parts[name] in person.act_url


def test_who_may_not_act_reads_who_does(site: Site) -> None:
    hold_row(booked(site).course)
    client = Client()
    client.force_login(UserFactory(roles=[Role.AUDITOR], sites=[site]))
    (person,) = people(client.get(BOARD))
    assert (person.act_url, person.who) == ("", "Infusion nurse")
    assert "Release the hold" in person.act


def test_what_was_recorded_and_what_was_forgotten(ward: Client, site: Site) -> None:
    done = {"recorded_by": UserFactory(), "recorded_at": NOON}
    given = booked(site, dose="300 mg", batch="B", state="infused", infused_on=TODAY, **done)
    missed = booked(site, state="missed", reason="Did not come.", **done)
    booked(site, state="cancelled", reason="Moved away.", **done)
    found = {person.word: person.says for person in people(ward.get(BOARD))}
    assert found == {"Infused": "300 mg on 1 Feb 2027", "Missed": "Did not come."}
    assert {given.state, missed.state} == {"infused", "missed"}
    booked(site, TODAY - timedelta(days=1))
    (forgotten,) = people(ward.get(BOARD, {"day": "2027-01-31"}))
    assert (forgotten.word, forgotten.act) == ("Not recorded", "Record the visit")


def test_the_answer_may_be_about_an_earlier_visit(ward: Client, site: Site) -> None:
    visit = booked(site, TODAY + timedelta(days=7))
    visit_row(visit.course, TODAY + timedelta(days=2))
    (person,) = people(ward.get(BOARD, {"day": "2027-02-08"}))
    assert person.says.endswith("As of the visit on 3 Feb 2027, which comes first.")


def test_today_is_the_date_at_each_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Just after midnight in Auckland it is still the day before in New York."""
    zones = ("America/New_York", "Pacific/Auckland")
    sites = [SiteFactory(time_zone=zone) for zone in zones]
    moment = datetime(2028, 2, 28, 11, 30, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    client = Client()
    client.force_login(UserFactory(roles=[Role.INFUSION_NURSE], sites=sites))
    for site in sites:
        for day in (date(2028, 2, 28), date(2028, 2, 29)):
            booked(site, day, scheduled_time=time(9))
    page = client.get(BOARD)
    days = [(site.day, site.zone, len(site.people)) for site in page.context["page"].sites]
    assert days == [("28 Feb 2028", "EST", 1), ("29 Feb 2028", "NZDT", 1)]
    page = client.get(BOARD, {"day": "2028-02-29", "site": str(sites[0].pk)})
    assert [site.day for site in page.context["page"].sites] == ["29 Feb 2028"]
    assert "day=2028-03-01" in page.context["page"].next_url


@pytest.mark.parametrize(
    ("day", "zone"), [("2027-03-13", "EST"), ("2027-03-14", "EDT"), ("2027-11-07", "EST")]
)
def test_times_name_the_zone_of_their_day(ward: Client, site: Site, day: str, zone: str) -> None:
    visit = booked(site, date.fromisoformat(day), scheduled_time=time(9, 30))
    page = ward.get(BOARD, {"day": day})
    assert (page.context["page"].sites[0].zone, people(page)[0].time) == (zone, "09:30")
    assert visit.scheduled_time is not None


def test_an_empty_day_says_what_to_do(ward: Client, site: Site) -> None:
    booked(SiteFactory())
    page = ward.get(BOARD)
    assert "Nobody is booked at this site on 1 Feb 2027." in page.content.decode()
    assert "Infusion day</a>" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"day": "31.2.2027"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
        {"site": "x"},
        {"after": "x"},
    ],
)
def test_bad_input_shows_today(ward: Client, site: Site, query: dict[str, str]) -> None:
    booked(site)
    assert len(people(ward.get(BOARD, query))) == 1


def test_pages_of_a_day_follow_each_other(ward: Client, site: Site) -> None:
    for number in range(PEOPLE_A_PAGE + 3):
        booked(site, scheduled_time=time(8 + number % 9) if number % 4 else None)
    first = ward.get(BOARD)
    following = ward.get(first.context["page"].after_url)
    times = [person.time for person in (*people(first), *people(following))]
    assert len(times) == PEOPLE_A_PAGE + 3
    assert times == sorted(times, key=lambda said: said or "99")
    assert people(ward.get(following.context["page"].before_url)) == people(first)


def test_queries_do_not_grow_with_the_people(ward: Client, site: Site) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            visit = booked(site)
            result_row(visit.course, TODAY)
            hold_row(visit.course)

    def queries() -> int:
        ward.get(BOARD)
        with CaptureQueriesContext(connection) as captured:
            assert ward.get(BOARD).status_code == 200
        return len(captured)

    grow(2)
    few = queries()
    grow(10)
    assert queries() == few <= 14


def test_home_shows_the_day_and_what_waits(ward: Client, site: Site) -> None:
    text = ward.get(reverse("home")).content.decode()
    assert "Nobody is booked today." in text
    visit = booked(site)
    hold_row(visit.course)
    result_row(visit.course, TODAY)
    course_row(site, planned_through_on=TODAY - timedelta(days=1))
    page = ward.get(reverse("home"))
    titles = [section.title for section in page.context["page"].sections]
    assert titles == [
        "Infusion day", "Schedules to work out: 1", "Overdue", "Results to see: 1", "On hold: 1",
    ]  # fmt: skip
    assert "1 person booked today" in page.content.decode()


def test_home_of_others_is_as_it_was(site: Site) -> None:
    booked(site)
    for role in (Role.NURSE_REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR):
        client = Client()
        client.force_login(UserFactory(roles=[role], sites=[site]))
        assert client.get(reverse("home")).context["page"].sections == []


def test_the_first_page_names_the_site_where_several_stand_together(
    ward: Client, site: Site, infusion_nurse: User
) -> None:
    booked(site)
    assert f"{site.name}, EST" not in ward.get("/").content.decode()
    infusion_nurse.sites.add(SiteFactory())
    assert f"{site.name}, EST" in ward.get("/").content.decode()
