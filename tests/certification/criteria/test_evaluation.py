"""Unmet criteria, missing facts and the shortest way, in cases that a person can follow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.criteria.codec import criteria_set_from_data, vocabulary_from_data
from certification.criteria.evaluation import Evaluation, Evaluator
from certification.criteria.facts import read_facts
from certification.criteria.needs import asked_facts, needed_facts

AS_OF = date(2026, 11, 22)


def yes(key: str, name: str | None = None) -> dict[str, Any]:
    return {"id": name, "fact": key, "op": "is_true"}


def evaluate(
    facts: dict[str, Any],
    indications: dict[str, Any],
    contraindications: dict[str, Any] | None = None,
    more: list[dict[str, Any]] | None = None,
) -> Evaluation:
    questions = [{"key": key, "label": key, "type": "boolean"} for key in "abcdef"]
    vocabulary = vocabulary_from_data(questions + (more or []))
    data = {
        **{"key": "set", "therapy": "drug", "request_type": "initial", "title": "T"},
        **{"version": "1", "indications": indications, "contraindications": contraindications},
        "precautions": [{"id": "care", "when": yes("f"), "says": "Take care."}],
    }
    evaluator = Evaluator(criteria_set_from_data(data, "set", vocabulary), vocabulary)
    return evaluator.evaluate(read_facts(vocabulary, facts, AS_OF), AS_OF)


ONE_OF = {"id": "ONE", "any": [yes("c"), {"all": [yes("d"), yes("e")]}]}
INDICATIONS = {"id": "I", "all": [yes("a"), {"id": "INNER", "all": [yes("b", "B"), ONE_OF]}]}
BLOCKED = {"id": "C", "any": [yes("f", "F"), {"id": "TWO", "all": [yes("e"), yes("f")]}]}


def test_unmet_names_what_is_asked_for_one_by_one() -> None:
    facts = dict.fromkeys("abcdef", False) | {"a": True}
    assert evaluate(facts, INDICATIONS, BLOCKED).unmet == ("B", "ONE")


def test_unmet_names_each_contraindication_that_is_met() -> None:
    facts = dict.fromkeys("abcdef", True)
    evaluation = evaluate(facts, INDICATIONS, BLOCKED)
    assert evaluation.recommendation == "refer"
    assert evaluation.unmet == ("F", "TWO")
    assert evaluation.precautions == ("care",)


CASES: list[tuple[dict[str, Any], str, str, str]] = [
    ({}, "pend", "abcdef", "abcf"),
    ({"a": True, "b": True}, "pend", "cdef", "cf"),
    ({"a": True, "b": True, "f": False}, "pend", "cde", "c"),
    ({"a": True, "b": True, "c": False, "f": False}, "pend", "de", "de"),
    ({"a": True, "b": True, "c": False, "e": True, "f": False}, "pend", "d", "d"),
    ({"a": True, "b": True, "c": True, "f": False}, "certify", "", ""),
    ({"a": False}, "refer", "", ""),
    ({"f": True}, "refer", "", ""),
]


@pytest.mark.parametrize(("facts", "recommendation", "missing", "shortest"), CASES)
def test_missing_and_shortest(
    facts: dict[str, Any], recommendation: str, missing: str, shortest: str
) -> None:
    evaluation = evaluate(facts, INDICATIONS, BLOCKED)
    assert evaluation.recommendation == recommendation
    assert evaluation.missing == tuple(missing)
    assert evaluation.shortest == tuple(shortest)


def test_a_fact_without_influence_is_not_missing() -> None:
    met_anyway = {"any": [yes("c"), {"all": []}]}
    assert evaluate({}, {"all": [yes("a"), met_anyway]}).missing == ("a",)
    one_of = {"any": [yes("b"), yes("c")]}
    assert evaluate({"c": True}, {"all": [yes("a"), one_of]}).missing == ("a",)
    assert evaluate({"c": False}, {"all": [yes("a"), one_of]}).missing == ("a", "b")


def test_of_equally_short_ways_the_first_in_wizard_order_is_named() -> None:
    both = {"all": [yes("b"), yes("c")]}
    assert evaluate({}, {"any": [{"all": [yes("a"), yes("e")]}, both]}).shortest == ("a", "e")
    assert evaluate({}, {"any": [both, {"all": [yes("a"), yes("e")]}]}).shortest == ("a", "e")


def test_nothing_is_shortest_when_certify_cannot_be_reached() -> None:
    impossible = {"all": [yes("a"), {"not": yes("a")}]}
    evaluation = evaluate({}, impossible)
    assert (evaluation.missing, evaluation.shortest) == (("a",), ())


NUMBER: dict[str, Any] = {"key": "n", "label": "n", "type": "integer", "minimum": 0, "maximum": 9}


def test_answers_that_a_question_does_not_allow_are_not_counted_on() -> None:
    above = {"fact": "n", "op": "gt", "value": 9}
    evaluation = evaluate({}, {"all": [yes("a"), above]}, more=[NUMBER])
    assert (evaluation.missing, evaluation.shortest) == (("a", "n"), ())
    evaluation = evaluate({}, {"any": [yes("a"), above]}, more=[NUMBER])
    assert (evaluation.missing, evaluation.shortest) == (("a", "n"), ("a",))
    assert evaluate({}, {"not": above}, more=[NUMBER]).shortest == ("n",)


def test_one_answer_counts_for_every_test_of_its_fact() -> None:
    def at_least(number: int) -> dict[str, Any]:
        return {"fact": "n", "op": "gte", "value": number}

    tree = {"all": [{"any": [at_least(3), yes("a")]}, {"any": [at_least(5), yes("b")]}]}
    assert evaluate({}, tree, more=[NUMBER]).shortest == ("n",)
    assert evaluate({"n": 4}, tree, more=[NUMBER]).shortest == ("b",)


def test_what_decides_whether_a_fact_applies_is_missing_too() -> None:
    months = NUMBER | {"applies_when": {"fact": "e", "op": "is_true"}}
    tree = {"not": {"fact": "n", "op": "lt", "value": 6}}
    assert evaluate({}, tree, more=[months]).missing == ("e", "n")
    assert evaluate({}, tree, more=[months]).shortest == ("e",)
    assert evaluate({"e": True}, tree, more=[months]).missing == ("n",)
    assert evaluate({"e": False}, tree, more=[months]).recommendation == "certify"


def test_facts_that_could_be_derived_are_named_themselves() -> None:
    born = {"key": "born", "label": "born", "type": "date"}
    age = NUMBER | {"maximum": 120, "derived": {"kind": "years_since", "from": "born"}}
    adult = {"fact": "n", "op": "gte", "value": 18}
    assert evaluate({}, adult, more=[born, age]).missing == ("n",)
    assert evaluate({"born": "2000-01-01"}, adult, more=[born, age]).recommendation == "certify"


def test_a_set_asks_for_what_it_needs_and_watches_for_contradictions() -> None:
    vocabulary = vocabulary_from_data(
        [
            {"key": "born", "label": "born", "type": "date"},
            {
                "key": "age",
                "label": "age",
                "type": "integer",
                "derived": {"kind": "years_since", "from": "born"},
            },
            {
                "key": "onset",
                "label": "onset",
                "type": "integer",
                "contradictions": [
                    {"when": {"fact": "onset", "op": "gt", "value_of": "age"}, "says": "No."}
                ],
            },
            {"key": "other", "label": "other", "type": "text"},
        ]
    )
    data = {
        **{"key": "set", "therapy": "drug", "request_type": "initial", "title": "T"},
        **{"version": "1", "indications": {"fact": "age", "op": "gte", "value": 18}},
    }
    criteria_set = criteria_set_from_data(data, "set", vocabulary)
    assert list(asked_facts(criteria_set, vocabulary)) == ["born", "age"]
    assert list(needed_facts(criteria_set, vocabulary)) == ["born", "age", "onset"]
    facts = read_facts(vocabulary, {"age": 20, "onset": 30}, AS_OF)
    evaluation = Evaluator(criteria_set, vocabulary).evaluate(facts, AS_OF)
    assert (evaluation.recommendation, evaluation.missing) == ("pend", ("age",))
    assert evaluation.contradictions[0].facts == ("onset", "age")
