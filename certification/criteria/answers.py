"""Which different answers can a question have, as far as the criteria can tell them apart?

A question can have endlessly many answers, but its tests tell only a few kinds apart: below 18, 18
and more. ``representatives`` picks one answer of each kind that the question allows (its limits,
its step, its choices on that day, no date in the future). For facts that are compared with each
other it picks enough answers for every order among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, lcm
from typing import Any

from certification.criteria.facts import FactDefinition, FactType
from certification.criteria.tree import FactTest, Operator


def representatives(
    definition: FactDefinition,
    compared: Sequence[FactDefinition],
    marks: Iterable[Any],
    as_of: date,
) -> list[Any]:
    """Answers of every kind. ``compared``: this fact and those it is compared with, if any.

    ``marks`` are the values at which a test of any of them can change; see ``marks_of``.
    """
    match definition.type:
        case FactType.BOOLEAN:
            return [True, False]
        case FactType.CHOICE:
            return [
                choice.value
                for choice in definition.choices
                if (choice.valid_from is None or choice.valid_from <= as_of)
                and (choice.valid_until is None or as_of <= choice.valid_until)
            ]
        case FactType.TEXT:
            named = sorted(set(marks))
            others = (f"other {number}" for number in range(len(named) + len(compared)))
            return named + [text for text in others if text not in named][: len(compared)]
        case FactType.ROWS:
            return [()]
    kinds = sorted({_number(mark) for mark in marks} | _limits(compared, as_of))
    steps = [step for step in map(_step, compared) if step is not None]
    lowest, highest = _own_limits(definition, as_of)
    points = _points(kinds, _step(definition), steps, len(compared))
    allowed = (
        point
        for point in points
        if (lowest is None or lowest <= point) and (highest is None or point <= highest)
    )
    return [_value(definition, point) for point in allowed]


def marks_of(test: FactTest, as_of: date) -> Iterator[Any]:
    """The values of the tested fact at which the test can change."""
    match test.op:
        case Operator.WITHIN_DAYS | Operator.OLDER_THAN_DAYS:
            if isinstance(test.value, int):
                yield as_of
                if as_of.toordinal() > test.value:
                    yield date.fromordinal(as_of.toordinal() - test.value)
        case Operator.IN:
            yield from test.value if isinstance(test.value, tuple) else ()
        case _:
            if test.value is not None:
                yield test.value


def _number(value: Any) -> Fraction:
    return Fraction(value.toordinal() if isinstance(value, date) else value)


def _value(definition: FactDefinition, point: Fraction) -> Any:
    match definition.type:
        case FactType.DATE:
            return date.fromordinal(int(point))
        case FactType.INTEGER:
            return int(point)
    return Decimal(point.numerator) / Decimal(point.denominator)


def _own_limits(definition: FactDefinition, as_of: date) -> tuple[Fraction | None, Fraction | None]:
    lowest = None if definition.minimum is None else _number(definition.minimum)
    highest = None if definition.maximum is None else _number(definition.maximum)
    if definition.type is FactType.DATE:
        lowest = max(lowest or Fraction(1), Fraction(1))
        last = Fraction((date.max if definition.future else as_of).toordinal())
        highest = last if highest is None else min(highest, last)
    return lowest, highest


def _limits(compared: Sequence[FactDefinition], as_of: date) -> set[Fraction]:
    pairs = [_own_limits(definition, as_of) for definition in compared]
    return {limit for pair in pairs for limit in pair if limit is not None}


def _step(definition: FactDefinition) -> Fraction | None:
    """The distance between the values that are allowed; None when they lie densely."""
    if definition.type is not FactType.DECIMAL:
        return Fraction(1)
    return None if definition.step is None else Fraction(definition.step)


def _points(
    kinds: Sequence[Fraction], step: Fraction | None, steps: Sequence[Fraction], count: int
) -> Iterator[Fraction]:
    """Every mark that is an allowed value, and enough values below, between and above the marks."""
    marks = kinds or [Fraction(0)]
    if len({step, *steps}) == 1:
        yield from _points_on_one_grid(marks, step, count)
        return
    reach = _common(steps) * (count + 1)
    fences = [marks[0] - reach, *marks, marks[-1] + reach]
    for lower, upper in pairwise(fences):
        anchors = sorted({point for one in steps for point in _multiples(lower, upper, one, reach)})
        if step is not None:
            yield from (point for point in anchors if point % step == 0)
        else:
            yield from anchors
            for start, end in pairwise([lower, *anchors, upper]):
                for part in range(1, count + 1):
                    yield start + (end - start) * part / (count + 1)
        if upper in marks and (step is None or upper % step == 0):
            yield upper


def _points_on_one_grid(
    marks: Sequence[Fraction], step: Fraction | None, count: int
) -> Iterator[Fraction]:
    """The same for facts that all allow the same values: ``count`` values between two marks."""
    beyond = (step or Fraction(1)) * (count + 1)
    for lower, upper in pairwise([marks[0] - beyond, *marks, marks[-1] + beyond]):
        if step is None:
            yield from (
                lower + (upper - lower) * part / (count + 1) for part in range(1, count + 1)
            )
        else:
            first, end = floor(lower / step) + 1, ceil(upper / step)
            yield from (step * index for index in range(first, min(first + count, end)))
        if upper in marks and (step is None or upper % step == 0):
            yield upper


def _multiples(lower: Fraction, upper: Fraction, step: Fraction, reach: Fraction) -> list[Fraction]:
    """Multiples of ``step`` strictly between two marks, near one of them.

    An order among ``count`` values that is possible at all is possible within ``count + 1`` periods
    of their common grid (the reach) from either mark.
    """
    first, last = floor(lower / step) + 1, ceil(upper / step)
    near = ceil(reach / step) + 1
    if last - first <= 2 * near:
        indices = [*range(first, last)]
    else:
        indices = [*range(first, first + near), *range(last - near, last)]
    return [step * index for index in indices]


def _common(steps: Sequence[Fraction]) -> Fraction:
    """The period after which the grids of all steps repeat together."""
    if not steps:
        return Fraction(1)
    bottom = lcm(*(step.denominator for step in steps))
    return Fraction(lcm(*(int(step * bottom) for step in steps)), bottom)
