"""Shares of one month after another."""

from __future__ import annotations

from datetime import date

from monitoring.charts.months import HEIGHT, STEP, Month, months

JAN, FEB, MAR, APR = (date(2027, month, 1) for month in range(1, 5))


def test_the_line_breaks_where_there_is_nothing_to_count() -> None:
    drawn = months([Month(JAN, 0.5), Month(FEB, 1.0), Month(MAR, None), Month(APR, 0.25)])
    assert drawn.lines == (f"{STEP / 2},{HEIGHT / 2} {STEP * 1.5},0.0",)
    assert [column.y for column in drawn.columns] == [HEIGHT / 2, 0, None, HEIGHT * 0.75]


def test_the_year_is_named_once() -> None:
    drawn = months([Month(date(2026, 12, 1), None), Month(JAN, None), Month(FEB, None)])
    assert [tick.label for tick in drawn.months] == ["Dec 2026", "Jan 2027", "Feb"]


def test_intervals_reach_from_low_to_high() -> None:
    (column,) = months([Month(JAN, 0.5, 0.25, 0.75)]).columns
    assert (column.top, column.bottom) == (HEIGHT / 4, HEIGHT * 3 / 4)


def test_no_months_are_no_drawing() -> None:
    assert months([]).columns == ()
