"""Answers that cannot both be right are flagged and count as unknown until put right."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.criteria.codec import criteria_set_from_data, vocabulary_from_data
from certification.criteria.evaluation import Evaluation, Evaluator, Explanation
from certification.criteria.facts import read_facts

from .tables import rows

AS_OF = date(2026, 11, 22)

STATUS = [
    {"value": "negative", "label": "Negative"},
    {"value": "positive", "label": "Positive"},
]
QUESTIONS: list[dict[str, Any]] = [
    {"key": "status", "label": "JCV antibody", "type": "choice", "choices": STATUS},
    {
        "key": "index",
        "label": "JCV index",
        "type": "decimal",
        "contradictions": [
            {
                "when": {
                    "all": [
                        {"fact": "status", "op": "eq", "value": "negative"},
                        {"fact": "index", "op": "gt", "value": 0.4},
                    ]
                },
                "says": "A negative antibody test has an index of 0.4 or below.",
            }
        ],
    },
    {"key": "first_dose", "label": "First dose", "type": "date"},
    {
        "key": "last_dose",
        "label": "Last dose",
        "type": "date",
        "contradictions": [
            {
                "when": {"fact": "last_dose", "op": "lt", "value_of": "first_dose"},
                "says": "The last dose is before the first.",
            }
        ],
    },
    {
        "key": "days",
        "label": "Days since the last dose",
        "type": "integer",
        "derived": {"kind": "days_since", "from": "last_dose"},
    },
]
CRITERIA = {
    "key": "set",
    "therapy": "therapy",
    "request_type": "renewal",
    "title": "Set",
    "version": "1",
    "indications": {
        "all": [
            {"fact": "status", "op": "eq", "value": "negative"},
            {"fact": "days", "op": "gte", "value": 28},
        ]
    },
}


def asked(facts: dict[str, Any]) -> tuple[Evaluation, Explanation]:
    vocabulary = vocabulary_from_data(QUESTIONS)
    evaluator = Evaluator(criteria_set_from_data(CRITERIA, "set", vocabulary), vocabulary)
    read = read_facts(vocabulary, facts, AS_OF)
    return evaluator.evaluate(read, AS_OF), evaluator.explain(read, AS_OF)


TABLE = """
    status   | index | first dose | last dose  | recommendation | missing    | contradictory
    negative | 0.3   | 2026-01-10 | 2026-06-10 | certify        |            |
    negative | 0.4   | 2026-01-10 | 2026-06-10 | certify        |            |
    negative | 2.1   | 2026-01-10 | 2026-06-10 | pend           | status     | status index
    positive | 2.1   | 2026-01-10 | 2026-06-10 | refer          |            |
    -        | 2.1   | 2026-01-10 | 2026-06-10 | pend           | status     |
    negative | -     | 2026-01-10 | 2026-06-10 | certify        |            |
    negative | -     | 2026-06-10 | 2026-01-10 | pend           | days       | last_dose first_dose
    negative | 2.1   | 2026-06-10 | 2026-01-10 | pend           | status days | status index last_dose first_dose
"""  # noqa: E501 - a table


@pytest.mark.parametrize("line", rows(TABLE)[1:])
def test_contradictory_facts(line: list[str]) -> None:
    *answers, recommendation, missing, contradictory = line
    given = dict(zip(("status", "index", "first_dose", "last_dose"), answers, strict=True))
    facts = {key: answer for key, answer in given.items() if answer != "-"}
    evaluation, _ = asked(facts)
    assert evaluation.recommendation == recommendation
    assert " ".join(evaluation.missing) == missing
    flagged = " ".join(key for one in evaluation.contradictions for key in one.facts)
    assert flagged == contradictory


def test_the_reviewer_sees_both_answers_and_why_they_are_not_used() -> None:
    facts = {"status": "negative", "index": 2.1, "first_dose": "2026-06-10"}
    evaluation, explanation = asked(facts | {"last_dose": "2026-01-10"})
    status, days = explanation.indications.children
    assert (status.truth, status.why_unknown) == ("unknown", "contradictory")
    assert status.facts[0].text == "Negative"
    assert days.why_unknown == "cannot be worked out from Last dose"
    assert [one.says for one in evaluation.contradictions] == [
        "A negative antibody test has an index of 0.4 or below.",
        "The last dose is before the first.",
    ]
