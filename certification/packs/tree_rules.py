"""Does a criteria tree fit the questions it asks?

Every test names a fact of the pack, with an operator that suits the fact's type and a value that
the fact can have; every citation names a reference of the pack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from certification.criteria.facts import FactType
from certification.criteria.tree import Operator
from certification.packs.entries import Found
from certification.packs.problems import Problem, offered, shown
from certification.packs.reading import Place
from certification.packs.schema import Choice, Fact
from certification.packs.trees import AllNode, AnyNode, AtLeastNode, Citation, NotNode, TestNode

_SAME = (Operator.EQ, Operator.NE)
_ORDER = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
_TRUTH = (Operator.IS_TRUE, Operator.IS_FALSE)
_COUNTED_BACK = (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS)
_WITHOUT_VALUE = (*_TRUTH, Operator.IS_KNOWN)

OPERATORS: dict[FactType, tuple[Operator, ...]] = {
    FactType.BOOLEAN: (*_SAME, *_TRUTH, Operator.IS_KNOWN),
    FactType.CHOICE: (*_SAME, Operator.IN, Operator.IS_KNOWN),
    FactType.INTEGER: (*_SAME, Operator.IN, *_ORDER, Operator.IS_KNOWN),
    FactType.DECIMAL: (*_SAME, Operator.IN, *_ORDER, Operator.IS_KNOWN),
    FactType.DATE: (*_SAME, *_ORDER, *_COUNTED_BACK, Operator.IS_KNOWN),
    FactType.TEXT: (*_SAME, Operator.IN, Operator.IS_KNOWN),
    FactType.ROWS: (Operator.IS_KNOWN,),
}
_NUMBERS = frozenset({FactType.INTEGER, FactType.DECIMAL})

Facts = Mapping[str, Found[Fact]]
References = Mapping[str, Any]


def walk(tree: Any, path: Place) -> Iterator[tuple[Any, Place]]:
    """Every node of a tree as the author wrote it, with its path, in reading order."""
    yield tree, path
    parts: Sequence[Any]
    match tree:
        case AllNode():
            parts, below = tree.all, (*path, "all")
        case AnyNode():
            parts, below = tree.any, (*path, "any")
        case AtLeastNode():
            parts, below = tree.at_least.of, (*path, "at_least", "of")
        case NotNode():
            yield from walk(tree.not_, (*path, "not"))
            return
        case _:
            return
    for index, part in enumerate(parts):
        yield from walk(part, (*below, index))


def facts_in(tree: Any) -> Iterator[str]:
    """The facts that a tree names, as often as it names them."""
    for node, _ in walk(tree, ()):
        if isinstance(node, TestNode):
            yield node.fact
            if node.value_of:
                yield node.value_of


def check_tree(
    found: Found[Any], path: Place, tree: Any, facts: Facts, references: References
) -> Iterator[Problem]:
    """Everything in the tree at ``path`` of an entry that does not fit the pack."""
    for node, place in walk(tree, path):
        yield from check_citations(found, place, node.cite, references)
        if isinstance(node, TestNode):
            yield from _check_test(found, place, node, facts)
        elif isinstance(node, AtLeastNode) and node.at_least.n > len(node.at_least.of):
            parts = len(node.at_least.of)
            yield found.problem(
                (*place, "at_least", "n"),
                f"{node.at_least.n} of {parts} parts",
                f"at most {parts}: a larger number can never be met",
            )


def check_citations(
    found: Found[Any], path: Place, citations: Sequence[Citation], references: References
) -> Iterator[Problem]:
    for index, citation in enumerate(citations):
        yield from check_key(found, (*path, "cite", index, "ref"), citation.ref, references)


def check_key(
    found: Found[Any], path: Place, key: str | None, known: Mapping[str, Any]
) -> Iterator[Problem]:
    """A key that must name an entry of the pack."""
    if key is not None and key not in known:
        yield found.problem(path, repr(key), offered(known, key))


def _check_test(found: Found[Any], path: Place, test: TestNode, facts: Facts) -> Iterator[Problem]:
    yield from check_key(found, (*path, "fact"), test.fact, facts)
    yield from check_key(found, (*path, "value_of"), test.value_of, facts)
    if test.fact not in facts:
        return
    fact = facts[test.fact].entry
    allowed = OPERATORS[fact.type]
    if test.op not in allowed:
        yield found.problem(
            (*path, "op"), f"{test.op} for the {fact.type} fact {fact.key}", ", ".join(allowed)
        )
        return
    if test.op in _WITHOUT_VALUE:
        for name in ("value", "value_of"):
            if getattr(test, name) is not None:
                yield found.problem((*path, name), f"a {name}", f"no {name} with {test.op}")
        return
    if test.value is not None and test.value_of is not None:
        yield found.problem(path, "value and value_of", "one of them")
    elif test.value_of is not None:
        yield from _check_value_of(found, path, test, fact, facts)
    elif test.value is None:
        yield found.problem(path, "no value", f"value, or value_of: {test.op} compares with one")
    else:
        yield from _check_value(found, (*path, "value"), test, fact)


def _check_value_of(
    found: Found[Any], path: Place, test: TestNode, fact: Fact, facts: Facts
) -> Iterator[Problem]:
    if test.op in _COUNTED_BACK or test.op is Operator.IN:
        yield found.problem((*path, "value_of"), f"value_of with {test.op}", "value")
        return
    other = facts.get(str(test.value_of))
    if other is None:
        return
    kind = other.entry.type
    if kind is not fact.type and not {kind, fact.type} <= _NUMBERS:
        yield found.problem(
            (*path, "value_of"),
            f"the {kind} fact {other.entry.key} compared with the {fact.type} fact {fact.key}",
            f"a {fact.type} fact",
        )


def _check_value(found: Found[Any], path: Place, test: TestNode, fact: Fact) -> Iterator[Problem]:
    value = test.value
    if test.op in _COUNTED_BACK:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            yield found.problem(path, shown(value), "a number of days, 0 or more")
    elif test.op is Operator.IN:
        if not isinstance(value, list):
            yield found.problem(path, shown(value), "a list of values")
            return
        for index, item in enumerate(value):
            yield from check_value(found, (*path, index), item, fact)
    elif isinstance(value, list):
        yield found.problem(path, shown(value), f"one value with {test.op}; a list needs op: in")
    else:
        yield from check_value(found, path, value, fact)


def check_value(found: Found[Any], path: Place, value: Any, fact: Fact | Any) -> Iterator[Problem]:
    """One value that a fact (or a field of a table) must be able to have."""
    allowed = allowed_value(value, fact.type, fact.choices)
    if allowed:
        yield found.problem(path, f"{shown(value)} for {fact.key}", allowed)
        return
    if fact.type in _NUMBERS:
        low, high = fact.minimum, fact.maximum
        if isinstance(low, int | Decimal) and value < low:
            yield found.problem(path, f"{value} for {fact.key}", f"at least {low}")
        if isinstance(high, int | Decimal) and value > high:
            yield found.problem(path, f"{value} for {fact.key}", f"at most {high}")


def allowed_value(value: Any, kind: FactType, choices: Sequence[Choice]) -> str:
    """Empty when a fact of this type can have the value, else what it can have."""
    match kind:
        case FactType.BOOLEAN:
            return "" if isinstance(value, bool) else "true or false"
        case FactType.CHOICE:
            values = [choice.value for choice in choices]
            return "" if value in values else offered(values, value)
        case FactType.INTEGER:
            whole = isinstance(value, int) and not isinstance(value, bool)
            return "" if whole else "a whole number"
        case FactType.DECIMAL:
            number = isinstance(value, int | Decimal) and not isinstance(value, bool)
            return "" if number else "a number"
        case FactType.DATE:
            return "" if read_date(value) else "a date such as 2027-05-01"
        case FactType.TEXT:
            return "" if isinstance(value, str) else "text"
        case FactType.ROWS:
            return "no value: a table can only be known or not"


def read_date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
