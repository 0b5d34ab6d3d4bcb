"""The criteria engine: people a second on one core, with a tree of 25 tests.

About 8 % of the facts are missing, so a quarter of the people end in "pend", which costs most. The
last figures are a page of the wizard before anything is documented.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from datetime import date
from time import perf_counter, process_time
from typing import Any

from certification.criteria.codec import (
    criteria_set_from_data,
    explanation_to_data,
    vocabulary_from_data,
)
from certification.criteria.evaluation import Evaluator, interpret
from certification.criteria.facts import FactDefinition, read_facts
from certification.criteria.lines import evaluate_lines
from certification.criteria.tree import CriteriaSet

AS_OF = date(2026, 11, 22)
PEOPLE = 20_000
ROUNDS = 5
MISSING = 0.08

COURSES = {"relapsing": 80, "secondary_active": 6, "isolated": 5, "primary": 6, "secondary": 3}

BOOLEANS = (
    *("diagnosis_confirmed", "incomplete_recovery", "earlier_immunosuppressant"),
    *("risk_accepted", "pml_ever", "immunocompromised"),
)
INTEGERS = (
    *("age", "therapies_tried", "months_on_therapy", "relapses", "new_lesions"),
    *("enhancing_lesions", "months_on_infusion", "antibody_age_days", "scan_age_days"),
)
DECIMALS = ("edss_change", "antibody_index")
CHOICES = {"course": list(COURSES), "antibody": ["negative", "positive"]}


def check(fact: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"fact": fact, "op": op} | ({} if value is None else {"value": value})


# Made for measuring: the shape of a real set of criteria, not its content.
TREE = {
    "all": [
        check("diagnosis_confirmed", "is_true"),
        {"any": [check("course", "eq", value) for value in list(COURSES)[:3]]},
        check("age", "gte", 18),
        {
            "any": [
                {
                    "all": [
                        check("therapies_tried", "gte", 1),
                        check("months_on_therapy", "gte", 6),
                        {
                            "at_least": {
                                "n": 1,
                                "of": [
                                    check("relapses", "gte", 1),
                                    check("new_lesions", "gte", 2),
                                    check("enhancing_lesions", "gte", 1),
                                    check("edss_change", "gte", 1),
                                ],
                            }
                        },
                    ]
                },
                {
                    "at_least": {
                        "n": 2,
                        "of": [
                            check("relapses", "gte", 2),
                            check("enhancing_lesions", "gte", 1),
                            check("new_lesions", "gte", 3),
                            check("incomplete_recovery", "is_true"),
                        ],
                    }
                },
            ]
        },
        {
            "any": [
                check("antibody", "eq", "negative"),
                {
                    "all": [
                        check("antibody", "eq", "positive"),
                        check("antibody_index", "lte", 1.5),
                        {"not": check("earlier_immunosuppressant", "is_true")},
                    ]
                },
                {"all": [check("risk_accepted", "is_true"), check("months_on_infusion", "lt", 24)]},
            ]
        },
        check("antibody_age_days", "lte", 180),
        check("scan_age_days", "lte", 365),
        {"not": {"any": [check("pml_ever", "is_true"), check("immunocompromised", "is_true")]}},
    ]
}


def criteria() -> tuple[CriteriaSet, dict[str, FactDefinition]]:
    """The set that is measured, and its questions."""
    kinds = dict.fromkeys(BOOLEANS, "boolean") | dict.fromkeys(INTEGERS, "integer")
    kinds |= dict.fromkeys(DECIMALS, "decimal")
    questions: list[dict[str, Any]] = [
        {"key": key, "label": key.replace("_", " "), "type": kind} for key, kind in kinds.items()
    ]
    for key, values in CHOICES.items():
        choices = [{"value": value, "label": value} for value in values]
        questions.append({"key": key, "label": key, "type": "choice", "choices": choices})
    vocabulary = vocabulary_from_data(questions)
    data: dict[str, Any] = {
        "key": "bench",
        "therapy": "bench",
        "request_type": "initial",
        "title": "Bench",
    }
    data |= {"version": "1", "indications": TREE}
    return criteria_set_from_data(data, "bench", vocabulary), vocabulary


def people(count: int, seed: int = 2026) -> Iterable[dict[str, Any]]:
    """Raw facts of so many invented people."""
    chance = random.Random(seed)

    def often(share: float) -> bool:
        return chance.random() < share

    for _ in range(count):
        facts: dict[str, Any] = {
            "diagnosis_confirmed": often(0.97),
            "course": chance.choices(list(COURSES), list(COURSES.values()))[0],
            "age": chance.randint(14, 75),
            "therapies_tried": chance.randint(0, 3),
            "months_on_therapy": chance.randint(0, 60),
            "relapses": chance.choices(range(4), [40, 35, 18, 7])[0],
            "new_lesions": chance.choices(range(6), [40, 20, 15, 12, 8, 5])[0],
            "enhancing_lesions": chance.choices(range(4), [60, 25, 10, 5])[0],
            "edss_change": chance.choice([0.0, 0.0, 0.5, 1.0, 1.5]),
            "incomplete_recovery": often(0.25),
            "antibody": chance.choice(CHOICES["antibody"]),
            "antibody_index": round(chance.uniform(0.2, 3.5), 2),
            "earlier_immunosuppressant": often(0.1),
            "risk_accepted": often(0.6),
            "months_on_infusion": chance.randint(0, 60),
            "antibody_age_days": chance.randint(0, 220),
            "scan_age_days": chance.randint(0, 430),
            "pml_ever": often(0.01),
            "immunocompromised": often(0.04),
        }
        yield {key: value for key, value in facts.items() if not often(MISSING)}


def rates(work: Callable[[], None], count: int) -> tuple[float, float]:
    """How many a second, by the clock on the wall and by processor time, each in the best of some
    rounds. On an idle machine they are equal; beside other work only the second is ours."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = perf_counter(), process_time()
        work()
        walls.append(perf_counter() - wall)
        cpus.append(process_time() - cpu)
    return count / min(walls), count / min(cpus)


