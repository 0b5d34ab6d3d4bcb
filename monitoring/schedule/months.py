"""Which day is so many calendar months after another?

Months are counted from the anchor and clamped to the end of the month: 31 January plus one month
is 28 or 29 February, plus two months 31 March. Counting from the day before instead would drift.
The result equals ``dateutil.relativedelta``, which a test proves; it is written out here because
schedules need it a million times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ALWAYS_THERE = 28
"""Every month has this day."""


def add_months(day: date, months: int) -> date:
    """``months`` calendar months after ``day`` (before it, when negative), clamped."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    number = day.day
    if number > _ALWAYS_THERE:
        length = _LENGTHS[month]
        if month == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            length += 1
        if number > length:
            number = length
    return date(year, month + 1, number)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time: calendar months, then days. Either may be negative or zero."""

    months: int = 0
    days: int = 0

    def after(self, anchor: date, times: int = 1) -> date:
        """The day that lies ``times`` periods after ``anchor``, counted in one step."""
        if not self.months:
            return anchor + timedelta(self.days * times)
        day = add_months(anchor, self.months * times)
        return day + timedelta(self.days * times) if self.days else day

    def before(self, anchor: date) -> date:
        return self.after(anchor, -1)

    def dates(self, anchor: date, first: int, until: date) -> list[date]:
        """The days ``first``, ``first + 1``, ... periods after ``anchor``, up to ``until``."""
        if not self.months:
            start = anchor.toordinal() + self.days * first
            return list(map(date.fromordinal, range(start, until.toordinal() + 1, self.days or 1)))
        found: list[date] = []
        if not self.days and anchor.day <= _ALWAYS_THERE:
            year, month = divmod(anchor.year * 12 + anchor.month - 1 + self.months * first, 12)
            step, number = self.months, anchor.day
            while (day := date(year, month + 1, number)) <= until:
                found.append(day)
                month += step
                if month >= 12:
                    year, month = year + month // 12, month % 12
            return found
        times = first
        while (day := self.after(anchor, times)) <= until:
            found.append(day)
            times += 1
        return found

    def covers(self, other: Period) -> bool:
        """Is this at least as long as the other, from whatever day they are counted?"""
        return self.months >= other.months and self.days >= other.days

    def __bool__(self) -> bool:
        return bool(self.months or self.days)

    def __str__(self) -> str:
        parts = []
        if self.months:
            parts.append(_counted(self.months, "month"))
        if self.days or not parts:
            parts.append(_counted(self.days, "day"))
        return " and ".join(parts)

    def times(self, count: int) -> Period:
        return Period(self.months * count, self.days * count)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
