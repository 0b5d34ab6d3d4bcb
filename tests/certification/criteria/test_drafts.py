"""Is a set of criteria that is being written the same set, and are its mistakes found in place?"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from certification.criteria import drafts, editing
from certification.criteria.codec import content_hash, document, vocabulary_from_data
from certification.criteria.draft_changes import changes_between
from certification.criteria.mistakes import mistakes_in, readable_set
from certification.criteria.reading import group_words, read_aloud
from certification.packs.pack import SHIPPED, Pack, read_pack
from tests.factories.content import FACTS, SET

VOCABULARY = vocabulary_from_data(FACTS)
LIBRARY = {"guideline_a", "label_a", "seed_1", "trial_a"}
AGE = {"kind": "test", "id": "age", "fact": "age_years", "op": "gte", "value": 18}


@pytest.fixture(scope="module")
def shipped() -> Pack:
    return read_pack(*SHIPPED)


def test_every_shipped_set_is_the_same_after_it_was_opened(shipped: Pack) -> None:
    for key, criteria_set in shipped.criteria_sets.items():
        stored = shipped.document(key)
        content = drafts.opened_set(stored["criteria_set"])
        assert mistakes_in(content, shipped.vocabulary, shipped.entries.references) == []
        read, wrong = readable_set(content, shipped.vocabulary)
        assert not wrong
        assert read == criteria_set
        assert content_hash(document(read, shipped.vocabulary)) == content_hash(stored)


def content(**changes: Any) -> drafts.Content:
    return deepcopy(drafts.opened_set(SET)) | changes


def changed_test(**changes: Any) -> drafts.Content:
    """The set with one test of its indications written otherwise."""
    tree = editing.with_node(content()["indications"], (2,), AGE | changes)
    return content(indications=tree)


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"fact": ""}, "fact", "Choose the question"),
    ({"fact": "gone"}, "fact", "no question “gone” any more"),
    ({"op": "is_true"}, "op", "how the answer is compared"),
    ({"op": ""}, "op", "how the answer is compared"),
    ({"value": None}, "value", "with what the answer is compared"),
    ({"value": 200}, "value", "200 years cannot be answered: this question takes 0 years to 110"),
    ({"op": "in", "value": [18, 999]}, "value", "999 years cannot be answered"),
    ({"value": "many"}, "value", "Found 'many'"),
    ({"value": None, "value_of": "phenotype"}, "value_of", "cannot be compared with phenotype"),
    ({"fact": "diagnosis_date", "op": "within_days", "value": None}, "value", "how many days"),
    ({"fact": "phenotype", "op": "in", "value": []}, "value", "Choose at least one answer."),
    ({"fact": "phenotype", "op": "eq", "value": None}, "value", "Choose one."),
    ({"fact": "phenotype", "op": "eq", "value": "SPMS"}, "value", "'SPMS' is not among"),
    ({"id": "diagnosis"}, "id", "stands twice"),
    ({"id": "not a name"}, "id", "Use letters"),
    ({"cite": [{"ref": "nobody"}]}, "cite", "no reference “nobody”"),
]


@pytest.mark.parametrize(("changes", "field", "says"), MISTAKES)
def test_a_mistake_is_found_at_its_node(changes: dict[str, Any], field: str, says: str) -> None:
    found = [m for m in mistakes_in(changed_test(**changes), VOCABULARY, LIBRARY) if m.path == (2,)]
    assert [(m.place, m.field) for m in found] == [("indications", field)]
    assert says in found[0].says


GROUP_MISTAKES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"kind": "all", "parts": []}, [("kind", "empty")]),
    ({"kind": "at_least", "n": 3, "parts": [AGE]}, [("n", "At least 3 of its only part")]),
    ({"kind": "at_least", "n": 0, "parts": [AGE, AGE | {"id": "x"}]}, [("n", "Say 1 to 2")]),
    ({"kind": "none", "parts": [AGE]}, []),
]


@pytest.mark.parametrize(("group", "wanted"), GROUP_MISTAKES)
def test_mistakes_of_groups(group: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    found = mistakes_in(content(indications=group), VOCABULARY, LIBRARY)
    assert [m.field for m in found] == [field for field, _ in wanted]
    assert all(says in m.says for m, (_, says) in zip(found, wanted, strict=True))


def test_only_contraindications_may_be_none_at_all() -> None:
    nothing = {"kind": "any", "parts": []}
    assert mistakes_in(content(contraindications=nothing), VOCABULARY, LIBRARY) == []
    assert mistakes_in(content(indications=nothing), VOCABULARY, LIBRARY) != []


def test_a_new_precaution_says_what_it_lacks() -> None:
    made = drafts.with_new_entry(content())
    found = mistakes_in(made, VOCABULARY, LIBRARY)
    assert [(m.place, m.path, m.field) for m in found] == [
        ("precautions.1", (), "kind"),
        ("precautions.1", None, "says"),
    ]


def test_an_example_that_names_what_is_gone_is_told_and_the_others_run() -> None:
    examples = [
        {"name": "Fine", "facts": {}, "expect": {"recommendation": "pend"}},
        {"name": "Lost", "facts": {}, "expect": {"unmet": ["gone"]}},
    ]
    read, wrong = readable_set(content(examples=examples), VOCABULARY)
    assert read is not None
    assert [example.name for example in read.examples] == ["Fine"]
    assert [(m.place, m.says) for m in wrong] == [
        ("examples.1", "It names 'gone', which is not there any more.")
    ]


def test_examples_follow_a_node_that_is_renamed() -> None:
    example = {
        "name": "x",
        "facts": {},
        "expect": {"unmet": ["adult", "need"], "missing": ["adult"]},
    }
    changed = drafts.renamed(content(examples=[example]), "adult", "grown_up")
    assert changed["examples"][0]["expect"] == {"unmet": ["grown_up", "need"], "missing": ["adult"]}
    assert example["expect"]["unmet"] == ["adult", "need"]


@pytest.mark.parametrize(
    ("version", "taken", "after"),
    [
        ("2026.1", set(), "2026.2"),
        ("2026.9", {"2026.10"}, "2026.11"),
        ("3", set(), "4"),
        ("draft", {"draft.2"}, "draft.3"),
    ],
)
def test_the_next_version(version: str, taken: set[str], after: str) -> None:
    assert drafts.next_version(version, taken) == after


def test_names_that_are_taken() -> None:
    assert drafts.fresh_name(content(), "adult") == "adult_2"
    assert drafts.fresh_name(content(), "antibody_positive") == "antibody_positive_2"
    assert drafts.fresh_name(content(), "new") == "new"


READ = [
    (AGE, "Age is at least 18 years."),
    ({"kind": "all", "parts": [AGE, AGE | {"op": "lt", "value": 60}]},
     "Age is at least 18 years and Age is below 60 years."),
    ({"kind": "any", "parts": [AGE, {"kind": "all", "parts": [AGE, AGE]}]},
     "Either Age is at least 18 years or (Age is at least 18 years and Age is at least 18 years)."),
    ({"kind": "at_least", "n": 2, "parts": [AGE, AGE, {"kind": "test", "fact": ""}]},
     "At least 2 of these: (Age is at least 18 years; Age is at least 18 years; a test that is "
     "not finished)."),
    ({"kind": "none", "parts": [AGE]}, "Not: (Age is at least 18 years)."),
    ({"kind": "all", "parts": []}, "Nothing yet."),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "sentence"), READ)
def test_a_rule_is_read_aloud(tree: dict[str, Any], sentence: str) -> None:
    assert read_aloud({"says": "Own words.", **tree}, VOCABULARY) == sentence


def test_groups_say_what_they_ask() -> None:
    parts = [AGE, AGE]
    words = [
        group_words({"kind": kind, "n": 2, "parts": parts})
        for kind in ("all", "any", "at_least", "none")
    ]
    assert words == [
        "All of these",
        "At least one of these",
        "At least 2 of these",
        "None of these",
    ]
    assert group_words({"kind": "none", "parts": [AGE]}) == "Not this"


def test_the_trail_says_what_a_step_changed() -> None:
    before = content()
    assert changes_between(before, before) == {}
    threshold = changed_test(id="adult", value=16, says=before["indications"]["parts"][2]["says"],
                             cite=before["indications"]["parts"][2]["cite"])  # fmt: skip
    assert changes_between(before, threshold) == {"adult value": [18, 16]}
    tree, _ = editing.move(before["indications"], (0,), 1)
    moved = changes_between(before, content(indications=tree))
    assert list(moved) == ["order of indications"]
    assert moved["order of indications"][1][1:3] == ["1 course", "1 diagnosis"]
    tree, _ = editing.remove(before["indications"], (4,))
    removed = changes_between(before, content(indications=tree))
    assert list(removed) == ["antibody_known"]
    assert removed["antibody_known"][1] is None
    assert changes_between(before, content(title="New")) == {"title": [SET["title"], "New"]}
