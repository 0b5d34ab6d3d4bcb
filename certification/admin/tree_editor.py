"""What does a press of a button do to a tree that is being edited?

The component that pages of drafts share: it reads one node's inputs, does one step, and says where
the author goes on. It writes nothing; the page hands the new tree to its action.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode

from certification.criteria import editing, entries
from certification.criteria.editing import CannotEdit, Path, Tree
from certification.criteria.mistakes import Mistake
from certification.criteria.reading import read_aloud
from certification.forms.tree_nodes import NodeForm, node_form
from certification.presenters.tree_editor import (
    TOP,
    Bench,
    TreeEditor,
    at_of,
    editor_rows,
    open_node,
)

UNNAMED_TEST = re.compile(r"test(_\d+)?")
SAID = {
    "save": "Saved.",
    "up": "Moved up.",
    "down": "Moved down.",
    "indent": "Moved into the group above.",
    "outdent": "Moved out of its group.",
    "wrap": "Put into a new group.",
    "unwrap": "The group is gone, its parts stay.",
    "duplicate": "Copied below.",
    "remove": "Removed.",
    "add-test": "A test was added. Choose its question.",
    "add-group": "A group was added. Add tests to it.",
}
FOCUS = {
    "duplicate": "row",
    "remove": "row",
    "add-test": "fact",
    "add-group": "kind",
    "wrap": "kind",
}


@dataclass(frozen=True, slots=True)
class Pressed:
    """A step that was done. ``renamed``: the old and the new name of the node."""

    tree: dict[str, Any]
    path: Path
    said: str
    focus: str
    renamed: tuple[str, str] = ("", "")


def path_in(query: str) -> Path | None:
    """Which row an address opens; None for none, or for one that cannot be."""
    if query == TOP:
        return editing.ROOT
    try:
        return editing.path_of(query) or None
    except CannotEdit:
        return None


def form_at(tree: Tree, path: Path, bench: Bench, data: Any = None) -> NodeForm:
    """Raises ``CannotEdit`` when there is no such node."""
    return form_of(editing.node_at(tree, path), bench, data)


def form_of(node: Tree, bench: Bench, data: Any = None) -> NodeForm:
    return node_form(
        data,
        node=node,
        references=bench.references,
        questions=bench.questions,
        vocabulary=bench.vocabulary,
    )


def press(
    act: str, tree: Tree, path: Path, form: NodeForm, fresh: Callable[[str], str]
) -> Pressed | None:
    """Keeps what was typed for the node and does the step; None when something typed cannot be
    understood. Raises ``CannotEdit``. ``fresh`` makes a name that the document does not have."""
    if act not in SAID:
        raise CannotEdit("There is no such step.")
    if act == "remove":
        changed, path = editing.remove(tree, path)
        return Pressed(changed, path, SAID[act], FOCUS[act])
    if not form.is_valid():
        return None
    node = form.edited()
    if node.get("fact") and UNNAMED_TEST.fullmatch(node.get("id", "")):
        node["id"] = fresh(node["fact"])
    renamed = (form.node.get("id", ""), node.get("id", ""))
    typed = editing.with_node(tree, path, node)
    changed, path = _step(act, typed, path, fresh)
    focus = FOCUS.get(act, act)
    if act == "save":
        focus = "value" if "fact" in form.changed_data or "op" in form.changed_data else "save"
    return Pressed(changed, path, SAID[act], focus, renamed)


def list_step(content: Any, section: str, act: str, at: str) -> tuple[dict[str, Any], str, str]:
    """A step of an entry of a list: the new content, what is said, and where the page's focus goes.

    Raises ``CannotEdit``. ``at``: the number of the entry, as a button sends it.
    """
    number = entries.numbered(content, section, at)
    if act == "remove":
        return entries.without_entry(content, section, number), "Removed.", ""
    if act not in ("up", "down"):
        raise CannotEdit("There is no such step.")
    by = -1 if act == "up" else 1
    focus = urlencode({"focus": f"{act} {number + by}"})
    return entries.with_entry_moved(content, section, number, by), "Moved.", f"?{focus}"


def editor(
    *,
    url: str,
    title: str,
    tree: Tree,
    bench: Bench,
    mistakes: Iterable[Mistake],
    revision: int,
    may_edit: bool,
    at: Path | None,
    form: NodeForm | None = None,
    focus: str = "",
) -> TreeEditor:
    """The whole component for its template. ``form``: what was typed and not kept."""
    node = None
    if at is not None and may_edit:
        try:
            shown = form or form_at(tree, at, bench)
            node = open_node(tree, at, editing.node_at(tree, at), shown, bench, focus)
        except CannotEdit:
            at = None
    return TreeEditor(
        url=url,
        title=title,
        rows=editor_rows(tree, bench, mistakes, at if node else None),
        reads=read_aloud(tree, bench.vocabulary),
        revision=revision,
        may_edit=may_edit,
        focus=focus if node is None or at is None else at_of(at) if node.on_row else "",
        node=node,
    )


def _step(act: str, tree: dict[str, Any], path: Path, fresh: Callable[[str], str]) -> Any:
    match act:
        case "up" | "down":
            return editing.move(tree, path, -1 if act == "up" else 1)
        case "indent":
            return editing.indent(tree, path)
        case "outdent":
            return editing.outdent(tree, path)
        case "wrap":
            return editing.wrap(tree, path, editing.new_group(fresh("group_1")))
        case "unwrap":
            return editing.unwrap(tree, path)
        case "duplicate":
            names = _Taken(fresh)
            return editing.duplicate(tree, path, names)
        case "add-test":
            return editing.add(tree, path, editing.new_test(fresh("test_1")))
        case "add-group":
            return editing.add(tree, path, editing.new_group(fresh("group_1")))
    return tree, path


class _Taken:
    """The names of a document, as the one question that is asked of them."""

    def __init__(self, fresh: Callable[[str], str]) -> None:
        self._fresh = fresh

    def __contains__(self, name: object) -> bool:
        return self._fresh(str(name)) != name
