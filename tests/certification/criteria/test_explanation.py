"""What an explanation tells, and the sentences of criteria without words of their own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.criteria.codec import (
    canonical_bytes,
    criteria_set_from_data,
    explanation_to_data,
    node_from_data,
    vocabulary_from_data,
)
from certification.criteria.evaluation import Evaluator
from certification.criteria.facts import read_facts
from certification.criteria.tree_words import sentence, value_text

AS_OF = date(2026, 11, 22)

FACTS: list[dict[str, Any]] = [
    {
        "key": "course",
        "label": "Course",
        "type": "choice",
        "choices": [
            {"value": "rrms", "label": "Relapsing-remitting"},
            {"value": "cis", "label": "Clinically isolated syndrome"},
            {"value": "ppms", "label": "Primary progressive"},
            {"value": "not_done", "label": "Not assessed", "unknown": True},
        ],
    },
    {"key": "born", "label": "Date of birth", "type": "date"},
    {
        "key": "age",
        "label": "Age",
        "type": "integer",
        "unit": "years",
        "derived": {"kind": "years_since", "from": "born"},
    },
    {"key": "index", "label": "JCV antibody index", "type": "decimal"},
    {"key": "worst", "label": "highest index so far", "type": "decimal"},
    {"key": "lvef", "label": "LVEF", "type": "decimal", "unit": "%"},
    {"key": "scan", "label": "MRI", "type": "date"},
    {"key": "infection", "label": "Active infection", "type": "boolean"},
    {
        "key": "drugs",
        "label": "Earlier therapies",
        "type": "rows",
        "fields": [
            {"key": "agent", "label": "Agent", "type": "text"},
            {"key": "months", "label": "Months", "type": "integer"},
        ],
    },
    {
        "key": "tried",
        "label": "Therapies tried",
        "type": "integer",
        "derived": {"kind": "max_of_rows", "from": "drugs", "field": "months"},
    },
]
VOCABULARY = vocabulary_from_data(FACTS)


def explained(tree: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    data = {
        **{"key": "set", "therapy": "drug", "request_type": "initial", "title": "T"},
        **{"version": "1", "indications": tree},
    }
    evaluator = Evaluator(criteria_set_from_data(data, "set", VOCABULARY), VOCABULARY)
    read = read_facts(VOCABULARY, facts, AS_OF)
    return explanation_to_data(evaluator.explain(read, AS_OF))


SENTENCES = [
    ({"fact": "age", "op": "gte", "value": 18}, "Age is at least 18 years"),
    ({"fact": "age", "op": "eq", "value": 1}, "Age is 1 year"),
    ({"fact": "index", "op": "lte", "value": 1.5}, "JCV antibody index is 1.5 or below"),
    ({"not": {"fact": "index", "op": "lte", "value": 1.5}}, "JCV antibody index is above 1.5"),
    ({"fact": "index", "op": "lt", "value_of": "worst"}, "JCV antibody index is below highest"),
    ({"fact": "lvef", "op": "gte", "value": 50}, "LVEF is at least 50%"),
    ({"fact": "course", "op": "eq", "value": "rrms"}, "Course is Relapsing-remitting"),
    ({"fact": "course", "op": "ne", "value": "ppms"}, "Course is not Primary progressive"),
    (
        {"fact": "course", "op": "in", "value": ["cis", "rrms", "ppms"]},
        "Course is Clinically isolated syndrome, Relapsing-remitting or Primary progressive",
    ),
    ({"not": {"fact": "course", "op": "in", "value": ["cis"]}}, "Course is not Clinically"),
    ({"fact": "infection", "op": "is_false"}, "Active infection: no"),
    ({"not": {"fact": "infection", "op": "is_true"}}, "Active infection: no"),
    ({"fact": "infection", "op": "eq", "value": True}, "Active infection is Yes"),
    ({"fact": "scan", "op": "within_days", "value": 90}, "MRI is within the last 90 days"),
    ({"fact": "scan", "op": "older_than_days", "value": 1}, "MRI is more than 1 day ago"),
    ({"fact": "scan", "op": "lt", "value": "2026-03-01"}, "MRI is before 1 Mar 2026"),
    ({"fact": "drugs", "op": "is_known"}, "Earlier therapies is documented"),
    (
        {"fact": "index", "op": "gt", "value": 0.9, "max_age_days": 180},
        "JCV antibody index is above 0.9, observed within the last 180 days",
    ),
    ({"all": [{"all": []}]}, "All of the following"),
    ({"any": [{"all": []}]}, "At least one of the following"),
    ({"at_least": {"n": 2, "of": [{"all": []}, {"any": []}]}}, "At least 2 of the following"),
    ({"not": {"any": [{"all": []}]}}, "None of the following"),
    ({"not": {"all": [{"all": []}]}}, "Not the following"),
    ({"fact": "age", "op": "gte", "value": 18, "says": "An adult."}, "An adult."),
]


@pytest.mark.parametrize(("tree", "words"), SENTENCES)
def test_sentences(tree: dict[str, Any], words: str) -> None:
    assert sentence(node_from_data(tree, "tree", VOCABULARY), VOCABULARY).startswith(words)


@pytest.mark.parametrize(
    ("key", "raw", "words"),
    [
        ("course", "cis", "Clinically isolated syndrome"),
        ("age", 1, "1 year"),
        ("age", 41, "41 years"),
        ("lvef", 55.50, "55.5%"),
        ("index", 0.9, "0.9"),
        ("born", "1985-01-12", "12 Jan 1985"),
        ("infection", True, "Yes"),
        ("drugs", [], "None"),
        ("drugs", [{"agent": "a", "months": 6}, {"agent": "b"}], "Agent: a, Months: 6; Agent: b"),
    ],
)
def test_values_as_a_person_reads_them(key: str, raw: Any, words: str) -> None:
    assert (
        value_text(VOCABULARY[key], read_facts(VOCABULARY, {key: raw}, AS_OF)[key].value) == words
    )


INDEX = {"fact": "index", "op": "lte", "value": 1.5, "max_age_days": 180}
WHY = [
    (INDEX, {}, "not documented", "Not documented"),
    (INDEX, {"index": {"value": None, "asked": True}}, "asked, not known", "Asked, not known"),
    (INDEX, {"index": 0.4}, "date not given", "0.4"),
    (
        INDEX,
        {"index": {"value": 0.4, "observed_on": "2026-01-12"}},
        "older than 180 days (observed on 12 Jan 2026)",
        "0.4",
    ),
    (
        {"fact": "course", "op": "eq", "value": "rrms"},
        {"course": "not_done"},
        "asked, not known",
        "Not assessed",
    ),
    ({"fact": "age", "op": "gte", "value": 18}, {}, "not documented", "Not documented"),
    (
        {"fact": "tried", "op": "gte", "value": 6},
        {"drugs": [{"agent": "a"}]},
        "cannot be worked out from Earlier therapies",
        "Not documented",
    ),
    (
        {"fact": "index", "op": "lt", "value_of": "worst"},
        {"index": 0.4},
        "highest index so far: not documented",
        "0.4",
    ),
]


@pytest.mark.parametrize(("tree", "facts", "why", "text"), WHY)
def test_why_a_test_is_unknown(tree: Any, facts: Any, why: str, text: str) -> None:
    node = explained(tree, facts)["trees"]["indications"]
    assert (node["truth"], node["why_unknown"]) == ("unknown", why)
    assert node["facts"][0]["text"] == text


def test_the_whole_explanation() -> None:
    tree = {
        "id": "indicated",
        "all": [
            {
                "fact": "age",
                "op": "gte",
                "value": 18,
                "cite": [{"ref": "label", "at": "section 1"}],
                "verified": "memory_high",
            },
            {"not": {"fact": "infection", "op": "is_true"}},
        ],
    }
    facts = {
        "born": "1985-01-12",
        "infection": {"value": False, "observed_on": "2026-11-20", "source": "Clinic letter"},
    }
    assert explained(tree, facts) == {
        "criteria_set": "set",
        "version": "1",
        "title": "T",
        "as_of": "2026-11-22",
        "indications": "met",
        "contraindications": "not_met",
        "recommendation": "certify",
        "unmet": [],
        "missing": [],
        "shortest": [],
        "precautions": [],
        "trees": {
            "indications": {
                "id": "indicated",
                "kind": "all",
                "says": "All of the following",
                "truth": "met",
                "children": [
                    {
                        "id": "indications.all.0",
                        "kind": "test",
                        "says": "Age is at least 18 years",
                        "truth": "met",
                        "facts": [
                            {
                                "key": "age",
                                "label": "Age",
                                "value": 41,
                                "text": "41 years",
                                "source": "Worked out from Date of birth",
                                "observed_on": "2026-11-22",
                            }
                        ],
                        "cite": [{"ref": "label", "at": "section 1"}],
                        "verified": "memory_high",
                    },
                    {
                        "id": "indications.all.1",
                        "kind": "not",
                        "says": "Active infection: no",
                        "truth": "met",
                        "children": [
                            {
                                "id": "indications.all.1.not",
                                "kind": "test",
                                "says": "Active infection: yes",
                                "truth": "not_met",
                                "facts": [
                                    {
                                        "key": "infection",
                                        "label": "Active infection",
                                        "value": False,
                                        "text": "No",
                                        "source": "Clinic letter",
                                        "observed_on": "2026-11-20",
                                    }
                                ],
                            }
                        ],
                    },
                ],
            },
            "contraindications": {
                "id": "contraindications",
                "kind": "any",
                "says": "Nothing counts",
                "truth": "not_met",
                "children": [],
            },
            "precautions": [],
        },
    }


def test_the_same_facts_give_the_same_bytes() -> None:
    tree = {"all": [INDEX, {"fact": "age", "op": "gte", "value": 18}]}
    one = {"index": {"value": 1.20, "observed_on": "2026-09-01"}, "age": 41}
    other = {"age": 41, "index": {"observed_on": "2026-09-01", "value": "1.2"}}
    assert canonical_bytes(explained(tree, one)) == canonical_bytes(explained(tree, other))
