"""Does every row stand in the list where it belongs, by the date on the wall of its own site?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from certification.models import Site, User
from certification.turnaround import local_date
from config.roles import Role
from monitoring import worklist
from monitoring.actions.courses import open_course, stop_course
from monitoring.actions.plans import refresh_stale_plans
from monitoring.models import DueItem, InfusionCourse, Result
from monitoring.worklist import (
    MOST_COUNTED,
    SHOWN,
    Filters,
    Group,
    days_of,
    few_courses,
    first_rows,
    fits,
    page_of_group,
    worked_out_until,
)
from tests.factories import PatientFactory, SiteFactory, UserFactory
from tests.factories.monitoring import CertifiedFactory, ProtocolVersionFactory
from tests.monitoring.actions.steps import START, at, give, result
from tests.monitoring.rows import (
    alert_row,
    course_row,
    hold_row,
    item_row,
    result_row,
    visit_row,
)

pytestmark = pytest.mark.django_db

NEW_YORK, LONDON, AUCKLAND = "America/New_York", "Europe/London", "Pacific/Auckland"
ITEMS = (Group.OVERDUE, Group.DUE, Group.UPCOMING)


def same(rows: Any) -> Any:
    return rows


def listed(
    group: Group, sites: Iterable[Site], now: datetime, filters: Filters | None = None
) -> list[Any]:
    """The whole of a group, walked through from page to page."""
    days, filters = days_of(sites, now), filters or Filters()
    rows: list[Any] = []
    after = ""
    while True:
        page = page_of_group(group, days, filters, same, after=after)
        rows += page.rows
        after = page.after
        if not after:
            return rows


def group_of(item: DueItem, sites: Iterable[Site], now: datetime) -> str:
    """The one group in which an item stands; empty when it is for later."""
    found = [group.value for group in ITEMS if item in listed(group, sites, now)]
    assert len(found) <= 1, found
    return found[0] if found else ""


# Midnight, summer time and 29 February ------------------------------------------------------------

MOMENTS: list[tuple[str, str, str, str, str]] = [
    # At this moment ...       ... an item of this day   in New York  in London   in Auckland
    ("2027-02-01T04:59+00:00", "2027-01-31", "due", "overdue", "overdue"),
    ("2027-02-01T05:00+00:00", "2027-01-31", "overdue", "overdue", "overdue"),
    ("2027-01-31T10:59+00:00", "2027-01-31", "due", "due", "due"),
    ("2027-01-31T11:00+00:00", "2027-01-31", "due", "due", "overdue"),
    # New York goes to summer time on 14 March 2027: midnight moves from 05:00 to 04:00 UTC.
    ("2027-03-14T04:59+00:00", "2027-03-13", "due", "overdue", "overdue"),
    ("2027-03-15T03:59+00:00", "2027-03-14", "due", "overdue", "overdue"),
    ("2027-03-15T04:00+00:00", "2027-03-14", "overdue", "overdue", "overdue"),
    # London goes to summer time on 28 March: its 28th ends at 23:00 UTC.
    ("2027-03-28T22:59+00:00", "2027-03-28", "due", "due", "overdue"),
    ("2027-03-28T23:00+00:00", "2027-03-28", "due", "overdue", "overdue"),
    # Auckland leaves summer time on 4 April: its 4th ends at 12:00 UTC, its 3rd ended at 11:00.
    ("2027-04-03T11:00+00:00", "2027-04-03", "due", "due", "overdue"),
    ("2027-04-04T11:59+00:00", "2027-04-04", "due", "due", "due"),
    ("2027-04-04T12:00+00:00", "2027-04-04", "due", "due", "overdue"),
    # The leap day.
    ("2028-02-29T04:59+00:00", "2028-02-28", "due", "overdue", "overdue"),
    ("2028-02-29T12:00+00:00", "2028-02-29", "due", "due", "overdue"),
    ("2028-03-01T04:59+00:00", "2028-02-29", "due", "overdue", "overdue"),
    ("2028-03-01T05:00+00:00", "2028-02-29", "overdue", "overdue", "overdue"),
]


@pytest.mark.parametrize(("moment", "day", "new_york", "london", "auckland"), MOMENTS)
def test_today_is_the_date_at_each_site(
    moment: str, day: str, new_york: str, london: str, auckland: str
) -> None:
    """Three sites in one list: an item is overdue from the midnight of its own site on."""
    sites = [SiteFactory(time_zone=zone) for zone in (NEW_YORK, LONDON, AUCKLAND)]
    items = [item_row(course_row(site), date.fromisoformat(day)) for site in sites]
    now = datetime.fromisoformat(moment)
    assert [group_of(item, sites, now) for item in items] == [new_york, london, auckland]


@pytest.mark.parametrize(
    ("opens", "overdue", "group"),
    [
        (0, 10, "due"),
        (1, 10, "upcoming"),
        (7, 10, "upcoming"),
        (8, 10, ""),
        (-5, 0, "due"),
        (-5, -1, "overdue"),
        (0, 0, "due"),
        (-400, -399, "overdue"),
    ],
)
@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 3, 14), date(2027, 12, 31)])
def test_where_a_window_begins_and_ends(opens: int, overdue: int, group: str, today: date) -> None:
    site = SiteFactory()
    item = item_row(
        course_row(site), today + timedelta(days=overdue), today + timedelta(days=opens)
    )
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    assert group_of(item, [site], now) == group


def test_no_open_item_is_lost_and_none_stands_twice() -> None:
    """Many items at sites of several zones: the lists are what each row says of itself."""
    chance = random.Random(6)
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago", NEW_YORK)
    sites = [SiteFactory(time_zone=zone) for zone in zones]
    now = datetime(2028, 2, 29, 10, 30, tzinfo=UTC)
    courses = [course_row(site) for site in sites for _ in range(3)]
    for number in range(150):
        end = date(2028, 2, 29) + timedelta(days=chance.randint(-6, 6))
        item_row(
            courses[number % 9], end, end - timedelta(days=chance.randint(0, 9)),
            closed=number % 10 == 0, end="superseded" if number % 10 == 0 else "",
            end_reason="Replaced." if number % 10 == 0 else "",
            ended_on=date(2028, 2, 1) if number % 10 == 0 else None,
        )  # fmt: skip
    assert len({local_date(now, site.time_zone) for site in sites}) == 3
    expected: dict[str, set[int]] = {"overdue": set(), "due": set(), "upcoming": set()}
    for item in DueItem.objects.select_related("site"):
        today = local_date(now, item.site.time_zone)
        state = item.state_on(today)
        if state in expected and item.window_opens_on <= today + timedelta(days=7):
            expected[state].add(item.pk)
    for group in ITEMS:
        rows = listed(group, sites, now)
        assert {row.pk for row in rows} == expected[group.value]
        assert len(rows) == len(expected[group.value])
        key = "window_opens_on" if group is Group.UPCOMING else "overdue_on"
        assert [getattr(row, key) for row in rows] == sorted(getattr(row, key) for row in rows)
        found = first_rows(group, days_of(sites, now), Filters(), same)
        assert (found.rows, found.count) == (rows[:SHOWN], len(rows))


# The other groups ---------------------------------------------------------------------------------

NOON = datetime(2027, 2, 1, 17, tzinfo=UTC)
TODAY = date(2027, 2, 1)


def made(group: Group, course: InfusionCourse) -> Any:
    """A row that stands in a group at noon of 1 February 2027."""
    yesterday = TODAY - timedelta(days=1)
    rows: dict[Group, Callable[[], Any]] = {
        Group.OVERDUE: lambda: item_row(course, yesterday),
        Group.DUE: lambda: item_row(course, TODAY),
        Group.UPCOMING: lambda: item_row(course, TODAY + timedelta(days=9), date(2027, 2, 3)),
        Group.HOLDS: lambda: hold_row(course),
        Group.RESULTS: lambda: result_row(course, TODAY),
        Group.ALERTS: lambda: alert_row(course),
        Group.VISITS: lambda: visit_row(course, yesterday),
        Group.RENEWALS: lambda: changed(course, renew_from_on=TODAY),
        Group.NOTHING: lambda: changed(course, nothing_due_because="The tail asks for nothing."),
        Group.STALE: lambda: changed(course, planned_through_on=yesterday),
    }
    return rows[group]()


def changed(course: InfusionCourse, **fields: Any) -> InfusionCourse:
    InfusionCourse.objects.filter(pk=course.pk).update(**fields)
    course.refresh_from_db()
    return course


@pytest.mark.parametrize("group", list(Group))
def test_a_row_stands_in_its_group_at_its_own_site_only(group: Group) -> None:
    site, other = SiteFactory(), SiteFactory()
    row = made(group, course_row(site))
    assert listed(group, [site, other], NOON) == [row]
    assert listed(group, [other], NOON) == []
    assert listed(group, [], NOON) == []
    assert first_rows(group, days_of([], NOON), Filters(), same).count == 0


@pytest.mark.parametrize(
    ("group", "fields"),
    [
        (Group.HOLDS, {"released_at": NOON, "release_reason": "Settled."}),
        (Group.ALERTS, {"acknowledged_at": NOON}),
        (Group.RESULTS, {"seen_at": NOON}),
        (Group.VISITS, {"state": "missed", "reason": "Did not come.", "recorded_at": NOON}),
        (Group.VISITS, {"scheduled_on": TODAY}),
        (Group.RENEWALS, {"renew_from_on": TODAY + timedelta(days=1)}),
        (Group.RENEWALS, {"renew_from_on": None}),
        (Group.NOTHING, {"nothing_due_because": ""}),
        (Group.STALE, {"planned_through_on": TODAY}),
    ],
)
def test_what_is_settled_stands_there_no_more(group: Group, fields: dict[str, Any]) -> None:
    site = SiteFactory()
    row = made(group, course_row(site))
    by = {"released_at": "released_by", "acknowledged_at": "acknowledged_by",
          "seen_at": "seen_by", "recorded_at": "recorded_by"}  # fmt: skip
    people = {by[name]: UserFactory() for name in fields if name in by}
    type(row).objects.filter(pk=row.pk).update(**fields, **people)
    assert listed(group, [site], NOON) == []


def test_a_corrected_result_is_not_to_be_seen() -> None:
    site = SiteFactory()
    course = course_row(site)
    wrong = result_row(course, TODAY)
    right = result_row(course, TODAY, supersedes=wrong, correction_reason="Mistyped.")
    assert listed(Group.RESULTS, [site], NOON) == [right]
    assert Result.objects.count() == 2


def test_stopped_people_are_watched_to_the_end_of_their_tail() -> None:
    site = SiteFactory()
    stop = {"stopped_on": date(2026, 1, 1), "stop_reason": "x", "stopped_at": NOON}
    for until in (TODAY - timedelta(days=1), TODAY, None):
        course_row(
            site, nothing_due_because="Nothing.", watch_until_on=until, renew_from_on=TODAY,
            planned_through_on=None, stopped_by=UserFactory(), **stop,
        )  # fmt: skip
    watched = listed(Group.NOTHING, [site], NOON)
    assert {course.watch_until_on for course in watched} == {TODAY, None}
    assert set(listed(Group.STALE, [site], NOON)) == set(watched)
    assert listed(Group.RENEWALS, [site], NOON) == []


@pytest.mark.parametrize("group", list(Group))
def test_filters_leave_the_others_out(group: Group) -> None:
    site, me = SiteFactory(), UserFactory()
    mine = made(group, course_row(site, opened_by=me))
    made(group, course_row(site))
    therapy = ProtocolVersionFactory().therapy.key
    assert len(listed(group, [site], NOON)) == 2
    assert listed(group, [site], NOON, Filters(nurse=me)) == [mine]
    assert len(listed(group, [site], NOON, Filters(therapy=therapy))) == 2
    assert listed(group, [site], NOON, Filters(therapy="another")) == []
    few = few_courses(me)
    assert few is not None
    assert len(few) == 1
    assert listed(group, [site], NOON, Filters(nurse=me, courses=few)) == [mine]
    assert listed(group, [site], NOON, Filters(nurse=me, courses=few, therapy=therapy)) == [mine]
    assert listed(group, [site], NOON, Filters(nurse=me, courses=few, therapy="another")) == []
    assert listed(group, [site], NOON, Filters(nurse=UserFactory(), courses=())) == []


def test_few_courses_are_those_of_the_nurse(monkeypatch: pytest.MonkeyPatch) -> None:
    site, me = SiteFactory(), UserFactory()
    opened, booked = course_row(site, opened_by=me), course_row(site)
    visit_row(booked, TODAY, booked_by=me)
    course_row(site)
    assert set(few_courses(me) or ()) == {opened.pk, booked.pk}
    assert set(few_courses(me) or ()) == {c.pk for c in InfusionCourse.objects.of_nurse(me.pk)}
    monkeypatch.setattr(worklist, "FEW", 1)
    assert few_courses(me) is None
    monkeypatch.setattr(worklist, "FEW", 2)
    monkeypatch.setattr(worklist, "FEW_VISITS", 0)
    assert few_courses(me) is None


def test_filters_by_test_and_level() -> None:
    site = SiteFactory()
    course = course_row(site)
    scan = item_row(course, TODAY, test="brain_mri", level="blocking")
    item_row(course, TODAY)
    assert listed(Group.DUE, [site], NOON, Filters(test="brain_mri")) == [scan]
    assert listed(Group.DUE, [site], NOON, Filters(level="blocking")) == [scan]
    known = {group for group in Group if fits(group, Filters(test="cbc"))}
    assert known == {*ITEMS, Group.HOLDS, Group.RESULTS, Group.ALERTS}
    assert {group for group in Group if fits(group, Filters(level="blocking"))} == set(ITEMS)


def test_nothing_is_counted_beyond_a_limit() -> None:
    site = SiteFactory()
    course = course_row(site)
    fields = {"patient": course.patient, "site": site, "test": "cbc", "entered_at": NOON,
              "entered_by": course.opened_by, "done_on": TODAY, "reported_on": TODAY}  # fmt: skip
    Result.objects.bulk_create(Result(**fields) for _ in range(MOST_COUNTED + 30))
    found = first_rows(Group.RESULTS, days_of([site], NOON), Filters(), same)
    assert (found.count, found.more, len(found.rows)) == (MOST_COUNTED + 1, True, SHOWN)


# An empty list is a promise -----------------------------------------------------------------------


@pytest.fixture
def infusion_nurse(site: Site) -> User:
    return UserFactory(roles=[Role.INFUSION_NURSE], sites=[site])


@pytest.fixture
def treated(site: Site, infusion_nurse: User) -> InfusionCourse:
    """Treated since 1 February 2027: at month 18 time alone asks for a scan."""
    ProtocolVersionFactory()
    patient = PatientFactory(site=site)
    determination = CertifiedFactory(patient=patient)
    course = open_course(
        by=infusion_nurse, now=at(START), determination=determination, start_on=START
    )
    result(patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(course, infusion_nurse, START)
    return course


def test_a_stale_schedule_hides_nobody(site: Site, treated: InfusionCourse) -> None:
    """Day by day for three years, without an act: the item is listed, or the person is."""
    scan = Filters(test="brain_mri")
    asked_on = date(2028, 8, 1)
    for number in range(0, 1100, 37):
        now = at(START + timedelta(days=number))
        stale = treated in listed(Group.STALE, [site], now)
        items = [*listed(Group.DUE, [site], now, scan), *listed(Group.OVERDUE, [site], now, scan)]
        if now.date() >= asked_on:
            assert stale or any(item.rule == "scan_later" for item in items)
        if stale:
            refresh_stale_plans(by=None, now=now, site=site)
            assert treated not in listed(Group.STALE, [site], now)


def test_a_schedule_that_was_never_worked_out_is_stale(site: Site) -> None:
    course = course_row(site, planned_through_on=None)
    assert listed(Group.STALE, [site], NOON) == [course]
    assert refresh_stale_plans(by=None, now=NOON, site=site) == 1
    assert listed(Group.STALE, [site], NOON) == []
    assert course.due_items.open().exists()


def test_nobody_who_is_watched_has_neither_an_item_nor_a_reason(
    site: Site, treated: InfusionCourse, infusion_nurse: User
) -> None:
    """After stopping, through the tail and beyond it."""
    treated.refresh_from_db()
    stop_course(
        by=infusion_nurse, now=at(START + timedelta(days=1)), course=treated,
        revision=treated.revision, stopped_on=START + timedelta(days=1), reason="Asked for it.",
    )  # fmt: skip
    treated.refresh_from_db()
    until = treated.watch_until_on
    assert until is not None
    for number in range(1, (until - START).days + 9, 9):
        now = at(START + timedelta(days=number))
        refresh_stale_plans(by=None, now=now, site=site)
        has_item = treated.due_items.open().exists()
        stated = treated in listed(Group.NOTHING, [site], now)
        assert has_item != stated if now.date() <= until else not (has_item or stated)


def test_how_far_every_schedule_holds() -> None:
    site, other = SiteFactory(), SiteFactory()
    assert worked_out_until(days_of([site], NOON)) is None
    course_row(site, planned_through_on=date(2027, 2, 20))
    course_row(other, planned_through_on=date(2027, 2, 10))
    assert worked_out_until(days_of([site], NOON)) == date(2027, 2, 20)
    assert worked_out_until(days_of([site, other], NOON)) == date(2027, 2, 10)
