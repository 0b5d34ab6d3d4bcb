"""What is wrong with criteria that are being written, and at which place?

Every mistake names its tree, the node and the input, so that it can be shown where it is. Content
without mistakes can be read by the engine.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from certification.criteria.codec import criteria_set_from_data
from certification.criteria.codec_nodes import OPERATORS, node_from_data
from certification.criteria.drafts import closed_set, nodes
from certification.criteria.editing import Path, Tree, closed, is_group
from certification.criteria.facts import FactDefinition, FactType, Vocabulary
from certification.criteria.plain import CriteriaError
from certification.criteria.tree import CriteriaSet, Operator
from certification.criteria.tree_words import value_text

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")
NO_NAME = "Use letters, digits, points, dashes and underscores, and begin with a letter or a digit."
_LIMITED = (FactType.INTEGER, FactType.DECIMAL)
_MAY_BE_EMPTY = "contraindications"


@dataclass(frozen=True, slots=True)
class Mistake:
    """``place``: a tree, ``precautions.N`` for the words around it, ``examples.N``, or "" for the
    set itself. ``field``: the input of the node."""

    place: str
    path: Path | None
    field: str
    says: str


def mistakes_in(
    content: Mapping[str, Any], vocabulary: Vocabulary, references: Container[str]
) -> list[Mistake]:
    """Everything that keeps a draft from being submitted, in reading order."""
    found: list[Mistake] = []
    named = Counter(node["id"] for _, _, node in nodes(content) if node.get("id"))
    named.update(entry["id"] for entry in content["precautions"] if entry.get("id"))
    for place, path, node in nodes(content):
        may_be_empty = place == _MAY_BE_EMPTY and not path
        for field, says in node_mistakes(node, vocabulary, references, may_be_empty=may_be_empty):
            found.append(Mistake(place, path, field, says))
        if named[node.get("id", "")] > 1:
            found.append(Mistake(place, path, "id", _twice(node["id"])))
    for number, entry in enumerate(content["precautions"]):
        place = f"precautions.{number}"
        if not entry.get("says", "").strip():
            found.append(Mistake(place, None, "says", "Write what the reader must be told."))
        if not NAME.fullmatch(entry.get("id", "")):
            found.append(Mistake(place, None, "id", f"Give this precaution a name. {NO_NAME}"))
        elif named[entry["id"]] > 1:
            found.append(Mistake(place, None, "id", _twice(entry["id"])))
        found += [
            Mistake(place, None, "cite", says) for says in _cited(entry.get("cite"), references)
        ]
    return found


def readable_set(
    content: Mapping[str, Any], vocabulary: Vocabulary
) -> tuple[CriteriaSet | None, list[Mistake]]:
    """The set as the engine reads it, with the worked examples that it can read, and what is wrong
    with the others. None when the criteria themselves cannot be read."""
    data = closed_set(content)
    try:
        return criteria_set_from_data(data, "", vocabulary), []
    except CriteriaError:
        examples = data.pop("examples", [])
    try:
        criteria_set_from_data(data, "", vocabulary)
    except CriteriaError as error:
        return None, [Mistake("", None, "", f"{error.found}; allowed: {error.allowed}.")]
    sound, mistakes = [], []
    for number, example in enumerate(examples):
        try:
            criteria_set_from_data(data | {"examples": [example]}, "", vocabulary)
        except CriteriaError as error:
            says = f"It names {error.found}, which is not there any more."
            mistakes.append(Mistake(f"examples.{number}", None, "", says))
        else:
            sound.append(example)
    return criteria_set_from_data(data | {"examples": sound}, "", vocabulary), mistakes


def node_mistakes(
    node: Tree, vocabulary: Vocabulary, references: Container[str], *, may_be_empty: bool = False
) -> Iterator[tuple[str, str]]:
    """What is wrong with one node, whatever is wrong with others: the input, and a sentence."""
    if is_group(node):
        count = len(node["parts"])
        if not count and not may_be_empty:
            yield "kind", "This group is empty. Add a test to it, or remove the group."
        elif node["kind"] == "at_least" and not 1 <= node.get("n", 0) <= count:
            parts = "its only part" if count == 1 else f"its {count} parts"
            yield "n", f"At least {node.get('n', 0)} of {parts} can never be met. Say 1 to {count}."
    else:
        yield from _test_mistakes(node, vocabulary)
    if node.get("id") and not NAME.fullmatch(node["id"]):
        yield "id", NO_NAME
    for says in _cited(node.get("cite"), references):
        yield "cite", says


def _test_mistakes(node: Tree, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    definition = vocabulary.get(node.get("fact", ""))
    if definition is None:
        known = node.get("fact")
        yield (
            "fact",
            (
                f"There is no question “{known}” any more. Choose another one."
                if known
                else "Choose the question that this test asks."
            ),
        )
        return
    if node.get("op") not in OPERATORS[definition.type]:
        yield "op", "Choose how the answer is compared."
        return
    try:
        node_from_data(closed({**node, "cite": []}), "", vocabulary)
    except CriteriaError as error:
        field = error.path.split(".")[1] if "." in error.path else "fact"
        yield field, _in_words(error, definition, node)
        return
    yield from _beyond_limits(definition, node)


def _in_words(error: CriteriaError, definition: FactDefinition, node: Tree) -> str:
    nothing = node.get("value") in (None, [], "") and not node.get("value_of")
    if nothing:
        days = node["op"] in (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS)
        if days:
            return "Say how many days."
        if definition.type is FactType.CHOICE:
            return "Choose at least one answer." if node["op"] == Operator.IN else "Choose one."
        return "Say with what the answer is compared."
    if "value_of" in error.path:
        return f"This question cannot be compared with {error.found}."
    if definition.type is FactType.CHOICE:
        return f"{error.found} is not among the answers of this question."
    return f"Found {error.found}; allowed: {error.allowed}."


def _beyond_limits(definition: FactDefinition, node: Tree) -> Iterator[tuple[str, str]]:
    """A number that no answer can have: the test would always come out the same."""
    value = node.get("value")
    if definition.type not in _LIMITED or value is None:
        return
    for number in value if isinstance(value, list | tuple) else [value]:
        exact = Decimal(str(number))
        below = definition.minimum is not None and exact < definition.minimum
        above = definition.maximum is not None and exact > definition.maximum
        if below or above:
            shown = value_text(definition, exact)
            yield "value", f"{shown} cannot be answered: this question takes {_limits(definition)}."


def _limits(definition: FactDefinition) -> str:
    lowest = value_text(definition, definition.minimum)
    highest = value_text(definition, definition.maximum)
    if lowest and highest:
        return f"{lowest} to {highest}"
    return f"{lowest} or more" if lowest else f"{highest} or less"


def _cited(cites: Any, references: Container[str]) -> Iterator[str]:
    for cited in cites or ():
        if cited["ref"] not in references:
            yield f"There is no reference “{cited['ref']}” in the library."


def _twice(name: str) -> str:
    return f"The name “{name}” stands twice in these criteria. Give one of them another name."
