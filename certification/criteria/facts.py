"""What can be known about a person, and what is documented?

A ``FactDefinition`` is a question with a type and limits (content, from a reference pack). A
``FactValue`` is one documented answer with its source and the date it was observed. Missing,
"asked, not known" and "not applicable" are three different things; see
``FactDefinition.applies_when``.

``read_facts`` turns raw input (JSON, a form) into documented answers, or says what is wrong.
The order of a vocabulary is the order in which the wizard asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from certification.criteria.tree import Node


class FactType(StrEnum):
    BOOLEAN = "boolean"
    CHOICE = "choice"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer. ``unknown``: choosing it means "we do not know" (for example not tested).

    ``valid_from`` and ``valid_until`` (inclusive) limit the dates on which it may be chosen.
    """

    value: str
    label: str
    unknown: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class RowField:
    """One column of a ``rows`` fact, such as the agent of an earlier therapy."""

    key: str
    label: str
    type: FactType
    choices: tuple[Choice, ...] = ()
    minimum: Any = None
    maximum: Any = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class DerivedCase:
    """``value`` holds when ``when`` is met; the first case that is met decides."""

    when: Node
    value: Any


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Keeps the rows whose ``field`` equals, is among, or is at least ``value``."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a fact is worked out from others at ``as_of``. ``kind`` is one of

    ``years_since`` ``months_since`` ``days_since``  whole units from the date fact ``from_fact``
    ``count_rows``     rows of ``from_fact`` that pass ``where`` (distinct by ``field`` if given)
    ``max_of_rows``    the largest ``field`` among them
    ``last_of_rows``   ``field`` of the last row that passes ``where`` (rows in documented order)
    ``observed_on``    the date on which ``from_fact`` was observed
    ``cases``          the first case whose tree is met
    """

    kind: str
    from_fact: str = ""
    field: str = ""
    where: tuple[RowFilter, ...] = ()
    cases: tuple[DerivedCase, ...] = ()
    otherwise: Any = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """When ``when`` is met the facts it names contradict each other.

    They are flagged with ``says`` and count as unknown until a person has put them right.
    """

    when: Node
    says: str


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """One question. ``applies_when`` not met: the fact does not apply, its tests are not met.

    ``dated_by`` names the date fact that carries this value's observation date. ``step``: a decimal
    must be a multiple of it (EDSS goes in half steps). Dates in the future are refused unless
    ``future`` is set. ``of_request``: the question is about the requested therapy, not the person;
    an answer given for one therapy says nothing about another.
    """

    key: str
    label: str
    type: FactType
    choices: tuple[Choice, ...] = ()
    fields: tuple[RowField, ...] = ()
    unit: str = ""
    minimum: Any = None
    maximum: Any = None
    step: Any = None
    future: bool = False
    of_request: bool = False
    group: str = ""
    help: str = ""
    why: str = ""
    codes: Mapping[str, str] | None = None
    dated_by: str = ""
    applies_when: Node | None = None
    derived: Derivation | None = None
    contradictions: tuple[Contradiction, ...] = ()
    verified: str = ""


Vocabulary = Mapping[str, FactDefinition]


@dataclass(frozen=True, slots=True)
class FactValue:
    """One documented answer. ``value`` None with ``asked`` True means "asked, not known".

    The value of a ``rows`` fact is a tuple of dicts, which nobody changes after reading.
    """

    value: Any
    observed_on: date | None = None
    source: str = ""
    asked: bool = False


FactSet = Mapping[str, FactValue]


class FactError(ValueError):
    """An answer that cannot be right. ``key`` is the fact, ``message`` says what is allowed."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message


_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ANSWER_KEYS = ("value", "observed_on", "source", "asked")


def canonical_decimal(number: Decimal) -> Decimal:
    """The same number written one way: no trailing zeros, no exponent, no negative zero."""
    if number == 0:
        return Decimal(0)
    plain = number.normalize()
    return plain.quantize(Decimal(1)) if plain.as_tuple().exponent > 0 else plain  # type: ignore[operator]


def parse_value(definition: FactDefinition | RowField, raw: Any, as_of: date | None = None) -> Any:
    """The typed value of one answer: bool, str, int, Decimal, date, or a tuple of row dicts.

    With ``as_of`` a date after it is refused (unless the fact allows the future), and so is a
    choice that is not valid on that day. Raises ``FactError``.
    """
    match definition.type:
        case FactType.BOOLEAN:
            if not isinstance(raw, bool):
                raise FactError(definition.key, f"{_shown(raw)} is not true or false")
            return raw
        case FactType.CHOICE:
            return _choice(definition, raw, as_of)
        case FactType.INTEGER:
            return _within_limits(definition, _integer(definition.key, raw))
        case FactType.DECIMAL:
            number = _within_limits(definition, _decimal(definition.key, raw))
            step = getattr(definition, "step", None)
            if step is not None and number % Decimal(str(step)) != 0:
                raise FactError(definition.key, f"{number} is not a multiple of {step}")
            return number
        case FactType.DATE:
            day = _within_limits(definition, _date(definition.key, raw))
            if as_of is not None and day > as_of and not getattr(definition, "future", False):
                raise FactError(definition.key, f"{day} is in the future (after {as_of})")
            return day
        case FactType.TEXT:
            if not isinstance(raw, str) or not raw.strip():
                raise FactError(definition.key, f"{_shown(raw)} is not a text")
            return raw
        case FactType.ROWS:
            if not isinstance(definition, FactDefinition):
                raise FactError(definition.key, "a row cannot hold rows")
            return _rows(definition, raw, as_of)


