"""How are the shares of one month after another drawn, with their intervals?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from monitoring.charts.axes import NumberAxis, Tick

HEIGHT = 120.0
STEP = 56.0
"""A month is so wide that its name and year stand under it."""


class Month(NamedTuple):
    """``share``, ``low`` and ``high`` between 0 and 1; ``share`` None: nothing to count.

    ``open``: not all of the month is decided yet. ``few``: too few for the share to say much.
    ``words``: the month in one line.
    """

    first: date
    share: float | None
    low: float = 0.0
    high: float = 1.0
    open: bool = False
    few: bool = False
    words: str = ""


class Column(NamedTuple):
    """A month in its place; ``y`` is None when there is nothing to count."""

    month: Month
    x: float
    y: float | None
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Months:
    width: float
    height: float
    columns: tuple[Column, ...]
    lines: tuple[str, ...]
    months: tuple[Tick, ...]
    shares: tuple[Tick, ...]

    @property
    def empty(self) -> bool:
        return all(column.y is None for column in self.columns)

    @property
    def outer_width(self) -> float:
        """With the percentages to the left, and room for half a label to the right."""
        return self.width + 66


def months(given: Sequence[Month]) -> Months:
    """Months in order. The line breaks where a month has nothing to count."""
    width = STEP * max(len(given), 1)
    axis = NumberAxis(0, 1, HEIGHT)
    columns: list[Column] = []
    ticks: list[Tick] = []
    lines: list[str] = []
    run: list[str] = []
    year = 0
    for number, month in enumerate(given):
        x = round(STEP * (number + 0.5), 1)
        y = None if month.share is None else axis.at(month.share)
        columns.append(Column(month, x, y, axis.at(month.high), axis.at(month.low)))
        if y is None:
            lines, run = _closed(lines, run)
        else:
            run.append(f"{x},{y}")
        named = f"{month.first:%b}"
        label = named if month.first.year == year else f"{named} {month.first.year}"
        ticks.append(Tick(x, label, month.first.year != year))
        year = month.first.year
    lines, _ = _closed(lines, run)
    shares = tuple(Tick(axis.at(value / 4), f"{value * 25} %") for value in range(5))
    return Months(width, HEIGHT, tuple(columns), tuple(lines), tuple(ticks), shares)


def _closed(lines: list[str], run: list[str]) -> tuple[list[str], list[str]]:
    """A line of one point is no line."""
    return ([*lines, " ".join(run)] if len(run) > 1 else lines), []
