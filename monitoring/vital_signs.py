"""Which vital signs are written down at an infusion, and what can be a number at all?

The limits only catch slips of the keyboard. What is too high or too low for an infusion is the
nurse's judgement and the protocol's words, never these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_ROWS = 60
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class VitalSign:
    """One column. ``least`` and ``most``: what can be typed."""

    key: str
    label: str
    unit: str
    least: int
    most: int
    whole: bool = True


VITAL_SIGNS = {
    sign.key: sign
    for sign in (
        VitalSign("minutes", "Time", "minutes from start", 0, MOST_MINUTES),
        VitalSign("systolic", "Systolic", "mmHg", 30, 350),
        VitalSign("diastolic", "Diastolic", "mmHg", 10, 250),
        VitalSign("pulse", "Pulse", "a minute", 10, 350),
        VitalSign("temperature", "Temperature", "°C", 25, 45, whole=False),
        VitalSign("saturation", "Saturation", "%", 30, 100),
        VitalSign("respiration", "Breaths", "a minute", 1, 120),
    )
}


class VitalSignError(ValueError):
    """What was typed cannot be right. The message is a sentence for the person who typed it."""


def read_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The rows as they are stored, without what is empty. Raises ``VitalSignError``."""
    if len(rows) > MOST_ROWS:
        raise VitalSignError(f"At most {MOST_ROWS} rows of vital signs.")
    kept = []
    for number, row in enumerate(rows, start=1):
        try:
            read = read_row(row)
        except VitalSignError as error:
            raise VitalSignError(f"Row {number}: {error}") from None
        if read:
            kept.append(read)
    return kept


def read_row(row: Mapping[str, Any]) -> dict[str, str]:
    read = {key: _amount(key, value) for key, value in row.items() if value not in (None, "")}
    upper, lower = read.get("systolic"), read.get("diastolic")
    if upper and lower and Decimal(lower) > Decimal(upper):
        raise VitalSignError("the diastolic pressure is above the systolic one.")
    return read


def _amount(key: str, value: Any) -> str:
    sign = VITAL_SIGNS.get(key)
    if sign is None:
        raise VitalSignError(f"no such vital sign: {key}.")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    whole = amount.is_finite() and amount == amount.to_integral_value()
    if (
        not amount.is_finite()
        or not sign.least <= amount <= sign.most
        or (sign.whole and not whole)
    ):
        kind = "a whole number" if sign.whole else "a number"
        raise VitalSignError(
            f"{sign.label.lower()} is {kind} from {sign.least} to {sign.most} {sign.unit}."
        )
    return str(amount)
