"""The clock of a request: weekends, daylight saving, pause and resume."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.turnaround import due_at, local_date, time_left

NEW_YORK = "America/New_York"
HOURS = timedelta(hours=1)


def at(text: str, zone: str = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "hours", "calendar", "due"),
    [
        # Clock hours count through nights and weekends.
        ("2027-01-11 10:00", 72, "clock", "2027-01-14 10:00"),
        ("2027-01-15 10:00", 72, "clock", "2027-01-18 10:00"),
        # Working days of 24 hours each, Monday to Friday.
        ("2027-01-11 10:00", 72, "working_days", "2027-01-14 10:00"),
        ("2027-01-14 10:00", 72, "working_days", "2027-01-19 10:00"),
        ("2027-01-15 10:00", 24, "working_days", "2027-01-18 10:00"),
        # What is opened at a weekend begins on Monday at midnight.
        ("2027-01-16 10:00", 24, "working_days", "2027-01-19 00:00"),
        ("2027-01-17 23:59", 1, "working_days", "2027-01-18 01:00"),
        # Spring forward on 14 March 2027: 24 hours by the clock are 25 on the wall.
        ("2027-03-13 10:00", 24, "clock", "2027-03-14 11:00"),
        ("2027-11-06 10:00", 24, "clock", "2027-11-07 09:00"),
        # Both changes fall on a Sunday, which is no working time: the wall time stays.
        ("2027-03-12 10:00", 24, "working_days", "2027-03-15 10:00"),
        ("2027-11-05 10:00", 24, "working_days", "2027-11-08 10:00"),
    ],
)
def test_due_at(start: str, hours: int, calendar: str, due: str) -> None:
    assert due_at(at(start), hours * HOURS, calendar, NEW_YORK) == at(due)


def test_weekend_is_the_weekend_of_the_site() -> None:
    """Friday evening in New York is Saturday in Auckland."""
    friday = datetime(2027, 1, 15, 23, tzinfo=UTC)
    assert due_at(friday, HOURS, "working_days", NEW_YORK) == friday + HOURS
    assert due_at(friday, HOURS, "working_days", "Pacific/Auckland") == at(
        "2027-01-18 01:00", "Pacific/Auckland"
    )
    assert str(local_date(friday, "Pacific/Auckland")) == "2027-01-16"


@pytest.mark.parametrize("calendar", ["clock", "working_days"])
def test_overdue_time_is_plain_time(calendar: str) -> None:
    due = at("2027-01-15 10:00")
    left = time_left(at("2027-01-18 10:00"), due, calendar, NEW_YORK)
    assert left == timedelta(days=-3)
    assert due_at(at("2027-01-19 10:00"), left, calendar, NEW_YORK) == at("2027-01-16 10:00")


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


@settings(max_examples=150, deadline=None)
@given(
    start=moments,
    hours=st.integers(0, 400),
    pause_after=st.integers(0, 600),
    calendar=st.sampled_from(["clock", "working_days"]),
    zone=st.sampled_from([NEW_YORK, "Europe/Berlin", "Asia/Kolkata", "America/Santiago"]),
)
def test_a_pause_neither_gives_nor_takes_time(
    start: datetime, hours: int, pause_after: int, calendar: str, zone: str
) -> None:
    due = due_at(start, hours * HOURS, calendar, zone)
    assert time_left(start, due, calendar, zone) == hours * HOURS
    paused_at = start + pause_after * HOURS
    left = time_left(paused_at, due, calendar, zone)
    if paused_at <= due:
        assert due_at(paused_at, left, calendar, zone) == due
        assert left <= hours * HOURS
    else:
        assert left < timedelta(0)
