"""What is counted as on time, held against a count by hand; and no item is counted twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certification.models import Site, User
from monitoring.models import DueItem, InfusionCourse, Visit
from monitoring.on_time import Tally, tallies, together
from tests.factories import PatientFactory, SiteFactory, UserFactory
from tests.factories.monitoring import InfusionCourseFactory

pytestmark = pytest.mark.django_db
JUNE = date(2027, 6, 1)
DUE, GRACE = date(2027, 6, 10), date(2027, 6, 24)
NOW = datetime(2027, 6, 30, 12, tzinfo=UTC)


class World:
    """Items of one course, made with as few words as possible."""

    def __init__(self, site: Site) -> None:
        self.by: User = UserFactory()
        self.course: InfusionCourse = InfusionCourseFactory(patient=PatientFactory(site=site))
        self.visit = Visit.objects.create(
            course=self.course, scheduled_on=JUNE, state="infused", infused_on=JUNE, dose="1",
            batch="1", booked_by=self.by, booked_at=NOW, recorded_by=self.by, recorded_at=NOW,
        )  # fmt: skip
        self.made = 0

    def item(
        self,
        end: str = "",
        ended_on: date | None = None,
        due_on: date = DUE,
        overdue_on: date = GRACE,
        test: str = "cbc",
    ) -> DueItem:
        self.made += 1
        extra: dict[str, Any] = {}
        if end == "waived":
            extra = {"waived_by": self.by, "waived_at": NOW, "end_reason": "Elsewhere."}
        elif end == "superseded":
            extra = {"end_reason": "Replaced."}
        elif end == "done":
            extra = {"visit": self.visit}
        return DueItem.objects.create(
            course=self.course, patient=self.course.patient, site=self.course.site,
            therapy=self.course.therapy, rule="r", occurrence=str(self.made), test=test,
            level="advisory", window_opens_on=due_on,
            due_on=due_on, overdue_on=overdue_on, closed=bool(end), end=end, ended_on=ended_on,
            planned_at=NOW, **extra,
        )  # fmt: skip


@pytest.fixture
def world(site: Site) -> World:
    return World(site)


def counted(site: Site, now: datetime = NOW, first: date = JUNE, months: int = 1) -> list[Tally]:
    return tallies([site], ["cbc", "brain_mri"], first, months, now)


AFTER = GRACE + timedelta(days=1)


@pytest.mark.parametrize(
    ("end", "ended_on", "kind"),
    [
        ("done", DUE - timedelta(days=40), "on_time"),  # early
        ("done", DUE, "on_time"),
        ("done", GRACE, "on_time"),
        ("done", AFTER, "late"),
        ("waived", GRACE, "waived"),
        ("waived", AFTER, "late"),
        ("superseded", GRACE, "superseded"),
        ("superseded", AFTER, "late"),  # a stop or a newer plan does not wipe out what was missed
        ("", None, "late"),
    ],
)
def test_what_counts_as_what(world: World, site: Site, end: str, ended_on: Any, kind: str) -> None:
    world.item(end, ended_on)
    (tally,) = counted(site)
    found = {name: getattr(tally, name) for name in ("on_time", "late", "waived", "superseded")}
    assert found == dict.fromkeys(found, 0) | {kind: 1}
    assert tally.waiting == 0
    assert tally.share.whole == (1 if kind in ("on_time", "late") else 0)


@pytest.mark.parametrize(
    ("now", "late"),
    [
        # The last day of grace ends at midnight in New York, four hours behind.
        (datetime(2027, 6, 24, 12, tzinfo=UTC), 0),
        (datetime(2027, 6, 25, 3, 59, tzinfo=UTC), 0),
        (datetime(2027, 6, 25, 4, 0, tzinfo=UTC), 1),
    ],
)
def test_what_is_open_is_late_when_its_day_is_over_at_the_site(
    world: World, site: Site, now: datetime, late: int
) -> None:
    world.item()
    (tally,) = counted(site, now)
    assert (tally.late, tally.waiting) == (late, 1 - late)


def test_each_site_has_its_own_midnight(site: Site) -> None:
    east = SiteFactory(time_zone="Asia/Tokyo")
    for place in (site, east):
        World(place).item()
    found = tallies([site, east], ["cbc"], JUNE, 1, datetime(2027, 6, 24, 20, tzinfo=UTC))
    assert {tally.site_id: tally.late for tally in found} == {site.pk: 0, east.pk: 1}


@pytest.mark.parametrize(
    ("due_on", "month"),
    [
        (date(2027, 5, 31), None),
        (date(2027, 6, 1), date(2027, 6, 1)),
        (date(2027, 6, 30), date(2027, 6, 1)),
        (date(2027, 7, 1), date(2027, 7, 1)),
        (date(2028, 2, 29), date(2028, 2, 1)),
        (date(2028, 6, 1), None),
    ],
)
def test_the_month_of_the_due_date(world: World, site: Site, due_on: date, month: Any) -> None:
    world.item("done", due_on, due_on=due_on, overdue_on=due_on)
    assert [tally.month for tally in counted(site, months=12)] == ([month] if month else [])


def test_other_sites_and_tests_are_not_counted(world: World, site: Site) -> None:
    world.item("done", DUE, test="tsh")
    World(SiteFactory()).item("done", DUE)
    assert counted(site) == []


def test_a_count_by_hand_comes_to_the_same(world: World, site: Site) -> None:
    chance, hand = Random(7), Counter()
    for _ in range(150):
        due_on = JUNE + timedelta(days=chance.randrange(90))
        overdue_on = due_on + timedelta(days=chance.randrange(20))
        end = chance.choice(["", "done", "waived", "superseded"])
        ended_on = due_on + timedelta(days=chance.randrange(-30, 40)) if end else None
        test = chance.choice(["cbc", "brain_mri"])
        world.item(end, ended_on, due_on, overdue_on, test)
        if ended_on:
            kind = "late" if ended_on > overdue_on else {"done": "on_time"}.get(end, end)
        else:
            kind = "late" if overdue_on < NOW.date() else "waiting"
        hand[test, due_on.replace(day=1), kind] += 1
    found = Counter()
    for tally in counted(site, months=3):
        for kind in ("on_time", "late", "waiting", "waived", "superseded"):
            found[tally.test, tally.month, kind] += getattr(tally, kind)
    assert +found == hand
    assert found.total() == 150


def test_one_query(world: World, site: Site) -> None:
    for _ in range(3):
        world.item("done", DUE)
    with CaptureQueriesContext(connection) as captured:
        assert counted(site, months=36)
    assert len(captured) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite says it in one line")
def test_the_count_reads_nothing_but_its_index(world: World, site: Site) -> None:
    with CaptureQueriesContext(connection) as captured:
        counted(site)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured[0]['sql']}")
        (step,) = (row[-1] for row in cursor.fetchall())
    assert "COVERING INDEX due_on_time" in step


def test_together_is_the_sum() -> None:
    assert together([]) is None
    rows = [Tally(1, "cbc", JUNE, n, n + 1, n + 2, n + 3, n + 4) for n in (1, 10)]
    assert together(rows) == Tally(1, "cbc", JUNE, 11, 13, 15, 17, 19)
