"""What every operator says of every kind of answer, as tables.

``-`` is a fact that is not documented, ``asked`` one that was asked for and is not known.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.criteria.tree import Truth

from .tables import TRUTHS, rows, truth

AS_OF = date(2026, 11, 22)

QUESTIONS: list[dict[str, Any]] = [
    {"key": "treated", "label": "Ever treated", "type": "boolean"},
    {"key": "relapsing", "label": "Relapsing", "type": "boolean"},
    {"key": "ill", "label": "Ill", "type": "boolean"},
    {
        "key": "jcv",
        "label": "JCV antibody",
        "type": "choice",
        "choices": [
            {"value": "negative", "label": "Negative"},
            {"value": "positive", "label": "Positive"},
            {"value": "not_tested", "label": "Not tested", "unknown": True},
            {"value": "pending", "label": "Pending", "unknown": True},
        ],
    },
    {"key": "relapses", "label": "Relapses", "type": "integer", "minimum": 0},
    {"key": "index", "label": "JCV index", "type": "decimal", "minimum": 0},
    {"key": "before", "label": "Index before", "type": "decimal", "minimum": 0},
    {"key": "scan", "label": "MRI date", "type": "date", "future": True},
    {"key": "reason", "label": "Reason", "type": "text"},
    {
        "key": "drugs",
        "label": "Earlier drugs",
        "type": "rows",
        "fields": [{"key": "agent", "label": "Agent", "type": "text"}],
    },
    {
        "key": "months",
        "label": "Months on the last drug",
        "type": "integer",
        "applies_when": {"fact": "treated", "op": "is_true"},
    },
]

ABSENT = {"-": {}, "asked": {"value": None, "asked": True}}


def check(test: dict[str, Any], answer: Any, expected: str, **others: Any) -> None:
    facts = dict(others)
    if answer != "-":
        facts[test["fact"]] = ABSENT["asked"] if answer == "asked" else answer
    assert truth(test, facts, AS_OF, QUESTIONS) is TRUTHS[expected]


BOOLEAN = """
    op       | value | true    | false   | -       | asked
    is_true  |       | met     | not met | unknown | unknown
    is_false |       | not met | met     | unknown | unknown
    eq       | true  | met     | not met | unknown | unknown
    ne       | true  | not met | met     | unknown | unknown
    is_known |       | met     | met     | unknown | unknown
"""

# A choice that means "not known" makes a test unknown, unless the test itself names it.
CHOICE = """
    op       | value               | negative | positive | not_tested | pending | -       | asked
    eq       | negative            | met      | not met  | unknown    | unknown | unknown | unknown
    ne       | negative            | not met  | met      | unknown    | unknown | unknown | unknown
    in       | negative positive   | met      | met      | unknown    | unknown | unknown | unknown
    eq       | not_tested          | not met  | not met  | met        | unknown | unknown | unknown
    ne       | not_tested          | met      | met      | not met    | unknown | unknown | unknown
    in       | negative not_tested | met      | not met  | met        | unknown | unknown | unknown
    is_known |                     | met      | met      | unknown    | unknown | unknown | unknown
"""

WHOLE_NUMBER = """
    op       | value | 0       | 1       | 2       | 3       | -       | asked
    eq       | 2     | not met | not met | met     | not met | unknown | unknown
    ne       | 2     | met     | met     | not met | met     | unknown | unknown
    lt       | 2     | met     | met     | not met | not met | unknown | unknown
    lte      | 2     | met     | met     | met     | not met | unknown | unknown
    gt       | 2     | not met | not met | not met | met     | unknown | unknown
    gte      | 2     | not met | not met | met     | met     | unknown | unknown
    in       | 0 3   | met     | not met | not met | met     | unknown | unknown
    is_known |       | met     | met     | met     | met     | unknown | unknown
