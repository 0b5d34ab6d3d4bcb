"""How does a version of criteria read to the person who has to approve it?

Three trees, each node with its sentence, the rule that the engine runs, its sources with their
places, and its mark where nobody read the source; then the worked examples as they come out today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from certification.admin.findings import FindingLine, PlacedFindings
from certification.admin.located import LocatedSources
from certification.criteria.codec import CriteriaError, content_hash, read_document
from certification.criteria.facts import Vocabulary
from certification.criteria.tree import FactTest, Node, Precaution, walk
from certification.criteria.tree_words import sentence
from certification.lint.findings import Level
from certification.models import CriteriaVersion
from certification.packs.examples import run_examples
from certification.presenters.citations import Cite
from certification.presenters.therapies import ExampleLine, example_line, plain_rows
from certification.presenters.trees import Row
from certification.wizard import reference_numbers


@dataclass(frozen=True, slots=True)
class NodeLine:
    """``rule``: what the engine runs, in words, where the author wrote a sentence of their own."""

    row: Row
    rule: str
    findings: tuple[FindingLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PrecautionLine:
    id: str
    says: str
    plain: str
    verified: str
    cites: tuple[Cite, ...]
    when: tuple[NodeLine, ...]
    findings: tuple[FindingLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """``problem``: why the document cannot be read; the lists are empty then."""

    problem: str = ""
    note: str = ""
    indications: tuple[NodeLine, ...] = ()
    contraindications: tuple[NodeLine, ...] = ()
    precautions: tuple[PrecautionLine, ...] = ()
    examples: tuple[ExampleLine, ...] = ()
    questions: tuple[str, ...] = ()
    found: Mapping[Level, int] = field(default_factory=dict)
    other_findings: tuple[FindingLine, ...] = ()

    @property
    def failing(self) -> int:
        return sum(not example.passed for example in self.examples)

    @property
    def unverified(self) -> int:
        lines = (*self.indications, *self.contraindications)
        marked = [line.row.verified for line in lines]
        marked += [precaution.verified for precaution in self.precautions]
        return sum(mark not in ("", "stored", "stored_partial") for mark in marked)


def reading_of(version: CriteriaVersion, as_of: date) -> Reading:
    """Reads the stored document itself, never a kept copy. Four queries: references, and what is
    wrong with them."""
    if content_hash(version.document) != version.content_hash:
        return Reading("The stored criteria are not what was submitted: their hash differs.")
    try:
        criteria_set, vocabulary = read_document(version.document)
    except CriteriaError as error:
        return Reading(f"The stored criteria cannot be read: {error}.")
    sources = LocatedSources(reference_numbers(criteria_set))
    criteria, found = criteria_set.criteria, PlacedFindings(version, as_of)
    return Reading(
        note=criteria_set.note,
        indications=lines_of(criteria.indications, vocabulary, sources, found),
        contraindications=lines_of(criteria.contraindications, vocabulary, sources, found),
        precautions=tuple(_precautions(criteria.precautions, vocabulary, sources, found)),
        examples=tuple(
            example_line(result, vocabulary, as_of)
            for result in run_examples(criteria_set, vocabulary, as_of)
        ),
        questions=tuple(definition.label for definition in vocabulary.values()),
        found=found.counts,
        other_findings=found.rest(),
    )


def lines_of(
    node: Node,
    vocabulary: Vocabulary,
    sources: LocatedSources,
    found: PlacedFindings | None = None,
) -> tuple[NodeLine, ...]:
    """Rows and nodes come in the same reading order."""
    rows = plain_rows(node, vocabulary, sources)
    return tuple(
        NodeLine(row, _rule(part, vocabulary), found.at(row.id) if found else ())
        for row, part in zip(rows, walk(node), strict=True)
    )


def _rule(node: Node, vocabulary: Vocabulary) -> str:
    if not isinstance(node, FactTest) or not node.says:
        return ""
    return sentence(replace(node, says=""), vocabulary)


def _precautions(
    precautions: Iterable[Precaution],
    vocabulary: Vocabulary,
    sources: LocatedSources,
    found: PlacedFindings,
) -> Iterable[PrecautionLine]:
    for precaution in precautions:
        yield PrecautionLine(
            precaution.id,
            precaution.says,
            precaution.plain,
            precaution.verified,
            sources.cites(precaution.cite),
            lines_of(precaution.when, vocabulary, sources),
            found.at(precaution.id),
        )
