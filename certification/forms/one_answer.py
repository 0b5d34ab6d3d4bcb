"""Which input takes one answer to a question, and which value was typed in it, as plain data?"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from certification.case_facts import read_typed
from certification.criteria.facts import FactDefinition, FactError, FactType
from certification.criteria.plain import to_data
from certification.forms.base import DayField
from certification.presenters.questions import sentence_of

YES_NO = (("", "Choose"), ("yes", "Yes"), ("no", "No"))


def answer_field(definition: FactDefinition, label: str = "Answer") -> forms.Field:
    """An input that may stay empty."""
    if definition.type is FactType.CHOICE:
        choices = [("", "Choose"), *((choice.value, choice.label) for choice in definition.choices)]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if definition.type is FactType.BOOLEAN:
        return forms.ChoiceField(label=label, required=False, choices=YES_NO)
    if definition.type is FactType.DATE:
        return DayField(label=label, required=False)
    return forms.CharField(label=label, required=False, max_length=400)


def shown_answer(value: Any) -> Any:
    """A value of a document as its input shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def answer_data(definition: FactDefinition, typed: Any) -> Any:
    """What was typed, as plain data; None for nothing. Raises ``ValidationError``."""
    if typed in (None, ""):
        return None
    if definition.type is FactType.BOOLEAN:
        return typed == "yes"
    try:
        return to_data(read_typed(definition, str(typed), as_of=date.max, valid_on=date.max))
    except FactError as error:
        raise forms.ValidationError(sentence_of(error)) from None
