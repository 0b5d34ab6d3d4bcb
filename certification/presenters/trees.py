"""How is an explanation laid out for reading?

Trees become flat rows with a depth. In the tree of contraindications "met" means that a bar is
there: the words and colours are turned accordingly, the truth itself is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from certification.criteria.explanation import ExplainedFact, ExplainedNode
from certification.criteria.tree import Citation, Truth
from certification.models import Answer
from certification.presenters.citations import Cite

WORDS = {Truth.MET: "Met", Truth.NOT_MET: "Not met", Truth.UNKNOWN: "Not documented"}
BAR_WORDS = {Truth.MET: "Present", Truth.NOT_MET: "Not present", Truth.UNKNOWN: "Not documented"}
BAR_COLOURS = {Truth.MET: "not_met", Truth.NOT_MET: "met", Truth.UNKNOWN: "unknown"}
SOURCES = dict(Answer.Source.choices)
DEEPEST = 8


class Cites(Protocol):
    """Whoever can number citations: the reference library, or a sealed record."""

    def cites(self, citations: Iterable[Citation]) -> tuple[Cite, ...]: ...


@dataclass(frozen=True, slots=True)
class FactLine:
    key: str
    label: str
    text: str
    source: str
    observed_on: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """``truth`` chooses the colour, ``word`` says it."""

    id: str
    depth: int
    kind: str
    truth: str
    word: str
    says: str
    why: str
    verified: str
    facts: tuple[FactLine, ...] = ()
    cites: tuple[Cite, ...] = ()
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A criterion right below the root, with everything under it."""

    head: Row
    rows: tuple[Row, ...]

    @property
    def settled(self) -> bool:
        """Nothing here needs the reader's eye."""
        return self.is_met and not any(row.quarantined for row in (self.head, *self.rows))

    @property
    def is_met(self) -> bool:
        return self.head.truth == Truth.MET


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole tree for reading: what its root says, how much is settled, and its criteria."""

    truth: str
    word: str
    says: str
    summary: str
    branches: tuple[Branch, ...]


def tree_of(
    root: ExplainedNode,
    sources: Cites | None,
    *,
    bars: bool,
    marked: Collection[str] = (),
) -> Tree:
    """``sources`` None: states and sentences alone, without sources and without answers.

    ``marked``: the criteria in quarantine, by id.
    """
    head = _row(root, sources, 0, bars=bars)
    parts = tuple(_marked(part, marked) for part in branches(root, sources, bars=bars))
    settled = sum(1 for part in parts if part.is_met)
    said = summary(settled, len(parts), bars=bars)
    return Tree(head.truth, head.word, head.says, said, parts)


def _marked(branch: Branch, marked: Collection[str]) -> Branch:
    if not marked:
        return branch
    head, *rows = (
        replace(one, quarantined=one.id in marked) for one in (branch.head, *branch.rows)
    )
    return Branch(head, tuple(rows))


def summary(settled: int, count: int, *, bars: bool) -> str:
    return f"{settled} of {count} {'ruled out' if bars else 'met'}"


def branches(root: ExplainedNode, sources: Cites | None, *, bars: bool) -> list[Branch]:
    """The criteria below a root, each with its own rows."""
    return [branch_of(part, sources, bars=bars) for part in root.children or (root,)]


def branch_of(part: ExplainedNode, sources: Cites | None, *, bars: bool) -> Branch:
    return Branch(
        _row(part, sources, 0, bars=bars),
        tuple(row for child in part.children for row in _rows(child, sources, 0, bars=bars)),
    )


def _rows(node: ExplainedNode, sources: Cites | None, depth: int, *, bars: bool) -> Iterator[Row]:
    yield _row(node, sources, depth, bars=bars)
    inside = min(depth + 1, DEEPEST)
    if node.kind == "not":
        bars = not bars
    for child in node.children:
        yield from _rows(child, sources, inside, bars=bars)


def _row(node: ExplainedNode, sources: Cites | None, depth: int, *, bars: bool) -> Row:
    return Row(
        id=node.id,
        depth=depth,
        kind=node.kind,
        truth=BAR_COLOURS[node.truth] if bars else node.truth.value,
        word=BAR_WORDS[node.truth] if bars else WORDS[node.truth],
        says=node.says,
        why=why_words(node.why_unknown),
        verified=node.verified,
        facts=tuple(fact_line(fact) for fact in node.facts) if sources else (),
        cites=sources.cites(node.cite) if sources else (),
    )


def fact_line(fact: ExplainedFact) -> FactLine:
    return FactLine(fact.key, fact.label, fact.text, source_words(fact.source), fact.observed_on)


def source_words(source: str) -> str:
    return str(SOURCES.get(source, source))


def why_words(why: str) -> str:
    """The engine's reason as a sentence; nothing for what the tag says already."""
    if not why or why == "not documented":
        return ""
    return f"{why[0].upper()}{why[1:]}."
