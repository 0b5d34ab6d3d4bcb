"""Which invented people fill a demonstration?

Names are built from words that nobody is called by, and record numbers begin with SYN, so that
nobody takes them for real people. Courses, agents and reasons come from the offered choices of the
reference content: no clinical word stands here.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from certification.criteria.facts import FactDefinition, Vocabulary
from certification.registration import HISTORY_FACT, PATIENT_FACTS

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
COURSE_FACT, CODE_FACT = PATIENT_FACTS["ms_course"], PATIENT_FACTS["icd10cm_code"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. ``therapies``: rows of the treatment history."""

    record_number: str
    given_name: str
    family_name: str
    birth_date: date
    sex: str
    ms_course: str
    onset_on: date
    diagnosed_on: date
    icd10cm_code: str = ""
    therapies: tuple[dict[str, Any], ...] = field(default=())

    @property
    def known_on(self) -> date:
        """The last day on which something of all this happened."""
        stops = [row["stopped_on"] for row in self.therapies if row.get("stopped_on")]
        return max([self.diagnosed_on, *stops])


@dataclass(frozen=True, slots=True)
class Lore:
    """What goes together clinically, read from worked examples instead of being written here.

    ``courses``: as often as they occur; ``codes``: the diagnosis code of a course; ``efficacy``:
    the efficacy class of an agent.
    """

    courses: tuple[str, ...]
    codes: Mapping[str, str]
    efficacy: Mapping[str, str]


def lore_of(examples: Iterable[Mapping[str, Any]]) -> Lore:
    """``examples``: the facts of each worked example."""
    courses: list[str] = []
    codes: dict[str, str] = {}
    efficacy: dict[str, str] = {}
    for facts in examples:
        course, code = facts.get(COURSE_FACT), facts.get(CODE_FACT)
        if isinstance(course, str) and isinstance(code, str):
            courses.append(course)
            codes.setdefault(course, code)
        rows = facts.get(HISTORY_FACT)
        for row in rows if isinstance(rows, list | tuple) else ():
            efficacy.setdefault(row["agent"], row.get("efficacy_class", ""))
    return Lore(tuple(courses), codes, efficacy)


def invent(
    count: int, *, vocabulary: Vocabulary, lore: Lore, as_of: date, seed: int, first: int = 1
) -> Iterator[Person]:
    """``count`` people as of a day; the same seed and day give the same people.

    ``first``: the number of the first record.
    """
    chance = random.Random(seed)  # noqa: S311 - invented people, nothing secret
    offered = [c.value for c in vocabulary[COURSE_FACT].choices if not c.unknown]
    # Mostly what is common, and now and then anything that is offered.
    courses = [c for c in lore.courses if c in offered] + offered * (len(lore.courses) // 40 + 1)
    for number in range(first - 1, first - 1 + count):
        age = chance.randint(19, 68)
        birth = as_of - timedelta(days=age * 365 + chance.randint(10, 370))
        onset = birth + timedelta(days=int((as_of - birth).days * chance.uniform(0.45, 0.9)))
        diagnosed = min(as_of, onset + timedelta(days=chance.randint(20, 900)))
        course = chance.choice(courses)
        yield Person(
            record_number=f"SYN-{number + 1:05d}",
            given_name=GIVEN[number % len(GIVEN)],
            family_name=FAMILY[(number // len(GIVEN) + number) % len(FAMILY)],
            birth_date=birth,
            sex=chance.choice(["female", "female", "male"]),
            ms_course=course,
            onset_on=onset,
            diagnosed_on=diagnosed,
            icd10cm_code=lore.codes.get(course, ""),
            therapies=_history(chance, vocabulary[HISTORY_FACT], lore, diagnosed, as_of),
        )


def _history(
    chance: random.Random, history: FactDefinition, lore: Lore, begin: date, as_of: date
) -> tuple[dict[str, Any], ...]:
    """Zero to three earlier therapies, one after the other, all before ``as_of``."""
    offered = {f.key: [c.value for c in f.choices] for f in history.fields}
    rows: list[dict[str, Any]] = []
    started = begin + timedelta(days=chance.randint(14, 120))
    for _ in range(chance.choices([0, 1, 2, 3], [30, 40, 22, 8])[0]):
        stopped = started + timedelta(days=chance.randint(60, 1100))
        if stopped >= as_of:
            break
        agent = chance.choice(offered["agent"])
        rows.append(
            {
                "agent": agent,
                "efficacy_class": lore.efficacy.get(agent, ""),
                "started_on": started,
                "stopped_on": stopped,
                "stop_reason": chance.choice(offered["stop_reason"]),
                "adherent": chance.random() < 0.85,
            }
        )
        started = stopped + timedelta(days=chance.randint(20, 90))
    return tuple(rows)
