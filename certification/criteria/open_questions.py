"""What can the open questions of one person still decide?

The recommendation as a function of all answers to the open questions, written as a decision
diagram: tests become small diagrams over the kinds of answers, and groups combine them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from certification.criteria.answers import marks_of, representatives
from certification.criteria.derived import Completed
from certification.criteria.diagram import IMPOSSIBLE, MET, NOT_MET, UNKNOWN, Diagram
from certification.criteria.facts import FactValue
from certification.criteria.groundwork import Groundwork
from certification.criteria.interpreter import Known, judge, means_unknown, opposite, usable
from certification.criteria.tree import AllOf, AnyOf, AtLeast, FactTest, Node, Not, Truth

_NUMBER = {Truth.NOT_MET: NOT_MET, Truth.UNKNOWN: UNKNOWN, Truth.MET: MET}


class OpenQuestions:
    """The work for one person: trees over the states of the open facts, as diagrams.

    State 0 of a fact is how it is now. Trees come in two views: ``trusted``, in which facts that
    contradict each other are unknown, and the plain one in which contradictions are looked for.
    """

    def __init__(self, groundwork: Groundwork, known: Known, completed: Completed) -> None:
        self.groundwork = groundwork
        self.known = known
        self.vocabulary = known.vocabulary
        self.now = {**known.facts, **completed.set_aside}
        self.diagram = Diagram()
        self._truths: dict[int, Truth] = {}
        self.open = {key for test in groundwork.resting for key in self._unusable(test)}
        self._states: dict[str, list[FactValue | None]] = {}
        self._applies: dict[tuple[str, bool], int] = {}
        self._contradicts: dict[str, int] = {}
        self._lacking = self.diagram.combine(_lacking)
        self._unless = self.diagram.combine(_unless)
        self._unknown_where = self.diagram.combine(_unknown_where)
        self._impossible_where = self.diagram.combine(_impossible_where)

    def answer(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        root = self._within_what_is_possible(self._tree(self.groundwork.root))
        missing = self.diagram.deciding(root)
        shortest = self.diagram.cheapest(root, MET, self.groundwork.costs) or set()
        return self._in_order(missing), self._in_order(shortest)

    def _in_order(self, questions: set[int]) -> tuple[str, ...]:
        keys = {self.groundwork.questions[number] for number in questions}
        return tuple(key for key in self.vocabulary if key in keys)

    def _unusable(self, test: FactTest) -> Iterable[str]:
        """The facts because of which the test is unknown."""
        if id(test) in self.groundwork.simple:
            return (test.fact,) if self._truth(test) is Truth.UNKNOWN else ()
        return self._unusable_of_two(test)

    def _truth(self, test: FactTest) -> Truth:
        """What a simple test is now."""
        found = self._truths.get(id(test))
        if found is None:
            fact = self.known.facts.get(test.fact)
            found = judge(test, fact, None, self.vocabulary, self.known.as_of)
            self._truths[id(test)] = found
        return found

    def _unusable_of_two(self, test: FactTest) -> Iterable[str]:
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
        groundwork, as_of = self.groundwork, self.known.as_of
        together = self._open_together(key)
        if len(together) == 1:
            compared = groundwork.compared.get(key, ())
            others = {name: self.now[name] for name in compared if name in self.now}
            if not others:
                return groundwork.kinds(key, as_of)
            return groundwork.kinds_among(key, others, as_of)
        marks: list[Any] = []
        for name in together:
            for test in groundwork.tests_of[name]:
                marks.extend(marks_of(test, as_of) if test.fact in together else ())
            around = {name, *groundwork.compared[name]} & self.now.keys()
            marks.extend(self.now[other].value for other in around)
        definitions = [self.vocabulary[name] for name in together]
        given = [mark for mark in marks if mark is not None]
        values = representatives(self.vocabulary[key], definitions, given, as_of)
        return [FactValue(value, as_of) for value in values]

    def _open_together(self, key: str) -> set[str]:
        """The open facts that hang together with this one by comparisons."""
        together, waiting = {key}, [key]
        while waiting:
            for other in self.groundwork.compared.get(waiting.pop(), ()):
                if other in self.open and other not in together:
                    together.add(other)
                    waiting.append(other)
        return together

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
        if id(test) in self.groundwork.simple:
            return self._simple_test(test)
        keys = self._facts_of(test)
        found = self._judged(test, keys, {})
        for key in keys:
            if trusted and key in self.groundwork.contradictions:
                found = self._unknown_where(found, self._contradicted(key))
        for key in keys:
            if self.vocabulary[key].applies_when is not None:
                found = self._unless(found, self._does_not_apply(key, trusted))
        return found

    def _simple_test(self, test: FactTest) -> int:
        now = _NUMBER[self._truth(test)]
        if test.fact not in self.open:
            return now
        truths = self.groundwork.truths(test, self.known.as_of)
        branches = (now, *[_NUMBER[truth] for truth in truths])
        return self.diagram.node(self.groundwork.number[test.fact], branches)

    def _facts_of(self, test: FactTest) -> Sequence[str]:
        """The one or two facts of a test in the order of the questions."""
        if not test.value_of:
            return (test.fact,)
        number = self.groundwork.number
        keys = {test.fact, test.value_of}
        return sorted(keys, key=lambda key: number.get(key, -1))

    def _judged(
        self, test: FactTest, keys: Sequence[str], states: dict[str, FactValue | None]
    ) -> int:
        """The truth of a test for every state of its facts, as if they applied."""
        if not keys:
            fact, other = states[test.fact], states.get(test.value_of)
            return _NUMBER[judge(test, fact, other, self.vocabulary, self.known.as_of)]
        key, rest = keys[0], keys[1:]
        branches = [
            self._judged(test, rest, {**states, key: state}) for state in self._states_of(key)
        ]
        return self._ask(key, branches)

    def _ask(self, key: str, branches: list[int]) -> int:
        if len(branches) == 1:
            return branches[0]
        return self.diagram.node(self.groundwork.number[key], tuple(branches))

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
            whens = self.groundwork.contradictions.get(key, ())
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
        if not self.groundwork.conditional:
            return root
        asked = self._asked(root)
        waiting = {}
        for key in self.groundwork.conditional:
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
