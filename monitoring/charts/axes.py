"""Where on a line does a day or a number stand, and which ticks does the line carry?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import floor, log10
from typing import NamedTuple

MONTHS_A_YEAR = 12
MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120)
ROOM_FOR_A_LABEL = 44
"""So many units apart two labels of the time axis stand at least."""
ROUND_STEPS = (1, 2, 2.5, 5, 10)


class Tick(NamedTuple):
    at: float
    label: str
    major: bool = False


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The days from ``first`` to ``last`` on a line from 0 to ``length``."""

    first: date
    last: date
    length: float

    def __post_init__(self) -> None:
        if self.last <= self.first:
            raise ValueError("a time axis needs at least two days")

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def at(self, day: date) -> float:
        """Days outside stand at the nearer end."""
        inside = min(max(day, self.first), self.last)
        share = (inside - self.first).days / (self.last - self.first).days
        return round(share * self.length, 1)

    def ticks(self) -> Iterator[Tick]:
        """First days of months, as many as have room. The first one of a year names the year."""
        months = (self.last - self.first).days / 30.44
        room = self.length / months
        step = next((s for s in MONTH_STEPS if s * room >= ROOM_FOR_A_LABEL), MONTH_STEPS[-1])
        index = self.first.year * MONTHS_A_YEAR + self.first.month - 1
        index += -index % step
        named = 0
        while True:
            year, month = divmod(index, MONTHS_A_YEAR)
            day = date(year, month + 1, 1)
            if day > self.last:
                return
            if day >= self.first:
                new = year != named
                named = year
                label = f"{day:%b}" if step < MONTHS_A_YEAR else ""
                if new:
                    label = f"{label} {year}".strip()
                fits = self.at(day) + ROOM_FOR_A_LABEL <= self.length
                yield Tick(self.at(day), label if fits else "", month == 0)
            index += step


@dataclass(frozen=True, slots=True)
class NumberAxis:
    """The numbers from ``low`` at the bottom to ``high`` at the top of ``height``."""

    low: float
    high: float
    height: float

    def __post_init__(self) -> None:
        if self.high <= self.low:
            raise ValueError("a number axis needs some length")

    def at(self, number: float) -> float:
        """Numbers outside stand at the nearer end. The top is 0."""
        inside = min(max(number, self.low), self.high)
        return round((1 - (inside - self.low) / (self.high - self.low)) * self.height, 1)

    def ticks(self, most: int = 6) -> Iterator[Tick]:
        step = round_step((self.high - self.low) / most)
        count = floor((self.high - self.low) / step + 1e-9)
        for number in range(count + 1):
            value = self.low + number * step
            yield Tick(self.at(value), f"{value:.10g}", number == 0)


def round_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not smaller."""
    power = 10.0 ** floor(log10(rough))
    return next(step * power for step in ROUND_STEPS if step * power >= rough * (1 - 1e-9))
