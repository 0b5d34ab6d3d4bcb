"""What does a CSV file of results hold, row by row, and what is wrong with it?

Pure: bytes in, a report out; nothing is written. One row is one result: ``record_number``, ``test``
and ``done_on``, then, where wanted, ``requested_on``, ``reported_on`` (the day it was done, if left
out), ``note``, and one column for each value, headed by the key of its fact, with the unit in
brackets where the fact has one. Text is UTF-8.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certification.criteria.derived import complete
from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactType,
    FactValue,
    Vocabulary,
    parse_value,
    read_answer,
)
from certification.criteria.plain import to_data
from monitoring.schedule.rules import MonitoredTest

NEEDED = ("record_number", "test", "done_on")
OPTIONAL = ("requested_on", "reported_on", "note")
LARGEST_FILE = 5_000_000
MOST_ROWS = 20_000
LONGEST_CELL = 400
LONGEST_NOTE = 400
_HEADING = re.compile(r"(?P<key>[^\[\]]+?)\s*(?:\[(?P<unit>[^\]]*)\])?")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a spreadsheet (XLSX)",
    b"\xd0\xcf\x11\xe0": "a spreadsheet (XLS)",
    b"%PDF": "a PDF",
}
_ADVICE = "Save it as CSV UTF-8 and try again."
YES, NO = ("true", "yes", "1"), ("false", "no", "0")

Existing = Mapping[tuple[Any, str, date], Mapping[str, Any]]
"""Results that are there, by person, test and day done."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. ``state``: ``new``, ``same`` (there already, nothing to do) or
    ``error``; ``message`` says what to mend, or why there is nothing to do."""

    line: int
    state: str
    message: str = ""
    record_number: str = ""
    test: str = ""
    patient: Any = None
    requested_on: date | None = None
    done_on: date | None = None
    reported_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    import_key: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """``problem``: why the file as a whole cannot be read; then there are no rows."""

    rows: tuple[Row, ...] = ()
    problem: str = ""

    @property
    def new(self) -> list[Row]:
        return [row for row in self.rows if row.state == "new"]

    @property
    def errors(self) -> list[Row]:
        return [row for row in self.rows if row.state == "error"]

    @property
    def sound(self) -> bool:
        return not self.problem and not self.errors


class _WrongError(ValueError):
    """What is wrong with one row, or with the file."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the file is checked against. ``patients``: people of the site by record number."""

    patients: Mapping[str, Any]
    births: Mapping[Any, date]
    vocabulary: Vocabulary
    tests: Mapping[str, Collection[MonitoredTest]]
    existing: Existing
    imported: Collection[str]
    today: date


def read_results_csv(content: bytes, known: Known) -> Report:
    """The dry run: every row with its state; a file that cannot be read has a ``problem``."""
    try:
        lines = _lines(content)
        header, columns = _header(lines, known.vocabulary)
        rows = tuple(_Reader(known, header, columns).rows(lines[1:]))
    except _WrongError as wrong:
        return Report(problem=str(wrong))
    if not rows:
        return Report(problem="The file has a heading and no rows.")
    return Report(rows)


def record_numbers(content: bytes) -> set[str]:
    """The record numbers that a file names; none when it cannot be read."""
    try:
        lines = _lines(content)
    except _WrongError:
        return set()
    names = [heading.lower() for heading in lines[0][1]]
    column = names.index(NEEDED[0]) if NEEDED[0] in names else 0
    return {cells[column] for _, cells in lines[1:] if column < len(cells)}


def _lines(content: bytes) -> list[tuple[int, list[str]]]:
    """The cells of each line with its number. The first is the heading."""
    if not content.strip():
        raise _WrongError("The file is empty.")
    if len(content) > LARGEST_FILE:
        raise _WrongError(f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Split it.")
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            raise _WrongError(f"This is {name}, not CSV in UTF-8. {_ADVICE}")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise _WrongError(f"Line {line} has a NUL character; the file may be UTF-16. {_ADVICE}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _WrongError(
            f"Line {line} is not UTF-8; the file may be Latin-1 or Windows-1252. {_ADVICE}"
        ) from None
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, [cell.strip() for cell in cells]))
            if len(found) > MOST_ROWS + 1:
                raise _WrongError(f"The file has more than {MOST_ROWS} rows. Split it.")
    except csv.Error as error:
        raise _WrongError(f"Line {reader.line_num} is not CSV: {error}.") from None
    return found


def _header(
    lines: list[tuple[int, list[str]]], vocabulary: Vocabulary
) -> tuple[list[str], dict[str, FactDefinition]]:
    """The columns by name, and the facts among them."""
    names: list[str] = []
    columns: dict[str, FactDefinition] = {}
    for heading in lines[0][1]:
        match = _HEADING.fullmatch(heading)
        name = match["key"].strip().lower() if match else heading
        if name in names:
            raise _WrongError(f"The column {name!r} stands twice.")
        names.append(name)
        if name in NEEDED or name in OPTIONAL:
            continue
        definition = vocabulary.get(name)
        if definition is None or definition.type is FactType.ROWS:
            raise _WrongError(
                f"There is no column {heading!r}. There are {', '.join((*NEEDED, *OPTIONAL))}, and "
                "the keys of facts such as those that the tests of your protocols name."
            )
        unit = match["unit"] if match else None
        if unit is not None and unit.strip() != definition.unit:
            there = f"in {definition.unit}" if definition.unit else "without a unit"
            raise _WrongError(f"{definition.label} is taken {there}, not in {unit.strip()!r}.")
        columns[name] = definition
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise _WrongError(f"The heading has no column {', '.join(missing)}.")
    return names, columns


