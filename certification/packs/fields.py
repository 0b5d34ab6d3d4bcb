"""What may a single value of a pack look like?

Small types that every entry is made of: keys, texts with the length of their column, dates,
numbers. Nothing is converted silently, except where YAML itself took a text for a number.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from certification.reference_files.authors import is_author

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]
ShortKey = Annotated[Key, Field(max_length=60)]
NodeId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=120)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]

Verified = Literal["stored", "stored_partial", "memory_high", "memory_low", "seed", "proposed"]


class Entry(BaseModel):
    """Base of everything in a pack: nothing unknown is let in, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_enum_values=True)


def _read_date(value: Any) -> Any:
    if isinstance(value, str) and len(value) == len("2027-05-01"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("pack_date", "a date such as 2027-05-01")


def _read_number_as_text(value: Any) -> Any:
    """``version: 2026.1`` without quotes is a number to YAML; its text is what the author wrote."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


def _check_scalar(value: Any) -> Any:
    if isinstance(value, bool | int | Decimal | str):
        return value
    raise PydanticCustomError("pack_scalar", "one value: text, a number, true or false")


def _check_value(value: Any) -> Any:
    if isinstance(value, list):
        if not value:
            raise PydanticCustomError("pack_values", "a list of at least one value")
        for item in value:
            _check_scalar(item)
        return value
    return _check_scalar(value)


_SCALAR_SCHEMA = {"type": ["string", "number", "boolean"]}

Date = Annotated[
    date, BeforeValidator(_read_date), WithJsonSchema({"type": "string", "format": "date"})
]
NumberText = Annotated[
    Title,
    BeforeValidator(_read_number_as_text),
    WithJsonSchema({"type": ["string", "number"], "minLength": 1}),
]
Scalar = Annotated[Any, AfterValidator(_check_scalar), WithJsonSchema(_SCALAR_SCHEMA)]
ScalarOrList = Annotated[
    Any,
    AfterValidator(_check_value),
    WithJsonSchema(
        {"anyOf": [_SCALAR_SCHEMA, {"type": "array", "minItems": 1, "items": _SCALAR_SCHEMA}]}
    ),
]


Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


def _read_number(value: Any) -> Any:
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and len(str(value)) <= 10:
        return value
    raise PydanticCustomError("pack_number", "a number of at most 10 characters")


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _read_author(value: Any) -> Any:
    """The parts as plain data: a row keeps what a pack says."""
    if not is_author(value):
        raise PydanticCustomError("pack_author", "a name, {family, given}, or {literal}")
    if isinstance(value, str):
        return value.strip()
    return {name: part.strip() for name, part in value.items()}


def _read_quantity(value: Any) -> Any:
    if isinstance(value, str | dict) and value:
        return value
    raise PydanticCustomError("pack_quantity", "text, or a mapping")


def _read_limit(value: Any) -> Any:
    kinds = isinstance(value, int | Decimal | str) and not isinstance(value, bool)
    if kinds and len(str(value)) <= 20:
        return value
    raise PydanticCustomError("pack_limit", "a number of at most 20 characters, or a date")


Number = Annotated[Any, BeforeValidator(_read_number), WithJsonSchema({"type": "number"})]
Limit = Annotated[Any, BeforeValidator(_read_limit), WithJsonSchema({"type": ["number", "string"]})]
Quantity = Annotated[
    Any, BeforeValidator(_read_quantity), WithJsonSchema({"type": ["string", "object"]})
]
_NAME_SCHEMA = {"type": "string", "minLength": 1}
Author = Annotated[
    Any,
    BeforeValidator(_read_author),
    WithJsonSchema(
        {
            "anyOf": [
                _NAME_SCHEMA,
                {
                    "type": "object",
                    "properties": {"family": _NAME_SCHEMA, "given": _NAME_SCHEMA},
                    "required": ["family"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"literal": _NAME_SCHEMA},
                    "required": ["literal"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A text ("Polman CH", "NICE"), a person's family and given names, or a body's name as it is."""
Item = TypeVar("Item")
OneOrMany = Annotated[list[Item], BeforeValidator(_one_or_many)]
Detail = Annotated[Any, WithJsonSchema({})]  # shown as it stands; the reader limited its depth
