"""How are the rules of a question held while their author writes them?

The content of a draft is what the engine reads beside a question, with its trees in the form that
is edited (see ``editing``): when the question applies (nothing in it: always), what contradicts
what, which date dates it, how it is worked out. Trees go by name: ``applies_when``,
``contradictions.1``, ``cases.0``. Cases stand beside ``derived`` and count only for its kind
``cases``.
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
    path_text,
    walk,
)
from certification.criteria.entries import with_added, with_entry

Content = dict[str, Any]

APPLIES = "applies_when"
LISTS = ("contradictions", "cases")
"""The lists whose entries have a tree and something that it leads to."""
CASES = "cases"
DRAFTED = (APPLIES, "contradictions", "dated_by", "derived")
"""The rules of a question that a draft holds; the others stand on its page or come with a pack."""


def drafted(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rules[name] for name in DRAFTED if rules.get(name)}


def opened_rules(rules: Mapping[str, Any]) -> Content:
    """The rules of a question in the form that is edited."""
    applies, derived = rules.get(APPLIES), dict(rules.get("derived") or {})
    cases = derived.pop("cases", ())
    return {
        APPLIES: opened(applies) if applies else _nothing(),
        "contradictions": [
            {"says": entry["says"], "when": opened(entry["when"])}
            for entry in rules.get("contradictions", ())
        ],
        "dated_by": rules.get("dated_by", ""),
        "derived": derived,
        "cases": [{"value": case["value"], "when": opened(case["when"])} for case in cases],
    }


def closed_rules(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same rules as a question keeps them, as far as they are written."""
    applies, derived = content[APPLIES], dict(content["derived"])
    if derived.get("kind") == CASES:
        derived["cases"] = [
            {"when": closed(case["when"]), "value": case["value"]} for case in content[CASES]
        ]
    rules = {
        APPLIES: None if is_group(applies) and not applies["parts"] else closed(applies),
        "contradictions": [
            {"when": closed(entry["when"]), "says": entry["says"]}
            for entry in content["contradictions"]
        ],
        "dated_by": content["dated_by"],
        "derived": derived,
    }
    return drafted(rules)


def tree_names(content: Mapping[str, Any]) -> tuple[str, ...]:
    listed = (f"{section}.{n}" for section in LISTS for n in range(len(content[section])))
    return (APPLIES, *listed)


def tree_named(content: Mapping[str, Any], name: str) -> Tree:
    """Raises ``CannotEdit`` when there is no such tree."""
    if name not in tree_names(content):
        raise CannotEdit("There is no such rule.")
    section, _, number = name.partition(".")
    tree: Tree = content[section][int(number)]["when"] if number else content[section]
    return tree


def with_tree(content: Mapping[str, Any], name: str, tree: Tree) -> Content:
    tree_named(content, name)
    section, _, number = name.partition(".")
    if not number:
        return {**content, section: tree}
    entry = {**content[section][int(number)], "when": tree}
    return with_entry(content, section, int(number), entry)


def nodes(content: Mapping[str, Any]) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Every node of every tree: the name of its tree, its path, itself."""
    for name in tree_names(content):
        for path, node in walk(tree_named(content, name)):
            yield name, path, node


def fresh_name(content: Mapping[str, Any], stem: str) -> str:
    """An identifier that nothing in the rules has yet."""
    return fresh(stem, {node.get("id") for _, _, node in nodes(content)}.__contains__)


def renamed(content: Mapping[str, Any], old: str, new: str) -> Content:
    """Nothing else names a part of a rule."""
    return dict(content)


def with_new_entry(content: Mapping[str, Any], section: str) -> Content:
    """A contradiction without words, or a case without a value, at the end of its list."""
    lacks = {"value": None} if section == CASES else {"says": ""}
    return with_added(content, section, {**lacks, "when": _nothing()})


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Old and new value of everything that differs, for the audit trail."""
    before, after = dict(_values(old)), dict(_values(new))
    pairs = {name: [before.get(name), after.get(name)] for name in {**before, **after}}
    return {name: values for name, values in pairs.items() if values[0] != values[1]}


def _values(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("dated_by", "derived"):
        yield name, content.get(name) or None
    for at, entry in enumerate(content["contradictions"], 1):
        yield f"contradiction {at} says", entry["says"] or None
    for at, entry in enumerate(content[CASES], 1):
        yield f"case {at} value", entry["value"]
    for tree, path, node in nodes(content):
        section, _, number = tree.partition(".")
        name = f"{section.removesuffix('s')} {int(number) + 1} when" if number else section
        said = {k: v for k, v in node.items() if k != "parts" and v not in (None, "", [])}
        yield f"{name} {path_text(path)}".strip(), said


def _nothing() -> dict[str, Any]:
    return {"kind": "all", "parts": []}
