"""Is a tree met, not met or unknown for these facts on this day?

The plain meaning of every node, one small rule each. The compiled evaluator must agree with this
module on every input; when the two differ, this one is right.

A test is unknown when its fact is not documented, was asked and is not known, is a choice that
means "we do not know" (unless the test names that choice), or is too old or undated under
``max_age_days``. A test of a fact that does not apply is not met.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.criteria.facts import FactDefinition, FactSet, FactType, FactValue, Vocabulary
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    FactTest,
    Node,
    Not,
    Operator,
    Truth,
)

MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN

COMPARISONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: lambda value, other: value == other,
    Operator.NE: lambda value, other: value != other,
    Operator.IN: lambda value, other: value in other,
    Operator.LT: lambda value, other: value < other,
    Operator.LTE: lambda value, other: value <= other,
    Operator.GT: lambda value, other: value > other,
    Operator.GTE: lambda value, other: value >= other,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is documented about one person on one day, ready to be tested.

    ``not_applicable``: facts without a value whose ``applies_when`` is not met.
    """

    vocabulary: Vocabulary
    facts: FactSet
    as_of: date
    not_applicable: Set[str] = frozenset()


def truth_of(node: Node, known: Known) -> Truth:
    """The truth of a node and everything below it."""
    match node:
        case FactTest():
            return test_truth(node, known)
        case Not():
            return opposite(truth_of(node.of, known))
        case AllOf() | AnyOf() | AtLeast():
            return combine(node, [truth_of(child, known) for child in node.of])


def combine(node: AllOf | AnyOf | AtLeast, truths: list[Truth]) -> Truth:
    """What a group is, given what its parts are."""
    met, not_met = truths.count(MET), truths.count(NOT_MET)
    match node:
        case AllOf():
            needed = len(truths)
        case AnyOf():
            needed = 1
        case AtLeast():
            needed = node.n
    if met >= needed:
        return MET
    return NOT_MET if len(truths) - not_met < needed else UNKNOWN


def opposite(truth: Truth) -> Truth:
    if truth is UNKNOWN:
        return UNKNOWN
    return NOT_MET if truth is MET else MET


def test_truth(test: FactTest, known: Known) -> Truth:
    """The truth of one test of one fact."""
    if test.fact in known.not_applicable or test.value_of in known.not_applicable:
        return NOT_MET
    fact, other = known.facts.get(test.fact), known.facts.get(test.value_of)
    return judge(test, fact, other, known.vocabulary, known.as_of)


def judge(
    test: FactTest,
    fact: FactValue | None,
    other: FactValue | None,
    vocabulary: Vocabulary,
    as_of: date,
) -> Truth:
    """The truth of a test of facts that apply. ``other`` is the ``value_of`` fact, if any."""
    if fact is None or not usable(test, vocabulary[test.fact], fact, as_of):
        return UNKNOWN
    if not test.value_of:
        return MET if holds(test, fact.value, None, as_of) else NOT_MET
    if other is None or means_unknown(vocabulary[test.value_of], other.value):
        return UNKNOWN
    return MET if holds(test, fact.value, other.value, as_of) else NOT_MET


def usable(test: FactTest, definition: FactDefinition, fact: FactValue, as_of: date) -> bool:
    """May the test look at this answer?"""
    if fact.value is None:
        return False
    if means_unknown(definition, fact.value) and not names(test, fact.value):
        return False
    return test.max_age_days is None or (
        fact.observed_on is not None and (as_of - fact.observed_on).days <= test.max_age_days
    )


def means_unknown(definition: FactDefinition, value: Any) -> bool:
    """No value, or a choice that says "we do not know"."""
    if value is None:
        return True
    return definition.type is FactType.CHOICE and any(
        choice.unknown and choice.value == value for choice in definition.choices
    )


def names(test: FactTest, value: Any) -> bool:
    """Does the test itself name this choice?"""
    if test.op is Operator.IN:
        return isinstance(test.value, tuple) and value in test.value
    return test.op in (Operator.EQ, Operator.NE) and not test.value_of and test.value == value


def holds(test: FactTest, value: Any, other: Any, as_of: date) -> bool:
    """Does a usable value pass the test? ``other`` is the value of the ``value_of`` fact."""
    match test.op:
        case Operator.IS_KNOWN:
            return True
        case Operator.IS_TRUE:
            return value is True
        case Operator.IS_FALSE:
            return value is False
        case Operator.WITHIN_DAYS:
            return 0 <= (as_of - value).days <= test.value
        case Operator.OLDER_THAN_DAYS:
            return (as_of - value).days > test.value
        case _:
            return COMPARISONS[test.op](value, other if test.value_of else test.value)
