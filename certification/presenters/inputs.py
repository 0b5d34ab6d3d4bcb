"""How is a question laid out as inputs: its options, and the rows of a table?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certification.criteria.facts import Choice, FactDefinition, FactType, RowField

SPARE_ROWS = 2


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One input of a row. ``kind``: select, number, date, text."""

    name: str
    label: str
    kind: str
    value: str
    options: tuple[Option, ...] = ()

    @property
    def typed(self) -> bool:
        """Its value is typed, and there is one."""
        return self.kind != "select" and bool(self.value)


@dataclass(frozen=True, slots=True)
class TableRow:
    """``name`` begins the names of its inputs; ``number`` counts from 1."""

    name: str
    number: int
    cells: tuple[Cell, ...]
    filled: bool


def table_rows(name: str, definition: FactDefinition, rows: list[Any]) -> Iterable[TableRow]:
    for number in range(len(rows) + SPARE_ROWS):
        row: Mapping[str, Any] = rows[number] if number < len(rows) else {}
        yield TableRow(
            f"{name}-{number}",
            number + 1,
            tuple(_cell(name, number, column, row.get(column.key)) for column in definition.fields),
            filled=bool(row),
        )


def _cell(name: str, number: int, column: RowField, value: Any) -> Cell:
    text = typed_text(value)
    kinds = {
        FactType.CHOICE: "select", FactType.BOOLEAN: "select", FactType.DATE: "date",
        FactType.INTEGER: "number", FactType.DECIMAL: "number",
    }  # fmt: skip
    return Cell(
        f"{name}-{number}-{column.key}",
        column.label,
        kinds.get(column.type, "text"),
        text,
        options_of(column.type, column.choices, text),
    )


def options_of(kind: FactType, choices: Iterable[Choice], chosen: str) -> tuple[Option, ...]:
    if kind is FactType.BOOLEAN:
        return (Option("yes", "Yes", chosen == "yes"), Option("no", "No", chosen == "no"))
    return tuple(Option(c.value, c.label, c.value == chosen) for c in choices)


def typed_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def limit_text(value: Any) -> str:
    return "" if value is None else str(value)
