"""A value over time: dots, line, and the bands behind them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from monitoring.charts.trends import HEIGHT, WIDTH, Band, Reading, trend

TODAY = date(2027, 1, 1)
BANDS = [Band(None, 0.5, "low"), Band(0.5, 0.55, "narrow"), Band(0.55, None, "high")]


def test_bands_fill_the_height_without_a_gap() -> None:
    drawn = trend([Reading("a", date(2026, 6, 1), 0.8)], BANDS, TODAY)
    strips = sorted(drawn.strips, key=lambda strip: strip.top)
    assert strips[0].top == 0
    for upper, lower in pairwise(strips):
        assert upper.top + upper.height == pytest.approx(lower.top, abs=0.11)
    assert strips[-1].top + strips[-1].height == pytest.approx(HEIGHT)
    assert [strip.words for strip in drawn.strips] == ["low", "", "high"], "no room for the narrow"


@pytest.mark.parametrize(
    ("value", "at"),
    [(0, HEIGHT), (0.5, HEIGHT * 0.5), (0.4, HEIGHT * 0.6)],
)
def test_a_dot_stands_at_its_value(value: float, at: float) -> None:
    drawn = trend([Reading("a", date(2026, 6, 1), value)], [Band(None, 0.8, "")], TODAY)
    assert (drawn.dots[0].y, drawn.numbers[-1].label) == (at, "1")


def test_dots_go_from_left_to_right_whatever_the_order_they_came_in() -> None:
    given = [Reading(f"r{n}", date(2026, n, 1), n / 10) for n in (5, 2, 9)]
    drawn = trend(given, BANDS, TODAY)
    assert [dot.key for dot in drawn.dots] == ["r2", "r5", "r9"]
    assert drawn.line == " ".join(f"{dot.x},{dot.y}" for dot in drawn.dots)
    assert 0 < drawn.dots[0].x < drawn.dots[-1].x < WIDTH


def test_zero_alone_can_be_drawn() -> None:
    drawn = trend([Reading("a", TODAY, 0)], [Band(None, None, "any")], TODAY)
    assert drawn.dots[0].y == HEIGHT
