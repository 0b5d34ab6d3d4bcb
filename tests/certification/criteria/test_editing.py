"""Does each step of an author do what it says, and keep a tree well formed?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.criteria import editing
from certification.criteria.codec import node_from_data, node_to_data
from certification.criteria.editing import CannotEdit, Path, Tree

from .worlds import QUESTIONS, name_nodes, trees


def a_test(name: str) -> dict[str, Any]:
    return {"kind": "test", "id": name, "fact": name, "op": "is_known"}


def group(name: str, *parts: Tree, kind: str = "all") -> dict[str, Any]:
    return {"kind": kind, "id": name, "parts": list(parts)}


TREE = group("top", a_test("a"), group("g", a_test("b"), a_test("c"), kind="any"), a_test("d"))


def outline(tree: Tree) -> str:
    """For example ``top(a g(b c) d)``."""
    parts = " ".join(outline(part) for part in tree.get("parts", ()))
    return f"{tree.get('id', '?')}({parts})" if "parts" in tree else str(tree["id"])


STEPS = [
    ("up", lambda t: editing.move(t, (1,), -1), "top(g(b c) a d)", (0,)),
    ("down", lambda t: editing.move(t, (1, 0), 1), "top(a g(c b) d)", (1, 1)),
    ("indent", lambda t: editing.indent(t, (2,)), "top(a g(b c d))", (1, 2)),
    ("outdent", lambda t: editing.outdent(t, (1, 0)), "top(a g(c) b d)", (2,)),
    ("wrap", lambda t: editing.wrap(t, (0,), group("w")), "top(w(a) g(b c) d)", (0,)),
    ("wrap the root", lambda t: editing.wrap(t, (), group("w")), "w(top(a g(b c) d))", ()),
    ("unwrap", lambda t: editing.unwrap(t, (1,)), "top(a b c d)", (1,)),
    ("duplicate", lambda t: editing.duplicate(t, (0,), {"a"}), "top(a a_2 g(b c) d)", (1,)),
    ("duplicate a group", lambda t: editing.duplicate(t, (1,), set("gbc") | {"b_2"}),
     "top(a g(b c) g_2(b_3 c_2) d)", (2,)),
    ("remove", lambda t: editing.remove(t, (1,)), "top(a d)", (1,)),
    ("remove the last", lambda t: editing.remove(t, (2,)), "top(a g(b c))", (1,)),
    ("remove the root", lambda t: editing.remove(t, ()), "top()", ()),
    ("add to a group", lambda t: editing.add(t, (1,), a_test("n")), "top(a g(b c n) d)", (1, 2)),
    ("add below a test", lambda t: editing.add(t, (0,), a_test("n")), "top(a n g(b c) d)", (1,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "step", "after", "path"), STEPS, ids=[s[0] for s in STEPS])
def test_steps(name: str, step: Any, after: str, path: Path) -> None:
    changed, at = step(TREE)
    assert outline(changed) == after
    assert at == path
    assert outline(TREE) == "top(a g(b c) d)"


REFUSED = [
    ("above the first", lambda t: editing.move(t, (0,), -1), "first part"),
    ("below the last", lambda t: editing.move(t, (2,), 1), "last part"),
    ("no group above", lambda t: editing.indent(t, (1,)), "no group right above"),
    ("nothing above", lambda t: editing.indent(t, (0,)), "no group right above"),
    ("outermost", lambda t: editing.outdent(t, (0,)), "outermost level"),
    ("a test unwrapped", lambda t: editing.unwrap(t, (0,)), "Only a group"),
    ("the root unwrapped", lambda t: editing.unwrap(t, ()), "holds everything together"),
    ("the root moved", lambda t: editing.move(t, (), 1), "stays where it is"),
    ("the root copied", lambda t: editing.duplicate(t, (), set()), "stays where it is"),
    ("not there", lambda t: editing.node_at(t, (1, 7)), "not there any more"),
    ("below a test", lambda t: editing.node_at(t, (0, 0)), "not there any more"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "step", "says"), REFUSED, ids=[r[0] for r in REFUSED])
def test_steps_that_cannot_be_done(name: str, step: Any, says: str) -> None:
    with pytest.raises(CannotEdit, match=says):
        step(TREE)


def test_a_tree_that_is_one_test_gets_a_group_around_it() -> None:
    changed, path = editing.add(a_test("a"), (), a_test("b"))
    assert outline(changed) == "?(a b)"
    assert changed["kind"] == "all"
    assert path == (1,)


def test_nobody_writes_deeper_than_anyone_can_read() -> None:
    tree: dict[str, Any] = group("top", a_test("a"))
    path: Path = (0,)
    for number in range(editing.DEEPEST - 1):
        tree, path = editing.wrap(tree, path, group(f"g{number}"))
        path = (*path, 0)
    with pytest.raises(CannotEdit, match="levels"):
        editing.wrap(tree, path, group("one_more"))


@pytest.mark.parametrize("text", ["x", "1.", "-1", "1..2", "²", "9" * 6, "0." * 40 + "0"])
def test_addresses_that_cannot_be(text: str) -> None:
    with pytest.raises(CannotEdit):
        editing.path_of(text)


PACK_FORMS: list[dict[str, Any]] = [
    {"not": {"fact": "yes", "op": "is_true"}},
    {"not": {"any": []}},
    {"not": {"any": [{"fact": "yes", "op": "is_true"}]}},
    {"not": {"any": [{"fact": "yes", "op": "is_true"}, {"fact": "flag", "op": "is_true"}]}},
    {"id": "outer", "not": {"id": "inner", "says": "Own words.", "any": [
        {"fact": "yes", "op": "is_true"}, {"fact": "flag", "op": "is_true"}]}},
    {"at_least": {"n": 1, "of": [{"fact": "yes", "op": "is_false", "max_age_days": 0}]}},
    {"fact": "count", "op": "eq", "value": 0, "cite": [{"ref": "a", "at": "1"}]},
]  # fmt: skip


@pytest.mark.parametrize("data", PACK_FORMS)
def test_what_is_not_changed_is_written_as_it_was(data: dict[str, Any]) -> None:
    assert editing.closed(editing.opened(data)) == data


# Against any tree -------------------------------------------------------------------------------

TREES = trees(sorted(QUESTIONS), 5).map(lambda node: name_nodes(node, "n"))


# The first tree that is drawn takes a second on a busy machine.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def well_formed(tree: Tree) -> bool:
    if tree["kind"] == "test":
        return "parts" not in tree and "fact" in tree
    return tree["kind"] in editing.GROUPS and all(well_formed(part) for part in tree["parts"])


@patiently
@given(TREES)
def test_the_codec_reads_the_same_tree_back(node: Any) -> None:
    data = node_to_data(node, "n")
    assert editing.closed(editing.opened(data)) == data
    assert node_from_data(editing.closed(editing.opened(data)), "n", QUESTIONS) == node


def leaves_of(tree: Tree) -> list[str]:
    return sorted(str(node) for _, node in editing.walk(tree) if node["kind"] == "test")


@patiently
@given(TREES, st.data())
def test_steps_keep_any_tree_well_formed(node: Any, data: st.DataObject) -> None:
    tree = editing.opened(node_to_data(node, "n"))
    for _ in range(data.draw(st.integers(1, 6))):
        path = data.draw(st.sampled_from([path for path, _ in editing.walk(tree)]))
        act = data.draw(st.sampled_from(sorted(editing.possible(tree, path))))
        before = leaves_of(tree)
        steps = {
            "up": lambda t, p: editing.move(t, p, -1),
            "down": lambda t, p: editing.move(t, p, 1),
            "indent": editing.indent,
            "outdent": editing.outdent,
            "unwrap": editing.unwrap,
            "remove": editing.remove,
            "wrap": lambda t, p: editing.wrap(t, p, editing.new_group("w")),
            "duplicate": lambda t, p: editing.duplicate(t, p, set()),
            "add": lambda t, p: editing.add(t, p, editing.new_test("n")),
        }
        if editing.depth(tree) >= editing.DEEPEST - 1:
            return
        tree, path = steps[act](tree, path)
        assert well_formed(tree)
        editing.node_at(tree, path)
        if act not in ("remove", "duplicate", "add"):
            assert leaves_of(tree) == before, f"{act} lost or made a test"


@patiently
@given(TREES, st.data())
def test_there_and_back_again_changes_nothing(node: Any, data: st.DataObject) -> None:
    tree = editing.opened(node_to_data(node, "n"))
    path = data.draw(st.sampled_from([path for path, _ in editing.walk(tree)]))
    can = editing.possible(tree, path)
    if "up" in can:
        moved, at = editing.move(tree, path, -1)
        assert editing.move(moved, at, 1) == (tree, path)
    if "indent" in can:
        moved, at = editing.indent(tree, path)
        assert editing.outdent(moved, at) == (tree, path)
    if "duplicate" in can:
        moved, at = editing.duplicate(tree, path, set())
        assert editing.remove(moved, at)[0] == tree
    if path:
        moved, at = editing.wrap(tree, path, editing.new_group("w"))
        assert editing.unwrap(moved, at) == (tree, path)


@patiently
@given(TREES)
def test_every_step_that_is_offered_can_be_done(node: Any) -> None:
    tree = editing.opened(node_to_data(node, "n"))
    for path, part in editing.walk(tree):
        can = editing.possible(tree, path)
        for act, step in (
            ("up", lambda t, p: editing.move(t, p, -1)),
            ("down", lambda t, p: editing.move(t, p, 1)),
            ("indent", editing.indent),
            ("outdent", editing.outdent),
            ("unwrap", editing.unwrap),
            ("duplicate", lambda t, p: editing.duplicate(t, p, set())),
        ):
            if act in can:
                step(tree, path)  # type: ignore[operator]
            else:
                with pytest.raises(CannotEdit):
                    step(tree, path)  # type: ignore[operator]
        assert ("unwrap" in can) <= editing.is_group(part)
