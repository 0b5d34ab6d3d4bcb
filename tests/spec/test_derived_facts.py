"""Facts that are worked out from others, as tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.criteria.codec import vocabulary_from_data
from certification.criteria.derived import Completed, Conflict, complete
from certification.criteria.facts import read_facts

from .tables import rows

AS_OF = date(2026, 11, 22)

DRUGS = [
    {"value": "interferon", "label": "Interferon"},
    {"value": "glatiramer", "label": "Glatiramer"},
    {"value": "natalizumab", "label": "Natalizumab"},
]
REASONS = [
    {"value": "failure", "label": "Failure"},
    {"value": "intolerance", "label": "Intolerance"},
    {"value": "unknown", "label": "Not known", "unknown": True},
]
FAILED = [{"field": "reason", "op": "eq", "value": "failure"}]


def fact(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key, "type": kind} | more


QUESTIONS = [
    fact("birth_date", "date"),
    fact("age", "integer", derived={"kind": "years_since", "from": "birth_date"}),
    fact("start", "date"),
    fact("months", "integer", derived={"kind": "months_since", "from": "start"}),
    fact("days", "integer", derived={"kind": "days_since", "from": "start"}),
    fact(
        "drugs",
        "rows",
        fields=[
            {"key": "agent", "label": "Agent", "type": "choice", "choices": DRUGS},
            {"key": "months", "label": "Months", "type": "integer"},
            {"key": "reason", "label": "Why stopped", "type": "choice", "choices": REASONS},
        ],
    ),
    fact("tried", "integer", derived={"kind": "count_rows", "from": "drugs", "field": "agent"}),
    fact("courses", "integer", derived={"kind": "count_rows", "from": "drugs"}),
    fact("failed", "integer", derived={"kind": "count_rows", "from": "drugs", "where": FAILED}),
    fact(
        "longest",
        "integer",
        derived={"kind": "max_of_rows", "from": "drugs", "field": "months", "where": FAILED},
    ),
    fact(
        "long",
        "integer",
        derived={
            "kind": "count_rows",
            "from": "drugs",
            "where": [
                {"field": "months", "op": "gte", "value": 6},
                {"field": "agent", "op": "in", "value": ["interferon", "glatiramer"]},
            ],
        },
    ),
    fact(
        "last",
        "choice",
        choices=DRUGS,
        derived={"kind": "last_of_rows", "from": "drugs", "field": "agent"},
    ),
    fact("index", "decimal"),
    fact("tested_on", "date", derived={"kind": "observed_on", "from": "index"}),
    fact("dose", "decimal", dated_by="dosed_on"),
    fact("dosed_on", "date"),
    fact(
        "risk",
        "choice",
        choices=[{"value": word, "label": word} for word in ("low", "high", "none")],
        derived={
            "kind": "cases",
            "cases": [
                {"when": {"fact": "index", "op": "gt", "value": 1.5}, "value": "high"},
                {"when": {"fact": "index", "op": "gt", "value": 0.4}, "value": "low"},
            ],
            "otherwise": "none",
        },
    ),
]


def completed(facts: dict[str, Any], as_of: date = AS_OF) -> Completed:
    vocabulary = vocabulary_from_data(QUESTIONS)
    return complete(vocabulary, read_facts(vocabulary, facts, as_of), as_of)


def value(key: str, facts: dict[str, Any], as_of: date = AS_OF) -> Any:
    found = completed(facts, as_of).facts.get(key)
    return "-" if found is None else found.value


# Someone born on 29 February has a birthday on 28 February in other years.
AGE = """
    born       | on         | age
    2008-11-22 | 2026-11-21 | 17
    2008-11-22 | 2026-11-22 | 18
    2008-11-22 | 2026-11-23 | 18
    2008-02-29 | 2026-02-27 | 17
    2008-02-29 | 2026-02-28 | 18
    2008-02-29 | 2028-02-28 | 19
    2008-02-29 | 2028-02-29 | 20
    2026-11-22 | 2026-11-22 | 0
"""


@pytest.mark.parametrize(("born", "on", "age"), rows(AGE)[1:])
def test_age(born: str, on: str, age: str) -> None:
    assert value("age", {"birth_date": born}, date.fromisoformat(on)) == int(age)


# Months count from the first day and end with the last day of a shorter month.
ELAPSED = """
    start      | on         | months | days
    2026-01-31 | 2026-02-27 | 0      | 27
    2026-01-31 | 2026-02-28 | 1      | 28
    2026-01-31 | 2026-03-30 | 1      | 58
    2026-01-31 | 2026-03-31 | 2      | 59
    2025-11-22 | 2026-11-21 | 11     | 364
    2025-11-22 | 2026-11-22 | 12     | 365
    2024-02-29 | 2025-02-28 | 12     | 365
