"""Which entries does a pack hold, and where does each of them stand?

Several folders make one pack. Inside a folder every key stands once; between folders the same key
with the same content is the same entry, and with different content it is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from certification.packs.problems import PackError, Problem
from certification.packs.reading import Document, Place
from certification.packs.schema import (
    SECTIONS,
    CriteriaSet,
    DeterminationReason,
    Fact,
    FactGroup,
    Protocol,
    Reference,
    Statement,
    Therapy,
    TurnaroundProfile,
)
from certification.packs.shape import read_shape

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Found(Generic[E]):
    """An entry and the place where its author wrote it."""

    entry: E
    document: Document
    place: Place

    @property
    def data(self) -> dict[str, Any]:
        """The entry as it was written."""
        section, index = self.place
        data: dict[str, Any] = self.document.data[section][index]
        return data

    def problem(self, path: Place, found: str, allowed: str) -> Problem:
        return self.document.problem(self.place + path, found, allowed)


@dataclass(slots=True)
class Entries:
    """Every entry of a pack by its key, in the order in which they were read."""

    references: dict[str, Found[Reference]]
    fact_groups: dict[str, Found[FactGroup]]
    facts: dict[str, Found[Fact]]
    therapies: dict[str, Found[Therapy]]
    statements: dict[str, Found[Statement]]
    criteria_sets: dict[str, Found[CriteriaSet]]
    protocols: dict[str, Found[Protocol]]
    turnaround_profiles: dict[str, Found[TurnaroundProfile]]
    determination_reasons: dict[str, Found[DeterminationReason]]


def collect(folders: Sequence[Sequence[Document]]) -> Entries:
    """Merges the files of several folders. Raises ``PackError`` with every problem found."""
    entries = Entries(**{section: {} for section in SECTIONS})
    problems: list[Problem] = []
    for documents in folders:
        seen: dict[tuple[str, str], Found[Any]] = {}
        for document in documents:
            try:
                shape = read_shape(document)
            except PackError as error:
                problems.extend(error.problems)
                continue
            for section in SECTIONS:
                for index, entry in enumerate(getattr(shape, section)):
                    found = Found(entry, document, (section, index))
                    problems.extend(_add(getattr(entries, section), seen, section, found))
    if problems:
        raise PackError(problems)
    return entries


def _add(
    known: dict[str, Found[Any]],
    seen: dict[tuple[str, str], Found[Any]],
    section: str,
    found: Found[Any],
) -> list[Problem]:
    key = found.entry.key
    first = known.get(key)
    twin = seen.setdefault((section, key), found)
    if twin is not found:
        return [_again(found, twin, "each key once in a list")]
    if first is not None and first.entry != found.entry:
        return [_again(found, first, "the same content for the same key, or another key")]
    known.setdefault(key, found)
    return []


def _again(found: Found[Any], first: Found[Any], allowed: str) -> Problem:
    where = f"{first.document.file}:{first.document.line_of(first.place)}"
    return found.problem(("key",), f"{found.entry.key!r} a second time (first at {where})", allowed)
