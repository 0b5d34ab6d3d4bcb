"""How is a whole set of criteria held while its author writes it?

The content of a draft is the set as a pack holds it, with its trees in the form that is edited (see
``editing``). Trees go by name: ``indications``, ``contraindications``, ``precautions.2``.
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
    new_group,
    opened,
    walk,
)
from certification.criteria.entries import with_added, with_entry

Content = dict[str, Any]

MAIN_TREES = ("indications", "contraindications")
ENTRIES = "precautions"
"""The list whose entries have words and a tree."""
EMPTY_TREES: Mapping[str, Any] = {
    "indications": {"kind": "all", "id": "indicated", "parts": []},
    "contraindications": {"kind": "any", "parts": []},
}


def opened_set(data: Mapping[str, Any]) -> Content:
    """A set of criteria in the form that is edited."""
    content = {**EMPTY_TREES, **data}
    for name in MAIN_TREES:
        if name in data:
            content[name] = opened(data[name])
    content["precautions"] = [
        {**entry, "when": opened(entry["when"])} for entry in data.get("precautions", ())
    ]
    content["examples"] = [dict(example) for example in data.get("examples", ())]
    return content


def closed_set(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same set as a pack holds it, as far as it is written."""
    data = {name: value for name, value in content.items() if value not in (None, "", [], {})}
    data["indications"] = closed(content["indications"])
    data["contraindications"] = closed(content["contraindications"])
    if content["precautions"]:
        data["precautions"] = [
            {name: value for name, value in entry.items() if value}
            | {"when": closed(entry["when"]), "says": entry.get("says", "")}
            for entry in content["precautions"]
        ]
    return data


def tree_names(content: Mapping[str, Any]) -> tuple[str, ...]:
    return (*MAIN_TREES, *(f"precautions.{n}" for n in range(len(content["precautions"]))))


def tree_named(content: Mapping[str, Any], name: str) -> Tree:
    """Raises ``CannotEdit`` when there is no such tree."""
    if name not in tree_names(content):
        raise CannotEdit("There is no such part of the criteria.")
    if name in MAIN_TREES:
        main: Tree = content[name]
        return main
    when: Tree = content["precautions"][int(name.partition(".")[2])]["when"]
    return when


def with_tree(content: Mapping[str, Any], name: str, tree: Tree) -> Content:
    tree_named(content, name)
    if name in MAIN_TREES:
        return {**content, name: tree}
    number = int(name.partition(".")[2])
    return with_entry(content, ENTRIES, number, {**content[ENTRIES][number], "when": tree})


def nodes(content: Mapping[str, Any]) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Every node of every tree: the name of its tree, its path, itself."""
    for name in tree_names(content):
        for path, node in walk(tree_named(content, name)):
            yield name, path, node


def names_of(content: Mapping[str, Any]) -> set[str]:
    """Every identifier that an author gave in the set."""
    named = {node["id"] for _, _, node in nodes(content) if node.get("id")}
    return named | {entry["id"] for entry in content["precautions"] if entry.get("id")}


def fresh_name(content: Mapping[str, Any], stem: str) -> str:
    """An identifier that nothing in the set has yet."""
    names = names_of(content)
    return fresh(stem, names.__contains__)


def with_new_entry(content: Mapping[str, Any], section: str = ENTRIES) -> Content:
    """A precaution without words yet, at the end."""
    entry = {
        "id": fresh_name(content, "precaution_1"),
        "says": "",
        "verified": "proposed",
        "when": {"kind": "all", "parts": []},
    }
    return with_added(content, section, entry)


def renamed(content: Mapping[str, Any], old: str, new: str) -> Content:
    """Examples go on to expect a node or a precaution that got another identifier."""
    if not old or old == new:
        return dict(content)
    examples = []
    for example in content["examples"]:
        expect = {
            name: [new if key == old else key for key in value]
            if name in ("unmet", "precautions")
            else value
            for name, value in example["expect"].items()
        }
        examples.append({**example, "expect": expect})
    return {**content, "examples": examples}


def new_set(
    *, key: str, therapy: str, request_type: str, title: str, version: str, months: int | None
) -> Content:
    """A set from scratch: named, and empty."""
    content = opened_set(
        {
            "key": key,
            "therapy": therapy,
            "request_type": request_type,
            "title": title,
            "version": version,
        }
    )
    content["contraindications"] = new_group("barred", "any")
    return content | ({"certification_months": months} if months else {})


def next_version(version: str, taken: set[str]) -> str:
    """``2026.1`` becomes ``2026.2``; the first number after it that is free."""
    base, _, ending = version.rpartition(".")
    if not ending.isdecimal():
        base, ending = version, "1"
    stem = f"{base}." if base else ""
    number = int(ending) + 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
