"""Where days and numbers stand, and which ticks a line carries."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.charts.axes import ROOM_FOR_A_LABEL, NumberAxis, TimeAxis, round_step

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2027, 1, 1), 0),
        (date(2028, 1, 1), 365),
        (date(2027, 1, 31), 30),
        (date(2026, 6, 1), 0),  # before: at the near end
        (date(2030, 6, 1), 365),  # after
    ],
)
def test_a_day_on_its_line(day: date, at: float) -> None:
    assert TimeAxis(date(2027, 1, 1), date(2028, 1, 1), 365).at(day) == at


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (
            "2027-01-15",
            "2028-01-14",
            ["Feb 2027", "Mar", "Apr", "May", "Jun"],
        ),
        ("2025-11-25", "2028-02-29", ["Jan 2026", "Apr", "Jul", "Oct", "Jan 2027"]),
        ("2020-06-01", "2027-06-01", ["Jul 2020", "Jan 2021", "Jul", "Jan 2022", "Jul"]),
        ("1990-01-01", "2027-01-01", ["1990", "1992", "1994", "1996", "1998"]),
    ],
)
def test_ticks_are_as_many_as_have_room(first: str, last: str, labels: list[str]) -> None:
    axis = TimeAxis(date.fromisoformat(first), date.fromisoformat(last), 1080)
    assert [tick.label for tick in axis.ticks()][: len(labels)] == labels


@given(DAYS, st.integers(30, 20_000))
def test_ticks_never_touch_and_lie_inside(first: date, length: int) -> None:
    axis = TimeAxis(first, first + timedelta(length), 1080)
    places = [tick.at for tick in axis.ticks()]
    assert places == sorted(places)
    assert all(0 <= at <= 1080 for at in places)
    # February is shorter than a month is on average.
    assert all(b - a > ROOM_FOR_A_LABEL * 0.85 for a, b in pairwise(places))


def test_a_line_needs_two_days() -> None:
    with pytest.raises(ValueError, match="two days"):
        TimeAxis(date(2027, 1, 1), date(2027, 1, 1), 100)


@pytest.mark.parametrize(
    ("number", "at"), [(0, 240), (2, 0), (1, 120), (0.5, 180), (3, 0), (-1, 240)]
)
def test_a_number_on_its_line(number: float, at: float) -> None:
    assert NumberAxis(0, 2, 240).at(number) == at


@pytest.mark.parametrize(
    ("high", "labels"),
    [
        (2, ["0", "0.5", "1", "1.5", "2"]),
        (1, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (100, ["0", "20", "40", "60", "80", "100"]),
    ],
)
def test_round_numbers(high: float, labels: list[str]) -> None:
    assert [tick.label for tick in NumberAxis(0, high, 240).ticks()] == labels


@given(st.floats(1e-6, 1e6))
def test_a_step_is_round_and_not_too_small(rough: float) -> None:
    step = round_step(rough)
    assert rough * 0.999 <= step <= rough * 2.6
