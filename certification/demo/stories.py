"""Which demonstration cases are there, who are they about, and how does each end?

Each worked example of the criteria in force becomes a story: somebody who fits the example, its
facts with every date moved to the day of the review, and an ending that the recommendation allows.
The same seed and moment give the same stories.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from certification.case_facts import compiled
from certification.criteria.evaluation import Evaluator
from certification.criteria.facts import Vocabulary
from certification.criteria.tree import CriteriaSet, Example, Recommendation
from certification.demo.casting import Role, cast, evaluate, recast, shifted, with_valid_code
from certification.demo.people import Person
from certification.models import CriteriaVersion, RequestType, Site, TurnaroundProfile
from certification.turnaround import local_date

EARLIER_BY_DAYS = (180, 200)
REGISTERED_WITHIN = timedelta(days=300)
STANDARD, EXPEDITED = TurnaroundProfile.Urgency.STANDARD, TurnaroundProfile.Urgency.EXPEDITED


class Ending(StrEnum):
    """Where a story stops."""

    HALF_ANSWERED = "in review, half answered"
    ANSWERED = "in review, nothing decided yet"
    PENDED = "waits for information"
    RESUMED = "in review again after a pend"
    REFERRED = "waits for the physician"
    CERTIFIED = "certified as recommended"
    CERTIFIED_BY_PHYSICIAN = "certified by the physician"
    MODIFIED = "certified with modifications"
    NOT_CERTIFIED = "not certified"
    WITHDRAWN = "withdrawn"


CLOCK_RUNS = frozenset({Ending.HALF_ANSWERED, Ending.ANSWERED, Ending.REFERRED})
CLOCK_STOOD = frozenset({Ending.PENDED, Ending.RESUMED})

# The endings that a recommendation allows, dealt out one after the other.
NURSE_CERTIFIES = (
    *(Ending.CERTIFIED, Ending.CERTIFIED, Ending.ANSWERED, Ending.CERTIFIED),
    *(Ending.HALF_ANSWERED, Ending.CERTIFIED, Ending.WITHDRAWN),
)
PHYSICIAN_CERTIFIES = (
    *(Ending.CERTIFIED_BY_PHYSICIAN, Ending.REFERRED, Ending.MODIFIED),
    *(Ending.CERTIFIED_BY_PHYSICIAN, Ending.HALF_ANSWERED),
)
REFERS = (
    *(Ending.REFERRED, Ending.NOT_CERTIFIED, Ending.MODIFIED, Ending.CERTIFIED_BY_PHYSICIAN),
    *(Ending.NOT_CERTIFIED, Ending.REFERRED, Ending.WITHDRAWN),
)
PENDS = (Ending.PENDED, Ending.RESUMED, Ending.PENDED, Ending.WITHDRAWN, Ending.HALF_ANSWERED)


@dataclass(frozen=True, slots=True)
class Story:
    """One case as it will be told. ``role`` is played on the day of the review."""

    number: int
    version: CriteriaVersion
    site: Site
    role: Role
    recommendation: Recommendation
    ending: Ending
    opened_at: datetime
    urgency: str
    service_in_days: int = 0
    """How long after its opening the service is planned; 0: at random."""

    @property
    def person(self) -> Person:
        return self.role.person


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who is registered and has no case yet."""

    person: Person
    site: Site
    at: datetime


