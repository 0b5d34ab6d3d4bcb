"""What did one step of an author change in a protocol, in values that the audit trail can keep?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certification.criteria.editing import path_text
from monitoring.schedule.drafts import STOPPED, TREES, nodes, place_of
from monitoring.schedule.risk_drafts import RISK, tables_of

Changes = dict[str, list[Any]]

_OF_NODE = (
    *("kind", "n", "fact", "op", "value", "value_of", "max_age_days"),
    *("id", "says", "cite", "verified"),
)


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Old and new value of everything that differs; each line goes by its name."""
    before, after = dict(_values(old)), dict(_values(new))
    changes: Changes = {}
    for name in {**before, **after}:
        values = [before.get(name), after.get(name)]
        if values[0] != values[1]:
            changes[name] = values
    for section in TREES:
        orders = [[name_of(entry) for entry in one.get(section, ())] for one in (old, new)]
        if not changes and orders[0] != orders[1]:
            changes[f"order of {section}"] = orders
    return changes


def _values(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if not content:
        return
    for name, value in content.items():
        if name not in (*TREES, STOPPED, RISK, "examples", "infusions") and value:
            yield name, value
    for name, value in (content.get("infusions") or {}).items():
        yield f"infusions {name}", value
    for section, trees in TREES.items():
        for entry in content[section]:
            for name, value in entry.items():
                if name not in trees:
                    yield f"{name_of(entry)} {name}", value
    yield "risk fact", content[RISK].get("fact") or None
    yield "tables of risk", [table["key"] for table in tables_of(content)]
    for table in tables_of(content):
        yield from _table_values(table)
    for tree, path, node in nodes(content):
        section, number, which = place_of(tree)
        line = "" if tree == STOPPED else _line_name(content, section, number)
        said = {name: node[name] for name in _OF_NODE if node.get(name) not in (None, "", [])}
        if path or node.get("parts") or node["kind"] == "test":
            yield f"{line} {which or STOPPED} {path_text(path)}".strip(), said
    for example in content.get("examples", ()):
        yield f"example “{example['name']}”", {k: v for k, v in example.items() if k != "name"}


def name_of(entry: Mapping[str, Any]) -> str:
    """What a line goes by: its identifier, the key of a test, the question of a kept value."""
    return str(entry.get("id") or entry.get("key") or entry.get("fact") or "")


def _line_name(content: Mapping[str, Any], section: str, number: int) -> str:
    if section == RISK:
        return f"table {tables_of(content)[number]['key']} column"
    return name_of(content[section][number])


def _table_values(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A table by its words, its headings, and each of its figures."""
    name = f"table {table['key']}"
    for key, value in table.items():
        if key not in ("columns", "rows", "key") and value:
            yield f"{name} {key}", value
    yield f"{name} columns", [column["key"] for column in table["columns"]]
    yield f"{name} periods", [f"{row['first']} to {row['last']}" for row in table["rows"]]
    for column in table["columns"]:
        yield f"{name} heading {column['key']}", column["label"]
    for row in table["rows"]:
        for key, value in row["values"].items():
            yield f"{name} {key}, months {row['first']} to {row['last']}", str(value)
