"""How are values written as plain data (JSON, YAML), and what is the hash of such data?

Plain data is made of dicts, lists, strings, numbers, booleans and None. Dates are written as
``YYYY-MM-DD``. A decimal is written as an integer or as the float that prints it exactly, and as a
string when no float does, so that data and hash survive a round trip through JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactType,
    RowField,
    canonical_decimal,
    parse_value,
)


class CriteriaError(ValueError):
    """A mistake in criteria or fact definitions.

    ``path`` leads to it inside the data (``indications.all.2.value``), ``found`` is what stands
    there and ``allowed`` is what may stand there.
    """

    def __init__(self, path: str, found: str, allowed: str) -> None:
        super().__init__(f"{path}: found {found}; allowed: {allowed}")
        self.path = path
        self.found = found
        self.allowed = allowed


def shown(raw: Any) -> str:
    """What was found, short enough for one line."""
    if raw is None:
        return "nothing"
    text = repr(raw)
    return text if len(text) <= 80 else text[:77] + "..."


def one_of(names: Iterable[str], found: Any = None) -> str:
    """The allowed names; of a long list only the closest to what was found."""
    known = list(names)
    if len(known) <= 15:
        return ", ".join(known) if known else "nothing"
    close = get_close_matches(str(found), known, n=3)
    return f"a known key, such as {', '.join(close or known[:3])}"


def check_keys(data: Any, path: str, allowed: Iterable[str], required: Iterable[str] = ()) -> None:
    """Refuse anything but a mapping with these keys."""
    if not isinstance(data, Mapping):
        raise CriteriaError(path, shown(data), "a mapping")
    names = tuple(allowed)
    for key in data:
        if key not in names:
            raise CriteriaError(f"{path}.{key}", f"unknown key {shown(key)}", ", ".join(names))
    for key in required:
        if data.get(key) is None:
            raise CriteriaError(path, f"no {key}", f"{key} is required")


def text(data: Mapping[str, Any], key: str, path: str) -> str:
    """An optional text; empty when it is not there."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CriteriaError(f"{path}.{key}", shown(value), "a text (in quotes)")
    return value


def items(data: Mapping[str, Any], key: str, path: str) -> list[Any]:
    """An optional list; empty when it is not there."""
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise CriteriaError(f"{path}.{key}", shown(value), "a list")
    return list(value)


def whole_number(data: Mapping[str, Any], key: str, path: str, minimum: int = 0) -> int | None:
    """An optional whole number that is at least ``minimum``."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
        raise CriteriaError(
            f"{path}.{key}", shown(value), f"a whole number that is at least {minimum}"
        )
    return value


def day(data: Mapping[str, Any], key: str, path: str) -> date | None:
    """An optional date."""
    value = data.get(key)
    if value is None:
        return None
    bare = FactDefinition(key, key, FactType.DATE)
    try:
        found: date = parse_value(bare, value)
    except FactError as error:
        raise CriteriaError(f"{path}.{key}", shown(value), "a date (YYYY-MM-DD)") from error
    return found


def value_from_data(definition: FactDefinition | RowField, raw: Any, path: str) -> Any:
    """A value of the fact's type as criteria name it (limits and steps do not bind them)."""
    free = RowField(definition.key, definition.label, definition.type, definition.choices)
    try:
        return parse_value(free, raw)
    except FactError as error:
        if definition.type is FactType.CHOICE:
            allowed = one_of([choice.value for choice in definition.choices], raw)
        else:
            allowed = f"a value of type {definition.type.value}"
        raise CriteriaError(path, shown(raw), allowed) from error


def to_data(value: Any) -> Any:
    """Any value of a fact, or plain data that may hold dates and decimals, as plain data."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return _decimal_to_data(value)
        case float():
            return _decimal_to_data(Decimal(repr(value)))
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): to_data(item) for key, item in value.items()}
        case list() | tuple():
            return [to_data(item) for item in value]
    raise TypeError(f"{value!r} cannot be written as plain data")


def _decimal_to_data(number: Decimal) -> int | float | str:
    plain = canonical_decimal(number)
    if plain == plain.to_integral_value():
        return int(plain)
    return float(plain) if Decimal(repr(float(plain))) == plain else str(plain)


def canonical_bytes(data: Any) -> bytes:
    """The one way to write plain data as bytes: JSON, keys sorted, no spaces, UTF-8."""
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def content_hash(data: Any) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256(canonical_bytes(data)).hexdigest()
