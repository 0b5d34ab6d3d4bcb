"""How is a published table of risk held and changed while its author writes it?

In a draft the columns of every table have their trees in the form that is edited; a tree goes by
table and column, ``risk.0.2``. A column without tests concerns nobody: it is shown as it was
published. A cell that is left empty says that there is no figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certification.criteria.editing import closed, fresh, opened
from certification.criteria.entries import with_added, with_entry
from certification.criteria.mistakes import Mistake

RISK = "risk"
Table = dict[str, Any]
NOBODY: Mapping[str, Any] = {"kind": "any", "parts": []}


def opened_risk(data: Mapping[str, Any] | None) -> dict[str, Any]:
    return _with_trees(data or {}, opened)


def closed_risk(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The tables as a pack holds them; None when nothing is said of risk."""
    if not content.get("fact") and not content.get("tables"):
        return None
    return _with_trees(content, closed)


def tables_of(content: Mapping[str, Any]) -> list[Table]:
    return list((content.get(RISK) or {}).get("tables") or ())


def with_table(content: Mapping[str, Any], number: int, table: Table) -> dict[str, Any]:
    return {**content, RISK: with_entry(content[RISK], "tables", number, table)}


def with_new_table(content: Mapping[str, Any]) -> dict[str, Any]:
    """A table without figures, at the end. What is new has no source."""
    keys = {table["key"] for table in tables_of(content)}
    table = {"key": fresh("table_1", keys.__contains__), "title": "", "unit": "", "columns": [],
             "rows": [], "cite": [], "verified": "proposed"}  # fmt: skip
    return {**content, RISK: with_added(content[RISK], "tables", table)}


def with_new_column(table: Mapping[str, Any]) -> Table:
    keys = {column["key"] for column in table["columns"]}
    key = fresh("column_1", keys.__contains__)
    return with_added(table, "columns", {"key": key, "label": "", "when": dict(NOBODY)})


def without_column(table: Mapping[str, Any], number: int) -> Table:
    """A column goes with its figures."""
    gone = table["columns"][number]["key"]
    rows = [
        {**row, "values": {key: text for key, text in row["values"].items() if key != gone}}
        for row in table["rows"]
    ]
    columns = [one for at, one in enumerate(table["columns"]) if at != number]
    return {**table, "columns": columns, "rows": rows}


def with_new_row(table: Mapping[str, Any]) -> Table:
    """The months that follow those of the last row."""
    rows = table["rows"]
    first = rows[-1]["last"] + 1 if rows else 1
    length = rows[-1]["last"] - rows[-1]["first"] + 1 if rows else 12
    last = first + max(length, 1) - 1
    return with_added(table, "rows", {"first": first, "last": last, "values": {}})


def risk_mistakes(content: Mapping[str, Any], vocabulary: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is missing or cannot be in the tables; their trees are looked at like all others."""
    tables = tables_of(content)
    fact = (content.get(RISK) or {}).get("fact")
    if tables and not fact:
        yield Mistake(RISK, None, "fact", "Choose the question that names the group of risk.")
    elif fact and fact not in vocabulary:
        yield Mistake(RISK, None, "fact", f"There is no question “{fact}” any more.")
    for number, table in enumerate(tables):
        for field, says in _table_mistakes(table):
            yield Mistake(f"{RISK}.{number}", None, field, says)


def _table_mistakes(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, says in (
        ("title", "Give the table a title."),
        ("unit", "Say in what the figures are told."),
        ("verified", "Say how surely it was read."),
        ("cite", "A published table has a source: name it."),
    ):
        if not table.get(name):
            yield name, says
    if not table["columns"]:
        yield "columns", "Add a column."
    if not table["rows"]:
        yield "rows", "Add the figures of a period."
    for number, column in enumerate(table["columns"], 1):
        if not column["label"].strip():
            yield "columns", f"Column {number} has no heading."
    before = 0
    for number, row in enumerate(table["rows"], 1):
        if row["last"] < row["first"]:
            yield "rows", f"Row {number} ends before it begins."
        elif row["first"] <= before:
            yield "rows", f"Row {number} begins before the row above it ends."
        elif not row["values"]:
            yield "rows", f"Row {number} has no figures."
        before = max(before, row["last"])


def _with_trees(data: Mapping[str, Any], change: Any) -> dict[str, Any]:
    tables = [
        {**table, "columns": [
            {**column, "when": change(column["when"])} for column in table["columns"]]}
        for table in data.get("tables") or ()
    ]  # fmt: skip
    return {**data, "tables": tables}