def read_answer(definition: FactDefinition, raw: Any, as_of: date) -> FactValue | None:
    """One answer from raw input: a bare value, or ``{value, observed_on, source, asked}``.

    None when nothing is documented. Raises ``FactError``.
    """
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        return FactValue(parse_value(definition, raw, as_of))
    for key in raw:
        if key not in _ANSWER_KEYS:
            raise FactError(
                definition.key, f"unknown key {_shown(key)}; allowed are {', '.join(_ANSWER_KEYS)}"
            )
    asked = raw.get("asked", False)
    if not isinstance(asked, bool):
        raise FactError(definition.key, f"asked: {_shown(asked)} is not true or false")
    source = raw.get("source") or ""
    if not isinstance(source, str):
        raise FactError(definition.key, f"source: {_shown(source)} is not a text")
    observed_on = raw.get("observed_on")
    if observed_on is not None:
        observed_on = _date(definition.key, observed_on)
        if observed_on > as_of:
            raise FactError(
                definition.key, f"observed on {observed_on}, which is in the future (after {as_of})"
            )
    value = raw.get("value")
    if value is None:
        return FactValue(None, observed_on, source, asked=True) if asked else None
    return FactValue(parse_value(definition, value, as_of), observed_on, source, asked)


def read_facts(vocabulary: Vocabulary, raw: Mapping[str, Any], as_of: date) -> dict[str, FactValue]:
    """The documented answers of one person. Raises ``FactError`` at the first that is wrong."""
    if not isinstance(raw, Mapping):
        raise FactError("facts", f"{_shown(raw)} is not a mapping of fact keys to answers")
    facts = {}
    for key, answer in raw.items():
        definition = vocabulary.get(key)
        if definition is None:
            raise unknown_fact(key, vocabulary)
        value = read_answer(definition, answer, as_of)
        if value is not None:
            facts[key] = value
    return facts


def unknown_fact(key: Any, vocabulary: Vocabulary) -> FactError:
    """The error for a key that no definition has, naming the closest one that exists."""
    close = get_close_matches(str(key), list(vocabulary), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return FactError(str(key), f"there is no fact {_shown(key)}{hint}")


def _choice(definition: FactDefinition | RowField, raw: Any, as_of: date | None) -> str:
    for choice in definition.choices:
        if isinstance(raw, str) and choice.value == raw:
            if as_of is not None and choice.valid_from is not None and as_of < choice.valid_from:
                raise FactError(definition.key, f"{raw} is valid from {choice.valid_from}")
            if as_of is not None and choice.valid_until is not None and as_of > choice.valid_until:
                raise FactError(definition.key, f"{raw} was valid until {choice.valid_until}")
            return choice.value
    offered = ", ".join(choice.value for choice in definition.choices)
    raise FactError(definition.key, f"{_shown(raw)} is not offered; choices are {offered}")


def _integer(key: str, raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, float | Decimal) and raw == raw and raw % 1 == 0:
        return int(raw)
    raise FactError(key, f"{_shown(raw)} is not a whole number")


def _decimal(key: str, raw: Any) -> Decimal:
    """Exact: a float counts as the shortest decimal that prints it, never as its binary value."""
    if isinstance(raw, int | float | str | Decimal) and not isinstance(raw, bool):
        try:
            number = Decimal(str(raw))
        except InvalidOperation:
            number = Decimal("nan")
        if number.is_finite() and abs(number.adjusted()) <= 15 and len(str(number)) <= 30:
            return canonical_decimal(number)
    raise FactError(key, f"{_shown(raw)} is not a number")


def _date(key: str, raw: Any) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if isinstance(raw, str) and _ISO_DATE.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    raise FactError(key, f"{_shown(raw)} is not a date (YYYY-MM-DD)")


def _within_limits(definition: FactDefinition | RowField, value: Any) -> Any:
    if definition.minimum is not None and value < definition.minimum:
        raise FactError(definition.key, f"{value} is below the minimum of {definition.minimum}")
    if definition.maximum is not None and value > definition.maximum:
        raise FactError(definition.key, f"{value} is above the maximum of {definition.maximum}")
    return value


def _rows(definition: FactDefinition, raw: Any, as_of: date | None) -> tuple[dict[str, Any], ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise FactError(definition.key, f"{_shown(raw)} is not a list of rows")
    fields = {field.key: field for field in definition.fields}
    rows = []
    for number, given in enumerate(raw, start=1):
        where = f"row {number}"
        if not isinstance(given, Mapping):
            raise FactError(definition.key, f"{where}: {_shown(given)} is not a row")
        row = {}
        for key, value in given.items():
            if key not in fields:
                raise FactError(
                    definition.key,
                    f"{where}: unknown field {_shown(key)}; allowed are {', '.join(fields)}",
                )
            if value is None:
                continue
            try:
                row[key] = parse_value(fields[key], value, as_of)
            except FactError as error:
                raise FactError(definition.key, f"{where}: {error}") from None
        for field in definition.fields:
            if field.required and field.key not in row:
                raise FactError(definition.key, f"{where}: {field.key} is required")
        rows.append({field.key: row[field.key] for field in definition.fields if field.key in row})
    return tuple(rows)


def _shown(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."
