"""Where in a timeline of lanes does each event, and each time with a length, stand?

Things of one lane that would cover each other are put on further levels of it, and the lane grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from monitoring.charts.axes import Tick, TimeAxis

WIDTH = 1080.0
HEAD = 26.0
LEVEL = 24.0
PADDING = 6.0
GAP = 17.0
"""The width that an event takes up; one with words on it takes more."""
LETTER = 7.2
SIDE = 5.0
MOST_LEVELS = 6
SHORTEST_BAR = 4.0


class Event(NamedTuple):
    """Something on one day, or from ``day`` to ``until``; ``words`` stand on it in the drawing."""

    key: str
    lane: str
    day: date
    shape: str
    words: str = ""
    until: date | None = None


class Shape(NamedTuple):
    """An event in its place: centre of a mark, or left end of a bar that is ``width`` wide."""

    event: Event
    x: float
    y: float
    width: float = 0.0

    @property
    def key(self) -> str:
        return self.event.key

    @property
    def left(self) -> float:
        """Where a box with words on it begins."""
        return round(self.x - self.width / 2, 1)


class Lane(NamedTuple):
    key: str
    title: str
    top: float
    height: float
    empty: bool

    @property
    def middle(self) -> float:
        return round(self.top + self.height / 2, 1)

    @property
    def bottom(self) -> float:
        return round(self.top + self.height, 1)


@dataclass(frozen=True, slots=True)
class Timeline:
    width: float
    height: float
    lanes: tuple[Lane, ...]
    shapes: tuple[Shape, ...]
    ticks: tuple[Tick, ...]
    today: float | None


def timeline(
    events: Iterable[Event],
    lanes: Sequence[tuple[str, str]],
    first: date,
    last: date,
    today: date,
) -> Timeline:
    """Every event that touches the days from ``first`` to ``last``, in its lane."""
    axis = TimeAxis(first, last, WIDTH)
    by_lane: dict[str, list[Event]] = {key: [] for key, _ in lanes}
    for event in events:
        if event.day <= last and (event.until or event.day) >= first:
            by_lane[event.lane].append(event)
    placed: list[Shape] = []
    drawn: list[Lane] = []
    top = HEAD
    for key, title in lanes:
        inside = sorted(by_lane[key], key=lambda one: (one.day, one.key))
        extents = [_extent(event, axis) for event in inside]
        levels = stacked(extents)
        height = PADDING * 2 + LEVEL * (max(levels, default=0) + 1)
        drawn.append(Lane(key, title, round(top, 1), round(height, 1), not inside))
        for event, level in zip(inside, levels, strict=True):
            y = round(top + PADDING + LEVEL * (level + 0.5), 1)
            placed.append(_shape(event, axis, y))
        top += height
    marked = axis.at(today) if axis.holds(today) else None
    return Timeline(WIDTH, round(top, 1), tuple(drawn), tuple(placed), tuple(axis.ticks()), marked)


def stacked(extents: Sequence[tuple[float, float]]) -> list[int]:
    """For each stretch, in order of its beginning, the lowest level on which it is alone.

    Beyond ``MOST_LEVELS`` the last level takes all: a lane must not grow over the page.
    """
    ends: list[float] = []
    levels = []
    for left, right in extents:
        level = next((n for n, end in enumerate(ends) if end <= left), len(ends))
        level = min(level, MOST_LEVELS - 1)
        if level == len(ends):
            ends.append(right)
        ends[level] = max(ends[level], right)
        levels.append(level)
    return levels


def _extent(event: Event, axis: TimeAxis) -> tuple[float, float]:
    shape = _shape(event, axis, 0)
    if event.until is not None:
        return shape.x, shape.x + max(shape.width, len(event.words) * LETTER + SIDE)
    half = max(shape.width, GAP) / 2
    return shape.x - half, shape.x + half


def _shape(event: Event, axis: TimeAxis, y: float) -> Shape:
    x = axis.at(event.day)
    if event.until is not None:
        return Shape(event, x, y, round(max(axis.at(event.until) - x, SHORTEST_BAR), 1))
    width = round(len(event.words) * LETTER + 2 * SIDE, 1) if event.words else 0.0
    half = max(width, GAP) / 2
    return Shape(event, round(min(max(x, half), WIDTH - half), 1), y, width)
