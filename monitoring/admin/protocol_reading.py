"""How does a version of a protocol read to the person who has to approve it?

Each rule with its sentence, its dates in words, the trees of its conditions and its sources with
their places; what stands against an infusion; what results mean; and the worked examples as they
come out now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certification.admin.criteria_reading import NodeLine, lines_of
from certification.admin.findings import FindingLine, PlacedFindings
from certification.admin.located import LocatedSources
from certification.admin.marks import Marks, unverified_marks
from certification.criteria.codec import CriteriaError, content_hash
from certification.criteria.facts import Vocabulary
from certification.criteria.tree import Citation, Node
from certification.lint.findings import Level
from certification.models import UNVERIFIED
from certification.presenters.citations import Cite
from monitoring.models import ProtocolVersion
from monitoring.presenters.protocol_values import (
    KeptLine,
    RiskTableLine,
    TestLine,
    kept_line,
    table_line,
    test_line,
)
from monitoring.schedule.codec import read_document
from monitoring.schedule.examples import ExampleResult, run_examples
from monitoring.schedule.generator import Planner
from monitoring.schedule.months import Period
from monitoring.schedule.rules import Infusions, Protocol, ProtocolRule


@dataclass(frozen=True, slots=True)
class Condition:
    word: str
    lines: tuple[NodeLine, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One rule, condition or meaning. ``terms``: its dates and levels, as label and value."""

    id: str
    title: str
    says: str
    verified: str
    note: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Condition, ...] = ()
    cites: tuple[Cite, ...] = ()
    findings: tuple[FindingLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleLine:
    name: str
    passed: bool
    differs: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """``problem``: why the document cannot be read; the lists are empty then."""

    problem: str = ""
    note: str = ""
    infusions: tuple[Line, ...] = ()
    rules: tuple[Line, ...] = ()
    clearance: tuple[Line, ...] = ()
    keeps: tuple[KeptLine, ...] = ()
    meanings: tuple[Line, ...] = ()
    tests: tuple[TestLine, ...] = ()
    tables: tuple[RiskTableLine, ...] = ()
    examples: tuple[ExampleLine, ...] = ()
    found: Mapping[Level, int] = field(default_factory=dict)
    other_findings: tuple[FindingLine, ...] = ()

    @property
    def failing(self) -> int:
        return sum(not example.passed for example in self.examples)

    @property
    def unverified(self) -> int:
        lines: Iterable[Any] = (*self.infusions, *self.rules, *self.clearance, *self.keeps,
                                *self.meanings, *self.tables)  # fmt: skip
        return sum(line.verified in UNVERIFIED for line in lines)


def reading_of(version: ProtocolVersion, as_of: date) -> Reading:
    """Reads the stored document itself, never a kept copy. Five queries: references,
    tests, and what is wrong with the references."""
    if content_hash(version.document) != version.content_hash:
        return Reading("The stored protocol is not what was submitted: its hash differs.")
    try:
        protocol, vocabulary = read_document(version.document)
    except CriteriaError as error:
        return Reading(f"The stored protocol cannot be read: {error}.")
    found = PlacedFindings(version, as_of)
    reader = _Reader(protocol, vocabulary, found)
    results = run_examples(Planner(protocol), vocabulary, ProtocolVersion.known_tests())
    return Reading(
        note=protocol.note,
        infusions=tuple(reader.infusions(protocol.infusions)),
        rules=tuple(map(reader.rule, protocol.rules)),
        clearance=tuple(reader.clearance()),
        keeps=tuple(reader.keeps()),
        meanings=tuple(reader.meanings()),
        tests=tuple(test_line(test, vocabulary) for test in protocol.tests.values()),
        tables=tuple(reader.tables()),
        examples=tuple(map(_example, results)),
        found=found.counts,
        other_findings=found.rest(),
    )


def protocol_marks(version: ProtocolVersion, as_of: date) -> Marks:
    """For the list: how the worked examples come out, and how much was not read in its source."""
    told = version.document.get("protocol", {})
    unverified = unverified_marks({k: v for k, v in told.items() if k != "examples"})
    unreadable = Marks(0, 0, unverified, readable=False)
    if content_hash(version.document) != version.content_hash:
        return unreadable
    try:
        protocol, vocabulary = read_document(version.document)
    except CriteriaError:
        return unreadable
    results = run_examples(Planner(protocol), vocabulary, ProtocolVersion.known_tests())
    return Marks(sum(one.passed for one in results), len(results), unverified)


class _Reader:
    def __init__(self, protocol: Protocol, vocabulary: Vocabulary, found: PlacedFindings) -> None:
        self.protocol, self.vocabulary, self.found = protocol, vocabulary, found
        self.sources = LocatedSources(_numbers(protocol))

    def infusions(self, infusions: Infusions | None) -> Iterator[Line]:
        if infusions is None:
            return
        rule = infusions.rule
        terms = [("Every", _period(infusions.interval)), ("Window", _window(rule))]
        if infusions.courses:
            terms.append(("Courses", str(infusions.courses)))
        terms.append(("When missed", infusions.missed))
        yield self._line(rule.id, rule.name, rule.says, rule.verified, rule.cite, rule.note, terms)

    def rule(self, rule: ProtocolRule) -> Line:
        terms = [
            ("Test", rule.label or rule.test),
            ("Kind", rule.kind.value.replace("_", " ")),
            ("Counted from", (rule.anchor_label or rule.anchor).replace("_", " ")),
            ("Offset", _period(rule.offset)),
            ("Every", _period(rule.interval)),
            ("Window", _window(rule)),
            ("Not older than", _period(rule.max_age)),
            ("Lasts", _period(rule.lasts)),
            ("Goes on after the stop", _until(rule)),
            ("Family", rule.family),
            ("Level", rule.level.value),
        ]
        trees = (
            ("Applies when", rule.applies_when), ("Ends when", rule.ends_when),
            ("Done when", rule.satisfied_when), ("Not used", rule.distrust),
        )  # fmt: skip
        return self._line(
            rule.id, rule.name, rule.says, rule.verified, rule.cite, rule.note, terms, trees
        )

    def clearance(self) -> Iterator[Line]:
        for one in self.protocol.clearance:
            unknown = "stands against it too" if one.unknown_blocks else "does not stand against it"
            yield self._line(
                one.id, "", one.says, one.verified, one.cite, "", [("Not documented", unknown)],
                [("Stands against the infusion when", one.when)],
            )  # fmt: skip

    def keeps(self) -> Iterator[KeptLine]:
        for one in self.protocol.keeps:
            cites, findings = self.sources.cites(one.cite), self.found.at(one.fact)
            yield kept_line(one, self.vocabulary, cites, findings)

    def meanings(self) -> Iterator[Line]:
        for one in self.protocol.interpretations:
            test = self.protocol.tests.get(one.test)
            terms = [("Result of", test.label if test else one.test), ("Act", str(one.act))]
            yield self._line(
                one.id, "", one.says, one.verified, one.cite, "", terms, [("When", one.when)]
            )

    def tables(self) -> Iterator[RiskTableLine]:
        for one in self.protocol.risk.tables if self.protocol.risk else ():
            cites, findings = self.sources.cites(one.cite), self.found.at(one.key)
            yield table_line(one, self.vocabulary, cites, findings)

    def _line(
        self,
        key: str,
        title: str,
        says: str,
        verified: str,
        cite: Iterable[Citation],
        note: str = "",
        terms: Iterable[tuple[str, str]] = (),
        trees: Iterable[tuple[str, Node | None]] = (),
    ) -> Line:
        return Line(
            key, title, says, verified, note,
            tuple(term for term in terms if term[1]),
            tuple(
                Condition(word, lines_of(tree, self.vocabulary, self.sources))
                for word, tree in trees
                if tree is not None
            ),
            self.sources.cites(cite),
            self.found.at(key),
        )  # fmt: skip


def _numbers(protocol: Protocol) -> dict[str, int]:
    cited = [cite.ref for rule in protocol.rules for cite in rule.cite]
    cited += [cite.ref for one in protocol.clearance for cite in one.cite]
    cited += [cite.ref for one in protocol.interpretations for cite in one.cite]
    cited += [cite.ref for one in protocol.keeps for cite in one.cite]
    if protocol.infusions is not None:
        cited += [cite.ref for cite in protocol.infusions.rule.cite]
    if protocol.risk is not None:
        cited += [cite.ref for table in protocol.risk.tables for cite in table.cite]
    return {ref: number for number, ref in enumerate(dict.fromkeys(cited), start=1)}


def _period(period: Period | None) -> str:
    return str(period) if period is not None else ""


def _window(rule: ProtocolRule) -> str:
    window = rule.window
    return f"opens {window.opens_before.days} days before, {window.overdue_after.days} of grace"


def _until(rule: ProtocolRule) -> str:
    if rule.until is None:
        return ""
    if rule.until.open:
        return "no end is known"
    return f"until month {rule.until.months_after_last_dose} after the last infusion"


def _example(result: ExampleResult) -> ExampleLine:
    example = result.example
    expected = [
        ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in wanted.items())
        for wanted in example.expect
    ]
    expected += [f"nothing open for {test}" for test in example.nothing_for]
    if example.clear_to_infuse:
        expected.append(f"clear to infuse: {example.clear_to_infuse}")
    return ExampleLine(example.name, result.passed, "; ".join(result.differences), tuple(expected))
