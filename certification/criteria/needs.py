"""Which facts does a set of criteria need?

``asked_facts``     what a person may have to answer: tested facts, what they are worked out from,
                    what decides whether they apply, and the dates they take from other facts
``needed_facts``    these, and the facts with which they can stand in contradiction
``document_facts``  these, and the facts that the worked examples give
``behind``          what decides some facts alone

All keep the order of the vocabulary, which is the order of the wizard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from certification.criteria.derived import dependencies
from certification.criteria.facts import FactDefinition, Vocabulary
from certification.criteria.tree import CriteriaSet, Node, fact_keys


def trees(criteria_set: CriteriaSet) -> Iterator[Node]:
    """The trees of a set: indications, contraindications, each precaution."""
    criteria = criteria_set.criteria
    yield criteria.indications
    yield criteria.contraindications
    for precaution in criteria.precautions:
        yield precaution.when


def asked_facts(criteria_set: CriteriaSet, vocabulary: Vocabulary) -> dict[str, FactDefinition]:
    """The facts that can have a part in the answer, in wizard order."""
    tested = {key for tree in trees(criteria_set) for key in fact_keys(tree)}
    keys = _closure(tested, vocabulary, contradictions=False)
    return {key: definition for key, definition in vocabulary.items() if key in keys}


def needed_facts(criteria_set: CriteriaSet, vocabulary: Vocabulary) -> dict[str, FactDefinition]:
    """A vocabulary that is enough to evaluate the set, and to see its contradictions."""
    asked = set(asked_facts(criteria_set, vocabulary))
    watching = {
        key
        for key, definition in vocabulary.items()
        for contradiction in definition.contradictions
        if not asked.isdisjoint(fact_keys(contradiction.when))
    }
    keys = _closure(asked | watching, vocabulary, contradictions=True)
    return {key: definition for key, definition in vocabulary.items() if key in keys}


def document_facts(criteria_set: CriteriaSet, vocabulary: Vocabulary) -> dict[str, FactDefinition]:
    """A vocabulary that is enough to store the set on its own, examples included."""
    keys = set(needed_facts(criteria_set, vocabulary))
    for example in criteria_set.examples:
        keys.update(example.facts)
    keys = _closure(keys, vocabulary, contradictions=True)
    return {key: definition for key, definition in vocabulary.items() if key in keys}


def behind(keys: Iterable[str], vocabulary: Vocabulary) -> set[str]:
    """These facts, and those whose answers decide what is known about them and when it was seen.

    Contradictions apart: they may set such a fact aside, and are judged before that is done.
    """
    dating: dict[str, list[str]] = {}
    for definition in vocabulary.values():
        if definition.dated_by:
            dating.setdefault(definition.dated_by, []).append(definition.key)
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            definition = vocabulary[key]
            waiting += [*dependencies(definition), *dating.get(key, ())]
            if definition.dated_by:
                waiting.append(definition.dated_by)
    return found


def _closure(start: Iterable[str], vocabulary: Vocabulary, *, contradictions: bool) -> set[str]:
    keys: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key in keys:
            continue
        keys.add(key)
        definition = vocabulary[key]
        waiting.extend(dependencies(definition))
        if definition.dated_by:
            waiting.append(definition.dated_by)
        if contradictions:
            for contradiction in definition.contradictions:
                waiting.extend(fact_keys(contradiction.when))
    return keys
