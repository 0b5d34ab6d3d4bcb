"""What can only the whole pack tell? Whether its entries fit each other.

Citations find their reference, therapies and facts exist, references do not lead in circles, node
ids are unique, examples speak of facts and nodes that are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from certification.criteria.facts import Vocabulary
from certification.packs.entries import Entries, Found
from certification.packs.problems import Problem, offered
from certification.packs.protocol_rules import check_protocol
from certification.packs.reading import Place
from certification.packs.schema import CriteriaSet, Reference
from certification.packs.shape import shape_problem
from certification.packs.tree_rules import (
    References,
    check_citations,
    check_key,
    check_tree,
    walk,
)
from certification.packs.trees import Citation


def check(entries: Entries, vocabulary: Vocabulary) -> list[Problem]:
    """Everything in the pack that does not fit together, its facts aside: see ``fact_rules``."""
    sets, protocols = entries.criteria_sets.values(), entries.protocols.values()
    return [
        *_check_references(entries),
        *_check_cited(entries),
        *(p for found in sets for p in _check_set(found, entries, vocabulary)),
        *(p for found in protocols for p in check_protocol(found, entries, vocabulary)),
    ]


def _check_references(entries: Entries) -> Iterator[Problem]:
    references = entries.references
    edges: dict[str, list[tuple[str, Place]]] = {}
    for key, found in references.items():
        edges[key] = []
        for name in ("superseded_by", "identified_as"):
            target = getattr(found.entry, name)
            yield from check_key(found, (name,), target, references)
            if target is not None:
                edges[key].append((target, (name,)))
        yield from _check_titled(found)
    yield from _check_cycles(references, edges)


def _check_cycles(
    references: dict[str, Found[Reference]], edges: dict[str, list[tuple[str, Place]]]
) -> Iterator[Problem]:
    """Every circle in which references lead back to themselves, told once."""
    done: set[str] = set()
    for start in references:
        trail = {start: iter(edges[start])} if start not in done else {}
        while trail:
            key = next(reversed(trail))
            target, path = next(trail[key], ("", ()))
            if not target:
                trail.pop(key)
                done.add(key)
            elif target in trail:
                names = list(trail)
                circle = " -> ".join([*names[names.index(target) :], target])
                yield references[key].problem(path, f"a cycle: {circle}", "no way back to itself")
            elif target in references and target not in done:
                trail[target] = iter(edges[target])


def _check_titled(found: Found[Reference]) -> Iterator[Problem]:
    """Only a source that is cited but not listed may be without a title."""
    if found.entry.title is None and found.entry.listed_in_seed is not False:
        yield found.problem(
            (), "no title", "title, or listed_in_seed: false for one cited but not listed"
        )


def _check_cited(entries: Entries) -> Iterator[Problem]:
    for section in ("statements", "turnaround_profiles"):
        for found in getattr(entries, section).values():
            yield from check_citations(found, (), found.entry.cite, entries.references)
    for found in entries.therapies.values():
        yield from _check_details(found, (), found.data, entries.references)


def _check_details(
    found: Found[Any], path: Place, value: Any, references: References
) -> Iterator[Problem]:
    """Citations anywhere in the free-form details of a therapy."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check_details(found, (*path, index), item, references)
    elif isinstance(value, dict):
        for key, item in value.items():
            place = (*path, key)
            if key != "cite":
                yield from _check_details(found, place, item, references)
            elif not isinstance(item, list):
                yield found.problem(place, "cite that is not a list", "a list of {ref, at, note}")
            else:
                for index, written in enumerate(item):
                    yield from _check_written(found, (*place, index), written, references)


def _check_written(
    found: Found[Any], path: Place, written: Any, references: References
) -> Iterator[Problem]:
    """One citation that the schema has not seen, because it stands in free-form details."""
    try:
        citation = Citation.model_validate(written)
    except ValidationError as error:
        for detail in error.errors():
            yield shape_problem(found.document, detail, found.place + path, "Citation")
    else:
        yield from check_key(found, (*path, "ref"), citation.ref, references)


def _check_set(
    found: Found[CriteriaSet], entries: Entries, vocabulary: Vocabulary
) -> Iterator[Problem]:
    criteria = found.entry
    yield from check_key(found, ("therapy",), criteria.therapy, entries.therapies)
    trees: list[tuple[Any, Place]] = [(criteria.indications, ("indications",))]
    if criteria.contraindications is not None:
        trees.append((criteria.contraindications, ("contraindications",)))
    ids: dict[str, Place] = {}
    for index, precaution in enumerate(criteria.precautions):
        path: Place = ("precautions", index)
        yield from check_citations(found, path, precaution.cite, entries.references)
        yield from _check_id(found, (*path, "id"), precaution.id, ids)
        trees.append((precaution.when, (*path, "when")))
    precautions = set(ids)
    unnamed: set[str] = set()
    for tree, path in trees:
        yield from check_tree(found, path, tree, vocabulary, entries.references)
        for node, place in walk(tree, path):
            if node.id is None:
                unnamed.add(node_id(place))
            else:
                yield from _check_id(found, (*place, "id"), node.id, ids)
    for name in sorted(unnamed & set(ids)):
        yield found.problem(ids[name], f"the id {name!r}", "an id that is not another node's path")
    yield from _check_examples(found, entries, set(ids) - precautions | unnamed, precautions)


def node_id(place: Place) -> str:
    """The id of a node without a name, as the engine gives it."""
    return ".".join(map(str, place)).replace("at_least.of.", "at_least.")


def _check_id(
    found: Found[Any], path: Place, name: str, ids: dict[str, Place]
) -> Iterator[Problem]:
    if name in ids:
        first = found.document.line_of(found.place + ids[name])
        yield found.problem(path, f"{name!r} a second time (first on line {first})", "each id once")
    ids.setdefault(name, path)


def _check_examples(
    found: Found[CriteriaSet], entries: Entries, nodes: set[str], precautions: set[str]
) -> Iterator[Problem]:
    names: set[str] = set()
    for index, example in enumerate(found.entry.examples):
        path: Place = ("examples", index)
        if example.name in names:
            yield found.problem((*path, "name"), repr(example.name), "each name once in a set")
        names.add(example.name)
        for key in example.facts:
            yield from check_key(found, (*path, "facts", key), key, entries.facts)
        expect = example.expect
        for name in ("missing", "shortest"):
            for at, key in enumerate(getattr(expect, name) or ()):
                yield from check_key(found, (*path, "expect", name, at), key, entries.facts)
        for at, key in enumerate(expect.unmet or ()):
            if key not in nodes:
                yield found.problem(
                    (*path, "expect", "unmet", at), repr(key), offered(sorted(nodes), key)
                )
        for at, key in enumerate(expect.precautions or ()):
            if key not in precautions:
                yield found.problem(
                    (*path, "expect", "precautions", at),
                    repr(key),
                    offered(sorted(precautions), key),
                )
