"""What follows from what is documented: derived facts, dates, what does not apply, contradictions?

``complete`` takes the documented answers of one person and adds what can be worked out from them
at ``as_of``:

1. A value without a date of its own takes its date from its ``dated_by`` fact, and the date fact,
   when it is not given, is the date on which those values were observed (if they agree).
2. Facts that contradict each other are set aside: they count as unknown until put right.
3. A derived fact that is not given is computed. When it is given, the given value is used, and a
   computed value that disagrees is reported as a ``Conflict``.
4. A fact without a value whose ``applies_when`` is not met does not apply.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from certification.criteria.facts import (
    Derivation,
    FactDefinition,
    FactSet,
    FactValue,
    RowFilter,
    Vocabulary,
)
from certification.criteria.interpreter import Known, means_unknown, opposite, truth_of
from certification.criteria.tree import FactTest, Node, Not, Truth, children, fact_keys


@dataclass(frozen=True, slots=True)
class Conflict:
    """A derived fact was given and computed, and the two disagree. The given value is used."""

    fact: str
    given: Any
    computed: Any


@dataclass(frozen=True, slots=True)
class FlaggedContradiction:
    """``facts`` contradict each other. None of them is used until a person has put them right."""

    fact: str
    facts: tuple[str, ...]
    says: str


class Completed(NamedTuple):
    """The facts to evaluate with. ``set_aside`` holds the contradictory answers, for showing."""

    facts: FactSet
    conflicts: tuple[Conflict, ...] = ()
    contradictions: tuple[FlaggedContradiction, ...] = ()
    not_applicable: frozenset[str] = frozenset()
    set_aside: Mapping[str, FactValue] = MappingProxyType({})


def complete(vocabulary: Vocabulary, facts: FactSet, as_of: date) -> Completed:
    """Everything that follows from ``facts`` on ``as_of``, for the facts of the vocabulary."""
    return Completer(vocabulary).complete(facts, as_of)


class Completer:
    """``complete`` for one vocabulary, with its order of work settled once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._dated = [d for d in vocabulary.values() if d.dated_by]
        self._ordered = [
            vocabulary[key]
            for key in dependency_order(vocabulary)
            if vocabulary[key].derived or vocabulary[key].applies_when
        ]
        self._contradictions = [
            (definition.key, contradiction)
            for definition in vocabulary.values()
            for contradiction in definition.contradictions
        ]
        self.adds_nothing = not (self._dated or self._ordered or self._contradictions)

    def complete(self, facts: FactSet, as_of: date) -> Completed:
        if self.adds_nothing:
            return Completed(facts)
        given = {key: facts[key] for key in self.vocabulary if key in facts}
        self._share_dates(given)
        known, conflicts = self._work_out(given, as_of)
        flagged = self._contradictory(known)
        if not flagged:
            return Completed(known.facts, conflicts, (), frozenset(known.not_applicable))
        aside = {key: known.facts[key] for one in flagged for key in one.facts}
        trusted = {key: value for key, value in given.items() if key not in aside}
        known, conflicts = self._work_out(trusted, as_of, distrusted=frozenset(aside))
        return Completed(
            known.facts, conflicts, tuple(flagged), frozenset(known.not_applicable), aside
        )

    def _share_dates(self, given: dict[str, FactValue]) -> None:
        observed: dict[str, set[FactValue]] = {}
        for definition in self._dated:
            fact = given.get(definition.key)
            if fact is None or fact.value is None:
                continue
            if fact.observed_on is not None:
                observed.setdefault(definition.dated_by, set()).add(
                    FactValue(fact.observed_on, fact.observed_on, fact.source)
                )
        for key, values in observed.items():
            if len({value.value for value in values}) == 1:
                date_fact = given.get(key)
                if date_fact is None or (date_fact.value is None and not date_fact.asked):
                    given[key] = min(values, key=lambda value: value.source)
        # Only now: a value may take the date that another value of the same test brought.
        for definition in self._dated:
            fact, dated_by = given.get(definition.key), given.get(definition.dated_by)
            if fact is None or fact.value is None or fact.observed_on is not None:
                continue
            if dated_by is not None and dated_by.value is not None:
                given[definition.key] = FactValue(fact.value, dated_by.value, fact.source)

    def _work_out(
        self, given: Mapping[str, FactValue], as_of: date, distrusted: frozenset[str] = frozenset()
    ) -> tuple[Known, tuple[Conflict, ...]]:
        facts, not_applicable = dict(given), set[str]()
        known = Known(self.vocabulary, facts, as_of, not_applicable)
        conflicts = []
        for definition in self._ordered:
            key = definition.key
            fact = facts.get(key)
            missing = fact is None or means_unknown(definition, fact.value)
            if key in distrusted:
                continue
            if definition.derived:
                computed = work_out(definition, known)
                if computed is not None and missing:
                    facts[key] = computed
                    missing = means_unknown(definition, computed.value)
                elif computed is not None and fact is not None and fact.value != computed.value:
                    conflicts.append(Conflict(key, fact.value, computed.value))
            if (
                missing
                and definition.applies_when is not None
                and truth_of(definition.applies_when, known) is Truth.NOT_MET
            ):
                not_applicable.add(key)
        return known, tuple(conflicts)

    def _contradictory(self, known: Known) -> list[FlaggedContradiction]:
        flagged = []
        for key, contradiction in self._contradictions:
            if truth_of(contradiction.when, known) is Truth.MET:
                deciding = dict.fromkeys(_deciding(contradiction.when, Truth.MET, known))
                involved = tuple(name for name in deciding if _documented(name, known))
                if involved:
                    flagged.append(FlaggedContradiction(key, involved, contradiction.says))
        return flagged


