"""How is a tree changed, one step at a time, while an author writes it?

A tree that is being written need not be sound: a test may have no question yet, a group no parts.
So it has a form of its own, plain data in which every node is alike:

    {"kind": "all" | "any" | "at_least" | "none" | "test", "parts": [...], "n": 2,
     "id", "says", "cite", "verified", and for a test "fact", "op", "value", "value_of",
     "max_age_days"}

"none" says that none of its parts may be met: the ``not`` of a pack. ``opened`` makes this form
from the data of a pack and ``closed`` makes that data again, exactly the same when nothing changed.

A node is addressed by its path: the place of each part from the root on, ``(0, 2)`` for the third
part of the first part. Every step gives a new tree and the path on which the author goes on; it
never changes the tree that it was given. A step that cannot be done raises ``CannotEdit``.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from itertools import count
from typing import Any

Tree = Mapping[str, Any]
Path = tuple[int, ...]
Edited = tuple[dict[str, Any], Path]

GROUPS = ("all", "any", "at_least", "none")
ROOT: Path = ()
DEEPEST = 12
"""Levels of a tree that an author can still follow."""

_OF_NODE = ("id", "says", "cite", "verified")
_OF_TEST = ("fact", "op", "value", "value_of", "max_age_days")


class CannotEdit(ValueError):  # noqa: N818 (a refusal, like ``Refused``)
    """The step cannot be done here. The text is a sentence for the author."""


def opened(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a pack in the form that is edited."""
    node: dict[str, Any] = {name: data[name] for name in _OF_NODE if data.get(name)}
    match data:
        case {"all": parts}:
            node |= {"kind": "all", "parts": [opened(part) for part in parts]}
        case {"any": parts}:
            node |= {"kind": "any", "parts": [opened(part) for part in parts]}
        case {"at_least": {"n": n, "of": parts}}:
            node |= {"kind": "at_least", "n": n, "parts": [opened(part) for part in parts]}
        case {"not": {"any": parts, **rest}} if not rest and len(parts) != 1:
            node |= {"kind": "none", "parts": [opened(part) for part in parts]}
        case {"not": part}:
            node |= {"kind": "none", "parts": [opened(part)]}
        case _:
            node |= {"kind": "test"} | {n: data[n] for n in _OF_TEST if data.get(n) is not None}
    return node


def closed(node: Tree) -> dict[str, Any]:
    """The same node as the data of a pack, as far as it is written."""
    data: dict[str, Any] = {name: node[name] for name in _OF_NODE if node.get(name)}
    parts = [closed(part) for part in node.get("parts", ())]
    match node["kind"]:
        case "all" | "any" as kind:
            data[kind] = parts
        case "at_least":
            data["at_least"] = {"n": node.get("n", 1), "of": parts}
        case "none":
            data["not"] = parts[0] if len(parts) == 1 else {"any": parts}
        case _:
            data |= {n: node[n] for n in _OF_TEST if node.get(n) is not None}
    return data


def new_test(node_id: str) -> dict[str, Any]:
    """A test that has no question yet. What is new has no source until its author names one."""
    return {"kind": "test", "id": node_id, "fact": "", "verified": "proposed"}


def new_group(node_id: str, kind: str = "all") -> dict[str, Any]:
    return {"kind": kind, "id": node_id, "parts": []} | ({"n": 1} if kind == "at_least" else {})


def is_group(node: Tree) -> bool:
    return node["kind"] in GROUPS


