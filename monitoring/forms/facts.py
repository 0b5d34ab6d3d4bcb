"""How is a question of a protocol asked in a form?

One field for each question, made from its definition. What is typed is checked again by the action,
with the same definition.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from certification.criteria.facts import FactDefinition, FactType
from certification.forms.base import DayField

MOST_RADIOS = 4
YES_NO = [("yes", "Yes"), ("no", "No")]


def fact_field(
    definition: FactDefinition, *, required: bool = False, radios: bool = True
) -> forms.Field:
    """The field of one question. Empty means "not answered", which is never the same as no.

    ``radios``: a few choices lie open, for a page on which each of them is to be answered.
    """
    given: dict[str, Any] = {
        "label": definition.label,
        "help_text": definition.help,
        "required": required,
    }
    if required:
        given["error_messages"] = {"required": "Answer this."}
    match definition.type:
        case FactType.BOOLEAN:
            return forms.TypedChoiceField(
                **given, choices=_offered(YES_NO, required, few=radios), widget=_choosing(radios),
                coerce=lambda value: value == "yes", empty_value=None,
            )  # fmt: skip
        case FactType.CHOICE:
            choices = [(choice.value, choice.label) for choice in definition.choices]
            few = radios and len(choices) <= MOST_RADIOS
            return forms.TypedChoiceField(
                **given, choices=_offered(choices, required, few=few), empty_value=None,
                widget=_choosing(few),
            )  # fmt: skip
        case FactType.INTEGER:
            return forms.IntegerField(
                **given, min_value=_whole(definition.minimum), max_value=_whole(definition.maximum)
            )
        case FactType.DECIMAL:
            return forms.DecimalField(
                **given, min_value=_number(definition.minimum),
                max_value=_number(definition.maximum),
            )  # fmt: skip
        case FactType.DATE:
            return DayField(**given)
        case _:
            return forms.CharField(**given, max_length=400)


def plain(value: Any) -> Any:
    """A cleaned value as the actions take it; None when nothing was answered."""
    if value in ("", None):
        return None
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def typed(definition: FactDefinition, value: Any) -> Any:
    """A stored value as its field shows it."""
    if definition.type is FactType.BOOLEAN and isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _choosing(few: bool) -> forms.Widget:
    return forms.RadioSelect(attrs={"class": "form-check-input"}) if few else forms.Select()


def _offered(
    choices: list[tuple[str, str]], required: bool, *, few: bool = True
) -> list[tuple[str, str]]:
    if required and few:
        return choices
    return [("", "Choose" if required else "Not answered"), *choices]


def _whole(limit: Any) -> int | None:
    return None if limit is None else int(limit)


def _number(limit: Any) -> Decimal | None:
    return None if limit is None else Decimal(str(limit))
