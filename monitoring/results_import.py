"""What does a CSV file of results hold, row by row, and what is wrong with it?

Pure: bytes in, a report out; nothing is written. One row is one result: ``record_number``, ``test``
and ``done_on``, then, where wanted, ``requested_on``, ``reported_on`` (the day it was done, if left
out), ``note``, and one column for each value, headed by the key of its fact, with the unit in
brackets where the fact has one. Text is UTF-8. A line that begins with ``#`` is a remark.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
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
from certification.csv_lines import WrongError
from monitoring.results_file import lines_of
from monitoring.schedule.rules import MonitoredTest

NEEDED = ("record_number", "test", "done_on")
OPTIONAL = ("requested_on", "reported_on", "note")
LONGEST_CELL = 400
_HEADING = re.compile(r"(?P<key>[^\[\]]+?)\s*(?:\[(?P<unit>[^\]]*)\])?")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
YES, NO = ("true", "yes", "1"), ("false", "no", "0")

Existing = Mapping[tuple[Any, str, date], Mapping[str, Any]]
"""Results that are there, by person, test and day done."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. ``state``: ``new``, ``same`` (there already, nothing to do) or
    ``error``; ``message`` says what to mend in ``column``, or why there is nothing to do."""

    line: int
    state: str
    message: str = ""
    column: str = ""
    record_number: str = ""
    test: str = ""
    patient: Any = None
    requested_on: date | None = None
    done_on: date | None = None
    reported_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    import_key: str = ""

    @property
    def place(self) -> str:
        return f"Line {self.line}, {self.column}" if self.column else f"Line {self.line}"


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

    @property
    def fingerprint(self) -> str:
        """Two reports with the same one say the same of every row."""
        said = [[row.line, row.state, row.message, row.import_key] for row in self.rows]
        return hashlib.sha256(json.dumps([self.problem, said]).encode()).hexdigest()


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
        lines = lines_of(content)
        if not lines:
            raise WrongError("The file has no heading. Begin with the template.")
        header, columns = _header(lines, known.vocabulary)
        rows = tuple(_Reader(known, header, columns).rows(lines[1:]))
    except WrongError as wrong:
        return Report(problem=str(wrong))
    if not rows:
        return Report(problem="The file has a heading and no rows. Add a line for each result.")
    return Report(rows)


def record_numbers(content: bytes) -> set[str]:
    """The record numbers that a file names; none when it cannot be read."""
    try:
        lines = lines_of(content)
    except WrongError:
        return set()
    names = [heading.lower() for heading in lines[0][1]] if lines else []
    column = names.index(NEEDED[0]) if NEEDED[0] in names else 0
    return {cells[column] for _, cells in lines[1:] if column < len(cells)}


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
            raise WrongError(f"The column {name!r} stands twice. Take one of them out.")
        names.append(name)
        if name in NEEDED or name in OPTIONAL:
            continue
        definition = vocabulary.get(name)
        if definition is None or definition.type is FactType.ROWS:
            raise WrongError(
                f"There is no column {heading!r}. There are {', '.join((*NEEDED, *OPTIONAL))}, and "
                "the values that the tests of your protocols name: the template has all of them."
            )
        unit = match["unit"] if match else None
        if unit is not None and unit.strip() != definition.unit:
            there = f"in {definition.unit}" if definition.unit else "without a unit"
            raise WrongError(
                f"{definition.label} is taken {there}, not in {unit.strip()!r}. Convert the "
                "values, then change the heading."
            )
        columns[name] = definition
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise WrongError(
            f"The heading has no column {', '.join(missing)}. The first line names the columns."
        )
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
            except WrongError as wrong:
                named = dict(zip(self.header, cells, strict=False))
                yield Row(
                    number,
                    "error",
                    str(wrong),
                    wrong.column,
                    named.get("record_number", "")[:LONGEST_CELL],
                    named.get("test", "")[:LONGEST_CELL],
                )

    def _row(self, number: int, cells: list[str]) -> Row:
        if len(cells) != len(self.header):
            raise WrongError(
                f"It has {len(cells)} cells; the heading has {len(self.header)}. Put a text that "
                "has the separator in it into quotation marks."
            )
        given = dict(zip(self.header, cells, strict=True))
        for name, cell in given.items():
            self._check_cell(name, cell)
        patient = self.known.patients.get(given["record_number"])
        if patient is None:
            raise WrongError(
                f"No person at this site has the record number {given['record_number']!r}. Check "
                "it, or register the person first.",
                "record_number",
            )
        test = given["test"]
        if test not in self.known.tests:
            raise WrongError(
                f"There is no test {test!r}; there are {', '.join(sorted(self.known.tests))}.",
                "test",
            )
        days = {name: self._day(given.get(name, ""), name) for name in _DAYS}
        done_on = days["done_on"]
        if done_on is None:
            raise WrongError("a date is required (YYYY-MM-DD).", "done_on")
        reported_on = days["reported_on"] or done_on
        requested_on = days["requested_on"]
        if done_on < self.known.births[patient]:
            raise WrongError("this is before the date of birth.", "done_on")
        if reported_on < done_on:
            raise WrongError("it was reported before it was done.", "reported_on")
        if requested_on is not None and done_on < requested_on:
            raise WrongError("it was done before it was requested.", "done_on")
        facts = self._facts(given, done_on)
        self._check_enough(test, facts)
        key = _key(given["record_number"], test, done_on, facts)
        row = Row(
            number, "new", "", "", given["record_number"], test, patient, requested_on, done_on,
            reported_on, facts, given.get("note", ""), key,
        )  # fmt: skip
        return self._against_others(row, (patient, test, done_on))

    def _against_others(self, row: Row, place: tuple[Any, str, date]) -> Row:
        """Is the same result in the file or at the site already?"""
        if place in self.seen:
            line, key = self.seen[place]
            if key == row.import_key:
                return _same(row, f"The same as line {line}.")
            raise WrongError(
                f"Line {line} has the same test of that person and day, with other values. Keep "
                "the right one."
            )
        self.seen[place] = row.line, row.import_key
        if row.import_key in self.known.imported:
            return _same(row, "Imported before.")
        there = self.known.existing.get(place)
        if there is None:
            return row
        if dict(there) == dict(row.facts):
            return _same(row, "This result is there already.")
        raise WrongError(
            "Another result of this test, person and day is there. Correct that one on its page."
        )

    def _check_cell(self, name: str, cell: str) -> None:
        if len(cell) > LONGEST_CELL:
            raise WrongError(f"longer than {LONGEST_CELL} characters. Shorten it.", name)
        if cell[:1] in ("=", "@") or (cell[:1] in ("+", "-") and not _NUMBER.fullmatch(cell)):
            raise WrongError(f"begins like a formula ({cell[:1]}). Give the plain value.", name)
        if any(unicodedata.category(character).startswith("C") for character in cell):
            said = "contains a line break or an invisible character. Type the cell again."
            raise WrongError(said, name)

    def _day(self, cell: str, name: str) -> date | None:
        if not cell:
            return None
        try:
            day: date = parse_value(
                FactDefinition(name, name, FactType.DATE), cell, self.known.today
            )
        except FactError as error:
            raise WrongError(f"{error.message}.", name) from None
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
                raise WrongError(f"{error.message}{_limits(definition)}.", key) from None
            facts[key] = to_data(value)
            answer = read_answer(definition, facts[key], done_on)
            if answer is not None:
                read[key] = answer
        for flagged in complete(self.known.vocabulary, read, done_on).contradictions:
            raise WrongError(flagged.says)
        return facts

    def _check_enough(self, test: str, facts: Mapping[str, Any]) -> None:
        groups = [group for one in self.known.tests[test] for group in one.shown_by]
        if groups and not any(set(group) <= set(facts) for group in groups):
            named = " or ".join(dict.fromkeys(", ".join(group) for group in groups))
            raise WrongError(f"A result of {test} needs a value: {named}.", groups[0][0])


_DAYS = ("requested_on", "done_on", "reported_on")


def _limits(definition: FactDefinition) -> str:
    """The plausible range and the unit, for whoever looks the value up again."""
    unit = f" {definition.unit}" if definition.unit else ""
    if definition.minimum is None or definition.maximum is None:
        return f"; it is taken in{unit}" if unit else ""
    return f"; {definition.minimum} to {definition.maximum}{unit} is plausible"


def _same(row: Row, message: str) -> Row:
    return Row(
        row.line, "same", message, "", row.record_number, row.test, row.patient, row.requested_on,
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
