"""What does an author see of a tree that is being written?

The tree is a list of rows, each with its level; one row is open, with its inputs and its buttons.
Any tree of any document can be shown so: criteria today, the rules of a protocol as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certification.criteria.editing import Path, Tree, is_group, path_text, possible, walk
from certification.criteria.facts import Vocabulary
from certification.criteria.mistakes import Mistake
from certification.criteria.reading import group_words, read_aloud, test_words
from certification.models import UNVERIFIED
from certification.presenters.tree_names import Names, question_names, reference_names

TOP = "top"
DEEPEST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Bench:
    """What an author works with: the questions and the references there are."""

    vocabulary: Vocabulary
    questions: Names
    references: Names

    @classmethod
    def of(
        cls, vocabulary: Vocabulary, library: Mapping[str, str], withdrawn: Iterable[str] = ()
    ) -> Bench:
        """``withdrawn``: questions that stay where they stand and are not offered any more."""
        gone = frozenset(withdrawn)
        return cls(
            vocabulary,
            question_names(vocabulary, lambda key: key not in gone),
            reference_names(library),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A button of the open row. ``danger``: it takes something away."""

    act: str
    label: str
    icon: str
    focus: bool = False
    danger: bool = False
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class EditorRow:
    """``at`` names the node in addresses. ``word``: what a group asks of its parts. ``rule``: what
    the engine runs, where the author wrote a sentence of their own."""

    at: str
    depth: int
    level: int
    kind: str
    word: str
    says: str
    rule: str
    name: str
    unverified: str
    cites: tuple[str, ...]
    mistakes: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class OpenNode:
    """The open row's inputs. ``reads``: the rule with everything below it, as one sentence.
    ``on_row``: the author goes on at the row itself, nothing in it takes the focus."""

    at: str
    form: Any
    is_group: bool
    steps: tuple[Step, ...]
    adds: tuple[Step, ...]
    reads: str
    focus: str = ""
    on_row: bool = False


@dataclass(frozen=True, slots=True)
class TreeEditor:
    """One tree for editing. ``node`` None: no row is open. ``focus``: the row that has it."""

    url: str
    title: str
    rows: tuple[EditorRow, ...]
    reads: str
    revision: int
    may_edit: bool
    focus: str = ""
    node: OpenNode | None = None


_STEPS = (
    ("up", "Up", "chevron-up"),
    ("down", "Down", "chevron-down"),
    ("indent", "Indent", "chevron-right"),
    ("outdent", "Outdent", "chevron-left"),
    ("wrap", "Wrap in a group", ""),
    ("unwrap", "Take the group away", ""),
    ("duplicate", "Duplicate", ""),
    ("remove", "Remove", "x-lg"),
)
_ADDS = (("add-test", "Add a test", "plus-lg"), ("add-group", "Add a group", "plus-lg"))
_ALWAYS = ("up", "down", "indent", "outdent")
"""Shown also where they can do nothing, so that the others keep their places."""


def at_of(path: Path) -> str:
    return path_text(path) or TOP


def editor_rows(
    tree: Tree,
    bench: Bench,
    mistakes: Iterable[Mistake],
    opened_at: Path | None,
) -> tuple[EditorRow, ...]:
    """``mistakes``: those of this tree."""
    by_path: dict[Path | None, list[str]] = {}
    for mistake in mistakes:
        by_path.setdefault(mistake.path, []).append(mistake.says)
    return tuple(
        _row(path, node, bench, tuple(by_path.get(path, ())), path == opened_at)
        for path, node in walk(tree)
    )


def open_node(tree: Tree, path: Path, node: Tree, form: Any, bench: Bench, focus: str) -> OpenNode:
    """``node``: as it stands, or as it was typed."""
    can = possible(tree, path)
    field = _field_in_focus(form, focus)
    if field is not None:
        field.widget.attrs["autofocus"] = True
    pressable = {*can, *(act for act, _, _ in _ADDS), "save"}
    return OpenNode(
        at=at_of(path),
        form=form,
        is_group=is_group(node),
        steps=tuple(
            Step(act, label, icon, act == focus, act == "remove", act not in can)
            for act, label, icon in _STEPS
            if act in can or act in _ALWAYS
        ),
        adds=tuple(
            Step(act, label if is_group(node) else f"{label} below", icon, act == focus)
            for act, label, icon in _ADDS
        ),
        reads=read_aloud(node, bench.vocabulary),
        focus=focus,
        # A step that cannot be done again takes no focus, nor does an input that went away.
        on_row=bool(focus) and field is None and focus not in pressable,
    )


def _field_in_focus(form: Any, focus: str) -> Any:
    """The first input that is wrong, else the one that is named; None when it is no input."""
    for typed in (form, *form.cites.forms) if form.is_bound else ():
        for name in typed.errors:
            if name in typed.fields:
                return typed.fields[name]
    return form.fields.get(focus)


def _row(
    path: Path, node: Tree, bench: Bench, mistakes: tuple[str, ...], is_open: bool
) -> EditorRow:
    rule = "" if is_group(node) else test_words(node, bench.vocabulary)
    own = node.get("says", "")
    verified = node.get("verified", "")
    return EditorRow(
        at=at_of(path),
        depth=min(len(path), DEEPEST_SHOWN),
        level=len(path) + 1,
        kind=node["kind"],
        word=group_words(node) if is_group(node) else "",
        says=own or rule or ("" if is_group(node) else _unfinished(node, bench)),
        rule=rule if own else "",
        name=node.get("id", ""),
        unverified=verified if verified in UNVERIFIED else "",
        cites=tuple(_cite(cited, bench) for cited in node.get("cite", ())),
        mistakes=mistakes,
        is_open=is_open,
    )


def _unfinished(node: Tree, bench: Bench) -> str:
    if not node.get("fact"):
        return "A new test"
    return f"{bench.questions.text_of(node['fact'])} …"


def _cite(cited: Mapping[str, str], bench: Bench) -> str:
    return ", ".join(part for part in (cited["ref"], cited.get("at", "")) if part)
