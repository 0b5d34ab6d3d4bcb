"""Which of a protocol's conditions are met on a day, and on which days can they change?

Conditions are criteria trees. With the same facts a tree changes only on days that follow from its
own tests (month 18 of treatment, 14 days after an event); ``change_days`` names them. Verdicts are
remembered: people who differ only in dates share them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from certification.criteria.derived import ELAPSED, Completer
from certification.criteria.facts import FactDefinition, FactSet, FactType, FactValue, Vocabulary
from certification.criteria.interpreter import Known, means_unknown, test_truth, truth_of
from certification.criteria.needs import needed_facts
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    Criteria,
    CriteriaSet,
    FactTest,
    Node,
    Operator,
    Truth,
    walk,
)
from monitoring.schedule.months import add_months
from monitoring.schedule.rules import Protocol, ProtocolRule

MONTHS_A_YEAR = 12
CACHE_LIMIT = 20_000
FIRST_DAY = date(1, 1, 1)


class Verdict(NamedTuple):
    truth: Truth
    unknown: tuple[str, ...] = ()


MET = Verdict(Truth.MET)
NOT_MET = Verdict(Truth.NOT_MET)


class _Break(NamedTuple):
    """A fact whose tests change with time: at ``steps`` months or days after its day.

    ``of``: the day is the fact's value, or (``observed``) the day on which it was observed.
    """

    of: str
    unit: str
    steps: tuple[int, ...]
    observed: bool = False

    def days(self, origin: date) -> list[date]:
        try:
            if self.unit == "months":
                return [add_months(origin, step) for step in self.steps]
            return [origin + timedelta(step) for step in self.steps]
        except (ValueError, OverflowError):
            return []


def narrowed(trees: Sequence[Node], vocabulary: Vocabulary) -> dict[str, FactDefinition]:
    """The facts that these trees need, with all that decides about them."""
    whole = AllOf("", tuple(trees))
    pseudo = CriteriaSet("", "", "", "", "", Criteria(whole, AnyOf("", ())))
    return needed_facts(pseudo, vocabulary)


class Conditions:
    """The conditional rules of a protocol, made ready once for many people."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.conditional = [rule for rule in protocol.rules if rule.conditional]
        self.index = {rule.id: number for number, rule in enumerate(self.conditional)}
        supplies = protocol.supplies
        self.supplied = frozenset(filter(None, supplies_keys(protocol)))
        self.vocabulary = {
            key: _bare(definition) if key in self.supplied else definition
            for key, definition in protocol.vocabulary.items()
        }
        self.follows_infusions = self.supplied | {
            key
            for key, definition in self.vocabulary.items()
            if definition.derived is not None
            and definition.derived.kind in ELAPSED
            and definition.derived.from_fact in self.supplied
        }
        trees = [t for r in self.conditional for t in (r.applies_when, r.ends_when) if t]
        if protocol.risk is not None:
            trees.append(FactTest("", protocol.risk.fact, Operator.IS_KNOWN))
        self.relevant = narrowed(trees, self.vocabulary)
        self._completer = Completer(self.relevant)
        self._all = Completer(self.vocabulary)
        self.stopped = Question(protocol.stopped_when, self.vocabulary)
        self.satisfied = {
            rule.id: Question(rule.satisfied_when, self.vocabulary)
            for rule in protocol.rules
            if rule.satisfied_when is not None
        }
        tests = list(_tests(trees, self.relevant))
        self._breaks = tuple(_breaks(tests, self.relevant))
        self._first, self._last = supplies.first_dose, supplies.last_dose
        self._count = supplies.dose_count
        self._counts = _counts(tests, self._count)
        self._needs_doses = bool(self._counts) or any(b.of == self._last for b in self._breaks)
        self.dates_matter = _dates_matter(tests, self._breaks, self.relevant)
        only_counted = {b.of for b in self._breaks} | {d.dated_by for d in self.relevant.values()}
        only_counted -= {key for test in tests for key in _compared(test)}
        self._keyed = tuple(
            key for key in self.relevant if self.dates_matter or key not in only_counted
        )
        self.shown_by = frozenset(
            key
            for test in protocol.tests.values()
            for key in (*test.dates, *(key for group in test.shown_by for key in group))
        )
        self._cache: dict[tuple[object, ...], tuple[Verdict, ...]] = {}

    def supply(self, facts: FactSet, start_on: date, doses: Sequence[date], day: date) -> FactSet:
        """``facts`` with what the infusions tell on ``day``: first date, last date, number."""
        if not self.supplied or day < start_on:
            return facts
        given = dict(facts)
        so_far = bisect_right(doses, day)
        last = doses[so_far - 1] if so_far else start_on
        if self._first:
            given[self._first] = FactValue(start_on, start_on)
        if self._last:
            given[self._last] = FactValue(last, last)
        if self._count:
            given[self._count] = FactValue(max(so_far, 1), day)
        return given

    def known(self, facts: FactSet, day: date) -> Known:
        """Everything that follows from ``facts`` on ``day``, ready for any tree of the protocol."""
        completed = self._all.complete(facts, day)
        return Known(self.vocabulary, completed.facts, day, completed.not_applicable)

    def change_days(self, facts: FactSet, start_on: date, doses: Sequence[date]) -> set[date]:
        """The days on which a condition can change while ``facts`` stay the same."""
        days: set[date] = set()
        for one in self._breaks:
            for origin in self._origins(one, facts, start_on, doses):
                days.update(one.days(origin))
        if self._needs_doses:
            days.update(doses)
        return days

    def _origins(
        self, one: _Break, facts: FactSet, start_on: date, doses: Sequence[date]
    ) -> Sequence[date]:
        if one.of == self._first and not one.observed:
            return (start_on,)
        if one.of == self._last and not one.observed:
            return doses or (start_on,)
        fact = facts.get(one.of)
        if fact is None or fact.value is None:
            return ()
        day = fact.observed_on if one.observed else fact.value
        return (day,) if day is not None else ()

    def verdicts(
        self, facts: FactSet, start_on: date, doses: Sequence[date], day: date
    ) -> tuple[Verdict, ...]:
        """Of each conditional rule on ``day``: in force, not in force, or unknown and why."""
        parts: list[object] = []
        for key in self._keyed:
            fact = facts.get(key)
            value = None if fact is None else fact.value
            parts.append(repr(value) if isinstance(value, tuple) else value)
            if self.dates_matter and fact is not None:
                parts.append(fact.observed_on)
        for one in self._breaks:
            origins = self._origins(one, facts, start_on, doses[: bisect_right(doses, day)])
            origin = origins[-1] if origins else None
            parts.append(None if origin is None else bisect_right(one.days(origin), day))
        if self._counts:
            parts.append(bisect_right(self._counts, bisect_right(doses, day)))
        parts.append(day < start_on)
        state = tuple(parts)
        found = self._cache.get(state)
        if found is None:
            if len(self._cache) >= CACHE_LIMIT:
                self._cache.clear()
            found = self._cache[state] = self._judge(facts, start_on, doses, day)
        return found

    def _judge(
        self, facts: FactSet, start_on: date, doses: Sequence[date], day: date
    ) -> tuple[Verdict, ...]:
        completed = self._completer.complete(self.supply(facts, start_on, doses, day), day)
        known = Known(self.relevant, completed.facts, day, completed.not_applicable)
        return tuple(_verdict(rule, known) for rule in self.conditional)


