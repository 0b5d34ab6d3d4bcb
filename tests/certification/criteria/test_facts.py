"""Reading answers: what is right is typed exactly, what is wrong says what is allowed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from certification.criteria.codec import vocabulary_from_data
from certification.criteria.facts import FactError, FactValue, parse_value, read_facts

AS_OF = date(2026, 11, 22)

VOCABULARY = vocabulary_from_data(
    [
        {"key": "ill", "label": "Ill", "type": "boolean"},
        {
            "key": "code",
            "label": "Code",
            "type": "choice",
            "choices": [
                {"value": "G35", "label": "G35", "valid_until": "2025-09-30"},
                {"value": "G35.A", "label": "G35.A", "valid_from": "2025-10-01"},
            ],
        },
        {"key": "age_years", "label": "Age", "type": "integer", "minimum": 0, "maximum": 110},
        {
            "key": "edss",
            "label": "EDSS",
            "type": "decimal",
            "minimum": 0,
            "maximum": 10,
            "step": 0.5,
        },
        {"key": "jcv_index", "label": "Index", "type": "decimal"},
        {"key": "scan", "label": "MRI", "type": "date", "minimum": "1990-01-01"},
        {"key": "planned", "label": "Planned", "type": "date", "future": True},
        {"key": "reason", "label": "Reason", "type": "text"},
        {
            "key": "drugs",
            "label": "Drugs",
            "type": "rows",
            "fields": [
                {"key": "agent", "label": "Agent", "type": "text", "required": True},
                {"key": "months", "label": "Months", "type": "integer", "minimum": 0},
                {"key": "start", "label": "Start", "type": "date"},
            ],
        },
    ]
)


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("ill", True, True),
        ("ill", False, False),
        ("code", "G35.A", "G35.A"),
        ("age_years", 0, 0),
        ("age_years", 41.0, 41),
        ("edss", 3.5, Decimal("3.5")),
        ("edss", 4, Decimal(4)),
        ("jcv_index", 0.9, Decimal("0.9")),
        ("jcv_index", "1.50", Decimal("1.5")),
        ("jcv_index", Decimal("0.30"), Decimal("0.3")),
        ("scan", "2026-11-22", AS_OF),
        ("scan", date(2026, 1, 2), date(2026, 1, 2)),
        ("planned", "2027-01-01", date(2027, 1, 1)),
        ("reason", "pregnant", "pregnant"),
        ("drugs", [], ()),
        (
            "drugs",
            [{"months": 3, "agent": "a", "start": "2020-01-01"}, {"agent": "b", "months": None}],
            ({"agent": "a", "months": 3, "start": date(2020, 1, 1)}, {"agent": "b"}),
        ),
    ],
)
def test_values(key: str, raw: Any, value: Any) -> None:
    read = parse_value(VOCABULARY[key], raw, AS_OF)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("key", "raw", "message"),
    [
        ("ill", 1, "1 is not true or false"),
        ("ill", "yes", "'yes' is not true or false"),
        ("code", "G36", "'G36' is not offered; choices are G35, G35.A"),
        ("code", "G35", "G35 was valid until 2025-09-30"),
        ("code", ["G35.A"], "['G35.A'] is not offered; choices are G35, G35.A"),
        ("age_years", True, "True is not a whole number"),
        ("age_years", 17.5, "17.5 is not a whole number"),
        ("age_years", float("nan"), "nan is not a whole number"),
        ("age_years", "41", "'41' is not a whole number"),
        ("age_years", -1, "-1 is below the minimum of 0"),
        ("age_years", 111, "111 is above the maximum of 110"),
        ("edss", 3.3, "3.3 is not a multiple of 0.5"),
        ("edss", 11, "11 is above the maximum of 10"),
        ("edss", True, "True is not a number"),
        ("edss", "high", "'high' is not a number"),
        ("edss", "Infinity", "'Infinity' is not a number"),
        ("edss", "1e400", "'1e400' is not a number"),
        ("scan", "2026-11-23", "2026-11-23 is in the future (after 2026-11-22)"),
        ("scan", "1989-12-31", "1989-12-31 is below the minimum of 1990-01-01"),
        ("scan", "2026-02-30", "'2026-02-30' is not a date (YYYY-MM-DD)"),
        ("scan", "20260201", "'20260201' is not a date (YYYY-MM-DD)"),
        ("scan", datetime(2026, 1, 1), "datetime.datetime(2026, 1, 1, 0, 0) is not a date (YYYY"),  # noqa: DTZ001
        ("reason", " ", "' ' is not a text"),
        ("drugs", {"agent": "a"}, "unknown key 'agent'; allowed are value, observed_on,"),
        ("drugs", "a", "'a' is not a list of rows"),
        ("drugs", ["a"], "row 1: 'a' is not a row"),
        ("drugs", [{"agent": "a"}, {"months": 3}], "row 2: agent is required"),
        ("drugs", [{"agent": "a", "dose": 3}], "row 1: unknown field 'dose'; allowed are agent,"),
        ("drugs", [{"agent": "a", "months": -1}], "row 1: months: -1 is below the minimum of 0"),
        ("jcv_index", {"value": 1, "observed": "2026-01-01"}, "unknown key 'observed'; allowed"),
        ("jcv_index", {"value": 1, "observed_on": "2026-12-01"}, "observed on 2026-12-01, which"),
        ("jcv_index", {"value": 1, "asked": "yes"}, "asked: 'yes' is not true or false"),
        ("jcv_index", {"value": 1, "source": 3}, "source: 3 is not a text"),
        ("age_year", 41, "there is no fact 'age_year'; did you mean age_years?"),
        ("zzz", 41, "there is no fact 'zzz'"),
    ],
)
def test_mistakes(key: str, raw: Any, message: str) -> None:
    with pytest.raises(FactError) as caught:
        read_facts(VOCABULARY, {key: raw}, AS_OF)
    assert caught.value.key == key
    assert caught.value.message.startswith(message)


def test_a_choice_can_be_too_new() -> None:
    with pytest.raises(FactError, match=r"G35\.A is valid from 2025-10-01"):
        read_facts(VOCABULARY, {"code": "G35.A"}, date(2025, 9, 30))


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (None, None),
        ({"value": None}, None),
        ({"value": None, "asked": True}, FactValue(None, asked=True)),
        (1.2, FactValue(Decimal("1.2"))),
        (
            {"value": 1.2, "observed_on": "2026-03-01", "source": "laboratory"},
            FactValue(Decimal("1.2"), date(2026, 3, 1), "laboratory"),
        ),
    ],
)
def test_forms_of_an_answer(raw: Any, fact: FactValue | None) -> None:
    assert read_facts(VOCABULARY, {"jcv_index": raw}, AS_OF).get("jcv_index") == fact


def test_facts_must_be_a_mapping() -> None:
    with pytest.raises(FactError, match="not a mapping"):
        read_facts(VOCABULARY, ["ill"], AS_OF)  # type: ignore[arg-type]
