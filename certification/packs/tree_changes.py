"""Which criteria of a tree were added, removed, moved or changed?

Two trees are laid side by side. A criterion that its author named is the same wherever it stands; a
nameless one is the same when it says the same, or asks the same fact, at the same place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from certification.criteria.tree import FactTest, Node, Not, children, walk

_NAMELESS = re.compile(r"(indications|contraindications|precautions\.\d+)(\.|$)")


class Mark(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of two trees: a criterion as it was and as it is. One of them may be missing.

    ``parent``: the group in which it stands now (or stood, when it was removed); ``from_parent``:
    the group that a moved one came from.
    """

    mark: Mark
    depth: int
    old: Node | None
    new: Node | None
    parent: Node | None = None
    from_parent: Node | None = None


def named(node: Node) -> str:
    """The id that the author gave; empty when there is none."""
    return "" if _NAMELESS.match(node.id) else node.id


def lay_side_by_side(old: Node, new: Node) -> list[Pair]:
    """Every criterion of both trees, in the order of the new one."""
    return list(_Sides(old, new).pairs())


class _Sides:
    def __init__(self, old: Node, new: Node) -> None:
        self.old, self.new = old, new
        self.old_by_name = {name: node for node in walk(old) if (name := named(node))}
        self.new_names = {named(node) for node in walk(new)} - {""}
        self.old_parents = {id(c): node for node in walk(old) for c in children(node)}

    def pairs(self) -> Iterator[Pair]:
        yield from self._pair(self.old, self.new, 0, None)

    def _pair(
        self, old: Node, new: Node, depth: int, parent: Node | None, moved: bool = False
    ) -> Iterator[Pair]:
        mark = Mark.MOVED if moved else Mark.SAME if _own(old) == _own(new) else Mark.CHANGED
        came_from = self.old_parents.get(id(old)) if moved else None
        yield Pair(mark, depth, old, new, parent, came_from)
        yield from self._children(old, new, depth + 1)

    def _children(self, old: Node, new: Node, depth: int) -> Iterator[Pair]:
        partners = self._partners(old, new)
        waiting = list(children(old))
        for child in children(new):
            partner = partners.get(id(child))
            if partner is None:
                elsewhere = self.old_by_name.get(named(child))
                if elsewhere is not None:
                    yield from self._pair(elsewhere, child, depth, new, moved=True)
                else:
                    yield from self._added(child, depth, new)
                continue
            while waiting and not _is_in(waiting[0], partners.values()):
                yield from self._removed(waiting.pop(0), depth, old)
            waiting = [one for one in waiting if one is not partner]
            yield from self._pair(partner, child, depth, new)
        for child in waiting:
            if not _is_in(child, partners.values()):
                yield from self._removed(child, depth, old)

    def _partners(self, old: Node, new: Node) -> dict[int, Node]:
        """The old child of each new child, by the identity of the new one."""
        left = list(children(old))
        found: dict[int, Node] = {}
        for alike in (_same_name, _same_rule, _same_question, _same_kind):
            for child in children(new):
                if id(child) in found:
                    continue
                for candidate in left:
                    if alike(candidate, child) and self._free(candidate, child):
                        found[id(child)] = candidate
                        left.remove(candidate)
                        break
        return found

    def _free(self, old: Node, new: Node) -> bool:
        """A named criterion that lives on, or was there before, has its own partner already."""
        if named(old) and named(old) == named(new):
            return True
        return named(old) not in self.new_names and named(new) not in self.old_by_name

    def _added(self, node: Node, depth: int, parent: Node) -> Iterator[Pair]:
        yield Pair(Mark.ADDED, depth, None, node, parent)
        for child in children(node):
            elsewhere = self.old_by_name.get(named(child))
            if elsewhere is not None:
                yield from self._pair(elsewhere, child, depth + 1, node, moved=True)
            else:
                yield from self._added(child, depth + 1, node)

    def _removed(self, node: Node, depth: int, parent: Node) -> Iterator[Pair]:
        """What lives on elsewhere is told there."""
        if named(node) in self.new_names:
            return
        yield Pair(Mark.REMOVED, depth, node, None, parent)
        for child in children(node):
            yield from self._removed(child, depth + 1, node)


def _is_in(node: Node, nodes: object) -> bool:
    return any(node is other for other in nodes)  # type: ignore[attr-defined]


def _own(node: Node) -> tuple[object, ...]:
    """What a criterion says itself, without its parts and without a name that is its place."""
    if isinstance(node, FactTest):
        return (replace(node, id=named(node)),)
    n = getattr(node, "n", None)
    return type(node), n, named(node), node.says, node.cite, node.verified


def _rule(node: Node) -> tuple[object, ...]:
    """What a criterion asks, its parts included, in whatever words."""
    if isinstance(node, FactTest):
        return (replace(node, id="", says="", cite=(), verified=""),)
    return type(node), getattr(node, "n", None), tuple(_rule(child) for child in children(node))


def _same_name(old: Node, new: Node) -> bool:
    return bool(named(old)) and named(old) == named(new)


def _same_rule(old: Node, new: Node) -> bool:
    return _rule(old) == _rule(new)


def _same_question(old: Node, new: Node) -> bool:
    while isinstance(old, Not) and isinstance(new, Not):
        old, new = old.of, new.of
    return isinstance(old, FactTest) and isinstance(new, FactTest) and old.fact == new.fact


def _same_kind(old: Node, new: Node) -> bool:
    """Groups that share one of their parts."""
    if isinstance(old, FactTest) or isinstance(new, FactTest):
        return False
    rules = [_rule(child) for child in children(old)]
    return any(_rule(child) in rules for child in children(new))
