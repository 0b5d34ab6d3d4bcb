"""Which missing facts can still decide, and what is the shortest way to an answer?

A fact is *open* when a test that the recommendation rests on is unknown because of it: it is not
documented, asked and not known, too old, undated, or contradictory. An open fact can be answered
(as of today) in every way its definition allows, or be left as it is. Answers stand together unless
they meet a contradiction, or answer a fact that does not apply.

``missing``   every open fact that decides for some answers to the other open facts, any of which
              may be left: with it the recommendation is certify or refer, and without it not.
``shortest``  the smallest set of open facts that some answers turn into certify; of equal sets the
              one that comes first in wizard order.

Both are exact. A derived fact is a question of its own, answered directly. The method: every
question has finitely many kinds of answers (``answers``); the recommendation is turned into a
decision diagram over the open questions (``diagram``), in which only questions remain that make a
difference. Independent parts of a tree add to the diagram's size and only facts that are tested in
distant places multiply it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from certification.criteria.answers import marks_of, representatives
from certification.criteria.arrangement import arrange
from certification.criteria.derived import Completed
from certification.criteria.diagram import IMPOSSIBLE, MET, NOT_MET, UNKNOWN, Diagram
from certification.criteria.facts import FactValue, Vocabulary
from certification.criteria.interpreter import (
    Known,
    judge,
    means_unknown,
    names,
    opposite,
    usable,
)
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Criteria,
    FactTest,
    Node,
    Not,
    Truth,
    fact_keys,
    walk,
)


class Information:
    """Answers ``missing`` and ``shortest`` for one criteria set and many people."""

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
        self.linked = _linked(self.tests)
        self.questions = arrange(self.questions, _meeting(roots, self.tests, vocabulary))
        self.number = {key: number for number, key in enumerate(self.questions)}
        self.entangled = self._entangled()
        highest = 1 << len(vocabulary)
        rank = {key: number for number, key in enumerate(vocabulary, start=1)}
        self.costs = [2 * highest - (highest >> rank[key]) for key in self.questions]
        self._fresh: OrderedDict[date, dict[str, list[FactValue]]] = OrderedDict()

    def _entangled(self) -> frozenset[str]:
        """Facts whose tests can change or turn unknown in another way than all at once.

        They can stand in a contradiction, be compared with each other or decide what applies; or
        one of their tests can be unknown (too old, "not known") while another is not.
        """
        entangled = {*self.contradictions, *self.linked}
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

    def decide(self, known: Known, completed: Completed) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """``missing`` and ``shortest`` for one person, both as fact keys in wizard order."""
        return _Question(self, known, completed).answer()

    def fresh(self, key: str, as_of: date) -> list[FactValue]:
        """One answer of each kind, given as of today, to a question compared with no other."""
        by_key = self._fresh.get(as_of)
        if by_key is None:
            by_key = self._fresh[as_of] = {}
            while len(self._fresh) > 8:
                self._fresh.popitem(last=False)
        if key not in by_key:
            definition = self.vocabulary[key]
            tests = [test for test in self.tests if test.fact == key]
            marks = [mark for test in tests for mark in marks_of(test, as_of)]
            kinds: dict[tuple[Any, ...], FactValue] = {}
            for value in representatives(definition, [definition], marks, as_of):
                answer = FactValue(value, as_of)
                kind = [judge(test, answer, None, self.vocabulary, as_of) for test in tests]
                kinds.setdefault((means_unknown(definition, value), *kind), answer)
            by_key[key] = list(kinds.values())
        return by_key[key]


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
    applies = [vocabulary[key].applies_when for key in keys]
    return [
        node
        for root in (*roots, *filter(None, applies))
        for node in walk(root)
        if isinstance(node, FactTest)
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


def _linked(tests: Iterable[FactTest]) -> Mapping[str, set[str]]:
    """For each fact that is compared with others: all facts that hang together with it."""
    linked: dict[str, set[str]] = {}
    for test in tests:
        if test.value_of:
            together = linked.get(test.fact, {test.fact}) | linked.get(
                test.value_of, {test.value_of}
            )
            linked.update(dict.fromkeys(together, together))
    return linked


_NUMBER = {Truth.NOT_MET: NOT_MET, Truth.UNKNOWN: UNKNOWN, Truth.MET: MET}


class _Question:
    """The work for one person: trees over the states of the open facts, as diagrams.

    State 0 of a fact is how it is now. Trees come in two views: ``trusted``, in which facts that
    contradict each other are unknown, and the plain one in which contradictions are looked for.
    """

    def __init__(self, information: Information, known: Known, completed: Completed) -> None:
        self.information = information
        self.known = known
        self.vocabulary = known.vocabulary
        self.now = {**known.facts, **completed.set_aside}
        self.diagram = Diagram()
        self.open = {key for test in information.resting for key in self._unusable(test)}
        self._states: dict[str, list[FactValue | None]] = {}
        self._applies: dict[tuple[str, bool], int] = {}
        self._contradicts: dict[str, int] = {}
        self._lacking = self.diagram.combine(_lacking)
        self._unless = self.diagram.combine(_unless)
        self._unknown_where = self.diagram.combine(_unknown_where)
        self._impossible_where = self.diagram.combine(_impossible_where)

    def answer(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        root = self._within_what_is_possible(self._tree(self.information.root))
        missing = self.diagram.deciding(root)
        shortest = self.diagram.cheapest(root, MET, self.information.costs) or set()
        return self._in_order(missing), self._in_order(shortest)

    def _in_order(self, questions: set[int]) -> tuple[str, ...]:
        keys = {self.information.questions[number] for number in questions}
        return tuple(key for key in self.vocabulary if key in keys)

    def _unusable(self, test: FactTest) -> Iterable[str]:
        fact, other = self.known.facts.get(test.fact), self.known.facts.get(test.value_of)
        definition = self.vocabulary[test.fact]
        if fact is None or not usable(test, definition, fact, self.known.as_of):
            yield test.fact
        if test.value_of and not self._has_value(test.value_of, other):
            yield test.value_of

    def _has_value(self, key: str, state: FactValue | None) -> bool:
        return state is not None and not means_unknown(self.vocabulary[key], state.value)

    def _states_of(self, key: str) -> list[FactValue | None]:
        """How the fact is now, and, when it is open, each kind of answer to it."""
        states = self._states.get(key)
        if states is None:
            states = [self.now.get(key)]
            if key in self.open:
                states.extend(self._answers(key))
            self._states[key] = states
        return states

    def _answers(self, key: str) -> list[FactValue]:
        information, as_of = self.information, self.known.as_of
        together = information.linked.get(key)
        if together is None:
            return information.fresh(key, as_of)
        tests = [test for test in information.tests if test.fact in together]
        marks = [mark for test in tests for mark in marks_of(test, as_of)]
        given = [self.now[name].value for name in together if name in self.now]
        marks.extend(value for value in given if value is not None)
        compared = [self.vocabulary[name] for name in together]
        values = representatives(self.vocabulary[key], compared, marks, as_of)
        return [FactValue(value, as_of) for value in values]

    def _tree(self, node: Node, *, trusted: bool = True) -> int:
        match node:
            case FactTest():
                return self._test(node, trusted)
            case Not():
                return self.diagram.opposite(self._tree(node.of, trusted=trusted))
        parts = [self._tree(child, trusted=trusted) for child in node.of]
        match node:
            case AllOf():
                return self.diagram.every(parts)
            case AnyOf():
                return self.diagram.some(parts)
            case AtLeast():
                return self.diagram.at_least(node.n, parts)

    def _test(self, test: FactTest, trusted: bool) -> int:
        keys = [test.fact, test.value_of] if test.value_of else [test.fact]
        keys = sorted(set(keys), key=lambda key: self.information.number.get(key, -1))
        found = self._judged(test, keys, {})
        if trusted:
            for key in keys:
                found = self._unknown_where(found, self._contradicted(key))
        for key in keys:
            if self.vocabulary[key].applies_when is not None:
                found = self._unless(found, self._does_not_apply(key, trusted))
        return found

    def _judged(
        self, test: FactTest, keys: Sequence[str], states: dict[str, FactValue | None]
    ) -> int:
        """The truth of a test for every state of its facts, as if they applied."""
        if not keys:
            fact, other = states[test.fact], states.get(test.value_of)
            return _NUMBER[judge(test, fact, other, self.vocabulary, self.known.as_of)]
        key, *rest = keys
        return self._ask(
            key,
            [self._judged(test, rest, {**states, key: state}) for state in self._states_of(key)],
        )

    def _ask(self, key: str, branches: list[int]) -> int:
        if len(branches) == 1:
            return branches[0]
        return self.diagram.node(self.information.number[key], tuple(branches))

    def _applies_when(self, key: str, *, trusted: bool) -> int:
        if (key, trusted) not in self._applies:
            tree = self.vocabulary[key].applies_when
            self._applies[key, trusted] = MET if tree is None else self._tree(tree, trusted=trusted)
        return self._applies[key, trusted]

    def _does_not_apply(self, key: str, trusted: bool) -> int:
        """Met where the fact has no value and does not apply."""
        valued = [MET if self._has_value(key, state) else NOT_MET for state in self._states_of(key)]
        lacking = self._lacking(self._ask(key, valued), self._applies_when(key, trusted=trusted))
        return self._unless(lacking, self._contradicted(key)) if trusted else lacking

    def _contradicted(self, key: str) -> int:
        """Met where the fact takes part in a contradiction."""
        found = self._contradicts.get(key)
        if found is None:
            whens = self.information.contradictions.get(key, ())
            found = self.diagram.some([self._takes_part(key, when, Truth.MET) for when in whens])
            if found != NOT_MET:
                documented = [state and state.value is not None for state in self._states_of(key)]
                branches = [MET if one else NOT_MET for one in documented]
                found = self.diagram.both(found, self._ask(key, branches))
            self._contradicts[key] = found
        return found

    def _takes_part(self, key: str, node: Node, truth: Truth) -> int:
        """Met where the node has this truth and a test of the fact is a reason for it."""
        match node:
            case FactTest():
                if key not in (node.fact, node.value_of):
                    return NOT_MET
            case Not():
                return self._takes_part(key, node.of, opposite(truth))
            case _:
                parts = [self._takes_part(key, child, truth) for child in node.of]
                return self.diagram.both(self._is(node, truth), self.diagram.some(parts))
        return self._is(node, truth)

    def _is(self, node: Node, truth: Truth) -> int:
        found = self._tree(node, trusted=False)
        return self.diagram.certainly(found if truth is Truth.MET else self.diagram.opposite(found))

    def _within_what_is_possible(self, root: int) -> int:
        """The same function, where an answer to a fact that does not apply is impossible."""
        asked = self._asked(root)
        waiting = {}
        for key in self.information.questions:
            states = self._states_of(key)
            if len(states) > 1 and not self._has_value(key, states[0]):
                answered = self._ask(key, [MET] + [NOT_MET] * (len(states) - 1))
                waiting[key] = self._lacking(answered, self._applies_when(key, trusted=True))
        while touching := [key for key in waiting if self._asked(waiting[key]) & asked]:
            for key in touching:
                root = self._impossible_where(root, waiting.pop(key))
            asked = self._asked(root)
        return root

    def _asked(self, node: int) -> set[int]:
        return {self.diagram.question[one] for one in self.diagram.below(node)}


def _lacking(valued: int, applies: int) -> int | None:
    """Met: there is no value and the fact does not apply."""
    if valued == MET:
        return NOT_MET
    if valued == NOT_MET and applies <= MET:
        return MET if applies == NOT_MET else NOT_MET
    return None


def _unless(truth: int, condition: int) -> int | None:
    """Not met where the condition is met."""
    if condition == MET or truth == NOT_MET:
        return NOT_MET
    return truth if condition == NOT_MET else None


def _unknown_where(truth: int, condition: int) -> int | None:
    if condition == MET or truth == UNKNOWN:
        return UNKNOWN
    return truth if condition == NOT_MET else None


def _impossible_where(truth: int, condition: int) -> int | None:
    if condition == MET or truth == IMPOSSIBLE:
        return IMPOSSIBLE
    return truth if condition == NOT_MET else None
