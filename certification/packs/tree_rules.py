"""Does a criteria tree fit the questions it asks?

Every test names a fact of the pack, with an operator that suits the fact's type and a value that
the fact can have; every citation names a reference of the pack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from certification.criteria.codec import CriteriaError, node_from_data
from certification.criteria.facts import Vocabulary
from certification.packs.entries import Found
from certification.packs.fields import Entry
from certification.packs.problems import Problem, offered
from certification.packs.reading import Place
from certification.packs.trees import AllNode, AnyNode, AtLeastNode, Citation, NotNode, TestNode

References = Mapping[str, Any]


def walk(tree: Any, path: Place) -> Iterator[tuple[Any, Place]]:
    """Every node of a tree as the author wrote it, with its path, in reading order."""
    yield tree, path
    parts: Sequence[Any]
    match tree:
        case AllNode():
            parts, below = tree.all, (*path, "all")
        case AnyNode():
            parts, below = tree.any, (*path, "any")
        case AtLeastNode():
            parts, below = tree.at_least.of, (*path, "at_least", "of")
        case NotNode():
            yield from walk(tree.not_, (*path, "not"))
            return
        case _:
            return
    for index, part in enumerate(parts):
        yield from walk(part, (*below, index))


def check_tree(
    found: Found[Any], path: Place, tree: Any, vocabulary: Vocabulary, references: References
) -> Iterator[Problem]:
    """Everything in the tree at ``path`` of an entry that does not fit the pack."""
    for node, place in walk(tree, path):
        yield from check_citations(found, place, node.cite, references)
        if isinstance(node, TestNode):
            yield from _check_test(found, place, node, vocabulary)
        elif isinstance(node, AtLeastNode) and node.at_least.n > len(node.at_least.of):
            parts = len(node.at_least.of)
            yield found.problem(
                (*place, "at_least", "n"),
                f"{node.at_least.n} of {parts} parts",
                f"at most {parts}: a larger number can never be met",
            )


def _check_test(
    found: Found[Any], path: Place, test: TestNode, vocabulary: Vocabulary
) -> Iterator[Problem]:
    """What the engine says of one test, whatever else is wrong in the tree."""
    try:
        node_from_data(as_written(test), "", vocabulary)
    except CriteriaError as error:
        yield as_problem(found, path, error)


def as_written(entry: Entry) -> dict[str, Any]:
    """An entry as plain data for the engine: what its author wrote, without defaults."""
    return entry.model_dump(by_alias=True, exclude_unset=True)


def as_problem(found: Found[Any], path: Place, error: CriteriaError) -> Problem:
    """An error of the engine, at the place below ``path`` that it names."""
    parts = [part for part in error.path.split(".") if part]
    below = tuple(int(part) if part.isdecimal() else part for part in parts)
    return found.problem(path + below, error.found, error.allowed)


def check_citations(
    found: Found[Any], path: Place, citations: Sequence[Citation], references: References
) -> Iterator[Problem]:
    for index, citation in enumerate(citations):
        yield from check_key(found, (*path, "cite", index, "ref"), citation.ref, references)


def check_key(
    found: Found[Any], path: Place, key: str | None, known: Mapping[str, Any]
) -> Iterator[Problem]:
    """A key that must name an entry of the pack."""
    if key is not None and key not in known:
        yield found.problem(path, repr(key), offered(known, key))


def read_date(value: Any) -> date | None:
    """The date that a text is, or None."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
