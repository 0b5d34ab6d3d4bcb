"""What the journeys type: requests taken from the worked examples of the shipped criteria.

No clinical value stands in a test. The dates of an example are moved so that it plays today.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from certification.criteria.facts import FactType
from certification.criteria.tree import Example
from certification.packs.pack import Pack, folders_of, read_pack

SITE_ZONE = ZoneInfo("America/New_York")
# Names of this run, so that a server that is used again knows nobody of them.
RUN = secrets.token_hex(2)
REGISTERED = ("age_years", "sex", "phenotype", "icd10cm_code")


def today() -> date:
    return datetime.now(SITE_ZONE).date()


@cache
def shipped() -> Pack:
    return read_pack(*folders_of(["shipped"]))


@dataclass(frozen=True)
class Asked:
    """One answer to type. ``observed_on``: empty when the example dates nothing."""

    value: Any
    observed_on: str = ""


@dataclass(frozen=True)
class Request:
    """A person and what is documented about them for one criteria set."""

    set_key: str
    title: str
    family_name: str
    birth_date: date
    sex: str
    course: str
    code: str
    answers: Mapping[str, Asked]


def request(set_key: str, family_name: str, *, recommendation: str, **like: Any) -> Request:
    """The first worked example of a set with this recommendation and these facts."""
    pack = shipped()
    criteria_set = pack.criteria_sets[set_key]
    example = next(
        example
        for example in criteria_set.examples
        if example.expect.get("recommendation") == recommendation
        and all(example.facts.get(key) == value for key, value in like.items())
    )
    by = today() - (example.as_of or today())
    age = int(example.facts["age_years"])
    return Request(
        set_key=set_key,
        title=criteria_set.title,
        family_name=f"{family_name}-{RUN}",
        birth_date=today() - relativedelta(years=age, days=100),
        sex=example.facts["sex"],
        course=example.facts["phenotype"],
        code=example.facts["icd10cm_code"],
        answers=_answers(example, by),
    )


def _answers(example: Example, by: timedelta) -> dict[str, Asked]:
    answers = {}
    for key, raw in example.facts.items():
        if key in REGISTERED:
            continue
        given = dict(raw) if isinstance(raw, Mapping) else {"value": raw}
        if shipped().vocabulary[key].type is FactType.DATE:
            given["value"] = _moved(given["value"], by)
        observed = given.get("observed_on")
        answers[key] = Asked(given["value"], _moved(observed, by) if observed else "")
    return answers


def _moved(day: Any, by: timedelta) -> str:
    return (date.fromisoformat(str(day)) + by).isoformat()
