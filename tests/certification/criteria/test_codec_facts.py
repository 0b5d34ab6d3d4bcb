"""Fact definitions that are not right are refused, with the place and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from certification.criteria.codec import CriteriaError, vocabulary_from_data

CHOICES = [
    {"value": "rrms", "label": "Relapsing-remitting"},
    {"value": "unknown", "label": "Not known", "unknown": True},
]


def fact(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key, "type": kind} | more


DATE, ROWS = fact("d", "date"), fact("r", "rows", fields=[fact("n", "integer"), fact("t", "text")])
WRONG_FACTS: list[tuple[list[dict[str, Any]], str, str]] = [
    ([fact("a", "number")], "facts.0.type", "'number'"),
    ([fact("a", "text"), fact("a", "text")], "facts.1.key", "a twice"),
    ([fact("a", "choice")], "facts.0.choices", "nothing"),
    ([fact("a", "text", choices=CHOICES)], "facts.0.choices", "[{"),
    ([fact("a", "choice", choices=CHOICES * 2)], "facts.0.choices.2", "rrms twice"),
    ([fact("a", "choice", choices=[{"value": 1, "label": "x"}])], "facts.0.choices.0.value", "1"),
    ([fact("a", "rows")], "facts.0.fields", "nothing"),
    ([fact("a", "rows", fields=[ROWS])], "facts.0.fields.0.fields", "unknown key"),
    ([fact("a", "text", minimum=1)], "facts.0.minimum", "1"),
    ([fact("a", "integer", minimum=2, maximum=1)], "facts.0.maximum", "1"),
    ([fact("a", "integer", step=1)], "facts.0.step", "1"),
    ([fact("a", "decimal", step=0)], "facts.0.step", "0"),
    ([fact("a", "text", dated_by="d")], "facts.0.dated_by", "unknown fact 'd'"),
    ([fact("a", "text", dated_by="b"), fact("b", "text")], "facts.0.dated_by", "b"),
    (
        [fact("a", "integer", derived={"kind": "weeks_since", "from": "d"})],
        "facts.0.derived.kind",
        "'weeks_since'",
    ),
    (
        [fact("a", "integer", derived={"kind": "years_since"})],
        "facts.0.derived.from",
        "unknown fact nothing",
    ),
    (
        [fact("a", "integer", derived={"kind": "years_since", "from": "r"}), ROWS],
        "facts.0.derived.from",
        "r",
    ),
    (
        [fact("a", "text", derived={"kind": "years_since", "from": "d"}), DATE],
        "facts.0.derived",
        "years_since for type text",
    ),
    (
        [fact("a", "integer", derived={"kind": "count_rows", "from": "d"}), DATE],
        "facts.0.derived.from",
        "d",
    ),
    (
        [fact("a", "integer", derived={"kind": "max_of_rows", "from": "r"}), ROWS],
        "facts.0.derived.field",
        "''",
    ),
    (
        [fact("a", "text", derived={"kind": "max_of_rows", "from": "r", "field": "t"}), ROWS],
        "facts.0.derived.field",
        "t",
    ),
    (
        [
            fact(
                "a",
                "integer",
                derived={
                    "kind": "count_rows",
                    "from": "r",
                    "where": [{"field": "x", "op": "eq", "value": 1}],
                },
            ),
            ROWS,
        ],
        "facts.0.derived.where.0.field",
        "'x'",
    ),
    (
        [
            fact(
                "a",
                "integer",
                derived={
                    "kind": "count_rows",
                    "from": "r",
                    "where": [{"field": "t", "op": "gte", "value": "x"}],
                },
            ),
            ROWS,
        ],
        "facts.0.derived.where.0.op",
        "gte",
    ),
    (
        [fact("a", "integer", derived={"kind": "years_since", "from": "d", "where": []}), DATE],
        "facts.0.derived.where",
        "[]",
    ),
    (
        [
            fact(
                "a",
                "choice",
                choices=CHOICES,
                derived={"kind": "cases", "cases": [{"when": {"all": []}, "value": "x"}]},
            )
        ],
        "facts.0.derived.cases.0.value",
        "'x'",
    ),
    (
        [fact("a", "text", derived={"kind": "cases", "cases": []})],
        "facts.0.derived.cases",
        "nothing",
    ),
    (
        [
            fact(
                "a",
                "integer",
                derived={
                    "kind": "cases",
                    "cases": [{"when": {"fact": "b", "op": "is_known"}, "value": 1}],
                },
            ),
            fact(
                "b",
                "integer",
                derived={
                    "kind": "cases",
                    "cases": [{"when": {"fact": "a", "op": "is_known"}, "value": 1}],
                },
            ),
        ],
        "facts.0",
        "a circle of facts, a -> b -> a",
    ),
    (
        [fact("a", "text", applies_when={"fact": "a", "op": "is_known"})],
        "facts.0",
        "a circle of facts, a -> a",
    ),
    (
        [
            fact("a", "text"),
            fact(
                "b",
                "text",
                contradictions=[{"when": {"fact": "x", "op": "is_known"}, "says": "No."}],
            ),
        ],
        "facts.1.contradictions.0.when.fact",
        "unknown fact 'x'",
    ),
    (
        [fact("a", "text", contradictions=[{"when": {"all": []}}])],
        "facts.0.contradictions.0",
        "no says",
    ),
]


@pytest.mark.parametrize(("facts", "path", "found"), WRONG_FACTS)
def test_mistakes_in_definitions(facts: list[Any], path: str, found: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        vocabulary_from_data(facts)
    assert (caught.value.path, found) == (path, caught.value.found[: len(found)])
    assert caught.value.allowed
