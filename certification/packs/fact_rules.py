"""Do the questions of a pack fit together?

Types and limits agree, a derived fact comes from facts that exist, and no fact depends on itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from certification.criteria.facts import FactType
from certification.packs.entries import Entries, Found
from certification.packs.problems import Problem, offered, shown
from certification.packs.reading import Place
from certification.packs.schema import Derivation, Fact, RowField
from certification.packs.tree_rules import (
    Facts,
    References,
    check_key,
    check_tree,
    check_value,
    facts_in,
    read_date,
)

_NUMBERS = (FactType.INTEGER, FactType.DECIMAL)
_SINCE = ("years_since", "months_since", "days_since")
_OF_ROWS = ("count_rows", "max_of_rows", "last_of_rows")


def check_facts(entries: Entries) -> Iterator[Problem]:
    """Everything about the facts of a pack that does not fit."""
    for found in entries.facts.values():
        yield from _check_fact(found, entries)
    yield from check_cycles(entries.facts, _depends_on(entries.facts))


def _check_fact(found: Found[Fact], entries: Entries) -> Iterator[Problem]:
    fact, facts, references = found.entry, entries.facts, entries.references
    yield from check_key(found, ("group",), fact.group, entries.fact_groups)
    yield from _check_answer(found, (), fact)
    if fact.type is FactType.ROWS:
        if not fact.fields:
            yield found.problem((), "a table without fields", "at least one field")
        yield from _check_once(found, ("fields",), [field.key for field in fact.fields])
        for index, field in enumerate(fact.fields):
            if field.type is FactType.ROWS:
                yield found.problem(("fields", index, "type"), "rows", "any other type")
            yield from _check_answer(found, ("fields", index), field)
    elif fact.fields:
        yield found.problem(("fields",), f"fields for a {fact.type} fact", "fields with type: rows")
    if fact.step is not None and (fact.type not in _NUMBERS or fact.step <= 0):
        yield found.problem(("step",), shown(fact.step), "a number above 0, for numbers only")
    if fact.dated_by is not None:
        yield from check_key(found, ("dated_by",), fact.dated_by, facts)
        yield from _check_type(found, ("dated_by",), facts, fact.dated_by, FactType.DATE)
    if fact.applies_when is not None:
        yield from check_tree(found, ("applies_when",), fact.applies_when, facts, references)
    for index, contradiction in enumerate(fact.contradictions):
        path: Place = ("contradictions", index, "when")
        yield from check_tree(found, path, contradiction.when, facts, references)
    if fact.derived is not None:
        yield from _check_derivation(found, fact, fact.derived, facts, references)


def _check_answer(found: Found[Fact], path: Place, asked: Fact | RowField) -> Iterator[Problem]:
    """Choices, minimum and maximum of a fact or of a field of a table."""
    if asked.type is FactType.CHOICE:
        if not asked.choices:
            yield found.problem(path, "a choice fact without choices", "at least one choice")
        yield from _check_once(found, (*path, "choices"), [c.value for c in asked.choices])
        for index, choice in enumerate(asked.choices):
            start, end = choice.valid_from, choice.valid_until
            if start and end and end < start:
                yield found.problem(
                    (*path, "choices", index, "valid_until"), str(end), f"{start} or later"
                )
    elif asked.choices:
        yield found.problem(
            (*path, "choices"), f"choices for {asked.type}", "choices with type: choice"
        )
    limits = [("minimum", asked.minimum), ("maximum", asked.maximum)]
    for name, limit in limits:
        if limit is None:
            continue
        if asked.type in _NUMBERS:
            if isinstance(limit, str):
                yield found.problem((*path, name), shown(limit), "a number")
        elif asked.type is FactType.DATE:
            if read_date(limit) is None:
                yield found.problem((*path, name), shown(limit), "a date such as 2027-05-01")
        else:
            yield found.problem(
                (*path, name), f"a {name} for {asked.type}", f"no {name}: numbers and dates only"
            )
    low, high = asked.minimum, asked.maximum
    comparable = isinstance(low, str) == isinstance(high, str)
    if low is not None and high is not None and comparable and high < low:
        yield found.problem((*path, "maximum"), shown(high), f"{low} or more")


def _check_once(found: Found[Fact], path: Place, keys: Sequence[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield found.problem((*path, index), f"{key!r} a second time", "each once")
        seen.add(key)


def _check_type(
    found: Found[Fact], path: Place, facts: Facts, key: str | None, *kinds: FactType
) -> Iterator[Problem]:
    other = facts.get(key or "")
    kind = other.entry.type if other else None
    if kind is not None and kind not in kinds:
        yield found.problem(path, f"the {kind} fact {key}", f"a {' or '.join(kinds)} fact")


def _check_derivation(
    found: Found[Fact], fact: Fact, derived: Derivation, facts: Facts, references: References
) -> Iterator[Problem]:
    source: Place = ("derived", "from")
    if derived.kind == "cases":
        for index, case in enumerate(derived.cases):
            path: Place = ("derived", "cases", index)
            yield from check_tree(found, (*path, "when"), case.when, facts, references)
            yield from check_value(found, (*path, "value"), case.value, fact)
        if not derived.cases:
            yield found.problem(("derived",), "no cases", "at least one case")
    elif derived.from_ is None:
        yield found.problem(("derived",), "no from", f"from: {derived.kind} needs a fact")
    else:
        yield from check_key(found, source, derived.from_, facts)
    if derived.kind in _SINCE:
        yield from _check_type(found, source, facts, derived.from_, FactType.DATE)
        yield from _check_own_type(found, fact, derived, *_NUMBERS)
    elif derived.kind == "observed_on":
        yield from _check_own_type(found, fact, derived, FactType.DATE)
    elif derived.kind in _OF_ROWS:
        yield from _check_type(found, source, facts, derived.from_, FactType.ROWS)
        if derived.kind != "last_of_rows":
            yield from _check_own_type(found, fact, derived, *_NUMBERS)
        yield from _check_rows(found, derived, facts)
    if derived.otherwise is not None:
        yield from check_value(found, ("derived", "otherwise"), derived.otherwise, fact)


def _check_own_type(
    found: Found[Fact], fact: Fact, derived: Derivation, *kinds: FactType
) -> Iterator[Problem]:
    if fact.type not in kinds:
        yield found.problem(
            ("type",), f"{fact.type} for a fact derived by {derived.kind}", " or ".join(kinds)
        )


def _check_rows(found: Found[Fact], derived: Derivation, facts: Facts) -> Iterator[Problem]:
    source = facts.get(derived.from_ or "")
    if source is None or source.entry.type is not FactType.ROWS:
        return
    fields = {field.key: field for field in source.entry.fields}
    if derived.field is not None:
        if derived.field not in fields:
            yield found.problem(
                ("derived", "field"), repr(derived.field), offered(fields, derived.field)
            )
    elif derived.kind != "count_rows":
        yield found.problem(("derived",), "no field", f"field: {derived.kind} needs one")
    for index, keep in enumerate(derived.where):
        path: Place = ("derived", "where", index)
        if keep.field not in fields:
            yield found.problem((*path, "field"), repr(keep.field), offered(fields, keep.field))
            continue
        field = fields[keep.field]
        values = keep.value if isinstance(keep.value, list) else [keep.value]
        if isinstance(keep.value, list) != (keep.op == "in"):
            yield found.problem((*path, "value"), shown(keep.value), "a list with op: in only")
        for value in values:
            yield from check_value(found, (*path, "value"), value, field)


def _depends_on(facts: Facts) -> dict[str, list[tuple[str, Place]]]:
    """For each fact, the facts it is worked out from, and where that is said."""
    edges: dict[str, list[tuple[str, Place]]] = {}
    for key, found in facts.items():
        targets = edges.setdefault(key, [])
        fact = found.entry
        if fact.applies_when is not None:
            targets += [(name, ("applies_when",)) for name in facts_in(fact.applies_when)]
        if fact.derived is not None:
            if fact.derived.from_ is not None:
                targets.append((fact.derived.from_, ("derived", "from")))
            for index, case in enumerate(fact.derived.cases):
                path: Place = ("derived", "cases", index, "when")
                targets += [(name, path) for name in facts_in(case.when)]
    return edges


def check_cycles(
    entries: Mapping[str, Found[Any]], edges: Mapping[str, Sequence[tuple[str, Place]]]
) -> Iterator[Problem]:
    """Every cycle of entries that lead back to themselves, each reported once."""
    done: set[str] = set()
    for start in entries:
        trail: list[str] = []
        stack: list[tuple[str, Iterator[tuple[str, Place]]]] = []
        if start not in done:
            trail.append(start)
            stack.append((start, iter(edges.get(start, ()))))
        while stack:
            key, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                stack.pop()
                trail.pop()
                done.add(key)
                continue
            target, path = step
            if target in trail:
                circle = " -> ".join([*trail[trail.index(target) :], target])
                yield entries[key].problem(path, f"a cycle: {circle}", "no way back to itself")
            elif target in entries and target not in done:
                trail.append(target)
                stack.append((target, iter(edges.get(target, ()))))
