"""What about a criteria set is the same for everyone whose missing facts are looked for?

The facts that the recommendation rests on and the order in which to ask for them, every test that
can have a part in it (also those that decide what applies or is contradictory), and the kinds of
answers that the tests of a question tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from certification.criteria.answers import marks_of, representatives
from certification.criteria.arrangement import arrange
from certification.criteria.facts import FactValue, Vocabulary
from certification.criteria.interpreter import judge, means_unknown, names
from certification.criteria.tree import (
    AllOf,
    Criteria,
    FactTest,
    Node,
    Not,
    Truth,
    fact_keys,
    walk,
)

_DAYS_KEPT = 4


class Groundwork:
    """The part of the work that is done once for a criteria set.

    ``root`` is met for certify, not met for refer. ``resting``: the tests it rests on; ``tests``:
    these and the tests in contradictions. ``entangled``: see ``_entangled``.
    """

    def __init__(self, criteria: Criteria, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.root = AllOf("", (criteria.indications, Not("", criteria.contraindications)))
        self.questions = _reading_order([self.root], vocabulary)
        self.resting = _all_tests([self.root], self.questions, vocabulary)
        self.contradictions: dict[str, list[Node]] = {}
        roots: list[Node] = [self.root]
        for definition in vocabulary.values():
            for contradiction in definition.contradictions:
                roots.append(contradiction.when)
                for key in fact_keys(contradiction.when):
                    self.contradictions.setdefault(key, []).append(contradiction.when)
        self.tests = _all_tests(roots, _reading_order(roots, vocabulary), vocabulary)
        self.compared = _compared(self.tests)
        self.tests_of: dict[str, list[FactTest]] = {}
        for test in self.tests:
            for key in {test.fact, test.value_of} - {""}:
                self.tests_of.setdefault(key, []).append(test)
        self.questions = arrange(self.questions, _meeting(roots, self.tests, vocabulary))
        self.number = {key: number for number, key in enumerate(self.questions)}
        self.entangled = self._entangled()
        highest = 1 << len(vocabulary)
        rank = {key: number for number, key in enumerate(vocabulary, start=1)}
        self.costs: Sequence[int] = [2 * highest - (highest >> rank[key]) for key in self.questions]
        self.conditional = [
            key for key in self.questions if vocabulary[key].applies_when is not None
        ]
        self.simple = frozenset(id(test) for test in self.tests if self._is_simple(test))
        self._kinds: dict[date, dict[str, list[FactValue]]] = {}
        self._truths: dict[date, dict[int, tuple[Truth, ...]]] = {}

    def _is_simple(self, test: FactTest) -> bool:
        """Does the test look at a fact that always applies, and that nothing else bears on?"""
        return (
            test.fact not in self.compared
            and test.fact not in self.contradictions
            and self.vocabulary[test.fact].applies_when is None
        )

    def _entangled(self) -> frozenset[str]:
        """Facts whose tests can change or turn unknown in another way than all at once.

        They can stand in a contradiction, be compared with each other or decide what applies; or
        one of their tests can be unknown (too old, "not known") while another is not.
        """
        entangled = {*self.contradictions, *self.compared}
        tested = {key for test in self.tests for key in (test.fact, test.value_of) if key}
        for key in tested:
            definition = self.vocabulary[key]
            applies = definition.applies_when
            if applies is not None:
                entangled.update((key, *fact_keys(applies)))
            tests = [test for test in self.tests if test.fact == key]
            unclear = [choice.value for choice in definition.choices if choice.unknown]
            if len({test.max_age_days for test in tests}) > 1 or any(
                names(test, value) for test in tests for value in unclear
            ):
                entangled.add(key)
        return frozenset(entangled)

    def kinds(self, key: str, as_of: date) -> list[FactValue]:
        """One answer of each kind, given as of today, to a question compared with no other."""
        by_key = _of_day(self._kinds, as_of)
        if key not in by_key:
            by_key[key] = self.kinds_among(key, {}, as_of)
        return by_key[key]

    def truths(self, test: FactTest, as_of: date) -> tuple[Truth, ...]:
        """What a simple test is for each kind of answer to its question."""
        by_test = _of_day(self._truths, as_of)
        found = by_test.get(id(test))
        if found is None:
            found = by_test[id(test)] = tuple(
                judge(test, answer, None, self.vocabulary, as_of)
                for answer in self.kinds(test.fact, as_of)
            )
        return found

    def kinds_among(
        self, key: str, others: Mapping[str, FactValue], as_of: date
    ) -> list[FactValue]:
        """The same where the facts that it is compared with have these values."""
        definition, tests = self.vocabulary[key], self.tests_of[key]
        marks = [mark for test in tests if test.fact == key for mark in marks_of(test, as_of)]
        marks.extend(fact.value for fact in others.values() if fact.value is not None)
        found: dict[tuple[Any, ...], FactValue] = {}
        for value in representatives(definition, [definition], marks, as_of):
            answer = FactValue(value, as_of)
            facts = {**others, key: answer}
            kind = [
                judge(test, facts.get(test.fact), facts.get(test.value_of), self.vocabulary, as_of)
                for test in tests
            ]
            found.setdefault((means_unknown(definition, value), *kind), answer)
        return list(found.values())


def _of_day(kept: dict[date, dict[Any, Any]], as_of: date) -> dict[Any, Any]:
    """What is kept for this day; some days are kept."""
    found = kept.get(as_of)
    if found is None:
        while len(kept) >= _DAYS_KEPT:
            kept.pop(next(iter(kept)), None)
        found = kept[as_of] = {}
    return found


def _reading_order(roots: Iterable[Node], vocabulary: Vocabulary) -> list[str]:
    """The facts that trees rest on, each after those that decide whether it applies."""
    ordered: dict[str, None] = {}

    def visit(key: str) -> None:
        if key not in ordered:
            applies = vocabulary[key].applies_when
            for needed in fact_keys(applies) if applies else ():
                visit(needed)
            ordered[key] = None

    for root in roots:
        for key in fact_keys(root):
            visit(key)
    return list(ordered)


def _all_tests(
    roots: Iterable[Node], keys: Iterable[str], vocabulary: Vocabulary
) -> list[FactTest]:
    """The tests of trees, and of what decides whether their facts apply."""
    applies = [tree for key in keys if (tree := vocabulary[key].applies_when) is not None]
    return [
        node for root in (*roots, *applies) for node in walk(root) if isinstance(node, FactTest)
    ]


def _meeting(
    roots: Sequence[Node], tests: Iterable[FactTest], vocabulary: Vocabulary
) -> Iterator[Iterable[str]]:
    """The sets of facts that meet somewhere: in a group, a test, or an ``applies_when``."""
    for root in roots:
        for node in walk(root):
            if not isinstance(node, FactTest):
                yield fact_keys(node)
    for test in tests:
        if test.value_of:
            yield (test.fact, test.value_of)
    for definition in vocabulary.values():
        if definition.applies_when is not None:
            yield (definition.key, *fact_keys(definition.applies_when))


def _compared(tests: Iterable[FactTest]) -> dict[str, set[str]]:
    """For each fact that is compared with others: those others."""
    compared: dict[str, set[str]] = {}
    for test in tests:
        if test.value_of:
            compared.setdefault(test.fact, set()).add(test.value_of)
            compared.setdefault(test.value_of, set()).add(test.fact)
    return compared
