"""JSON Lines in, JSON Lines out: every line is answered, a bad one by its error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from certification.criteria.codec import (
    content_hash,
    criteria_set_from_data,
    document,
    explanation_to_data,
    vocabulary_from_data,
)
from certification.criteria.evaluation import Evaluator
from certification.criteria.explanation import evaluation_to_data
from certification.criteria.lines import FactReader, evaluate_lines
from certification.criteria.plain import to_data

from .worlds import AS_OF, World, worlds

FACTS: list[dict[str, Any]] = [
    {"key": "born", "label": "Born", "type": "date"},
    {
        "key": "age",
        "label": "Age",
        "type": "integer",
        "derived": {"kind": "years_since", "from": "born"},
    },
    {"key": "ill", "label": "Ill", "type": "boolean"},
    {"key": "index", "label": "Index", "type": "decimal"},
    {"key": "elsewhere", "label": "Of another set", "type": "integer", "minimum": 0},
]
CRITERIA = {
    "key": "set",
    "therapy": "drug",
    "request_type": "initial",
    "title": "T",
    "version": "7",
    "indications": {
        "all": [
            {"id": "adult", "fact": "age", "op": "gte", "value": 18},
            {"fact": "index", "op": "lt", "value": 1.5, "max_age_days": 180},
        ]
    },
    "contraindications": {"any": [{"fact": "ill", "op": "is_true"}]},
    "precautions": [
        {"id": "young", "when": {"fact": "age", "op": "lt", "value": 25}, "says": "Young."}
    ],
}
VOCABULARY = vocabulary_from_data(FACTS)
EVALUATOR = Evaluator(criteria_set_from_data(CRITERIA, "set", VOCABULARY), VOCABULARY)
DAY = date(2026, 11, 22)


def answers(*lines: str | bytes, explain: bool = False) -> tuple[list[dict[str, Any]], int]:
    raw = [line.encode() if isinstance(line, str) else line for line in lines]
    answered = evaluate_lines(EVALUATOR, raw, DAY, explain=explain)
    return [json.loads(line) for line in answered], answered.failures


def test_an_answer_has_exactly_the_documented_keys() -> None:
    index = '{"value": 0.4, "observed_on": "2026-10-01"}'
    line = f'{{"id": "p1", "facts": {{"born": "2005-01-01", "ill": false, "index": {index}}}}}'
    (answer,), failures = answers(line)
    assert failures == 0
    assert answer == {
        "id": "p1",
        "criteria_set": "set",
        "version": "7",
        "content_hash": content_hash(document(EVALUATOR.criteria_set, VOCABULARY)),
        "indications": "met",
        "contraindications": "not_met",
        "recommendation": "certify",
        "unmet": [],
        "missing": [],
        "shortest": [],
        "precautions": ["young"],
    }
    assert list(answer)[:4] == ["id", "criteria_set", "version", "content_hash"]


def test_conflicts_are_reported_when_there_are_any() -> None:
    (answer,), _ = answers('{"id": 3, "facts": {"age": 17, "born": "2000-01-01"}}')
    assert (answer["id"], answer["unmet"]) == (3, ["adult"])
    assert answer["conflicts"] == [{"fact": "age", "given": 17, "computed": 26}]


BAD = [
    ("{", "this is not JSON"),
    (b'{"id": "\xff"}', "this is not JSON"),
    ('{"id": "x", "facts": {"age": NaN}}', "this is not JSON"),
    ("[1]", "this is not an object"),
    ('"x"', "this is not an object"),
    ('{"id": "x"}', "there are no facts"),
    ('{"id": "x", "facts": [1]}', "facts: these are not an object"),
    ('{"id": "x", "facts": {"agee": 1}}', "agee: there is no fact 'agee'; did you mean age?"),
    ('{"id": "x", "facts": {"agee": null}}', "agee: there is no fact 'agee'; did you mean age?"),
    ('{"id": "x", "facts": {"age": true}}', "age: True is not a whole number"),
    ('{"id": "x", "facts": {"ill": 1}}', "ill: 1 is not true or false"),
    ('{"id": "x", "facts": {"born": "2027-01-01"}}', "born: 2027-01-01 is in the future"),
    ('{"id": "x", "facts": {"elsewhere": -1}}', "elsewhere: -1 is below the minimum of 0"),
    ('{"id": "x", "facts": {"index": {"value": 1, "on": 2}}}', "index: unknown key 'on'"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_a_bad_line_is_named_and_the_rest_goes_on(line: str | bytes, message: str) -> None:
    good = '{"id": "good", "facts": {"age": 1, "ill": true}}'
    (first, error, last), failures = answers(good, line, good)
    assert failures == 1
    assert first["recommendation"] == last["recommendation"] == "refer"
    assert error["line"] == 2
    assert error["error"].startswith(message)
    readable = not message.startswith("this is not")
    assert error.get("id") == ("x" if readable else None)
    assert set(error) <= {"line", "id", "error"}


def test_empty_lines_are_passed_over_and_still_counted() -> None:
    answered, failures = answers("", '{"id": 1, "facts": {}}\n', "  \n", "?")
    assert [line.get("id", line.get("line")) for line in answered] == [1, 4]
    assert failures == 1


def test_the_explanation_is_added_on_demand() -> None:
    (answer,), _ = answers('{"id": 1, "facts": {"age": 40}}', explain=True)
    assert answer["missing"] == ["ill", "index"]
    tree = answer["explanation"]["trees"]["indications"]
    assert [child["truth"] for child in tree["children"]] == ["met", "unknown"]


def test_lines_are_read_and_answered_one_by_one() -> None:
    read = []

    def endless() -> Iterator[bytes]:
        for number in range(10**9):
            read.append(number)
            yield b'{"id": %d, "facts": {"age": %d}}' % (number, number % 90)

    answered = iter(evaluate_lines(EVALUATOR, endless(), DAY))
    assert [json.loads(next(answered))["id"] for _ in range(5)] == [0, 1, 2, 3, 4]
    assert len(read) == 5


def test_values_that_python_calls_equal_are_told_apart() -> None:
    reader = FactReader(VOCABULARY, DAY)
    assert reader.read({"age": 1})["age"].value == 1
    with pytest.raises(ValueError, match="True is not a whole number"):
        reader.read({"age": True})
    assert reader.read({"ill": True})["ill"].value is True
    with pytest.raises(ValueError, match="1 is not true or false"):
        reader.read({"ill": 1})


@settings(deadline=None, max_examples=60)
@given(worlds(questions=5, leaves=10))
def test_lines_say_what_the_evaluator_says(world: World) -> None:
    evaluator = Evaluator(world.criteria_set, world.vocabulary)
    facts = {
        key: {"value": to_data(fact.value), "observed_on": to_data(fact.observed_on)}
        | ({"asked": True} if fact.asked else {})
        for key, fact in world.facts.items()
        if key in world.vocabulary
    }
    line = json.dumps({"id": "x", "facts": facts}).encode()
    expected = evaluation_to_data(evaluator.evaluate(world.facts, AS_OF))
    for answer in evaluate_lines(evaluator, [line, line], AS_OF):
        data = json.loads(answer)
        assert {key: data[key] for key in expected} == expected
    (answer,) = evaluate_lines(evaluator, [line], AS_OF, explain=True)
    explanation = explanation_to_data(evaluator.explain(world.facts, AS_OF))
    assert json.loads(answer)["explanation"] == explanation