class _Reader:
    def __init__(
        self, known: Known, header: list[str], columns: Mapping[str, FactDefinition]
    ) -> None:
        self.known, self.header, self.columns = known, header, columns
        self.seen: dict[tuple[Any, str, date], tuple[int, str]] = {}

    def rows(self, lines: list[tuple[int, list[str]]]) -> Iterator[Row]:
        for number, cells in lines:
            try:
                yield self._row(number, cells)
            except _WrongError as wrong:
                named = dict(zip(self.header, cells, strict=False))
                yield Row(
                    number, "error", str(wrong), named.get("record_number", "")[:LONGEST_CELL],
                    named.get("test", "")[:LONGEST_CELL],
                )  # fmt: skip

    def _row(self, number: int, cells: list[str]) -> Row:
        if len(cells) != len(self.header):
            raise _WrongError(f"It has {len(cells)} cells; the heading has {len(self.header)}.")
        given = dict(zip(self.header, cells, strict=True))
        for name, cell in given.items():
            self._check_cell(name, cell)
        patient = self.known.patients.get(given["record_number"])
        if patient is None:
            raise _WrongError(
                f"No person at this site has the record number {given['record_number']!r}."
            )
        test = given["test"]
        if test not in self.known.tests:
            raise _WrongError(
                f"There is no test {test!r}; there are {', '.join(sorted(self.known.tests))}."
            )
        days = {name: self._day(given.get(name, ""), name) for name in _DAYS}
        done_on = days["done_on"]
        if done_on is None:
            raise _WrongError("done_on: a date is required (YYYY-MM-DD).")
        reported_on = days["reported_on"] or done_on
        requested_on = days["requested_on"]
        if done_on < self.known.births[patient]:
            raise _WrongError("done_on: this is before the date of birth.")
        if reported_on < done_on:
            raise _WrongError("reported_on: it was reported before it was done.")
        if requested_on is not None and done_on < requested_on:
            raise _WrongError("done_on: it was done before it was requested.")
        facts = self._facts(given, done_on)
        self._check_enough(test, facts)
        key = _key(given["record_number"], test, done_on, facts)
        row = Row(
            number, "new", "", given["record_number"], test, patient, requested_on, done_on,
            reported_on, facts, given.get("note", ""), key,
        )  # fmt: skip
        return self._against_others(row, (patient, test, done_on))

    def _against_others(self, row: Row, place: tuple[Any, str, date]) -> Row:
        """Is the same result in the file or at the site already?"""
        if place in self.seen:
            line, key = self.seen[place]
            if key == row.import_key:
                return _same(row, f"The same as line {line}.")
            raise _WrongError(
                f"Line {line} has the same test of that person and day, with other values."
            )
        self.seen[place] = row.line, row.import_key
        if row.import_key in self.known.imported:
            return _same(row, "Imported before.")
        there = self.known.existing.get(place)
        if there is None:
            return row
        if dict(there) == dict(row.facts):
            return _same(row, "This result is there already.")
        raise _WrongError(
            "Another result of this test, person and day is there. Correct that one on its page."
        )

    def _check_cell(self, name: str, cell: str) -> None:
        if len(cell) > LONGEST_CELL:
            raise _WrongError(f"{name}: longer than {LONGEST_CELL} characters.")
        if cell[:1] in ("=", "@") or (cell[:1] in ("+", "-") and not _NUMBER.fullmatch(cell)):
            raise _WrongError(f"{name}: begins like a formula ({cell[:1]}). Give the plain value.")
        if any(ord(character) < 32 or ord(character) == 127 for character in cell):
            raise _WrongError(f"{name}: contains a line break or an invisible character.")

    def _day(self, cell: str, name: str) -> date | None:
        if not cell:
            return None
        try:
            day: date = parse_value(
                FactDefinition(name, name, FactType.DATE), cell, self.known.today
            )
        except FactError as error:
            raise _WrongError(f"{name}: {error.message}.") from None
        return day

    def _facts(self, given: Mapping[str, str], done_on: date) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        read: dict[str, FactValue] = {}
        for key, definition in self.columns.items():
            if not given[key]:
                continue
            try:
                value = parse_value(definition, _typed(definition, given[key]), done_on)
            except FactError as error:
                raise _WrongError(f"{key}: {error.message}.") from None
            facts[key] = to_data(value)
            answer = read_answer(definition, facts[key], done_on)
            if answer is not None:
                read[key] = answer
        for flagged in complete(self.known.vocabulary, read, done_on).contradictions:
            raise _WrongError(flagged.says)
        return facts

    def _check_enough(self, test: str, facts: Mapping[str, Any]) -> None:
        groups = [group for one in self.known.tests[test] for group in one.shown_by]
        if groups and not any(set(group) <= set(facts) for group in groups):
            named = " or ".join(dict.fromkeys(", ".join(group) for group in groups))
            raise _WrongError(f"A result of {test} needs a value: {named}.")


_DAYS = ("requested_on", "done_on", "reported_on")


def _same(row: Row, message: str) -> Row:
    return Row(
        row.line, "same", message, row.record_number, row.test, row.patient, row.requested_on,
        row.done_on, row.reported_on, row.facts, row.note, row.import_key,
    )  # fmt: skip


def _typed(definition: FactDefinition, cell: str) -> Any:
    match definition.type:
        case FactType.BOOLEAN:
            word = cell.lower()
            return True if word in YES else False if word in NO else cell
        case FactType.INTEGER:
            digits = cell.removeprefix("-")
            return int(cell) if digits.isascii() and digits.isdigit() and len(digits) < 16 else cell
    return cell


def _key(record_number: str, test: str, done_on: date, facts: Mapping[str, Any]) -> str:
    """The same result has the same key, in whatever file it comes."""
    parts = [record_number, test, done_on.isoformat(), facts]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
