"""Which values does a result of a test have, and what does the protocol read from them?

The questions follow from the protocols: the values that show that the test was done, and those that
its interpretations rest on. What is known of a person anyway, and what is worked out, is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from certification.criteria.facts import FactDefinition, FactType
from certification.models import Patient
from certification.registration import PATIENT_FACTS
from monitoring.models import InfusionCourse, ProtocolVersion
from monitoring.planning import CHECKLIST
from monitoring.protocols import ProtocolInUse, compiled
from monitoring.schedule.conditions import narrowed
from monitoring.schedule.rules import Interpretation, MonitoredTest

REGISTERED = frozenset(PATIENT_FACTS.values())


@dataclass(frozen=True, slots=True)
class AskedTest:
    """A test with the questions of its result. ``needed``: groups of values of which one is enough;
    none: the day alone is a result. ``own``: a protocol of the person asks for it."""

    key: str
    label: str
    questions: tuple[FactDefinition, ...]
    needed: tuple[tuple[str, ...], ...]
    readings: tuple[Interpretation, ...]
    own: bool = True

    @property
    def always_needed(self) -> frozenset[str]:
        """The values without which there is no result, whichever group is given."""
        groups = [frozenset(group) for group in self.needed]
        return frozenset.intersection(*groups) if groups else frozenset()


def asked_for(patient: Patient, on: date) -> dict[str, AskedTest]:
    """Every test that a result of this person may be of.

    First those that the protocols of the person ask for, as these ask for them, then all others.
    """
    own = [compiled(course.protocol_version) for course in _watched(patient, on)]
    mine = {key: asked_test(key, own) for key in dict.fromkeys(_keys(own))}
    return {**mine, **{k: t for k, t in asked_in_force(on, own=False).items() if k not in mine}}


def asked_in_force(on: date, *, own: bool = True) -> dict[str, AskedTest]:
    """Every test that any protocol in force asks for."""
    protocols = _in_force(on)
    return {key: asked_test(key, protocols, own=own) for key in dict.fromkeys(_keys(protocols))}


def asked_test(key: str, protocols: Iterable[ProtocolInUse], *, own: bool = True) -> AskedTest:
    """One test, as the protocols that name it ask for it together."""
    asking = [used for used in protocols if key in used.planner.protocol.tests]
    tests = [used.planner.protocol.tests[key] for used in asking]
    groups = dict.fromkeys(group for test in tests for group in test.shown_by)
    readings: dict[tuple[str, str], Interpretation] = {}
    questions: dict[str, FactDefinition] = {}
    for used, test in zip(asking, tests, strict=True):
        for reading in used.planner.protocol.interpretations:
            if reading.test == key:
                readings.setdefault((reading.id, reading.says), reading)
        questions = {**_questions(used, test), **questions}
    first = {name: questions[name] for group in groups for name in group if name in questions}
    return AskedTest(
        key,
        tests[0].label,
        tuple({**first, **questions}.values()),
        tuple(group for group in groups if all(name in questions for name in group)),
        tuple(readings.values()),
        own,
    )


def _questions(used: ProtocolInUse, test: MonitoredTest) -> dict[str, FactDefinition]:
    conditions = used.planner.conditions
    trees = [one.when for one in conditions.protocol.interpretations if one.test == test.key]
    named = [key for group in test.shown_by for key in group]
    wanted = {**{key: used.vocabulary[key] for key in named}, **narrowed(trees, used.vocabulary)}
    dating = {*test.dates, *(definition.dated_by for definition in wanted.values())}
    return {
        key: definition
        for key, definition in wanted.items()
        if definition.derived is None
        and definition.type is not FactType.ROWS
        and key not in REGISTERED | conditions.supplied | dating
    }


def _keys(protocols: Iterable[ProtocolInUse]) -> Iterator[str]:
    """A checklist is no result that is entered: it is answered at the visit."""
    for used in protocols:
        yield from (key for key in used.planner.protocol.tests if key != CHECKLIST)


def _watched(patient: Patient, on: date) -> Iterator[InfusionCourse]:
    yield from (
        InfusionCourse.objects.watched(as_of=on)
        .filter(patient=patient)
        .select_related("protocol_version")
        .defer("protocol_version__document")
    )


def _in_force(on: date) -> list[ProtocolInUse]:
    versions = ProtocolVersion.objects.in_force(on).defer("document")
    return [compiled(version) for version in versions]
