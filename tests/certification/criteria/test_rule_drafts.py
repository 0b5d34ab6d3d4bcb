"""Do the rules of a question come back from the editor as they went in, mistakes told in place?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certification.criteria import rule_drafts
from certification.criteria.codec import definition_to_data, vocabulary_from_data
from certification.criteria.editing import CannotEdit
from certification.criteria.rule_drafts import closed_rules, drafted, opened_rules
from certification.criteria.rule_mistakes import read_rules, rule_mistakes
from certification.packs.pack import SHIPPED, read_pack

CHILD = {"fact": "age", "op": "lt", "value": 18}
RULES: dict[str, Any] = {
    "applies_when": {"not": CHILD},
    "contradictions": [{"says": "Too young.", "when": {"all": [CHILD]}}],
    "derived": {"kind": "cases", "cases": [{"when": CHILD, "value": False}], "otherwise": True},
}
FACTS: list[dict[str, Any]] = [
    {"key": "born", "label": "Born on", "type": "date"},
    {"key": "age", "label": "Age", "type": "integer", "minimum": 0, "maximum": 120,
     "derived": {"kind": "years_since", "from": "born"}},
    {"key": "adult", "label": "Grown up", "type": "boolean"} | RULES,
    {"key": "drives", "label": "Drives", "type": "boolean",
     "applies_when": {"fact": "adult", "op": "is_true"}},
]  # fmt: skip
VOCABULARY = vocabulary_from_data(FACTS)
Change = Callable[[dict[str, Any]], dict[str, Any]]


def test_every_shipped_question_comes_back_as_it_was() -> None:
    vocabulary = read_pack(*SHIPPED).vocabulary
    ruled = 0
    for key, definition in vocabulary.items():
        rules = drafted(definition_to_data(definition))
        ruled += bool(rules)
        content = opened_rules(rules)
        assert closed_rules(content) == rules
        assert rule_mistakes(key, content, vocabulary, ANY) == []
        assert read_rules(key, content, vocabulary) == definition
    assert ruled > 40


class _Any:
    def __contains__(self, name: object) -> bool:
        return True


ANY = _Any()


@pytest.mark.parametrize("name", ["applies_when", "contradictions.0", "cases.0"])
def test_a_tree_goes_by_its_name(name: str) -> None:
    content = opened_rules(RULES)
    tree = rule_drafts.tree_named(content, name)
    assert rule_drafts.with_tree(content, name, tree) == content
    assert name in rule_drafts.tree_names(content)
    for gone in (f"{name}.1", "contradictions.1", "derived"):
        with pytest.raises(CannotEdit):
            rule_drafts.tree_named(content, gone)


def test_without_tests_a_question_always_applies() -> None:
    content = opened_rules({})
    assert closed_rules(content) == {}
    assert rule_mistakes("adult", content, VOCABULARY, ()) == []


def _with(name: str, tree: Any) -> Change:
    return lambda content: rule_drafts.with_tree(content, name, tree)


def _test(fact: str, **more: Any) -> dict[str, Any]:
    return {"kind": "test", "fact": fact, "op": "is_known", **more}


EMPTY = {"kind": "all", "parts": []}


@pytest.mark.parametrize(
    ("change", "place", "field", "says"),
    [
        (_with("applies_when", _test("adult")), "applies_when", "fact", "its own answer"),
        (_with("applies_when", _test("drives")), "applies_when", "fact", "depends on this"),
        (_with("cases.0", _test("drives")), "cases.0", "fact", "depends on this"),
        (_with("applies_when", _test("gone")), "applies_when", "fact", "no question “gone”"),
        (_with("contradictions.0", EMPTY), "contradictions.0", "kind", "is empty"),
        (lambda c: c | {"contradictions": [{"says": " ", "when": _test("age")}]},
         "contradictions.0", "says", "does not fit"),
        (lambda c: c | {"cases": [{"value": None, "when": _test("age")}]},
         "cases.0", "value", "which answer"),
        (lambda c: c | {"cases": []}, "cases", "", "Add a case"),
        (lambda c: c | {"derived": {"kind": "days_since", "from": "born"}},
         "", "derived", "days_since for type boolean"),
        (lambda c: c | {"dated_by": "age"}, "", "dated_by", "of type date"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(change: Change, place: str, field: str, says: str) -> None:
    found = rule_mistakes("adult", change(opened_rules(RULES)), VOCABULARY, ())
    assert (found[0].place, found[0].field) == (place, field)
    assert says in found[0].says
    assert len(found) == 1


def test_a_circle_is_told_by_the_labels() -> None:
    facts = [*FACTS[:2], {"key": "until", "label": "Until", "type": "date",
                          "derived": {"kind": "observed_on", "from": "age"}}]  # fmt: skip
    content = opened_rules({"derived": {"kind": "years_since", "from": "until"}})
    (mistake,) = rule_mistakes("age", content, vocabulary_from_data(facts), ())
    assert mistake.field == "derived"
    assert "“Age”, which needs “Until”" in mistake.says


def test_cases_that_do_not_count_are_no_mistakes() -> None:
    content = opened_rules(RULES) | {"derived": {}, "cases": [{"value": None, "when": EMPTY}]}
    assert rule_mistakes("adult", content, VOCABULARY, ()) == []
    assert "derived" not in closed_rules(content)


def test_a_new_entry_lacks_something_and_a_name_is_free() -> None:
    content = opened_rules(RULES)
    for section in rule_drafts.LISTS:
        content = rule_drafts.with_new_entry(content, section)
    assert len(rule_mistakes("adult", content, VOCABULARY, ())) == 4
    named = rule_drafts.with_tree(content, "applies_when", _test("age", id="age"))
    assert rule_drafts.fresh_name(named, "age") == "age_2"


def test_changes_go_by_the_place() -> None:
    old = opened_rules(RULES)
    new = rule_drafts.with_tree(old, "contradictions.0", _test("age"))
    new |= {"dated_by": "born", "cases": [{**old["cases"][0], "value": True}]}
    changes = rule_drafts.changes_between(old, new)
    assert changes["dated_by"] == [None, "born"]
    assert changes["case 1 value"] == [False, True]
    assert "contradiction 1 when" in changes
    assert rule_drafts.changes_between(old, old) == {}
