"""How is a criterion read aloud?

One sentence for any node, made from the labels of its facts and choices: "Age is at least 18
years", "JCV antibody index is 1.5 or below". Used where an author wrote no ``says``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from certification.criteria.facts import (
    FactDefinition,
    FactType,
    RowField,
    Vocabulary,
    canonical_decimal,
)
from certification.criteria.tree import AllOf, AnyOf, AtLeast, FactTest, Node, Not, Operator

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(day: date) -> str:
    """An unambiguous date: 12 Jan 2027."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def value_text(definition: FactDefinition | RowField, value: Any) -> str:
    """A value as a person reads it: the label of a choice, a number with its unit, Yes or No."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case date():
            return date_text(value)
        case int() | Decimal():
            return _with_unit(_number(value), definition)
        case tuple():
            return _rows_text(definition, value)
    for choice in definition.choices:
        if choice.value == value:
            return choice.label
    return str(value)


def sentence(node: Node, vocabulary: Vocabulary) -> str:
    """What the node says, in the author's words or in generated ones."""
    if node.says:
        return node.says
    match node:
        case AllOf():
            return "All of the following" if node.of else "Nothing is required"
        case AnyOf():
            return "At least one of the following" if node.of else "Nothing counts"
        case AtLeast():
            return f"At least {node.n} of the following"
        case Not():
            inner = node.of
            if isinstance(inner, FactTest):
                return _test_sentence(inner, vocabulary, negated=True)
            return "None of the following" if isinstance(inner, AnyOf) else "Not the following"
        case FactTest():
            return _test_sentence(node, vocabulary)


_WORDS = {
    Operator.LT: ("is below {}", "is not below {}"),
    Operator.LTE: ("is {} or below", "is above {}"),
    Operator.GT: ("is above {}", "is {} or below"),
    Operator.GTE: ("is at least {}", "is below {}"),
    Operator.EQ: ("is {}", "is not {}"),
    Operator.NE: ("is not {}", "is {}"),
}
_DATE_WORDS = {
    Operator.LT: ("is before {}", "is not before {}"),
    Operator.LTE: ("is on or before {}", "is after {}"),
    Operator.GT: ("is after {}", "is on or before {}"),
    Operator.GTE: ("is on or after {}", "is before {}"),
}


def _test_sentence(test: FactTest, vocabulary: Vocabulary, negated: bool = False) -> str:
    definition = vocabulary[test.fact]
    label = definition.label
    match test.op:
        case Operator.IS_KNOWN:
            said = f"{label} is {'not ' if negated else ''}documented"
        case Operator.IS_TRUE | Operator.IS_FALSE:
            yes = (test.op is Operator.IS_TRUE) is not negated
            said = f"{label}: {'yes' if yes else 'no'}"
        case Operator.WITHIN_DAYS:
            said = f"{label} is {'not ' if negated else ''}within the last {_days(test.value)}"
        case Operator.OLDER_THAN_DAYS:
            said = f"{label} is {'not ' if negated else ''}more than {_days(test.value)} ago"
        case Operator.IN:
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            offered = [value_text(definition, value) for value in values]
            last = " or ".join(filter(None, (", ".join(offered[:-1]), offered[-1])))
            said = f"{label} is {'not ' if negated else ''}{last}"
        case _:
            words = _DATE_WORDS if definition.type is FactType.DATE else _WORDS
            phrase = words.get(test.op, _WORDS[test.op])[negated]
            if test.value_of:
                compared = vocabulary[test.value_of].label
            else:
                compared = value_text(definition, test.value)
            said = f"{label} {phrase.format(compared)}"
    if test.max_age_days is not None:
        said += f", observed within the last {_days(test.max_age_days)}"
    return said


def _days(count: Any) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _number(value: int | Decimal) -> str:
    return str(canonical_decimal(value) if isinstance(value, Decimal) else value)


def _with_unit(number: str, definition: FactDefinition | RowField) -> str:
    unit = getattr(definition, "unit", "")
    if not unit or unit == "count":
        return number
    if number in ("1", "-1") and unit in ("days", "weeks", "months", "years", "hours"):
        unit = unit[:-1]
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}"


def _rows_text(definition: FactDefinition | RowField, rows: tuple[Any, ...]) -> str:
    if not rows:
        return "None"
    fields = {field.key: field for field in getattr(definition, "fields", ())}
    return "; ".join(
        ", ".join(
            f"{fields[key].label}: {value_text(fields[key], value)}" for key, value in row.items()
        )
        for row in rows
    )
