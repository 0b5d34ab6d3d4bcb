"""How are the rules of a question read back to an editor: when it applies, how it is worked out?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from certification.criteria.codec import CriteriaError
from certification.criteria.codec_nodes import node_to_data
from certification.criteria.editing import opened
from certification.criteria.facts import (
    Derivation,
    FactDefinition,
    RowField,
    RowFilter,
    Vocabulary,
)
from certification.criteria.reading import read_aloud
from certification.criteria.tree import Node
from certification.criteria.tree_words import value_text
from certification.models import Fact
from certification.vocabulary import current_vocabulary

KIND_WORDS = {
    "years_since": "whole years since “{origin}”",
    "months_since": "whole months since “{origin}”",
    "days_since": "days since “{origin}”",
    "count_rows": "number of rows of “{origin}”",
    "max_of_rows": "largest “{field}” among the rows of “{origin}”",
    "last_of_rows": "“{field}” of the last row of “{origin}”",
    "observed_on": "the day on which “{origin}” was observed",
}
OPERATOR_WORDS = {"eq": "is", "in": "is", "gte": "is at least"}


def mistake_in(fact: Fact) -> str:
    """What the engine could not read if this question were saved; empty when it is sound."""
    try:
        current_vocabulary(instead=fact)
    except CriteriaError as error:
        return (
            f"The engine cannot read this: {error.path} is {error.found}; allowed: {error.allowed}."
        )
    return ""


def rules_in_words(key: str) -> list[str]:
    """The rules of one question, a sentence a line."""
    try:
        vocabulary = current_vocabulary()
    except CriteriaError as error:
        return [f"The questions cannot be read: {error}."]
    return list(_sentences(vocabulary[key], vocabulary)) or ["None: the answer is used as given."]


def _sentences(definition: FactDefinition, vocabulary: Vocabulary) -> Iterator[str]:
    for field in definition.fields:
        yield _column(field)
    if definition.future:
        yield "The date may lie in the future."
    if definition.dated_by:
        yield f"Dated by “{vocabulary[definition.dated_by].label}”."
    if definition.applies_when is not None:
        yield f"Applies when: {_aloud(definition.applies_when, vocabulary)}"
    if definition.derived is not None:
        yield from _derived(definition, definition.derived, vocabulary)
    for contradiction in definition.contradictions:
        when = _aloud(contradiction.when, vocabulary)
        yield f"Flagged as a contradiction: {contradiction.says} This is when: {when}"
    for system, code in (definition.codes or {}).items():
        yield f"Code in {system.upper()}: {code}."


def _aloud(node: Node, vocabulary: Vocabulary) -> str:
    """The whole rule as the engine runs it, in one sentence."""
    return read_aloud(opened(node_to_data(node, node.id)), vocabulary)


def _column(field: RowField) -> str:
    choices = ", ".join(choice.label for choice in field.choices)
    offered = f" ({choices})" if choices else ""
    return f"Column “{field.label}”{offered}{', always filled in' if field.required else ''}."


def _derived(
    definition: FactDefinition, derived: Derivation, vocabulary: Vocabulary
) -> Iterator[str]:
    origin = vocabulary.get(derived.from_fact)
    if derived.cases:
        for case in derived.cases:
            value = value_text(definition, case.value)
            yield f"Worked out: “{value}” when: {_aloud(case.when, vocabulary)}"
        if derived.otherwise is not None:
            yield f"Otherwise “{value_text(definition, derived.otherwise)}”."
        return
    words = KIND_WORDS[derived.kind].format(
        origin=origin.label if origin else "", field=_field_label(origin, derived.field)
    )
    if derived.kind == "count_rows" and derived.field:
        words += f", each “{_field_label(origin, derived.field)}” once"
    conditions = " and ".join(_condition(origin, where) for where in derived.where)
    yield f"Worked out: {words}{f', only where {conditions}' if conditions else ''}."
    if derived.otherwise is not None:
        yield f"Without one: “{value_text(definition, derived.otherwise)}”."


def _condition(origin: FactDefinition | None, where: RowFilter) -> str:
    values = where.value if isinstance(where.value, tuple | list) else (where.value,)
    field = _field(origin, where.field)
    shown = " or ".join(value_text(field, value) if field else str(value) for value in values)
    return f"“{_field_label(origin, where.field)}” {OPERATOR_WORDS[where.op]} {shown}"


def _field(origin: FactDefinition | None, key: str) -> RowField | None:
    return next((f for f in (origin.fields if origin else ()) if f.key == key), None)


def _field_label(origin: FactDefinition | None, key: str) -> Any:
    field = _field(origin, key)
    return field.label if field else key