"""

# Decimals are compared exactly: 0.9 is 0.9, and 0.1 + 0.2 is nowhere.
DECIMAL = """
    op       | value | 0.89    | 0.9     | 0.90    | 0.91    | -       | asked
    eq       | 0.9   | not met | met     | met     | not met | unknown | unknown
    ne       | 0.9   | met     | not met | not met | met     | unknown | unknown
    lt       | 0.9   | met     | not met | not met | not met | unknown | unknown
    lte      | 0.9   | met     | met     | met     | not met | unknown | unknown
    gt       | 0.9   | not met | not met | not met | met     | unknown | unknown
    gte      | 0.9   | not met | met     | met     | met     | unknown | unknown
    in       | 0.9 2 | not met | met     | met     | not met | unknown | unknown
    is_known |       | met     | met     | met     | met     | unknown | unknown
"""

# The evaluation date is 22 Nov 2026. Ninety days before it is 24 Aug 2026.
DATE = """
op              | value      | 2026-08-23 | 2026-08-24 | 2026-11-22 | 2026-11-23 | -       | asked
within_days     | 90         | not met    | met        | met        | not met    | unknown | unknown
older_than_days | 90         | met        | not met    | not met    | not met    | unknown | unknown
within_days     | 0          | not met    | not met    | met        | not met    | unknown | unknown
older_than_days | 0          | met        | met        | not met    | not met    | unknown | unknown
eq              | 2026-08-24 | not met    | met        | not met    | not met    | unknown | unknown
ne              | 2026-08-24 | met        | not met    | met        | met        | unknown | unknown
lt              | 2026-08-24 | met        | not met    | not met    | not met    | unknown | unknown
lte             | 2026-08-24 | met        | met        | not met    | not met    | unknown | unknown
gt              | 2026-08-24 | not met    | not met    | met        | met        | unknown | unknown
gte             | 2026-08-24 | not met    | met        | met        | met        | unknown | unknown
is_known        |            | met        | met        | met        | met        | unknown | unknown
"""

TEXT = """
    op       | value | failure | other   | -       | asked
    eq       | failure | met   | not met | unknown | unknown
    ne       | failure | not met | met   | unknown | unknown
    is_known |       | met     | met     | unknown | unknown
"""


def cases(table: str) -> list[Any]:
    (_, _, *answers), *lines = rows(table)
    return [
        pytest.param(op, value, answer, expected, id=f"{answer} {op} {value}")
        for op, value, *expectations in lines
        for answer, expected in zip(answers, expectations, strict=True)
    ]


@pytest.mark.parametrize(("op", "value", "answer", "expected"), cases(BOOLEAN))
def test_boolean(op: str, value: str, answer: str, expected: str) -> None:
    test: dict[str, Any] = {"fact": "ill", "op": op} | ({"value": True} if value else {})
    check(test, {"true": True, "false": False}.get(answer, answer), expected)


@pytest.mark.parametrize(("op", "value", "answer", "expected"), cases(CHOICE))
def test_choice(op: str, value: str, answer: str, expected: str) -> None:
    named: Any = value.split() if op == "in" else value
    check({"fact": "jcv", "op": op} | ({"value": named} if value else {}), answer, expected)


@pytest.mark.parametrize(("op", "value", "answer", "expected"), cases(WHOLE_NUMBER))
def test_whole_number(op: str, value: str, answer: str, expected: str) -> None:
    numbers = [int(one) for one in value.split()]
    test: dict[str, Any] = {"fact": "relapses", "op": op}
    if numbers:
        test["value"] = numbers if op == "in" else numbers[0]
    check(test, int(answer) if answer.isdigit() else answer, expected)


@pytest.mark.parametrize(("op", "value", "answer", "expected"), cases(DECIMAL))
def test_decimal(op: str, value: str, answer: str, expected: str) -> None:
    numbers = [float(one) for one in value.split()]
    test: dict[str, Any] = {"fact": "index", "op": op}
    if numbers:
        test["value"] = numbers if op == "in" else numbers[0]
    check(test, float(answer) if answer[0].isdigit() else answer, expected)


@pytest.mark.parametrize(("op", "value", "answer", "expected"), cases(DATE))
def test_date(op: str, value: str, answer: str, expected: str) -> None:
    given: Any = int(value) if value.isdigit() else value
    check({"fact": "scan", "op": op} | ({"value": given} if value else {}), answer, expected)


@pytest.mark.parametrize(("op", "value", "answer", "expected"), cases(TEXT))
def test_text(op: str, value: str, answer: str, expected: str) -> None:
    check({"fact": "reason", "op": op} | ({"value": value} if value else {}), answer, expected)


# "No earlier drug" is an answer; a table that nobody filled in is not.
ROWS = """
    answer       | is_known
    no rows      | met
    one row      | met
    -            | unknown
    asked        | unknown
