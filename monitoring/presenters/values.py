"""How are the values of a result written, and between which limits are they plausible?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactType,
    Vocabulary,
    parse_value,
)
from certification.criteria.tree_words import value_text
from certification.presenters.wording import capitalised

NUMBERS = (FactType.INTEGER, FactType.DECIMAL)


def limit_words(definition: FactDefinition) -> str:
    """The plausible range with the unit: "0 to 60 g/L."; what is known of it."""
    unit = f" {definition.unit}" if definition.unit and definition.unit != "count" else ""
    low, high = definition.minimum, definition.maximum
    if high is None or definition.type not in NUMBERS:
        return f"In{unit}." if unit else ""
    stepped = f", in steps of {definition.step}" if definition.step else ""
    return f"{low if low is not None else 'Up'} to {high}{unit}{stepped}."


def value_words(facts: Mapping[str, Any], vocabulary: Vocabulary) -> list[dict[str, str]]:
    """Each value with its label and unit. What the protocol no longer knows is shown as stored."""
    return [
        {"label": _label(key, vocabulary), "value": _text(key, raw, vocabulary)}
        for key, raw in facts.items()
    ]


def values_line(facts: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """All values of a result in one line."""
    return "; ".join(f"{row['label']}: {row['value']}" for row in value_words(facts, vocabulary))


def _label(key: str, vocabulary: Vocabulary) -> str:
    definition = vocabulary.get(key)
    return definition.label if definition else capitalised(key.replace("_", " "))


def _text(key: str, raw: Any, vocabulary: Vocabulary) -> str:
    definition = vocabulary.get(key)
    if definition is None:
        return str(raw)
    try:
        return value_text(definition, parse_value(definition, raw))
    except FactError:
        return str(raw)
