"""What does the script of the demonstration say: who is treated, and what happens to them?

The script is content (``cohort.yaml``): drugs, values and events stand there and not in Python.
Days and months are counted back from the day on which the demonstration plays.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("cohort.yaml")

Values = dict[str, Any]
"""Fact values; a list of two numbers is a range to choose from, with as many decimals."""


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Climb(Entry):
    """The share of tests done on time, from the baseline to what was reached."""

    tests: list[str] = []
    baseline: float = Field(ge=0, le=1)
    reached: float = Field(ge=0, le=1)


class Pace(Entry):
    """When the climb begins and ends, and how it goes; the last entry holds for all other tests."""

    begins_months_ago: int
    ends_months_ago: int
    climbs: list[Climb]


class Reply(Entry):
    """What a test answers, from a month of treatment on."""

    from_month: int = 0
    values: Values = {}


class Care(Entry):
    """How a therapy is given, and what its tests answer when nothing is wrong.

    ``every_days``: the distance of the visits, where it is always the same.
    """

    dose: str
    rate: str = ""
    premedication: str = ""
    observed_minutes: int | None = None
    every_days: int = 0
    checklist: Values = {}
    results: dict[str, Values] = {}


class Deed(Entry):
    """Something that happens on one day. ``days_before``: facts that are dates, so many days before
    it. ``values``: those of a result that comes in, or is corrected, on that day."""

    days_ago: int
    facts: Values = {}
    days_before: dict[str, int] = {}
    result: str = ""
    hold: str = ""
    release: str = ""
    waive: str = ""
    why: str = ""
    correct: str = ""
    values: Values = {}
    stop: str = ""


class Trouble(Entry):
    """What goes wrong at the visit with this number."""

    visit: int
    missed: str = ""
    not_infused: str = ""
    grade: int = 0
    symptoms: str = ""
    treatment: str = ""
    outcome: str = ""


class Today(Entry):
    """A visit on the day of the demonstration, and how far it has come."""

    checklist: bool = False
    answers: Values = {}
    infused: bool = False
    missed: str = ""


class Script(Entry):
    """One treated person, or ``count`` of them. ``documented``: what the request has to say.

    ``sparse_until_months_ago``: before that tests were done a few times a year only.
    ``neglected``: tests that nobody did in the last so many days. ``renewals``: at most so many.
    """

    therapy: str
    about: str
    count: int = 1
    months_ago: int = 0
    days_ago: int = 0
    documented: Values = {}
    at_start: Values = {}
    replies: dict[str, list[Reply]] = {}
    deeds: list[Deed] = []
    troubles: list[Trouble] = []
    neglected: dict[str, int] = {}
    renewals: int = 99
    sparse_until_months_ago: int = 1000
    today: Today | None = None


class Cohort(Entry):
    """``drawn_together``: tests of one blood draw. ``ordered``: tests that are requested ahead."""

    pace: Pace
    drawn_together: list[str]
    ordered: list[str]
    cares: dict[str, Care]
    people: list[Script]

    def scripts(self) -> list[Script]:
        """One for each person."""
        return [script for script in self.people for _ in range(script.count)]


@cache
def read_cohort() -> Cohort:
    return Cohort.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