"""


@pytest.mark.parametrize(("answer", "expected"), rows(ROWS)[1:])
def test_rows(answer: str, expected: str) -> None:
    given: dict[str, Any] = {"no rows": [], "one row": [{"agent": "glatiramer"}]}
    check({"fact": "drugs", "op": "is_known"}, given.get(answer, answer), expected)


# Index now compared with the index before.
COMPARED = """
    index | before | lt      | gte     | eq
    1.2   | 1.5    | met     | not met | not met
    1.5   | 1.5    | not met | met     | met
    1.6   | 1.5    | not met | met     | not met
    -     | 1.5    | unknown | unknown | unknown
    1.5   | -      | unknown | unknown | unknown
    -     | -      | unknown | unknown | unknown
"""


@pytest.mark.parametrize("line", rows(COMPARED)[1:])
def test_comparison_with_another_fact(line: list[str]) -> None:
    index, before, *expectations = line
    others = {} if before == "-" else {"before": float(before)}
    for op, expected in zip(("lt", "gte", "eq"), expectations, strict=True):
        test = {"fact": "index", "op": op, "value_of": "before"}
        check(test, index if index == "-" else float(index), expected, **others)


# "Months on the last drug" applies to people who were ever treated. A given answer is used.
APPLIES = """
    ever treated | months | months gte 6 | months lt 6 | months is_known
    yes          | 8      | met          | not met     | met
    yes          | -      | unknown      | unknown     | unknown
    no           | -      | not met      | not met     | not met
    no           | asked  | not met      | not met     | not met
    no           | 8      | met          | not met     | met
    -            | -      | unknown      | unknown     | unknown
    -            | 8      | met          | not met     | met
"""


@pytest.mark.parametrize("line", rows(APPLIES)[1:])
def test_a_fact_that_may_not_apply(line: list[str]) -> None:
    treated, months, *expectations = line
    others = {} if treated == "-" else {"treated": treated == "yes"}
    answer: Any = int(months) if months.isdigit() else months
    tests: list[dict[str, Any]] = [
        {"fact": "months", "op": "gte", "value": 6},
        {"fact": "months", "op": "lt", "value": 6},
        {"fact": "months", "op": "is_known"},
    ]
    for test, expected in zip(tests, expectations, strict=True):
        check(test, answer, expected, **others)


# A result may be at most 180 days old; 180 days before 22 Nov 2026 is 26 May 2026.
AGE = """
    observed on | index lte 1.5, at most 180 days old | is_known, at most 180 days old
    2026-11-22  | met                                 | met
    2026-05-26  | met                                 | met
    2026-05-25  | unknown                             | unknown
    not given   | unknown                             | unknown
"""


@pytest.mark.parametrize("line", rows(AGE)[1:])
def test_age_of_a_result(line: list[str]) -> None:
    observed, *expectations = line
    answer = {"value": 0.4, "observed_on": None if observed == "not given" else observed}
    tests: list[dict[str, Any]] = [
        {"fact": "index", "op": "lte", "value": 1.5, "max_age_days": 180},
        {"fact": "index", "op": "is_known", "max_age_days": 180},
    ]
    for test, expected in zip(tests, expectations, strict=True):
        check(test, answer, expected)
    assert truth(tests[0] | {"max_age_days": None}, {"index": 0.4}, AS_OF, QUESTIONS) is Truth.MET
