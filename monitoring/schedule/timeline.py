"""When is a rule in force?

What is known is constant between two days on which something new is documented, and a condition
changes only on the days that ``conditions`` names. So it is evaluated on those few days, and what
lies between two of them is one segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from certification.criteria.facts import FactSet
from certification.criteria.tree import Truth
from monitoring.schedule.conditions import Conditions, Verdict
from monitoring.schedule.rules import ProtocolRule

FROM_EVER, FOR_EVER = date.min, date.max


class Segment(NamedTuple):
    """``truth`` holds from ``first`` to the day before ``ends``. ``unknown``: why it is unknown."""

    first: date
    ends: date
    truth: Truth
    unknown: tuple[str, ...] = ()


ALWAYS = (Segment(FROM_EVER, FOR_EVER, Truth.MET),)


class Timeline:
    """The segments of every conditional rule for one person.

    ``changes``: the days on which facts became known, with all that was known from then on.
    """

    def __init__(
        self,
        conditions: Conditions,
        changes: Sequence[tuple[date, FactSet]],
        start_on: date,
        doses: Sequence[date],
    ) -> None:
        self._conditions = conditions
        self._changes = changes
        self._start_on = start_on
        self._doses = doses
        self._points: dict[int, list[tuple[date, tuple[Verdict, ...]]]] = {}
        self._segments: dict[tuple[str, int], tuple[Segment, ...]] = {}

    def known_before(self, day: date) -> int:
        """The index of the last change of facts before ``day``."""
        index = len(self._changes) - 1
        while index > 0 and self._changes[index][0] >= day:
            index -= 1
        return index

    def segments(self, rule: ProtocolRule, known: int = -1) -> tuple[Segment, ...]:
        """When ``rule`` is in force or unknown, as seen with what was known up to change ``known``.

        Times in which it is not in force are left out.
        """
        if not rule.conditional:
            return ALWAYS
        known = known % len(self._changes)
        found = self._segments.get((rule.id, known))
        if found is None:
            found = self._segments[rule.id, known] = tuple(self._joined(rule, known))
        return found

    def runs(
        self, rule: ProtocolRule, known: int = -1, certain: bool = False
    ) -> list[tuple[date, date]]:
        """The times in which ``rule`` is in force, each without a break.

        Those in which it is unknown belong to them, unless it must be ``certain``.
        """
        runs: list[tuple[date, date]] = []
        for segment in self.segments(rule, known):
            if certain and segment.truth is Truth.UNKNOWN:
                continue
            if runs and runs[-1][1] == segment.first:
                runs[-1] = (runs[-1][0], segment.ends)
            else:
                runs.append((segment.first, segment.ends))
        return runs

    def unknown(self, rule: ProtocolRule, day: date, known: int = -1) -> tuple[str, ...]:
        """The facts that leave it open on ``day`` whether ``rule`` is in force; none if it is."""
        for segment in self.segments(rule, known):
            if segment.first <= day < segment.ends and segment.truth is Truth.UNKNOWN:
                return segment.unknown
        return ()

    def _joined(self, rule: ProtocolRule, known: int) -> list[Segment]:
        column = self._conditions.index[rule.id]
        joined: list[Segment] = []
        for number in range(known + 1):
            end = self._changes[number + 1][0] if number < known else FOR_EVER
            points = self._evaluated(number)
            for position, (first, verdicts) in enumerate(points):
                if first >= end:
                    break
                after = points[position + 1][0] if position + 1 < len(points) else FOR_EVER
                ends, verdict = min(after, end), verdicts[column]
                if verdict.truth is Truth.NOT_MET:
                    continue
                last = joined[-1] if joined else None
                if last and last.ends == first and last.truth is verdict.truth:
                    joined[-1] = last._replace(ends=ends, unknown=verdict.unknown)
                else:
                    joined.append(Segment(first, ends, verdict.truth, verdict.unknown))
        return joined

    def _evaluated(self, number: int) -> list[tuple[date, tuple[Verdict, ...]]]:
        points = self._points.get(number)
        if points is not None:
            return points
        conditions, start, doses = self._conditions, self._start_on, self._doses
        day, facts = self._changes[number]
        first = max(day, start)
        if number + 1 < len(self._changes) and self._changes[number + 1][0] <= start:
            self._points[number] = []
            return []
        days = {day for day in conditions.change_days(facts, start, doses) if day > first}
        points = [
            (point, conditions.verdicts(facts, start, doses, point))
            for point in (first, *sorted(days))
        ]
        self._points[number] = points
        return points