class Question:
    """One tree, with the facts that it needs: for many people of whom most are not concerned."""

    def __init__(self, tree: Node | None, vocabulary: Vocabulary) -> None:
        self.tree = tree
        self._vocabulary = narrowed([tree], vocabulary) if tree is not None else {}
        self._completer = Completer(self._vocabulary)
        self._when_nothing_is_known = self._judge({}, FIRST_DAY)

    def truth(self, facts: FactSet, day: date) -> Truth:
        """The truth of the tree on ``day``."""
        if self._vocabulary.keys().isdisjoint(facts):
            return self._when_nothing_is_known
        return self._judge(facts, day)

    def _judge(self, facts: FactSet, day: date) -> Truth:
        if self.tree is None:
            return Truth.NOT_MET
        completed = self._completer.complete(facts, day)
        known = Known(self._vocabulary, completed.facts, day, completed.not_applicable)
        return truth_of(self.tree, known)


def _verdict(rule: ProtocolRule, known: Known) -> Verdict:
    applies = MET if rule.applies_when is None else judge(rule.applies_when, known)
    ends = NOT_MET if rule.ends_when is None else judge(rule.ends_when, known)
    if applies.truth is Truth.NOT_MET or ends.truth is Truth.MET:
        return NOT_MET
    if applies.truth is Truth.MET and ends.truth is Truth.NOT_MET:
        return MET
    return Verdict(Truth.UNKNOWN, tuple(dict.fromkeys(applies.unknown + ends.unknown)))


