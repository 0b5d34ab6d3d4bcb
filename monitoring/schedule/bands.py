"""Between which values does a result of one test mean the same?

The thresholds are those of the protocol's interpretations; each stretch between two of them is
tried with one value, so that the drawing says what the engine says. Nothing is known beside the
value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Generic, TypeVar

from certification.criteria.facts import FactType, FactValue
from certification.criteria.tree import FactTest, Node, Operator, walk
from monitoring.schedule.conditions import Conditions
from monitoring.schedule.rules import Interpretation
from monitoring.schedule.thresholds import interpret

STEPS = frozenset({Operator.LT, Operator.LTE, Operator.GT, Operator.GTE})
NUMBERS = frozenset({FactType.DECIMAL, FactType.INTEGER})


Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class ValueBand(Generic[Meaning]):
    """Values from ``low`` to ``high``; None: without an end. What they mean, if anything."""

    low: Decimal | None
    high: Decimal | None
    holds_low: bool
    holds_high: bool
    meaning: Meaning

    @property
    def words(self) -> str:
        low, high = self.low, self.high
        if low is None and high is None:
            return "any value"
        if low is None:
            return f"up to {high}" if self.holds_high else f"below {high}"
        if high is None:
            return f"{low} or above" if self.holds_low else f"above {low}"
        first = f"{low}" if self.holds_low else f"above {low}"
        last = f"to {high}" if self.holds_high else f"to below {high}"
        return f"{first} {last}"


def banded_facts(conditions: Conditions) -> Iterator[tuple[str, str]]:
    """Each test with each of its values that has thresholds: (test, fact), in reading order."""
    seen: dict[tuple[str, str], None] = {}
    for one in conditions.protocol.interpretations:
        for test in comparisons(one.when):
            definition = conditions.vocabulary.get(test.fact)
            if definition is not None and definition.type in NUMBERS:
                seen[one.test, test.fact] = None
    yield from seen


def bands_of(
    conditions: Conditions, test: str, fact: str, on: date
) -> tuple[ValueBand[tuple[Interpretation, ...]], ...]:
    """The bands of one value, from the lowest. Neighbours that mean the same are one."""
    trees = [one.when for one in conditions.protocol.interpretations if one.test == test]

    def meaning(value: Decimal) -> tuple[Interpretation, ...]:
        found = interpret(conditions, test, {fact: FactValue(value, on)}, on)
        return tuple(finding.interpretation for finding in found)

    return banded(thresholds(trees, fact), meaning)


def banded(
    cuts: Sequence[Decimal], meaning: Callable[[Decimal], Meaning]
) -> tuple[ValueBand[Meaning], ...]:
    """The stretches between cuts, each with what its values mean."""
    made: list[ValueBand[Meaning]] = []
    edges: list[Decimal | None] = [None, *cuts, None]
    for low, high in pairwise(edges):
        means = meaning(between(low, high))
        holds_low = low is not None and meaning(low) == means
        holds_high = high is not None and meaning(high) == means
        if made and holds_low and made[-1].meaning == means:
            made[-1] = ValueBand(made[-1].low, high, made[-1].holds_low, holds_high, means)
        else:
            made.append(ValueBand(low, high, holds_low, holds_high, means))
    return tuple(made)


def thresholds(trees: Sequence[Node], fact: str) -> list[Decimal]:
    """The numbers with which a fact is compared anywhere in these trees."""
    tests = (test for tree in trees for test in comparisons(tree))
    return sorted({Decimal(str(test.value)) for test in tests if test.fact == fact})


def between(low: Decimal | None, high: Decimal | None) -> Decimal:
    """A value strictly inside a stretch."""
    if low is None and high is None:
        return Decimal(0)
    if low is None:
        return high / 2 if high and high > 0 else (high or Decimal(0)) - 1
    if high is None:
        return low * 2 if low > 0 else low + 1
    return (low + high) / 2


def comparisons(tree: Node) -> Iterator[FactTest]:
    """The tests of a tree that compare with a number."""
    for node in walk(tree):
        if isinstance(node, FactTest) and node.op in STEPS and node.value is not None:
            yield node