def walk(tree: Tree, path: Path = ROOT) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every node with its path, in reading order."""
    yield path, dict(tree)
    for number, part in enumerate(tree.get("parts", ())):
        yield from walk(part, (*path, number))


def node_at(tree: Tree, path: Path) -> dict[str, Any]:
    node = tree
    for number in path:
        parts = node.get("parts", ())
        if not 0 <= number < len(parts):
            raise CannotEdit("This part is not there any more.")
        node = parts[number]
    return dict(node)


def with_node(tree: Tree, path: Path, node: Tree) -> dict[str, Any]:
    """The tree with another node in the place of the one at ``path``."""
    if not path:
        return dict(node)
    number, below = path[0], path[1:]
    node_at(tree, (number,))
    parts = list(tree["parts"])
    parts[number] = with_node(parts[number], below, node)
    return {**tree, "parts": parts}


def add(tree: Tree, path: Path, node: Tree) -> Edited:
    """Puts a node at the end of the group at ``path``, or right below the test at ``path``.

    A test that is the whole tree gets a group around both.
    """
    target = node_at(tree, path)
    if is_group(target):
        return _insert(tree, path, len(target["parts"]), node)
    if not path:
        return {"kind": "all", "parts": [target, dict(node)]}, (1,)
    return _insert(tree, path[:-1], path[-1] + 1, node)


def remove(tree: Tree, path: Path) -> Edited:
    """Takes a node away with everything below it. A root becomes an empty group."""
    node_at(tree, path)
    if not path:
        kind = tree["kind"] if is_group(tree) else "all"
        kept = {name: tree[name] for name in _OF_NODE if name in tree and is_group(tree)}
        return kept | {"kind": kind, "parts": []} | ({"n": 1} if kind == "at_least" else {}), ROOT
    parent = node_at(tree, path[:-1])
    parts = [part for number, part in enumerate(parent["parts"]) if number != path[-1]]
    changed = with_node(tree, path[:-1], {**parent, "parts": parts})
    if not parts:
        return changed, path[:-1]
    return changed, (*path[:-1], min(path[-1], len(parts) - 1))


def move(tree: Tree, path: Path, by: int) -> Edited:
    """Changes places with the part above (``by`` -1) or below (1) in the same group."""
    parent, number = _parent(tree, path)
    other = number + by
    if not 0 <= other < len(parent["parts"]):
        raise CannotEdit(f"This is the {'first' if by < 0 else 'last'} part of its group already.")
    parts = list(parent["parts"])
    parts[number], parts[other] = parts[other], parts[number]
    return with_node(tree, path[:-1], {**parent, "parts": parts}), (*path[:-1], other)


def indent(tree: Tree, path: Path) -> Edited:
    """Moves a part into the group right above it, as its last part."""
    parent, number = _parent(tree, path)
    if number == 0 or not is_group(parent["parts"][number - 1]):
        raise CannotEdit("There is no group right above this. Put it into a new group instead.")
    node, above = parent["parts"][number], parent["parts"][number - 1]
    parts = list(parent["parts"])
    parts[number - 1 : number + 1] = [{**above, "parts": [*above["parts"], node]}]
    changed = with_node(tree, path[:-1], {**parent, "parts": parts})
    return _shallow(changed), (*path[:-1], number - 1, len(above["parts"]))


def outdent(tree: Tree, path: Path) -> Edited:
    """Moves a part out of its group, to right below it."""
    if len(path) < 2:
        raise CannotEdit("This stands on the outermost level already.")
    node = node_at(tree, path)
    parent = node_at(tree, path[:-1])
    parts = [part for number, part in enumerate(parent["parts"]) if number != path[-1]]
    changed = with_node(tree, path[:-1], {**parent, "parts": parts})
    return _insert(changed, path[:-2], path[-2] + 1, node)


def wrap(tree: Tree, path: Path, group: Tree) -> Edited:
    """Puts the node into a new group, which takes its place."""
    wrapped = {**group, "parts": [node_at(tree, path)]}
    return _shallow(with_node(tree, path, wrapped)), path


def unwrap(tree: Tree, path: Path) -> Edited:
    """Takes a group away and leaves its parts in its place."""
    group = node_at(tree, path)
    if not is_group(group):
        raise CannotEdit("Only a group can be taken away from around its parts.")
    if not path:
        if len(group["parts"]) != 1 or not is_group(group["parts"][0]):
            raise CannotEdit("The outermost group holds everything together.")
        return dict(group["parts"][0]), ROOT
    parent, number = _parent(tree, path)
    parts = list(parent["parts"])
    parts[number : number + 1] = group["parts"]
    changed = with_node(tree, path[:-1], {**parent, "parts": parts})
    return changed, (*path[:-1], min(number, len(parts) - 1)) if parts else path[:-1]


def duplicate(tree: Tree, path: Path, taken: Container[str]) -> Edited:
    """Puts a copy right below the node; named parts of the copy get names of their own."""
    _parent(tree, path)
    used: set[str] = set()

    def copied(node: Tree) -> dict[str, Any]:
        made = dict(node)
        if node.get("id"):
            made["id"] = fresh(node["id"], lambda name: name in taken or name in used)
            used.add(made["id"])
        if "parts" in node:
            made["parts"] = [copied(part) for part in node["parts"]]
        return made

    return _insert(tree, path[:-1], path[-1] + 1, copied(node_at(tree, path)))


def fresh(stem: str, is_taken: Callable[[str], bool]) -> str:
    """A name that nobody has: the stem, or the stem with the first free number behind it."""
    if not is_taken(stem):
        return stem
    base, _, ending = stem.rpartition("_")
    base = base if base and ending.isdecimal() else stem
    return next(name for name in (f"{base}_{n}" for n in count(2)) if not is_taken(name))


def possible(tree: Tree, path: Path) -> frozenset[str]:
    """Which steps can be done at ``path``, by the names of the functions above."""
    node = node_at(tree, path)
    steps = {"add", "remove", "wrap"}
    if path:
        parent, number = _parent(tree, path)
        steps.add("duplicate")
        steps |= {"up"} if number > 0 else set()
        steps |= {"down"} if number + 1 < len(parent["parts"]) else set()
        if number > 0 and is_group(parent["parts"][number - 1]):
            steps.add("indent")
        steps |= {"outdent"} if len(path) > 1 else set()
        steps |= {"unwrap"} if is_group(node) else set()
    elif is_group(node) and len(node["parts"]) == 1 and is_group(node["parts"][0]):
        steps.add("unwrap")
    return frozenset(steps)


def path_text(path: Path) -> str:
    """``0.2.1``; empty for the root."""
    return ".".join(map(str, path))


def path_of(text: str) -> Path:
    """Raises ``CannotEdit``."""
    parts = text.split(".") if text else []
    if len(parts) > 2 * DEEPEST or not all(
        p.isascii() and p.isdigit() and len(p) < 5 for p in parts
    ):
        raise CannotEdit("There is no such part.")
    return tuple(map(int, parts))


def path_named(tree: Tree, node_id: str) -> Path | None:
    """Where the node with this name stands; None when there is none."""
    return next((path for path, node in walk(tree) if node_id and node.get("id") == node_id), None)


def depth(tree: Tree) -> int:
    return max(len(path) for path, _ in walk(tree))


def _parent(tree: Tree, path: Path) -> tuple[dict[str, Any], int]:
    if not path:
        raise CannotEdit("The outermost part holds everything together and stays where it is.")
    node_at(tree, path)
    return node_at(tree, path[:-1]), path[-1]


def _insert(tree: Tree, path: Path, number: int, node: Tree) -> Edited:
    group = node_at(tree, path)
    parts = [*group["parts"][:number], dict(node), *group["parts"][number:]]
    return _shallow(with_node(tree, path, {**group, "parts": parts})), (*path, number)


def _shallow(tree: dict[str, Any]) -> dict[str, Any]:
    if depth(tree) > DEEPEST:
        raise CannotEdit(f"Nobody can follow more than {DEEPEST} levels. Write this flatter.")
    return tree
