"""How do the values of a protocol read: kept ones, those of tests, published figures of risk?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from certification.criteria.codec_nodes import node_to_data
from certification.criteria.editing import opened
from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactType,
    Vocabulary,
    parse_value,
)
from certification.criteria.reading import read_aloud
from certification.criteria.tree import Node
from certification.criteria.tree_words import value_text
from certification.models import Confidence
from certification.presenters.citations import Cite
from certification.presenters.wording import listed
from monitoring.schedule.drafts import says_nothing
from monitoring.schedule.rules import Keep, MonitoredTest, RiskTable

NOBODY_WORDS = "Concerns nobody: it is only shown."


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A question of a protocol as a value. ``limits``: the plausible range, or the answers."""

    label: str
    unit: str
    limits: str


@dataclass(frozen=True, slots=True)
class TestLine:
    """``together``: the values that only count together, group by group."""

    __test__ = False  # Not one of pytest's.

    label: str
    dates: tuple[str, ...]
    together: tuple[tuple[ValueLine, ...], ...]


@dataclass(frozen=True, slots=True)
class KeptLine:
    value: ValueLine
    stays: str
    along: str
    says: str
    verified: str
    confidence: str
    cites: tuple[Cite, ...]
    findings: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskColumnLine:
    label: str
    when: str


@dataclass(frozen=True, slots=True)
class RiskTableLine:
    """A published table, whole. ``confidence``: how it was read, in words."""

    title: str
    unit: str
    note: str
    verified: str
    confidence: str
    columns: tuple[RiskColumnLine, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    cites: tuple[Cite, ...]
    findings: tuple[Any, ...] = ()


def value_line(definition: FactDefinition) -> ValueLine:
    unit = "" if definition.unit == "count" else definition.unit
    return ValueLine(definition.label, unit, limits_words(definition))


def limits_words(definition: FactDefinition) -> str:
    """The plausible range of a number or a date, or the answers that are offered."""
    if definition.choices:
        return ", ".join(choice.label for choice in definition.choices)
    if definition.type is FactType.BOOLEAN:
        return "Yes, No"
    bare = replace(definition, unit="")
    low, high = (value_text(bare, limit) for limit in (definition.minimum, definition.maximum))
    if low and high:
        words = f"{low} to {high}"
    elif low or high:
        words = f"{low} or more" if low else f"{high} or less"
    else:
        return "Not stated" if definition.type in (FactType.INTEGER, FactType.DECIMAL) else ""
    return f"{words}, in steps of {definition.step}" if definition.step else words


def kept_line(
    keep: Keep, vocabulary: Vocabulary, cites: tuple[Cite, ...], findings: tuple[Any, ...]
) -> KeptLine:
    definition = vocabulary[keep.fact]
    return KeptLine(
        value_line(definition),
        value_text(definition, keep.value),
        listed([vocabulary[key].label for key in keep.along]),
        keep.says,
        keep.verified,
        confidence_words(keep.verified),
        cites,
        findings,
    )


def table_line(
    table: RiskTable, vocabulary: Vocabulary, cites: tuple[Cite, ...], findings: tuple[Any, ...]
) -> RiskTableLine:
    return RiskTableLine(
        table.title,
        table.unit,
        table.note,
        table.verified,
        confidence_words(table.verified),
        tuple(
            RiskColumnLine(column.label, _concerns(column.when, vocabulary))
            for column in table.columns
        ),
        tuple(
            (
                f"{row.first} to {row.last}",
                tuple(row.values.get(column.key, "") for column in table.columns),
            )
            for row in table.rows
        ),
        cites,
        findings,
    )


def confidence_words(verified: str) -> str:
    return str(Confidence(verified).label) if verified else "Not stated how it was read"


def _concerns(when: Node, vocabulary: Vocabulary) -> str:
    tree = opened(node_to_data(when, when.id))
    return NOBODY_WORDS if says_nothing(tree) else read_aloud(tree, vocabulary)


def test_line(test: MonitoredTest, vocabulary: Vocabulary) -> TestLine:
    return TestLine(
        test.label,
        tuple(question_words(key, vocabulary) for key in test.dates),
        tuple(
            tuple(value_line(vocabulary[key]) for key in group if key in vocabulary)
            for group in test.shown_by
        ),
    )


def question_words(key: str, vocabulary: Vocabulary) -> str:
    return vocabulary[key].label if key in vocabulary else key


def keep_reads(entry: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """A kept value that is being written, as a sentence; empty while it says nothing."""
    definition = vocabulary.get(entry.get("fact", ""))
    if definition is None or entry.get("value") is None:
        return ""
    try:
        value = value_text(definition, parse_value(definition, entry["value"]))
    except FactError:
        return ""
    along = listed([question_words(key, vocabulary) for key in entry.get("along") or ()])
    return f"“{value}” stays for good{f', with {along}' if along else ''}."


def _value_words(one: ValueLine) -> str:
    inside = " ".join(filter(None, (one.limits or "any", one.unit)))
    return f"{one.label} ({inside})"


def test_reads(entry: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """A test that is being written: the values that it brings, with unit and range."""
    told = []
    for group in entry.get("shown_by") or ():
        values = [value_line(vocabulary[key]) for key in group if key in vocabulary]
        told.append(" with ".join(map(_value_words, values)))
    dates = [question_words(key, vocabulary) for key in entry.get("dates") or ()]
    words = f"Brings {listed(told)}." if told else "Only that it was done is documented."
    return f"{words} Dated by {listed(dates)}." if dates else words