def arrivals(
    people: Sequence[Person],
    *,
    vocabulary: Vocabulary,
    sites: Sequence[Site],
    now: datetime,
    seed: int,
) -> Iterator[Arrival]:
    """When and where each of the people is registered, after all that is known of them."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    for person, site in zip(people, cycle(sites), strict=False):
        known_for = local_date(now, site.time_zone) - person.known_on
        at = now - min(known_for, REGISTERED_WITHIN) * chance.uniform(0, 0.9)
        at = at.replace(microsecond=0)
        day = local_date(at, site.time_zone)
        yield Arrival(with_valid_code(person, vocabulary, day), site, at)


def plan(
    people: Sequence[Person],
    *,
    versions: Sequence[CriteriaVersion],
    sites: Sequence[Site],
    hours: Mapping[str, int],
    now: datetime,
    seed: int,
) -> list[Story]:
    """One story for each of the people and, for some renewals, the case before it.

    ``hours``: the turnaround of each urgency. A person keeps the same site and registration.
    """
    dealt: Counter[tuple[Ending, ...]] = Counter()
    running = 0
    stories: list[Story] = []
    examples = _examples(versions, random.Random(seed))  # noqa: S311 - nothing secret
    for place, (person, (version, example)) in enumerate(zip(people, examples, strict=False)):
        chance = random.Random(f"{seed}/{place}")  # noqa: S311 - nothing secret
        site = sites[place % len(sites)]
        criteria_set, vocabulary, evaluator = compiled(version)
        role, said = cast(
            example, person, criteria_set=criteria_set, evaluator=evaluator,
            today=local_date(now, site.time_zone), chance=chance,
        )  # fmt: skip
        deck = _deck(version, said.recommendation)
        ending = deck[dealt[deck] % len(deck)]
        dealt[deck] += 1
        running += ending in CLOCK_RUNS
        urgency = chance.choice([STANDARD, STANDARD, EXPEDITED])
        age = _age(ending, timedelta(hours=hours[urgency]), chance, overdue=running % 3 == 0)
        opened_at = (
            _office_hours(now - age, site, chance) if age > timedelta(hours=20) else now - age
        )
        day = local_date(opened_at, site.time_zone)
        role = shifted(role, day, vocabulary)
        role = replace(role, person=with_valid_code(role.person, vocabulary, day))
        story = Story(
            len(stories), version, site, role, said.recommendation, ending, opened_at, urgency
        )
        stories.append(story)
        if version.request_type == RequestType.RENEWAL and place % 2:
            stories += _before(story, len(stories), versions, chance)
    return stories


def _deck(version: CriteriaVersion, recommendation: Recommendation) -> tuple[Ending, ...]:
    match recommendation:
        case Recommendation.CERTIFY:
            return PHYSICIAN_CERTIFIES if version.needs_physician else NURSE_CERTIFIES
        case Recommendation.REFER:
            return REFERS
        case Recommendation.PEND:
            return PENDS


def _examples(
    versions: Sequence[CriteriaVersion], chance: random.Random
) -> Iterator[tuple[CriteriaVersion, Example]]:
    """The worked examples of every version in a shuffled order, the versions taking turns."""
    shelves = []
    for version in versions:
        examples = list(compiled(version)[0].examples)
        chance.shuffle(examples)
        shelves.append([(version, example) for example in examples])
    for turn in range(max(map(len, shelves), default=0)):
        for shelf in shelves:
            if turn < len(shelf):
                yield shelf[turn]


def _age(
    ending: Ending, turnaround: timedelta, chance: random.Random, *, overdue: bool
) -> timedelta:
    """How long ago a case was opened that stands where it stands today."""
    if ending in CLOCK_RUNS:
        return turnaround * (chance.uniform(1.8, 2.6) if overdue else chance.uniform(0.05, 0.6))
    if ending in CLOCK_STOOD:
        return timedelta(days=chance.uniform(2, 20))
    return timedelta(days=chance.uniform(4, 150))


def _office_hours(moment: datetime, site: Site, chance: random.Random) -> datetime:
    """The same day at the site, between eight and four."""
    local = moment.astimezone(ZoneInfo(site.time_zone))
    return local.replace(
        hour=chance.randint(8, 15), minute=chance.randint(0, 59), second=0, microsecond=0
    )


def _before(
    story: Story, number: int, versions: Sequence[CriteriaVersion], chance: random.Random
) -> Iterator[Story]:
    """The certified case that a renewal renews: same person, same therapy, months before."""
    opened_at = story.opened_at - timedelta(days=chance.randint(*EARLIER_BY_DAYS))
    day = local_date(opened_at, story.site.time_zone)
    if day < story.person.known_on:
        return
    for version in versions:
        if (version.therapy_id, version.request_type) != (story.version.therapy_id, "initial"):
            continue
        role = certifiable(story.person, version, on=day)
        if role is not None:
            yield certified(role, version, number=number, site=story.site, opened_at=opened_at)
            return


def certifiable(person: Person, version: CriteriaVersion, *, on: date) -> Role | None:
    """The first worked example that somebody can play who is registered, and that is certified."""
    criteria_set, vocabulary, evaluator = compiled(version)
    for example in criteria_set.examples:
        role = recast(example, person, vocabulary=vocabulary, on=on)
        if _is_certified(role, criteria_set, evaluator):
            return role
    return None


def certifiable_newcomer(
    person: Person,
    version: CriteriaVersion,
    *,
    on: date,
    like: Mapping[str, Any],
    chance: random.Random,
) -> Role | None:
    """The same for somebody who fits the example. ``person`` was invented as of ``on``.

    ``like``: what the example has to document.
    """
    criteria_set, vocabulary, evaluator = compiled(version)
    examples = [
        example
        for example in criteria_set.examples
        if all(example.facts.get(key) == value for key, value in like.items())
    ]
    for example in chance.sample(examples, len(examples)):
        role, said = cast(
            example, person, criteria_set=criteria_set, evaluator=evaluator, today=on, chance=chance
        )
        if said.recommendation is not Recommendation.CERTIFY:
            continue
        role = shifted(role, on, vocabulary)
        role = replace(role, person=with_valid_code(role.person, vocabulary, on))
        if _is_certified(role, criteria_set, evaluator):
            return role
    return None


def _is_certified(role: Role, criteria_set: CriteriaSet, evaluator: Evaluator) -> bool:
    said = evaluate(role, criteria_set, evaluator)
    return said.recommendation is Recommendation.CERTIFY


def certified(
    role: Role,
    version: CriteriaVersion,
    *,
    number: int,
    site: Site,
    opened_at: datetime,
    service_in_days: int = 0,
) -> Story:
    """The story of a case that is certified as recommended."""
    ending = (PHYSICIAN_CERTIFIES if version.needs_physician else NURSE_CERTIFIES)[0]
    return Story(
        number, version, site, role, Recommendation.CERTIFY, ending, opened_at, STANDARD,
        service_in_days,
    )  # fmt: skip