def judge(tree: Node, known: Known) -> Verdict:
    """The truth of a tree, and the labels of the facts to document when it is unknown."""
    truth = truth_of(tree, known)
    if truth is not Truth.UNKNOWN:
        return Verdict(truth)
    return Verdict(truth, tuple(dict.fromkeys(unknown_labels(tree, known))))


def unknown_labels(tree: Node, known: Known) -> Iterator[str]:
    """The documented facts that would be needed; of a derived one, what it is worked out from."""
    for node in walk(tree):
        if not isinstance(node, FactTest) or test_truth(node, known) is not Truth.UNKNOWN:
            continue
        for key in (node.fact, node.value_of):
            definition = known.vocabulary.get(key)
            if definition is None:
                continue
            inner = [case.when for case in definition.derived.cases] if definition.derived else []
            open_case = next((w for w in inner if truth_of(w, known) is Truth.UNKNOWN), None)
            fact = known.facts.get(key)
            if open_case is not None and (fact is None or means_unknown(definition, fact.value)):
                yield from unknown_labels(open_case, known)
            else:
                yield definition.label


def supplies_keys(protocol: Protocol) -> tuple[str, str, str]:
    supplies = protocol.supplies
    return supplies.first_dose, supplies.last_dose, supplies.dose_count


def _bare(definition: FactDefinition) -> FactDefinition:
    """The infusions are the record: nothing else decides about these facts."""
    return replace(definition, contradictions=(), applies_when=None, derived=None, dated_by="")


def _compared(test: FactTest) -> Iterator[str]:
    """The facts whose value itself decides, and not only the time that has passed since."""
    if test.op not in (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS):
        yield test.fact
    if test.value_of:
        yield test.value_of


def _dates_matter(
    tests: Sequence[FactTest], breaks: Sequence[_Break], vocabulary: Vocabulary
) -> bool:
    """Does the day on which a value was observed decide about any condition?"""
    named = {key for test in tests for key in (test.fact, test.value_of)}
    return any(one.observed for one in breaks) or any(
        definition.dated_by in named or (_observes(definition) and definition.key in named)
        for definition in vocabulary.values()
        if definition.dated_by or _observes(definition)
    )


def _observes(definition: FactDefinition) -> bool:
    return definition.derived is not None and definition.derived.kind == "observed_on"


def _tests(trees: Sequence[Node], vocabulary: Vocabulary) -> Iterator[FactTest]:
    """Every test that can decide about these trees."""
    inner: list[Node] = list(trees)
    for definition in vocabulary.values():
        if definition.applies_when is not None:
            inner.append(definition.applies_when)
        inner.extend(one.when for one in definition.contradictions)
        if definition.derived is not None:
            inner.extend(case.when for case in definition.derived.cases)
    for tree in inner:
        yield from (node for node in walk(tree) if isinstance(node, FactTest))


def _steps(test: FactTest) -> set[int]:
    """The whole numbers at which a test of a counted fact changes, counting up."""
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    numbers = [int(v) for v in values if isinstance(v, int) and not isinstance(v, bool)]
    match test.op:
        case Operator.GTE | Operator.LT:
            return set(numbers)
        case Operator.GT | Operator.LTE:
            return {number + 1 for number in numbers}
        case _:
            return {number + more for number in numbers for more in (0, 1)}


def _breaks(tests: Sequence[FactTest], vocabulary: Vocabulary) -> Iterator[_Break]:
    found: dict[tuple[str, str, bool], set[int]] = {}
    for test in tests:
        definition = vocabulary[test.fact]
        derived = definition.derived
        if test.max_age_days is not None:
            found.setdefault((test.fact, "days", True), set()).add(test.max_age_days + 1)
        if derived is not None and derived.kind in ELAPSED:
            unit = "days" if derived.kind == "days_since" else "months"
            factor = MONTHS_A_YEAR if derived.kind == "years_since" else 1
            steps = {step * factor for step in _steps(test)} | {0}
            found.setdefault((derived.from_fact, unit, False), set()).update(steps)
        if definition.type is FactType.DATE and isinstance(test.value, int):
            found.setdefault((test.fact, "days", False), set()).update({0, test.value + 1})
    for (of, unit, observed), steps in sorted(found.items()):
        yield _Break(of, unit, tuple(sorted(steps)), observed)


def _counts(tests: Sequence[FactTest], count: str) -> tuple[int, ...]:
    return tuple(sorted({step for test in tests if test.fact == count for step in _steps(test)}))