def _documented(key: str, known: Known) -> bool:
    fact = known.facts.get(key)
    return fact is not None and fact.value is not None


def _deciding(node: Node, truth: Truth, known: Known) -> Iterator[str]:
    """The facts of the tests that make ``node`` what it is."""
    if isinstance(node, FactTest):
        yield node.fact
        if node.value_of:
            yield node.value_of
        return
    wanted = opposite(truth) if isinstance(node, Not) else truth
    for child in children(node):
        if truth_of(child, known) is wanted:
            yield from _deciding(child, wanted, known)


def inputs(definition: FactDefinition) -> tuple[str, ...]:
    """The facts that a derived fact is worked out from."""
    if definition.derived is None:
        return ()
    named = [definition.derived.from_fact] if definition.derived.from_fact else []
    for case in definition.derived.cases:
        named.extend(fact_keys(case.when))
    return tuple(dict.fromkeys(named))


def dependencies(definition: FactDefinition) -> tuple[str, ...]:
    """The facts that must be settled before this one: its inputs and those of ``applies_when``."""
    applies = fact_keys(definition.applies_when) if definition.applies_when else ()
    return tuple(dict.fromkeys((*inputs(definition), *applies)))


class CycleError(ValueError):
    """Facts that depend on each other in a circle; ``keys`` starts and ends with the same one."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(" -> ".join(keys))
        self.keys = keys


def dependency_order(vocabulary: Vocabulary) -> list[str]:
    """Every key, after all that it depends on. Raises ``CycleError``."""
    order: list[str] = []
    settled: set[str] = set()
    for start in vocabulary:
        if start in settled:
            continue
        path = {start: iter(dependencies(vocabulary[start]))}
        while path:
            key = next(reversed(path))
            for needed in path[key]:
                if needed in path:
                    circle = list(path)
                    raise CycleError((*circle[circle.index(needed) :], needed))
                if needed in vocabulary and needed not in settled:
                    path[needed] = iter(dependencies(vocabulary[needed]))
                    break
            else:
                path.pop(key)
                settled.add(key)
                order.append(key)
    return order


def work_out(definition: FactDefinition, known: Known) -> FactValue | None:
    """The value of a derived fact, or None when its inputs do not give one.

    The date of a computed value is the day up to which it is right: ``as_of`` for time elapsed,
    the date of the rows for rows, the oldest date among the facts that decided for ``cases``.
    """
    derivation = definition.derived
    if derivation is None:
        return None
    if derivation.kind == "cases":
        return _from_cases(derivation, known)
    source_definition = known.vocabulary.get(derivation.from_fact)
    origin = known.facts.get(derivation.from_fact)
    if source_definition is None or origin is None:
        return None
    if derivation.kind == "observed_on":
        if origin.observed_on is None:
            return None
        return FactValue(origin.observed_on, origin.observed_on, _source(source_definition))
    if means_unknown(source_definition, origin.value):
        return None
    if derivation.kind in ELAPSED:
        if origin.value > known.as_of:
            return None
        elapsed = ELAPSED[derivation.kind](origin.value, known.as_of)
        return FactValue(elapsed, known.as_of, _source(source_definition))
    value = _from_rows(derivation, source_definition, origin.value)
    if value is None:
        return None
    return FactValue(value, origin.observed_on, _source(source_definition))


def _source(*definitions: FactDefinition) -> str:
    return "Worked out from " + ", ".join(definition.label for definition in definitions)


def months_between(start: date, end: date) -> int:
    """Whole calendar months. An anniversary that the month does not have falls on its last day."""
    months = (end.year - start.year) * 12 + end.month - start.month
    last_day = monthrange(end.year, end.month)[1]
    return months if end.day >= min(start.day, last_day) else months - 1


ELAPSED: Mapping[str, Callable[[date, date], int]] = {
    "years_since": lambda start, end: months_between(start, end) // 12,
    "months_since": months_between,
    "days_since": lambda start, end: (end - start).days,
}

ROW_KINDS = ("count_rows", "max_of_rows", "last_of_rows")

KINDS = (*ELAPSED, *ROW_KINDS, "observed_on", "cases")


def _from_cases(derivation: Derivation, known: Known) -> FactValue | None:
    looked_at: dict[str, None] = {}
    value = derivation.otherwise
    for case in derivation.cases:
        looked_at.update(dict.fromkeys(fact_keys(case.when)))
        truth = truth_of(case.when, known)
        if truth is Truth.UNKNOWN:
            return None
        if truth is Truth.MET:
            value = case.value
            break
    if value is None:
        return None
    used = [key for key in looked_at if key in known.facts and known.facts[key].value is not None]
    dates = [known.facts[key].observed_on for key in used]
    oldest = min((day for day in dates if day is not None), default=None)
    source = _source(*(known.vocabulary[key] for key in used)) if used else ""
    return FactValue(value, oldest if None not in dates else None, source)


def _from_rows(
    derivation: Derivation, definition: FactDefinition, rows: Iterable[Mapping[str, Any]]
) -> Any:
    """None when a row leaves open whether it passes, or passes and lacks the field."""
    unknown = {
        (field.key, choice.value)
        for field in definition.fields
        for choice in field.choices
        if choice.unknown
    }
    kept = []
    for row in rows:
        passed = [_row_passes(row, condition, unknown) for condition in derivation.where]
        if False in passed:
            continue
        if None in passed:
            return None
        kept.append(row)
    values: list[Any] = [row.get(derivation.field) for row in kept] if derivation.field else []
    if derivation.kind == "count_rows" and not derivation.field:
        return len(kept)
    if derivation.kind == "last_of_rows":
        return values[-1] if values else derivation.otherwise
    if any(value is None or (derivation.field, value) in unknown for value in values):
        return None
    if derivation.kind == "count_rows":
        return len(set(values))
    return max(values) if values else derivation.otherwise


def _row_passes(
    row: Mapping[str, Any], condition: RowFilter, unknown: set[tuple[str, Any]]
) -> bool | None:
    value = row.get(condition.field)
    named = condition.value if condition.op == "in" else (condition.value,)
    if value is None:
        return None
    if condition.op == "gte":
        return bool(value >= condition.value)
    if (condition.field, value) in unknown and value not in named:
        return None
    return value in named
