"""What did one step of an author change, in names and values that the audit trail can keep?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certification.criteria.drafts import nodes, tree_named, tree_names
from certification.criteria.editing import path_text, walk

Changes = dict[str, list[Any]]

_LISTED = ("indications", "contraindications", "precautions", "examples")
_OF_NODE = (
    *("kind", "n", "fact", "op", "value", "value_of", "max_age_days"),
    *("says", "cite", "verified"),
)
_OF_PRECAUTION = ("says", "plain", "cite", "verified")


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Old and new value of everything that differs; each node goes by its name, or by its place."""
    changes: Changes = {}
    for name in {**old, **new}:
        if name not in _LISTED and old.get(name) != new.get(name):
            changes[name] = [old.get(name), new.get(name)]
    before, after = dict(_named(old)), dict(_named(new))
    for name in {**before, **after}:
        if name not in before:
            changes[name] = [None, after[name]]
        elif name not in after:
            changes[name] = [before[name], None]
        else:
            for field in (*_OF_NODE, "facts", "expect", "as_of"):
                values = [before[name].get(field), after[name].get(field)]
                if values[0] != values[1]:
                    changes[f"{name} {field}"] = values
    if not changes:
        for name in dict.fromkeys((*tree_names(old), *tree_names(new))):
            order = [_outline(content, name) for content in (old, new)]
            if order[0] != order[1]:
                changes[f"order of {name}"] = order
    return changes


def _named(content: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for tree, path, node in nodes(content):
        name = node.get("id") or f"{tree}.{path_text(path)}".rstrip(".")
        yield name, {field: node[field] for field in _OF_NODE if field in node}
    for number, entry in enumerate(content["precautions"]):
        name = f"precaution {entry.get('id') or number + 1}"
        yield name, {field: entry[field] for field in _OF_PRECAUTION if entry.get(field)}
    for example in content["examples"]:
        yield f"example “{example['name']}”", {k: v for k, v in example.items() if k != "name"}


def _outline(content: Mapping[str, Any], name: str) -> list[str]:
    """The nodes of a tree in order, each with its level."""
    if name not in tree_names(content):
        return []
    return [
        f"{len(path)} {node.get('id') or path_text(path)}"
        for path, node in walk(tree_named(content, name))
    ]
