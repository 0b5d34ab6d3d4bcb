"""Which criteria do several sets share, and where do they differ on one person?

Within one publisher's criteria the same name is the same criterion, however it is worded. Names of
another publisher mean nothing there: only the same sentence is the same criterion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from certification.criteria.explanation import ExplainedNode
from certification.presenters.trees import BAR_COLOURS, BAR_WORDS, WORDS

NAMELESS = ("indications.", "contraindications.")
"""A criterion without a name of its own is called by its place, which every tree has."""


@dataclass(frozen=True, slots=True)
class CellMark:
    """What one set says to one criterion; ``truth`` empty: it does not ask for it."""

    truth: str
    word: str


@dataclass(frozen=True, slots=True)
class Difference:
    says: str
    cells: tuple[CellMark, ...]
    differs: bool


def side_by_side(
    roots: Sequence[ExplainedNode], publishers: Sequence[str], *, bars: bool
) -> list[Difference]:
    """One line for each criterion right below a root."""
    lines: list[dict[int, ExplainedNode]] = []
    names: dict[tuple[str, str], dict[int, ExplainedNode]] = {}
    sentences: dict[str, dict[int, ExplainedNode]] = {}
    for column, (root, publisher) in enumerate(zip(roots, publishers, strict=True)):
        for node in root.children or (root,):
            name = None if node.id.startswith(NAMELESS) else (publisher, node.id)
            said = node.says.casefold()
            found = (names.get(name) if name else None) or sentences.get(said)
            if found is None or column in found:
                found = {}
                lines.append(found)
            found[column] = node
            sentences.setdefault(said, found)
            if name:
                names.setdefault(name, found)
    return [_line(found, len(roots), bars=bars) for found in lines]


def _line(found: dict[int, ExplainedNode], columns: int, *, bars: bool) -> Difference:
    cells = tuple(_mark(found.get(column), bars=bars) for column in range(columns))
    says = found[min(found)].says
    return Difference(says, cells, len({cell.truth for cell in cells}) > 1)


def sentences_of(roots: Iterable[ExplainedNode]) -> dict[str, str]:
    """The sentence of every criterion, by its id."""
    found: dict[str, str] = {}
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        found[node.id] = node.says
        waiting.extend(node.children)
    return found


def _mark(node: ExplainedNode | None, *, bars: bool) -> CellMark:
    if node is None:
        return CellMark("", "Not asked")
    if bars:
        return CellMark(BAR_COLOURS[node.truth], BAR_WORDS[node.truth])
    return CellMark(node.truth.value, WORDS[node.truth])
