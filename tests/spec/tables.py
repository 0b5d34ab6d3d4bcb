"""Reads the tables that the specifications are written in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from certification.criteria.codec import node_from_data, vocabulary_from_data
from certification.criteria.derived import complete
from certification.criteria.facts import read_facts
from certification.criteria.interpreter import Known, truth_of
from certification.criteria.tree import Truth

TRUTHS = {"met": Truth.MET, "not met": Truth.NOT_MET, "unknown": Truth.UNKNOWN}


def rows(table: str) -> list[list[str]]:
    """The cells of each line, without the lines that only draw."""
    lines = [line.strip() for line in table.strip().splitlines()]
    return [[cell.strip() for cell in line.split("|")] for line in lines if line.strip("-|+ ")]


def grid(table: str) -> Iterator[tuple[str, str, str]]:
    """The cells of a table with a heading above and on the left: (left, above, cell)."""
    (_, *above), *lines = rows(table)
    for left, *cells in lines:
        for heading, cell in zip(above, cells, strict=True):
            yield left, heading, cell


def truth(test: dict[str, Any], facts: dict[str, Any], as_of: date, questions: list[Any]) -> Truth:
    """The truth of a tree for raw facts, read as people write them."""
    vocabulary = vocabulary_from_data(questions)
    completed = complete(vocabulary, read_facts(vocabulary, facts, as_of), as_of)
    known = Known(vocabulary, completed.facts, as_of, completed.not_applicable)
    return truth_of(node_from_data(test, "tree", vocabulary), known)
