"""What the random worlds lack: dates, lists of rows, limits, months, and the shipped criteria."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from certification.criteria.codec import criteria_set_from_data, vocabulary_from_data
from certification.criteria.derived import Completer
from certification.criteria.evaluation import recommend
from certification.criteria.facts import FactDefinition, FactType, FactValue
from certification.criteria.interpreter import Known, truth_of
from certification.criteria.needs import needed_facts
from certification.criteria.tree import CriteriaSet
from certification.criteria_sql.statement import Side, required_criteria
from certification.criteria_sql.stored import Stored, read, store
from certification.packs.pack import folders_of, read_pack

from .asking import ask
from .test_agreement import LETTERS

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 6, 15)


@cache
def dated() -> tuple[CriteriaSet, dict[str, FactDefinition]]:
    """Small criteria with every kind of derivation, shared dates, limits and rows."""
    facts: list[dict[str, Any]] = [
        {"key": "born", "label": "Born", "type": "date"},
        {"key": "age", "label": "Age", "type": "integer",
         "derived": {"kind": "years_since", "from": "born"}},
        {"key": "months", "label": "Months", "type": "integer",
         "derived": {"kind": "months_since", "from": "tested_on"}},
        {"key": "days", "label": "Days", "type": "integer",
         "derived": {"kind": "days_since", "from": "tested_on"}},
        {"key": "tested_on", "label": "Tested on", "type": "date", "minimum": "2025-01-01"},
        {"key": "test", "label": "Test", "type": "choice", "dated_by": "tested_on", "choices": [
            {"value": "neg", "label": "Negative"}, {"value": "pos", "label": "Positive"},
            {"value": "none", "label": "Not tested", "unknown": True}]},
        {"key": "index", "label": "Index", "type": "decimal", "dated_by": "tested_on",
         "minimum": 0, "maximum": 10, "step": "0.1",
         "applies_when": {"fact": "test", "op": "eq", "value": "pos"}},
        {"key": "scanned_on", "label": "Scan", "type": "date",
         "derived": {"kind": "observed_on", "from": "lesions"}},
        {"key": "lesions", "label": "Lesions", "type": "integer", "minimum": 0, "maximum": 50},
        {"key": "drugs", "label": "Drugs", "type": "rows", "fields": [
            {"key": "agent", "label": "Drug", "type": "choice", "required": True, "choices": [
                {"value": "a", "label": "A"}, {"value": "b", "label": "B"},
                {"value": "x", "label": "Not known", "unknown": True}]},
            {"key": "months", "label": "Months", "type": "integer", "minimum": 0},
            {"key": "until", "label": "Until", "type": "date"},
            {"key": "failed", "label": "Failed", "type": "boolean"}]},
        {"key": "failures", "label": "Failures", "type": "integer", "derived": {
            "kind": "count_rows", "from": "drugs", "where": [
                {"field": "failed", "op": "eq", "value": True},
                {"field": "months", "op": "gte", "value": 6}]}},
        {"key": "kinds", "label": "Kinds", "type": "integer", "derived": {
            "kind": "count_rows", "from": "drugs", "field": "agent"}},
        {"key": "longest", "label": "Longest", "type": "integer", "derived": {
            "kind": "max_of_rows", "from": "drugs", "field": "months", "otherwise": 0,
            "where": [{"field": "agent", "op": "in", "value": ["a", "x"]}]}},
        {"key": "last", "label": "Last", "type": "choice",
         "choices": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"},
                     {"value": "x", "label": "Not known", "unknown": True}],
         "derived": {"kind": "last_of_rows", "from": "drugs", "field": "agent",
                     "where": [{"field": "failed", "op": "eq", "value": False}]}},
        {"key": "ended", "label": "Ended", "type": "date", "derived": {
            "kind": "last_of_rows", "from": "drugs", "field": "until"}},
        {"key": "burden", "label": "Burden", "type": "choice",
         "choices": [{"value": "low", "label": "Low"}, {"value": "high", "label": "High"}],
         "derived": {"kind": "cases", "otherwise": "low", "cases": [
             {"value": "high", "when": {"any": [
                 {"fact": "lesions", "op": "gte", "value": 9},
                 {"fact": "failures", "op": "gte", "value": 1}]}}]},
         "contradictions": [{"says": "No.", "when": {"all": [
             {"fact": "burden", "op": "eq", "value": "high"},
             {"not": {"fact": "lesions", "op": "gte", "value": 5}},
             {"fact": "test", "op": "eq", "value": "neg"}]}}]},
    ]  # fmt: skip
    tests: list[dict[str, Any]] = [
        {"fact": "age", "op": "gte", "value": 18}, {"fact": "months", "op": "lt", "value": 3},
        {"fact": "days", "op": "lte", "value": 100}, {"fact": "index", "op": "lte", "value": 1.5},
        {"fact": "test", "op": "ne", "value": "none", "max_age_days": 90},
        {"fact": "test", "op": "is_known", "max_age_days": 0},
        {"fact": "tested_on", "op": "within_days", "value": 60},
        {"fact": "scanned_on", "op": "older_than_days", "value": 30},
        {"fact": "lesions", "op": "gt", "value": 4, "max_age_days": 400},
        {"fact": "failures", "op": "eq", "value": 1}, {"fact": "kinds", "op": "gte", "value": 2},
        {"fact": "longest", "op": "gte", "value": 6}, {"fact": "last", "op": "eq", "value": "a"},
        {"fact": "ended", "op": "lt", "value": "2026-01-01"},
        {"fact": "burden", "op": "eq", "value": "high", "max_age_days": 30},
        {"fact": "scanned_on", "op": "gte", "value_of": "tested_on"},
    ]  # fmt: skip
    data = {"key": "dated", "therapy": "t", "request_type": "initial", "title": "Dated",
            "version": "1", "indications": {"all": tests},
            "contraindications": {"at_least": {"n": 2, "of": tests[:6]}}}  # fmt: skip
    vocabulary = vocabulary_from_data(facts)
    return criteria_set_from_data(data, "dated", vocabulary), vocabulary


def plainly(
    criteria_set: CriteriaSet, completer: Completer, stored: Stored, as_of: date
) -> tuple[str, str]:
    """The same from the pure engine, without looking for what is missing."""
    vocabulary, criteria = completer.vocabulary, criteria_set.criteria
    completed = completer.complete(read(vocabulary, stored), as_of)
    known = Known(vocabulary, completed.facts, as_of, completed.not_applicable)
    truths = [truth_of(tree, known) for tree in (criteria.indications, criteria.contraindications)]
    marks = [LETTERS[truth_of(one.node, known)] for one in required_criteria(criteria)]
    return recommend(*truths).value, "".join(marks)


def some_value(definition: Any, chance: random.Random) -> Any:
    match definition.type:
        case FactType.BOOLEAN:
            return chance.random() < 0.5
        case FactType.CHOICE:
            return chance.choice([choice.value for choice in definition.choices])
        case FactType.INTEGER:
            return chance.randint(0, 12) + int(definition.minimum or 0)
        case FactType.DECIMAL:
            step = Decimal(str(getattr(definition, "step", None) or "0.1"))
            return step * chance.randint(0, 30)
        case FactType.DATE:
            return AS_OF - timedelta(
                days=chance.choice([0, 1, 29, 30, 31, 60, 100, 365, 366, 9000])
            )
        case FactType.TEXT:
            return chance.choice(["x", "y z"])
    return tuple(
        {field.key: some_value(field, chance) for field in definition.fields
         if field.required or chance.random() < 0.7}
        for _ in range(chance.randint(0, 3))
    )  # fmt: skip


def somebody(vocabulary: Any, chance: random.Random, documented: float) -> Stored:
    """Facts of an invented person, some of which fit their questions badly."""
    facts: dict[str, FactValue] = {}
    for key, definition in vocabulary.items():
        if chance.random() > documented:
            continue
        seen = AS_OF - timedelta(days=chance.choice([0, 1, 30, 31, 90, 91, 400]))
        asked = chance.random() < 0.1
        value = None if asked else some_value(definition, chance)
        facts[key] = FactValue(value, seen if chance.random() < 0.7 else None, asked=asked)
    stored = store(facts)
    for key in list(stored.answers):
        if chance.random() < 0.05:
            stored.answers[key] = strange(key, chance)
    return stored


def strange(place: str, chance: random.Random) -> Any:
    """A value of the right type that fits no question, or only some."""
    match place[-1]:
        case "#":
            return chance.choice([-7, 99999, 0.123, 3.5])
        case "@":
            return AS_OF.toordinal() - 4000
        case "]":
            return chance.choice([[{}], [{"strange": "x"}], [{"agent": "a", "months#": -1}]])
    return True if place[-1] == "?" else "strange"


def compare(criteria_set: CriteriaSet, vocabulary: Any, people: list[Stored]) -> None:
    chance, completer = random.Random(2), Completer(vocabulary)
    days = [AS_OF - timedelta(days=chance.choice([0, 15, 46, 47, 105])) for _ in people]
    found = ask([Side(vocabulary, criteria_set.criteria)], people, days)
    for person, day, answer in zip(people, days, found, strict=True):
        assert answer == plainly(criteria_set, completer, person, day), (person, day)


def test_dates_rows_limits_and_months() -> None:
    criteria_set, vocabulary = dated()
    chance = random.Random(7)
    shares = (0.3, 0.7, 0.95)
    people = [somebody(vocabulary, chance, shares[n % 3]) for n in range(600)]
    compare(criteria_set, vocabulary, people)


def test_the_shipped_criteria() -> None:
    pack = read_pack(*folders_of(["shipped"]))
    chance = random.Random(11)
    for criteria_set in pack.criteria_sets.values():
        vocabulary = needed_facts(criteria_set, pack.vocabulary)
        people = [somebody(vocabulary, chance, 0.9) for _ in range(15)]
        compare(criteria_set, vocabulary, people)
