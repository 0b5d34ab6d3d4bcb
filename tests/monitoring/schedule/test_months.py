"""Are months counted as relativedelta counts them: clamped, and never drifting?"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.schedule.months import Period, add_months

DAYS = st.dates(date(1900, 1, 1), date(2150, 12, 31))


@settings(deadline=None, max_examples=500)
@given(DAYS, st.integers(-600, 600))
def test_as_relativedelta(day: date, months: int) -> None:
    assert add_months(day, months) == day + relativedelta(months=months)


@settings(deadline=None, max_examples=200)
@given(DAYS, st.integers(0, 48))
def test_as_counted_month_by_month_on_the_calendar(day: date, months: int) -> None:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    assert add_months(day, months) == date(year, month, min(day.day, monthrange(year, month)[1]))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-01-31", 2, "2027-03-31"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2100-01-29", 1, "2100-02-28"),
        ("2000-01-29", 1, "2000-02-29"),
        ("2027-03-31", -1, "2027-02-28"),
        ("2027-01-15", -1, "2026-12-15"),
    ],
)
def test_the_ends_of_months(day: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@settings(deadline=None, max_examples=200)
@given(DAYS, st.integers(0, 13), st.integers(0, 40), st.integers(0, 5), st.integers(0, 2000))
def test_dates_are_all_counted_from_the_anchor(
    day: date, months: int, days: int, first: int, reach: int
) -> None:
    period = Period(months=months, days=days)
    if not period:
        return
    until = day + timedelta(reach)
    expected, times = [], first
    step = relativedelta(months=months)
    while (found := day + step * times + timedelta(days * times)) <= until:
        expected.append(found)
        times += 1
    assert period.dates(day, first, until) == expected


def test_periods_in_words() -> None:
    assert str(Period(months=1)) == "1 month"
    assert str(Period(months=6, days=1)) == "6 months and 1 day"
    assert str(Period(days=14)) == "14 days"
    assert Period(months=6).covers(Period(months=5))
    assert not Period(days=168).covers(Period(months=5))
