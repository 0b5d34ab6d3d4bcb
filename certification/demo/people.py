"""Which invented people fill a demonstration?

Names are built from words that nobody is called by, and record numbers begin with SYN, so that
nobody takes them for real people. Courses, agents and reasons come from the offered choices of the
reference content: no clinical word stands here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from certification.criteria.facts import Vocabulary

GIVEN = (
    "Amber", "Basil", "Cedar", "Delta", "Ember", "Fern", "Garnet", "Hazel", "Indigo", "Juniper",
    "Koa", "Linden", "Maple", "Nettle", "Olive", "Pepper", "Quill", "Rowan", "Sage", "Thistle",
)  # fmt: skip
FAMILY = (
    "Sample-Anchor", "Sample-Bridge", "Sample-Candle", "Sample-Drum", "Sample-Easel",
    "Sample-Feather", "Sample-Garden", "Sample-Harbor", "Sample-Island", "Sample-Jacket",
    "Sample-Kettle", "Sample-Lantern", "Sample-Mirror", "Sample-Needle", "Sample-Orchard",
    "Sample-Pillow", "Sample-Quarry", "Sample-Ribbon", "Sample-Saddle", "Sample-Teapot",
)  # fmt: skip
ROWS_FACT, COURSE_FACT, CODE_FACT = "prior_dmts", "phenotype", "icd10cm_code"


@dataclass(slots=True)
class Person:
    record_number: str
    given_name: str
    family_name: str
    birth_date: date
    sex: str
    ms_course: str
    onset_on: date
    diagnosed_on: date
    therapies: list[dict[str, Any]] = field(default_factory=list)


def invent(count: int, *, vocabulary: Vocabulary, as_of: date, seed: int) -> Iterator[Person]:
    """``count`` people as of a day; the same seed and day give the same people."""
    chance = random.Random(seed)  # noqa: S311 - invented people, nothing secret
    courses = [c.value for c in vocabulary[COURSE_FACT].choices if not c.unknown]
    for number in range(count):
        age = chance.randint(19, 68)
        birth = as_of - timedelta(days=age * 365 + chance.randint(10, 370))
        onset = birth + timedelta(days=int((as_of - birth).days * chance.uniform(0.45, 0.9)))
        diagnosed = min(as_of, onset + timedelta(days=chance.randint(20, 900)))
        yield Person(
            record_number=f"SYN-{number + 1:05d}",
            given_name=GIVEN[number % len(GIVEN)],
            family_name=FAMILY[(number // len(GIVEN) + number) % len(FAMILY)],
            birth_date=birth,
            sex=chance.choice(["female", "female", "male"]),
            ms_course=chance.choice(courses[:2] * 3 + courses),
            onset_on=onset,
            diagnosed_on=diagnosed,
            therapies=_history(chance, vocabulary, diagnosed, as_of),
        )


def _history(
    chance: random.Random, vocabulary: Vocabulary, begin: date, as_of: date
) -> list[dict[str, Any]]:
    """Zero to three earlier therapies, one after the other, all before ``as_of``."""
    fields = {f.key: f for f in vocabulary[ROWS_FACT].fields}
    rows: list[dict[str, Any]] = []
    started = begin + timedelta(days=chance.randint(14, 120))
    for _ in range(chance.choices([0, 1, 2, 3], [30, 40, 22, 8])[0]):
        stopped = started + timedelta(days=chance.randint(60, 1100))
        if stopped >= as_of:
            break
        rows.append(
            {
                "agent": chance.choice([c.value for c in fields["agent"].choices]),
                "efficacy_class": chance.choice(
                    [c.value for c in fields["efficacy_class"].choices]
                ),
                "started_on": started,
                "stopped_on": stopped,
                "stop_reason": chance.choice([c.value for c in fields["stop_reason"].choices]),
                "adherent": chance.random() < 0.85,
            }
        )
        started = stopped + timedelta(days=chance.randint(20, 90))
    return rows
