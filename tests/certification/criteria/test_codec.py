"""Criteria to and from plain data: nothing is lost, mistakes are named, hashes hold."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings

from certification.criteria.codec import (
    CriteriaError,
    canonical_bytes,
    content_hash,
    criteria_set_from_data,
    criteria_set_to_data,
    definition_to_data,
    document,
    node_from_data,
    node_to_data,
    read_document,
    vocabulary_from_data,
)
from certification.criteria.tree import walk

from .worlds import World, worlds

CHOICES = [
    {"value": "rrms", "label": "Relapsing-remitting"},
    {"value": "unknown", "label": "Not known", "unknown": True},
]
FACTS: list[dict[str, Any]] = [
    {"key": "course", "label": "Course", "type": "choice", "choices": CHOICES},
    {"key": "ill", "label": "Ill", "type": "boolean", "group": "safety", "why": "Infections."},
    {"key": "born", "label": "Born", "type": "date", "minimum": "1900-01-01"},
    {
        "key": "age",
        "label": "Age",
        "type": "integer",
        "unit": "years",
        "minimum": 0,
        "derived": {"kind": "years_since", "from": "born"},
    },
    {
        "key": "edss",
        "label": "EDSS",
        "type": "decimal",
        "minimum": 0,
        "maximum": 10,
        "step": 0.5,
        "dated_by": "edss_on",
        "codes": {"loinc": "1234-5"},
        "contradictions": [
            {"when": {"fact": "edss", "op": "gt", "value_of": "worst"}, "says": "Above worst."}
        ],
    },
    {"key": "worst", "label": "Worst EDSS", "type": "decimal", "verified": "proposed"},
    {"key": "edss_on", "label": "EDSS date", "type": "date", "future": True},
    {
        "key": "drugs",
        "label": "Drugs",
        "type": "rows",
        "applies_when": {"fact": "ill", "op": "is_false"},
        "fields": [
            {"key": "agent", "label": "Agent", "type": "text", "required": True},
            {"key": "months", "label": "Months", "type": "integer", "maximum": 600},
        ],
    },
    {
        "key": "longest",
        "label": "Longest",
        "type": "integer",
        "derived": {
            "kind": "max_of_rows",
            "from": "drugs",
            "field": "months",
            "where": [{"field": "agent", "op": "in", "value": ["a", "b"]}],
            "otherwise": 0,
        },
    },
    {
        "key": "severe",
        "label": "Severe",
        "type": "boolean",
        "derived": {
            "kind": "cases",
            "cases": [{"when": {"fact": "edss", "op": "gte", "value": 6.5}, "value": True}],
            "otherwise": False,
        },
    },
    {"key": "elsewhere", "label": "Not needed", "type": "text"},
]
CRITERIA: dict[str, Any] = {
    "key": "drug-initial",
    "therapy": "drug",
    "request_type": "initial",
    "title": "Drug, first request",
    "policy": {"organisation": "Payer", "effective_on": "2026-01-01"},
    "version": "2026.1",
    "next_review_on": "2027-05-01",
    "certification_months": 12,
    "quantity_limit": {"dose_mg": 300, "count": 13},
    "signer": "physician",
    "note": "A note.",
    "indications": {
        "id": "indicated",
        "says": "The drug is indicated.",
        "all": [
            {"fact": "course", "op": "in", "value": ["rrms"], "cite": [{"ref": "label"}]},
            {"fact": "age", "op": "gte", "value": 18, "verified": "seed"},
            {
                "at_least": {
                    "n": 1,
                    "of": [
                        {"fact": "edss", "op": "lte", "value": 6.5, "max_age_days": 180},
                        {"id": "long", "fact": "longest", "op": "gte", "value": 6},
                        {"fact": "edss_on", "op": "within_days", "value": 90},
                    ],
                }
            },
            {"not": {"any": [{"fact": "severe", "op": "is_true"}]}},
        ],
    },
    "contraindications": {
        "any": [
            {
                "fact": "ill",
                "op": "is_true",
                "cite": [{"ref": "label", "at": "section 4", "note": "read"}],
            }
        ]
    },
    "precautions": [
        {"id": "old", "when": {"fact": "age", "op": "gt", "value": 55}, "says": "Beyond the trial."}
    ],
    "examples": [
        {
            "name": "met",
            "facts": {"course": "rrms", "age": 30, "edss": {"value": 3.0, "observed_on": None}},
            "expect": {"recommendation": "pend", "missing": ["longest"], "unmet": []},
            "as_of": "2026-11-22",
        }
    ],
}


def test_everything_survives_a_round_trip() -> None:
    vocabulary = vocabulary_from_data(FACTS)
    criteria_set = criteria_set_from_data(CRITERIA, "set", vocabulary)
    again = criteria_set_from_data(criteria_set_to_data(criteria_set), "set", vocabulary)
    assert again == criteria_set
    written = [definition_to_data(definition) for definition in vocabulary.values()]
    assert written == FACTS
    assert vocabulary_from_data(written) == vocabulary


def test_the_document_stands_alone_and_keeps_its_hash_through_json() -> None:
    vocabulary = vocabulary_from_data(FACTS)
    criteria_set = criteria_set_from_data(CRITERIA, "set", vocabulary)
    written = document(criteria_set, vocabulary)
    assert [data["key"] for data in written["facts"]] == [
        data["key"] for data in FACTS if data["key"] != "elsewhere"
    ]
    read_set, read_vocabulary = read_document(json.loads(canonical_bytes(written)))
    assert read_set == criteria_set
    assert content_hash(document(read_set, read_vocabulary)) == content_hash(written)


def test_the_hash_is_of_the_meaning_not_of_the_spelling() -> None:
    def hashed(criteria: Any) -> str:
        vocabulary = vocabulary_from_data(FACTS)
        return content_hash(
            document(criteria_set_from_data(criteria, "set", vocabulary), vocabulary)
        )

    same, other = deepcopy(CRITERIA), deepcopy(CRITERIA)
    of = same["indications"]["all"][2]["at_least"]["of"]
    of[0]["value"] = "6.50"
    same["examples"][0]["facts"]["edss"]["value"] = 3
    of[1] = dict(reversed(of[1].items()))
    other["indications"]["all"][1]["value"] = 19
    assert hashed(same) == hashed(CRITERIA)
    assert hashed(other) != hashed(CRITERIA)


def test_a_known_document_keeps_its_hash_for_ever() -> None:
    """Signed determinations rest on it: these bytes and this figure never change."""
    data = {"b": [1, 1.5, "é"], "a": None}
    assert canonical_bytes(data) == '{"a":null,"b":[1,1.5,"é"]}'.encode()
    assert content_hash(data) == (
        "e1122de5d82953258e2f04c747752442218e2f3e4f1148b0aa8422d128411ccd"
    )


def test_nameless_nodes_are_called_by_their_path() -> None:
    vocabulary = vocabulary_from_data(FACTS)
    criteria = criteria_set_from_data(CRITERIA, "set", vocabulary).criteria
    assert [node.id for node in walk(criteria.indications)] == [
        "indicated",
        "indications.all.0",
        "indications.all.1",
        "indications.all.2",
        "indications.all.2.at_least.0",
        "long",
        "indications.all.2.at_least.2",
        "indications.all.3",
        "indications.all.3.not",
        "indications.all.3.not.any.0",
    ]


@settings(deadline=None, max_examples=60)
@given(worlds(questions=6, leaves=12))
def test_any_tree_survives_a_round_trip(world: World) -> None:
    tree = world.criteria_set.criteria.indications
    data = json.loads(canonical_bytes(node_to_data(tree, "indications")))
    assert node_from_data(data, "indications", world.vocabulary) == tree


WRONG_TESTS = [
    ({"fact": "agee", "op": "gte", "value": 1}, "fact", "unknown fact 'agee'", "age"),
    ({"fact": "age", "op": "is_true"}, "op", "'is_true'", "eq, ne, in, is_known, lt"),
    ({"fact": "course", "op": "gt", "value": "rrms"}, "op", "'gt'", "eq, ne, in, is_known"),
    ({"fact": "drugs", "op": "eq", "value": 1}, "op", "'eq'", "is_known"),
    ({"fact": "age", "op": "about", "value": 1}, "op", "'about'", "gte"),
    ({"fact": "course", "op": "eq", "value": "ppms"}, "value", "'ppms'", "rrms, unknown"),
    ({"fact": "course", "op": "in", "value": ["rrms", "x"]}, "value.1", "'x'", "rrms, unknown"),
    ({"fact": "course", "op": "in", "value": []}, "value", "[]", "at least one value"),
    ({"fact": "age", "op": "gte", "value": 17.5}, "value", "17.5", "type integer"),
    ({"fact": "age", "op": "gte", "value": True}, "value", "True", "type integer"),
    ({"fact": "age", "op": "gte"}, "value", "neither value nor value_of", "either"),
    ({"fact": "age", "op": "gte", "value": 1, "value_of": "edss"}, "value", "both", "either"),
    ({"fact": "age", "op": "gte", "value_of": "born"}, "value_of", "born of type date", "integer"),
    ({"fact": "age", "op": "gte", "value_of": "nobody"}, "value_of", "unknown fact", ""),
    ({"fact": "ill", "op": "is_true", "value": True}, "value", "True", "is_true has none"),
    ({"fact": "born", "op": "within_days", "value": -1}, "value", "-1", "at least 0"),
    ({"fact": "born", "op": "within_days"}, "value", "nothing", "a number of days"),
    ({"fact": "edss", "op": "lt", "value": 2, "max_age_days": "9"}, "max_age_days", "'9'", "whole"),
    ({"fact": "age", "op": "gte", "value": 1, "when": 2}, "when", "unknown key 'when'", "value_of"),
    ({"fact": "age", "op": "gte", "value": 1, "says": 2}, "says", "2", "a text"),
    ({"fact": "age", "op": "gte", "value": 1, "cite": [{"at": "x"}]}, "cite.0", "no ref", "ref is"),
    ({"fact": "age"}, "", "no op", "op is required"),
    ({"all": [], "any": []}, "", "all and any", "exactly one of"),
    ({"some": []}, "", "['some']", "exactly one of fact, all, any"),
    ({"all": None}, "all", "nothing", "a list"),
    ({"all": {"fact": "age"}}, "all", "{'fact'", "a list"),
    ({"at_least": {"n": 2, "of": [{"all": []}]}}, "at_least.n", "2", "1 to 1"),
    ({"at_least": {"n": 0, "of": [{"all": []}]}}, "at_least.n", "0", "1 to 1"),
    ({"at_least": {"n": 1}}, "at_least", "no of", "of is required"),
    ({"at_least": {"n": 1, "of": [{"all": [3]}]}}, "at_least.of.0.all.0", "3", "a test, or one of"),
    ("ill", "", "'ill'", "a test, or one of"),
]


@pytest.mark.parametrize(("data", "path", "found", "allowed"), WRONG_TESTS)
def test_mistakes_in_a_tree(data: Any, path: str, found: str, allowed: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        node_from_data(data, "tree", vocabulary_from_data(FACTS))
    assert caught.value.path == f"tree.{path}".rstrip(".")
    assert found in caught.value.found
    assert allowed in caught.value.allowed


def test_a_tree_has_a_depth_that_can_be_read() -> None:
    tree: dict[str, Any] = {"fact": "ill", "op": "is_true"}
    for _ in range(40):
        tree = {"all": [tree]}
    vocabulary = vocabulary_from_data(FACTS)
    assert len(list(walk(node_from_data(tree, "tree", vocabulary)))) == 41
    with pytest.raises(CriteriaError, match="40 levels"):
        node_from_data({"all": [tree]}, "tree", vocabulary)


def changed(path: str, value: Any) -> dict[str, Any]:
    data = deepcopy(CRITERIA)
    *way, last = path.split(".")
    inside: Any = data
    for step in way:
        inside = inside[int(step) if step.isdigit() else step]
    inside[int(last) if last.isdigit() else last] = value
    return data


WRONG_SETS = [
    ("request_type", "first", "request_type", "'first'", "initial, renewal, acute_course"),
    ("signer", "nurse", "signer", "'nurse'", "physician"),
    ("indications", None, "", "no indications", "required"),
    ("next_review_on", "May", "next_review_on", "'May'", "a date"),
    ("certification_months", 0, "certification_months", "0", "at least 1"),
    ("version", 1.0, "version", "1.0", "in quotes"),
    ("extra", 1, "extra", "unknown key 'extra'", "key, therapy"),
    ("precautions.0.id", "long", "precautions.0", "the id long twice", "once"),
    ("contraindications.any.0.id", "long", "contraindications", "the id long twice", "once"),
    ("examples.0.facts.agee", 3, "examples.0.facts.agee", "unknown fact", "age"),
    ("examples.0.expect.recommendation", "deny", "examples.0.expect.recommendation", "'deny'", ""),
    ("examples.0.expect.unmet", ["x"], "examples.0.expect.unmet", "'x'", "indicated"),
    ("examples.0.expect.missing", ["x"], "examples.0.expect.missing", "'x'", ""),
    ("examples.0.expect.precautions", ["x"], "examples.0.expect.precautions", "'x'", "old"),
    ("examples.0.expect.missing", "age", "examples.0.expect.missing", "'age'", "a list"),
]


@pytest.mark.parametrize(("where", "value", "path", "found", "allowed"), WRONG_SETS)
def test_mistakes_in_a_set(where: str, value: Any, path: str, found: str, allowed: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        criteria_set_from_data(changed(where, value), "set", vocabulary_from_data(FACTS))
    assert caught.value.path == f"set.{path}".rstrip(".")
    assert found in caught.value.found
    assert allowed in caught.value.allowed


def test_a_document_of_another_format_is_refused() -> None:
    with pytest.raises(CriteriaError, match=r"document\.format"):
        read_document({"format": 99, "criteria_set": {}, "facts": []})
