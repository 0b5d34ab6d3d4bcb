"""How is a protocol held while its author writes it?

The content of a draft is the protocol as a pack holds it, with its trees in the form that is edited
(see ``certification.criteria.editing``). Every tree that a line can have is there; one without
parts says nothing and is left out of the protocol. Trees go by name: ``stopped_when``,
``rules.3.applies_when``, ``clearance.0.when``, and ``risk.0.2`` for a column of a table of risk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certification.criteria.editing import (
    CannotEdit,
    Path,
    Tree,
    closed,
    fresh,
    is_group,
    opened,
    walk,
)
from certification.criteria.entries import with_added, with_entry
from monitoring.schedule.risk_drafts import (
    RISK,
    closed_risk,
    opened_risk,
    tables_of,
    with_table,
)

Content = dict[str, Any]

STOPPED = "stopped_when"
TREES: Mapping[str, tuple[str, ...]] = {
    "rules": ("applies_when", "ends_when", "satisfied_when", "distrust"),
    "clearance": ("when",),
    "interpretations": ("when",),
    "keeps": (),
    "tests": (),
}
"""The lists whose lines are edited, and the trees that a line of each can have."""
NEEDED = "when"
"""The tree without which a line says nothing."""
_NEW: Mapping[str, Mapping[str, Any]] = {
    "rules": {"id": "rule_1", "test": "", "kind": "once", "anchor": "baseline"},
    "clearance": {"id": "against_1"},
    "interpretations": {"id": "meaning_1", "test": ""},
    "keeps": {"fact": ""},
}
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_ALWAYS = ("id", "says", "test", "kind", "rules", "tests", "key", "label")


def opened_protocol(data: Mapping[str, Any]) -> Content:
    """A protocol in the form that is edited."""
    content = {**data, STOPPED: _opened(data.get(STOPPED)), RISK: opened_risk(data.get(RISK))}
    for section, trees in TREES.items():
        content[section] = [
            {**entry, **{name: _opened(entry.get(name)) for name in trees}}
            for entry in data.get(section) or ()
        ]
    content["examples"] = [dict(example) for example in data.get("examples") or ()]
    return content


def closed_protocol(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same protocol as a pack holds it, as far as it is written."""
    data = {**content, STOPPED: _closed(content[STOPPED]), RISK: closed_risk(content[RISK])}
    for section, trees in TREES.items():
        data[section] = [
            _said({**entry, **{name: _closed(entry[name]) for name in trees}})
            for entry in content[section]
        ]
    return _said(data)


def new_protocol(
    *, key: str, therapy: str, title: str, version: str, usual: Mapping[str, Any]
) -> Content:
    """A protocol from scratch: named, and empty. ``usual``: what others say of windows and of the
    facts that follow from infusions."""
    return opened_protocol(
        {"key": key, "therapy": therapy, "version": version, "title": title, **usual,
         "tests": [], "rules": []}
    )  # fmt: skip


# Trees ----------------------------------------------------------------------------------------


def tree_names(content: Mapping[str, Any]) -> Iterator[str]:
    for section, trees in TREES.items():
        for number in range(len(content[section])):
            yield from (f"{section}.{number}.{name}" for name in trees)
    yield STOPPED
    for number, table in enumerate(tables_of(content)):
        yield from (f"{RISK}.{number}.{column}" for column in range(len(table["columns"])))


def tree_named(content: Mapping[str, Any], name: str) -> Tree:
    """Raises ``CannotEdit`` when there is no such tree."""
    if name not in tree_names(content):
        raise CannotEdit("There is no such part of the protocol.")
    if name == STOPPED:
        stopped: Tree = content[STOPPED]
        return stopped
    section, number, which = place_of(name)
    if section == RISK:
        column: Tree = tables_of(content)[number]["columns"][int(which)]["when"]
        return column
    tree: Tree = content[section][number][which]
    return tree


def with_tree(content: Mapping[str, Any], name: str, tree: Tree) -> Content:
    tree_named(content, name)
    if name == STOPPED:
        return {**content, STOPPED: tree}
    section, number, which = place_of(name)
    if section == RISK:
        table = tables_of(content)[number]
        column = {**table["columns"][int(which)], "when": tree}
        return with_table(content, number, with_entry(table, "columns", int(which), column))
    return with_entry(content, section, number, {**content[section][number], which: tree})


def place_of(name: str) -> tuple[str, int, str]:
    """The list, the number of the line and the name of its tree; "" for the line itself."""
    section, _, rest = name.partition(".")
    number, _, which = rest.partition(".")
    return section, int(number or 0), which


def nodes(content: Mapping[str, Any]) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Every node of every tree that says something: the name of its tree, its path, itself."""
    for name in tree_names(content):
        for path, node in walk(tree_named(content, name)):
            yield name, path, node


def says_nothing(tree: Tree) -> bool:
    return is_group(tree) and not tree["parts"]


def names_of(content: Mapping[str, Any]) -> set[str]:
    """Every identifier of a line or of a part of a tree."""
    lines = {entry.get("id", "") for section in TREES for entry in content[section]}
    return (lines | {node.get("id", "") for _, _, node in nodes(content)}) - {""}


def fresh_name(content: Mapping[str, Any], stem: str) -> str:
    return fresh(stem, names_of(content).__contains__)


def renamed(content: Mapping[str, Any], old: str, new: str) -> Content:
    """Examples go on to expect a rule that got another identifier."""
    if not old or old == new:
        return dict(content)
    examples = [
        example
        | ({"expect": [
            {**one, "rule": new} if one.get("rule") == old else one for one in example["expect"]
        ]} if example.get("expect") else {})
        for example in content["examples"]
    ]  # fmt: skip
    return {**content, "examples": examples}


# Lines ----------------------------------------------------------------------------------------


def with_new_line(content: Mapping[str, Any], section: str) -> Content:
    """A line without words yet, at the end of its list. What is new has no source."""
    if section == "tests":
        keys = {test["key"] for test in content["tests"]}
        test = {"key": fresh("new_test", keys.__contains__), "label": ""}
        return with_added(content, section, test)
    trees = {name: _opened(None) for name in TREES[section]}
    entry: dict[str, Any] = {"says": "", "verified": "proposed", **trees, **_NEW[section]}
    if "id" in entry:
        entry["id"] = fresh_name(content, entry["id"])
    return with_added(content, section, entry)


def with_test(content: Mapping[str, Any], test: Mapping[str, Any] | None) -> Content:
    """The protocol with a test among those that it knows. None: the infusion itself, or none."""
    if test is None or any(one["key"] == test["key"] for one in content["tests"]):
        return dict(content)
    return {**content, "tests": [*content["tests"], dict(test)]}


def tests_named(content: Mapping[str, Any]) -> set[str]:
    """The tests that lines and examples of the protocol name."""
    lines = {entry.get("test", "") for entry in (*content["rules"], *content["interpretations"])}
    people = [example.get("input") or {} for example in content["examples"]]
    return lines | {one["test"] for person in people for one in person.get("results") or ()}


def _opened(tree: Mapping[str, Any] | None) -> dict[str, Any]:
    return opened(tree) if tree else {"kind": "all", "parts": []}


def _closed(tree: Tree) -> dict[str, Any] | None:
    return None if says_nothing(tree) else closed(tree)


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if k in _ALWAYS or v not in _NOTHING}
