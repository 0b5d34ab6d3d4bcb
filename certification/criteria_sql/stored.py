"""How do the facts of one person lie in a row, so that Python and a database read the same?

Every value lies under the key of its fact and the mark of its type: ``edss#`` is a number,
``birth_date@`` the number of a day. So a value is found by exactly the questions that it can
answer. Whoever reads a row reads it with the questions of one document: a value that does not fit
its question there counts as not given, as it does when an open case is moved to other criteria.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactSet,
    FactType,
    FactValue,
    RowField,
    Vocabulary,
    parse_value,
)

_MARKS = {
    FactType.BOOLEAN: "?",
    FactType.CHOICE: "",
    FactType.INTEGER: "#",
    FactType.DECIMAL: "#",
    FactType.DATE: "@",
    FactType.TEXT: "",
    FactType.ROWS: "[]",
}


class Stored(NamedTuple):
    """``seen``: the day on which each value was observed. ``asked``: asked, and not known."""

    answers: dict[str, Any]
    seen: dict[str, int]
    asked: dict[str, bool]


def place_of(definition: FactDefinition | RowField) -> str:
    """The name under which a value of this fact or column lies."""
    return definition.key + _MARKS[definition.type]


def store(facts: FactSet) -> Stored:
    """Typed facts as plain data."""
    stored = Stored({}, {}, {})
    for key, fact in facts.items():
        if fact.observed_on is not None:
            stored.seen[key] = fact.observed_on.toordinal()
        if fact.asked:
            stored.asked[key] = True
        if fact.value is not None:
            place, value = _laid_down(key, fact.value)
            stored.answers[place] = value
    return stored


def read(vocabulary: Vocabulary, stored: Stored) -> dict[str, FactValue]:
    """The facts that these questions ask for, as far as the stored values fit them."""
    facts = {}
    for key, definition in vocabulary.items():
        value = stored.answers.get(place_of(definition))
        if value is not None:
            try:
                value = parse_value(definition, _taken_up(definition.type, value))
            except FactError:
                continue
        asked, seen = stored.asked.get(key, False), stored.seen.get(key)
        if value is not None or asked or seen is not None:
            observed_on = None if seen is None else date.fromordinal(seen)
            facts[key] = FactValue(value, observed_on, asked=asked)
    return facts


def _laid_down(key: str, value: Any) -> tuple[str, Any]:
    """A decimal that no float prints exactly is stored as the nearest: both readers see that."""
    match value:
        case bool():
            return key + _MARKS[FactType.BOOLEAN], value
        case date():
            return key + _MARKS[FactType.DATE], value.toordinal()
        case int():
            return key + _MARKS[FactType.INTEGER], value
        case Decimal():
            whole = value == value.to_integral_value()
            return key + _MARKS[FactType.DECIMAL], int(value) if whole else float(value)
        case tuple():
            rows = [dict(_laid_down(name, cell) for name, cell in row.items()) for row in value]
            return key + _MARKS[FactType.ROWS], rows
    return key, value


def _taken_up(kind: FactType, value: Any) -> Any:
    """The value as it is typed in a form of plain data."""
    match kind:
        case FactType.DATE:
            return date.fromordinal(value)
        case FactType.ROWS:
            return [dict(_cell(place, cell) for place, cell in row.items()) for row in value]
    return value


def _cell(place: str, value: Any) -> tuple[str, Any]:
    key = place.rstrip("?#@")
    return key, date.fromordinal(value) if place.endswith("@") else value
