"""What is wrong with the rules of a question that are being written, and at which place?"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from certification.criteria.codec_facts import definition_from_data, definition_to_data
from certification.criteria.derived import CycleError, dependencies, dependency_order
from certification.criteria.facts import FactDefinition, Vocabulary
from certification.criteria.mistakes import Mistake, node_mistakes
from certification.criteria.plain import CriteriaError
from certification.criteria.rule_drafts import APPLIES, CASES, DRAFTED, closed_rules, nodes


def rule_mistakes(
    key: str, content: Mapping[str, Any], vocabulary: Vocabulary, references: Container[str]
) -> list[Mistake]:
    """Everything that keeps the rules of the question ``key`` from being submitted."""
    found: list[Mistake] = []
    by_cases = content["derived"].get("kind") == CASES
    for place, path, node in nodes(content):
        if place.startswith(CASES) and not by_cases:
            continue
        may_be_empty = place == APPLIES and not path
        for field, says in node_mistakes(node, vocabulary, references, may_be_empty=may_be_empty):
            found.append(Mistake(place, path, field, says))
        named = node.get("fact", "")
        settled_first = place == APPLIES or place.startswith(CASES)
        if settled_first and named in vocabulary and _leads_to(named, key, vocabulary):
            found.append(Mistake(place, path, "fact", _circle(named, key, vocabulary)))
    for number, entry in enumerate(content["contradictions"]):
        if not entry["says"].strip():
            place = f"contradictions.{number}"
            found.append(Mistake(place, None, "says", "Say what does not fit together."))
    for number, entry in enumerate(content[CASES] if by_cases else ()):
        if entry["value"] is None:
            says = "Say which answer follows from this."
            found.append(Mistake(f"{CASES}.{number}", None, "value", says))
    if by_cases and not content[CASES]:
        found.append(Mistake(CASES, None, "", "Add a case, or choose another way."))
    if not found:
        found += _unreadable(key, content, vocabulary)
    return found


def read_rules(key: str, content: Mapping[str, Any], vocabulary: Vocabulary) -> FactDefinition:
    """The question with the rules of the draft, as the engine reads it. Raises ``CriteriaError``,
    or ``CycleError``."""
    bare = {k: v for k, v in definition_to_data(vocabulary[key]).items() if k not in DRAFTED}
    definition = definition_from_data(bare | closed_rules(content), "", vocabulary)
    dependency_order({**vocabulary, key: definition})
    return definition


def _unreadable(key: str, content: Mapping[str, Any], vocabulary: Vocabulary) -> list[Mistake]:
    try:
        read_rules(key, content, vocabulary)
    except CriteriaError as error:
        field = error.path.strip(".").partition(".")[0]
        return [Mistake("", None, field, f"Found {error.found}; allowed: {error.allowed}.")]
    except CycleError as error:
        named = ", which needs ".join(f"“{vocabulary[one].label}”" for one in error.keys)
        return [Mistake("", None, "derived", f"This goes round in a circle: {named}.")]
    return []


def _leads_to(start: str, key: str, vocabulary: Vocabulary) -> bool:
    """Whether ``start`` is ``key``, or has to be settled after it."""
    waiting, seen = [start], {start}
    while waiting:
        one = waiting.pop()
        if one == key:
            return True
        new = [k for k in dependencies(vocabulary[one]) if k in vocabulary and k not in seen]
        seen.update(new)
        waiting += new
    return False


def _circle(named: str, key: str, vocabulary: Vocabulary) -> str:
    if named == key:
        return "A question cannot depend on its own answer."
    label = vocabulary[named].label
    return f"“{label}” depends on this question itself, so nothing here can depend on it."
