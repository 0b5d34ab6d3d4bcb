"""The kinds of answers to a question: all are allowed, and none that tests tell apart is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.criteria.answers import representatives
from certification.criteria.facts import Choice, FactDefinition, FactType, parse_value

AS_OF = date(2026, 11, 22)
NUMBERS = FactType.INTEGER, FactType.DECIMAL


def of(definition: FactDefinition, *marks: Any) -> list[Any]:
    return representatives(definition, [definition], marks, AS_OF)


def fact(kind: FactType, **more: Any) -> FactDefinition:
    return FactDefinition("f", "F", kind, **more)


@pytest.mark.parametrize(
    ("definition", "marks", "expected"),
    [
        (fact(FactType.BOOLEAN), [], [True, False]),
        (fact(FactType.INTEGER), [18], [17, 18, 19]),
        (fact(FactType.INTEGER, minimum=18), [18], [18, 19]),
        (fact(FactType.INTEGER, minimum=0, maximum=2), [1], [0, 1, 2]),
        (fact(FactType.INTEGER, minimum=0, maximum=9), [9], [0, 1, 9]),
        (fact(FactType.DECIMAL, step=Decimal("0.5")), [Decimal(3)], ["2.5", "3", "3.5"]),
        (fact(FactType.DECIMAL, step=Decimal("0.5")), [Decimal("3.3")], ["2.5", "3.5"]),
        (fact(FactType.TEXT), ["a", "b"], ["a", "b", "other 0"]),
        (fact(FactType.ROWS), [], [()]),
        (fact(FactType.DATE, minimum=date(2026, 11, 21)), [AS_OF], [date(2026, 11, 21), AS_OF]),
    ],
)
def test_one_answer_of_each_kind(
    definition: FactDefinition, marks: list[Any], expected: list[Any]
) -> None:
    if definition.type is FactType.DECIMAL:
        expected = [Decimal(value) for value in expected]
    assert of(definition, *marks) == expected


def test_a_choice_that_cannot_be_made_on_the_day_is_no_answer() -> None:
    choices = (
        Choice("old", "Old", valid_until=date(2025, 9, 30)),
        Choice("new", "New", valid_from=date(2025, 10, 1)),
        Choice("none", "Not tested", unknown=True),
    )
    assert of(fact(FactType.CHOICE, choices=choices)) == ["new", "none"]


STEPS = {
    "integer": (FactType.INTEGER, None, Fraction(1)),
    "halves": (FactType.DECIMAL, Decimal("0.5"), Fraction(1, 2)),
    "thirds": (FactType.DECIMAL, Decimal("1.5"), Fraction(3, 2)),
    "dense": (FactType.DECIMAL, None, Fraction(1, 16)),
}


@st.composite
def compared_facts(draw: st.DrawFn) -> tuple[list[str], list[FactDefinition], list[Decimal]]:
    kinds = draw(st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=3))
    halves = st.integers(0, 8).map(lambda number: Decimal(number) / 2)
    definitions = []
    for kind in kinds:
        limits = sorted(draw(st.lists(halves, min_size=2, max_size=2)))
        if STEPS[kind][0] is FactType.INTEGER:
            limits = [int(limit) for limit in limits]
        definitions.append(
            FactDefinition(
                kind,
                kind,
                STEPS[kind][0],
                minimum=limits[0],
                maximum=draw(st.sampled_from([None, limits[1]])),
                step=STEPS[kind][1],
            )
        )
    return kinds, definitions, draw(st.lists(halves, max_size=2))


def patterns(values: Iterable[Iterable[Any]], marks: list[Decimal]) -> set[tuple[bool, ...]]:
    """How values can lie to each other and to the marks."""

    def lies(some: tuple[Any, ...]) -> Iterator[bool]:
        exact = [Fraction(one) for one in some]
        for one in exact:
            for other in [*exact, *map(Fraction, marks)]:
                yield one < other
                yield one == other

    return {tuple(lies(some)) for some in product(*values)}


@settings(deadline=None, max_examples=60)
@given(compared_facts())
def test_compared_facts_can_lie_in_every_possible_order(
    drawn: tuple[list[str], list[FactDefinition], list[Decimal]],
) -> None:
    kinds, definitions, marks = drawn
    chosen = [representatives(one, definitions, marks, AS_OF) for one in definitions]
    for definition, values in zip(definitions, chosen, strict=True):
        for value in values:
            assert parse_value(definition, value) == value
    fine = []
    for kind, definition in zip(kinds, definitions, strict=True):
        step = STEPS[kind][2]
        highest = definition.maximum if definition.maximum is not None else 9
        steps = range(-8 * 16, 9 * 16)
        grid = [step * number for number in steps if step * number <= highest]
        fine.append([number for number in grid if number >= definition.minimum])
    assert patterns(chosen, marks) >= patterns(fine, marks)