"""


@pytest.mark.parametrize(("start", "on", "months", "days"), rows(ELAPSED)[1:])
def test_time_since(start: str, on: str, months: str, days: str) -> None:
    day = date.fromisoformat(on)
    assert value("months", {"start": start}, day) == int(months)
    assert value("days", {"start": start}, day) == int(days)


# Each course: agent, months, why it was stopped. Something left open leaves the count open.
HISTORY = """
    treatment history                                                | tried | courses | failed | longest failed | 6 months or more | last
    not documented                                                   | -     | -       | -      | -              | -                | -
    none                                                             | 0     | 0       | 0      | -              | 0                | -
    interferon 8 failure                                             | 1     | 1       | 1      | 8              | 1                | interferon
    interferon 8 failure; interferon 3 failure                       | 1     | 2       | 2      | 8              | 1                | interferon
    interferon 8 failure; glatiramer 2 intolerance                   | 2     | 2       | 1      | 8              | 1                | glatiramer
    natalizumab 9 intolerance; glatiramer 5 failure                  | 2     | 2       | 1      | 5              | 0                | glatiramer
    interferon 8 failure; glatiramer 7 unknown                       | 2     | 2       | -      | -              | 2                | glatiramer
    interferon ? failure                                             | 1     | 1       | 1      | -              | -                | interferon
"""  # noqa: E501 - a table


def history(text: str) -> dict[str, Any]:
    if text == "not documented":
        return {}
    courses = [] if text == "none" else [course.split() for course in text.split("; ")]
    return {
        "drugs": [
            {"agent": agent, "months": None if months == "?" else int(months), "reason": reason}
            for agent, months, reason in courses
        ]
    }


@pytest.mark.parametrize("line", rows(HISTORY)[1:])
def test_treatment_history(line: list[str]) -> None:
    text, *expectations = line
    keys = ("tried", "courses", "failed", "longest", "long", "last")
    for key, expected in zip(keys, expectations, strict=True):
        assert str(value(key, history(text))) == expected, key


RISK = """
    index | risk
    1.51  | high
    1.5   | low
    0.41  | low
    0.4   | none
    -     | -
"""


@pytest.mark.parametrize(("index", "risk"), rows(RISK)[1:])
def test_first_case_that_is_met_decides(index: str, risk: str) -> None:
    assert value("risk", {} if index == "-" else {"index": float(index)}) == risk


def test_a_given_value_wins_and_the_disagreement_is_reported() -> None:
    found = completed({"birth_date": "2008-11-22", "age": 17})
    assert found.facts["age"].value == 17
    assert found.conflicts == (Conflict("age", 17, 18),)
    assert completed({"birth_date": "2008-11-22", "age": 18}).conflicts == ()


def test_a_fact_that_was_asked_for_in_vain_is_still_worked_out() -> None:
    facts = {"birth_date": "2008-11-22", "age": {"value": None, "asked": True}}
    assert value("age", facts) == 18


def test_time_that_has_not_begun_is_not_worked_out() -> None:
    vocabulary = vocabulary_from_data([fact("start", "date", future=True), QUESTIONS[3]])
    facts = read_facts(vocabulary, {"start": "2027-01-01"}, AS_OF)
    assert "months" not in complete(vocabulary, facts, AS_OF).facts


def test_the_date_of_an_observation_can_be_a_fact() -> None:
    answer = {"value": 1.2, "observed_on": "2026-03-01"}
    assert value("tested_on", {"index": answer}) == date(2026, 3, 1)
    assert value("tested_on", {"index": 1.2}) == "-"


# The dose and its date are two questions; either can carry the date.
DATED = """
    date with the dose | date of the dose | dose is dated | date fact is
    -                  | -                | -             | -
    2026-03-01         | -                | 2026-03-01    | 2026-03-01
    -                  | 2026-03-01       | 2026-03-01    | 2026-03-01
    2026-03-01         | 2026-04-01       | 2026-03-01    | 2026-04-01
"""


@pytest.mark.parametrize("line", rows(DATED)[1:])
def test_a_value_and_its_date(line: list[str]) -> None:
    own, separate, dated, day = [None if cell == "-" else cell for cell in line]
    found = completed({"dose": {"value": 12, "observed_on": own}, "dosed_on": separate}).facts
    assert str(found["dose"].observed_on or "-") == (dated or "-")
    assert ("dosed_on" in found) is (day is not None)
    assert day is None or found["dosed_on"].value == date.fromisoformat(day)


def test_values_of_different_days_do_not_give_one_date() -> None:
    questions = [
        fact("lymphocytes", "decimal", dated_by="blood_on"),
        fact("platelets", "decimal", dated_by="blood_on"),
        fact("blood_on", "date"),
    ]
    vocabulary = vocabulary_from_data(questions)
    raw = {
        "lymphocytes": {"value": 1.1, "observed_on": "2026-03-01"},
        "platelets": {"value": 250, "observed_on": "2026-09-01"},
    }
    assert "blood_on" not in complete(vocabulary, read_facts(vocabulary, raw, AS_OF), AS_OF).facts
    raw["platelets"]["observed_on"] = "2026-03-01"
    found = complete(vocabulary, read_facts(vocabulary, raw, AS_OF), AS_OF).facts
    assert found["blood_on"].value == date(2026, 3, 1)


def test_a_value_takes_the_date_that_another_value_of_the_same_test_brought() -> None:
    questions = [
        fact("lymphocytes", "decimal", dated_by="blood_on"),
        fact("platelets", "decimal", dated_by="blood_on"),
        fact("blood_on", "date"),
    ]
    vocabulary = vocabulary_from_data(questions)
    raw = {"lymphocytes": 1.1, "platelets": {"value": 250, "observed_on": "2026-09-01"}}
    found = complete(vocabulary, read_facts(vocabulary, raw, AS_OF), AS_OF).facts
    assert found["lymphocytes"].observed_on == date(2026, 9, 1)
