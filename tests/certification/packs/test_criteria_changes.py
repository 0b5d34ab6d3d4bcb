"""What the difference of two versions says, and that it leaves nothing out."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.criteria.codec import criteria_set_to_data, read_document
from certification.packs.criteria_changes import Changes, changes
from certification.packs.tree_changes import Mark, lay_side_by_side
from tests.certification.criteria.worlds import QUESTIONS, World, name_nodes, trees, worlds
from tests.certification.drafts import part
from tests.factories.content import document_for

Edit = Callable[[dict[str, Any]], object]


def edited(edit: Edit) -> Changes:
    old = document_for()
    new = deepcopy(old)
    edit(new)
    return changes(read_document(old), read_document(new))


def criteria(data: dict[str, Any]) -> list[dict[str, Any]]:
    return data["criteria_set"]["indications"]["all"]


def fact(data: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in data["facts"] if one["key"] == key)


def move_down(data: dict[str, Any]) -> None:
    part(data, "need")["any"].append(criteria(data).pop(2))


TABLE: list[tuple[Edit, tuple[str, ...]]] = [
    (lambda d: None, ()),
    (lambda d: part(d, "disability").update(value=6),
     ("The lower limit of EDSS changes from 4 to 6.",)),
    (lambda d: part(d, "disability").update(op="gt"),
     ("What is asked changes from “EDSS is at least 4” to “EDSS is above 4”.",)),
    (lambda d: part(d, "course").update(value="PPMS"),
     ("The answer asked for of Type of MS changes from Relapsing-remitting to Primary "
      "progressive.",)),
    (lambda d: part(d, "antibody_known").update(max_age_days=90),
     ("The greatest age of Antibody test changes from 180 days to 90 days.",)),
    (lambda d: part(d, "antibody_known").pop("max_age_days"),
     ("The greatest age of Antibody test changes from 180 days to any age.",)),
    (lambda d: criteria(d).pop(0),
     ("Removed from the indications: “The diagnosis of multiple sclerosis is confirmed by a "
      "neurologist (Diagnosis confirmed: yes)”.",)),
    (lambda d: criteria(d).insert(0, {"id": "new", "fact": "edss", "op": "is_known"}),
     ("Added to the indications: “EDSS is documented”.",)),
    (move_down,
     ("“The person is 18 years or older” moves from “All of the following” to “A first drug has "
      "failed, or disability is marked”.",)),
    (lambda d: criteria(d).reverse(),
     ("The parts of “All of the following” stand in another order.",)),
    (lambda d: part(d, "adult").update(says="An adult."),
     ("The wording changes from “The person is 18 years or older” to “An adult”.",)),
    (lambda d: part(d, "adult")["cite"][0].update(at="section 2"),
     ("The citation of “The person is 18 years or older” changes from label_a, section 1 to "
      "label_a, section 2.",)),
    (lambda d: part(d, "course")["cite"].pop(),
     ("“The disease has a relapsing course” no longer cites guideline_a without a place.",)),
    (lambda d: part(d, "infection").update(cite=[*part(d, "infection")["cite"], {"ref": "b"}]),
     ("“An active infection is present” cites b without a place as well.",)),
    (lambda d: part(d, "disability").pop("verified"),
     ("How surely the source of “The EDSS is 4 or more” was read changes from proposed to not "
      "stated.",)),
    (lambda d: d["criteria_set"].update(certification_months=6),
     ("The certification period in months changes from 12 to 6.",)),
    (lambda d: d["criteria_set"]["precautions"].pop(0),
     ("Precaution removed: “The antibody is positive: the risk of PML is higher”.",)),
    (lambda d: fact(d, "edss").update(maximum=9),
     ("The largest accepted answer to “EDSS” changes from 10 to 9.",)),
    (lambda d: fact(d, "antibody")["choices"].append({"value": "weak", "label": "Weak"}),
     ("“Antibody test” also offers “Weak”.",)),
    (lambda d: fact(d, "edss").update(label="EDSS score"),
     ("The question “EDSS” is now “EDSS score”.",)),
    (lambda d: d["criteria_set"].update(examples=[
        {"name": "One", "facts": {}, "expect": {"recommendation": "pend"}}]),
     ("Worked example added: “One”.",)),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "says"), TABLE)
def test_sentences(edit: Edit, says: tuple[str, ...]) -> None:
    assert edited(edit).sentences == says


def test_a_group_that_asks_for_less() -> None:
    def loosen(data: dict[str, Any]) -> None:
        whole = data["criteria_set"]["indications"]
        whole["at_least"] = {"n": 3, "of": whole.pop("all")}

    found = edited(loosen)
    assert found.sentences == (
        "“At least 3 of the following” asks for at least 3 of its parts; it asked for all of its "
        "parts.",
    )
    assert found.parts[0].lines[0].mark is Mark.CHANGED


def test_lines_stand_side_by_side() -> None:
    lines = edited(move_down).parts[0].lines
    moved = next(line for line in lines if line.mark is Mark.MOVED)
    assert (moved.depth, moved.old, moved.new) == (2, *["The person is 18 years or older."] * 2)
    assert sum(line.mark is Mark.SAME for line in lines) == len(lines) - 1


CHECKED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


@CHECKED
@given(worlds(questions=4, leaves=8))
def test_nothing_differs_from_itself(world: World) -> None:
    side = world.criteria_set, QUESTIONS
    assert changes(side, side).sentences == ()


@CHECKED
@given(worlds(questions=4, leaves=8), st.data())
def test_whatever_differs_is_told(world: World, data: st.DataObject) -> None:
    other = name_nodes(data.draw(trees(list(QUESTIONS)[:5], 6)), "indications")
    changed = replace(
        world.criteria_set, criteria=replace(world.criteria_set.criteria, indications=other)
    )
    said = changes((world.criteria_set, QUESTIONS), (changed, QUESTIONS)).sentences
    same = criteria_set_to_data(world.criteria_set) == criteria_set_to_data(changed)
    assert bool(said) is not same
    pairs = lay_side_by_side(world.criteria_set.criteria.indications, other)
    assert [pair.new for pair in pairs if pair.new is not None] == list(_walked(other))


def _walked(node: Any) -> list[Any]:
    return [node, *(n for c in _children(node) for n in _walked(c))]


def _children(node: Any) -> tuple[Any, ...]:
    of = getattr(node, "of", ())
    return of if isinstance(of, tuple) else (of,)