def both(name: str, work: Callable[[], None], count: int) -> Iterable[tuple[str, float, str]]:
    wall, cpu = rates(work, count)
    yield name, wall, "people/s"
    yield f"{name}, by processor time", cpu, "people/s"


def run() -> list[tuple[str, float, str]]:
    criteria_set, vocabulary = criteria()
    raw = list(people(PEOPLE))
    known = [read_facts(vocabulary, facts, AS_OF) for facts in raw]
    lines = [json.dumps({"id": f"p{n}", "facts": f}).encode() for n, f in enumerate(raw)]
    evaluator = Evaluator(criteria_set, vocabulary)

    def recommend() -> None:
        for facts in known:
            evaluator.recommend(facts, AS_OF)

    def evaluate() -> None:
        for facts in known:
            evaluator.evaluate(facts, AS_OF)

    def explain() -> None:
        for facts in known:
            explanation_to_data(evaluator.explain(facts, AS_OF))

    def stream() -> None:
        for _ in evaluate_lines(evaluator, lines, AS_OF):
            pass

    def read() -> None:
        for facts in raw:
            read_facts(vocabulary, facts, AS_OF)

    def plainly() -> None:
        for facts in known[:500]:
            interpret(criteria_set, vocabulary, facts, AS_OF)

    def first_page() -> None:
        fresh = Evaluator(criteria_set, vocabulary)
        explanation_to_data(fresh.explain({}, AS_OF))

    def next_page() -> None:
        explanation_to_data(evaluator.explain({}, AS_OF))

    return [
        *both("recommendation, compiled", recommend, PEOPLE),
        *both("evaluation with unmet, missing and shortest", evaluate, PEOPLE),
        *both("the same with the full explanation as data", explain, PEOPLE),
        *both("JSON Lines in, JSON Lines out", stream, PEOPLE),
        *both("reading facts one person at a time", read, PEOPLE),
        *both("the plain interpreter, nothing remembered", plainly, 500),
        ("nothing documented, first use of the criteria", 1000 / rates(first_page, 1)[1], "ms"),
        ("nothing documented, used before", 1000 / rates(next_page, 1)[1], "ms"),
    ]
