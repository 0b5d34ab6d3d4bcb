"""How does one value go over time, through the bands in which it means something?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from monitoring.charts.axes import NumberAxis, Tick, TimeAxis, round_step

WIDTH, HEIGHT = 640.0, 240.0
ROOM = timedelta(days=45)
"""So much before the first and after the last value."""
SMALLEST_LABELLED = 13.0


class Reading(NamedTuple):
    key: str
    day: date
    value: float


class Band(NamedTuple):
    """From ``low`` to ``high``; None: without an end. ``words`` name it."""

    low: float | None
    high: float | None
    words: str


class Strip(NamedTuple):
    """A band in its place. ``words`` are empty where there is no room for them."""

    top: float
    height: float
    words: str

    @property
    def base(self) -> float:
        """Where the words of the strip stand."""
        return round(self.top + self.height / 2 + 4, 1)


class Dot(NamedTuple):
    key: str
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    width: float
    height: float
    strips: tuple[Strip, ...]
    dots: tuple[Dot, ...]
    line: str
    days: tuple[Tick, ...]
    numbers: tuple[Tick, ...]

    @property
    def outer_width(self) -> float:
        """With the numbers to the left, and a little room to the right."""
        return self.width + 60

    @property
    def outer_height(self) -> float:
        """With the days below, and the words of the highest value above."""
        return self.height + 40


def trend(readings: Iterable[Reading], bands: Sequence[Band], until: date) -> Trend:
    """At least one reading; bands from the lowest to the highest."""
    given = sorted(readings, key=lambda one: (one.day, one.key))
    last = max(until, given[-1].day) + ROOM
    axis = TimeAxis(given[0].day - ROOM, last, WIDTH)
    numbers = NumberAxis(0.0, _top(given, bands), HEIGHT)
    dots = tuple(
        Dot(one.key, axis.at(one.day), numbers.at(one.value), f"{one.value:.10g}") for one in given
    )
    return Trend(
        WIDTH,
        HEIGHT,
        tuple(_strips(bands, numbers)),
        dots,
        " ".join(f"{dot.x},{dot.y}" for dot in dots),
        tuple(axis.ticks()),
        tuple(numbers.ticks()),
    )


def _top(readings: Sequence[Reading], bands: Sequence[Band]) -> float:
    """Above the highest value and the highest threshold, on a round number."""
    highest = max(one.value for one in readings)
    edges = [edge for band in bands for edge in (band.low, band.high) if edge is not None]
    rough = max([highest, *edges, 0.0]) * 1.15 or 1.0
    step = round_step(rough / 5)
    return -(-rough // step) * step


def _strips(bands: Sequence[Band], numbers: NumberAxis) -> Iterable[Strip]:
    for band in bands:
        low = numbers.at(numbers.low if band.low is None else band.low)
        high = numbers.at(numbers.high if band.high is None else band.high)
        height = round(low - high, 1)
        yield Strip(high, height, band.words if height >= SMALLEST_LABELLED else "")
