"""Do the questions of a pack fit together?

The engine judges each definition by itself and each test of its trees by itself, so that every
mistake is told at once. What comes out is the vocabulary, in the order in which the wizard asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from certification.criteria.codec import CriteriaError, definition_from_data
from certification.criteria.derived import CycleError, dependency_order
from certification.criteria.facts import FactDefinition
from certification.packs.entries import Entries, Found
from certification.packs.fields import Entry
from certification.packs.problems import Problem
from certification.packs.reading import Place
from certification.packs.schema import Fact, FactGroup
from certification.packs.tree_rules import as_problem, as_written, check_key, check_tree

GENERAL = FactGroup(key="general", title="General")
"""The step of the wizard for facts whose author named no group."""

_NAMES_OTHERS = ("dated_by", "applies_when", "derived", "contradictions")


def read_vocabulary(entries: Entries) -> tuple[dict[str, FactDefinition], list[Problem]]:
    """Every definition that can be read, in wizard order, and all that is wrong."""
    problems: list[Problem] = []
    ordered = _in_wizard_order(entries)
    bare: dict[str, FactDefinition] = {}
    for key, found in ordered.items():
        problems.extend(check_key(found, ("group",), found.entry.group, entries.fact_groups))
        data = fact_data(found)
        alone = {name: value for name, value in data.items() if name not in _NAMES_OTHERS}
        try:
            bare[key] = definition_from_data(alone, "", {})
        except CriteriaError as error:
            problems.append(as_problem(found, (), error))
    if problems:
        return bare, problems
    vocabulary: dict[str, FactDefinition] = {}
    for key, found in ordered.items():
        in_trees = [
            problem
            for tree, path in _trees(found.entry)
            for problem in check_tree(found, path, tree, bare, entries.references)
        ]
        problems.extend(in_trees)
        try:
            vocabulary[key] = definition_from_data(fact_data(found), "", bare)
        except CriteriaError as error:
            if not in_trees:
                problems.append(as_problem(found, (), error))
    if not problems:
        problems.extend(_check_circles(vocabulary, entries))
    return vocabulary, problems


def fact_data(found: Found[Fact]) -> dict[str, Any]:
    """A fact as the engine reads it; one without a group belongs to the general questions."""
    return {"group": GENERAL.key} | as_written(found.entry)


def _in_wizard_order(entries: Entries) -> dict[str, Found[Fact]]:
    """The groups in their order, then the facts as their authors put them."""
    groups = sorted(entries.fact_groups.values(), key=lambda found: found.entry.order)
    rank = {found.entry.key: number for number, found in enumerate(groups)}

    def place(key: str) -> int:
        return rank.get(entries.facts[key].entry.group or "", len(rank))

    return {key: entries.facts[key] for key in sorted(entries.facts, key=place)}


def _trees(fact: Fact) -> Iterator[tuple[Entry, Place]]:
    if fact.applies_when is not None:
        yield fact.applies_when, ("applies_when",)
    for index, contradiction in enumerate(fact.contradictions):
        yield contradiction.when, ("contradictions", index, "when")
    for index, case in enumerate(fact.derived.cases if fact.derived else ()):
        yield case.when, ("derived", "cases", index, "when")


def _check_circles(vocabulary: dict[str, Any], entries: Entries) -> Iterator[Problem]:
    try:
        dependency_order(vocabulary)
    except CycleError as error:
        found = entries.facts[error.keys[0]]
        yield found.problem((), f"a cycle of facts: {error}", "facts that do not need themselves")
