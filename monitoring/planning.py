"""What does the schedule engine read of a course, and what does it answer?

The engine is pure; here its inputs are gathered from rows: infusions that were given, results that
stand, the booking, what is known beside results. One query each for visits and results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactSet,
    FactType,
    FactValue,
    Vocabulary,
    parse_value,
)
from certification.criteria.tree import fact_keys
from certification.models import Patient
from certification.models.prepared import Prepared, is_held
from certification.registration import PATIENT_FACTS
from certification.turnaround import local_date
from monitoring.models import InfusionCourse, ProtocolVersion, Visit
from monitoring.models import Result as ResultRow
from monitoring.models.results import ResultQuerySet
from monitoring.protocols import ProtocolInUse, compiled
from monitoring.schedule.generator import Planner
from monitoring.schedule.items import Plan
from monitoring.schedule.months import add_months
from monitoring.schedule.reading import Person
from monitoring.schedule.record import Anchors, Result
from monitoring.schedule.rules import MonitoredTest, Protocol

CHECKLIST = "preinfusion_checklist"
"""The fixed test key of the checklist; completing it at a visit is a result of this test."""
REACTION_GRADE = "infusion_reaction_grade"
"""The fixed key of the fact that holds the grade of an infusion reaction."""
PREVIOUS_GRADE = "previous_infusion_reaction_grade"
"""The fixed key of the question for the worst reaction so far, a choice named by its grade."""
HORIZON_MONTHS = 24
"""How far a plan looks ahead: also shortly before it is worked out anew, more than 18 months."""
FRESH_DAYS = 28
"""A plan is worked out anew after at most so many days."""
A_DAY = timedelta(days=1)


# Every act asks these again.
_RESULTS: Prepared[ResultRow] = Prepared(
    lambda patient: _in_order(ResultRow.objects.filter(patient=patient)),
    patient=Patient._meta.pk,
)
_VISITS: Prepared[Visit] = Prepared(
    lambda course: Visit.objects.filter(course=course), course=InfusionCourse._meta.pk
)


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """One course as it stands on ``on``, with the rows that the engine's inputs were made of."""

    course: InfusionCourse
    on: date
    visits: tuple[Visit, ...]
    results: tuple[ResultRow, ...]
    person: Person

    @property
    def given(self) -> list[Visit]:
        """The infusion visits, in the order in which they were given."""
        given = [v for v in self.visits if v.infused_on and v.infused_on <= self.on]
        return sorted(given, key=lambda visit: visit.infused_on or self.on)

    def result_of(self, test: str, on: date | None) -> ResultRow | None:
        """The result that shows that a test was done on a day; the one entered last."""
        found = [row for row in self.results if row.test == test and row.done_on == on]
        return max(found, key=lambda row: row.entered_at, default=None)

    def checklist_on(self, on: date | None) -> Visit | None:
        found = [visit for visit in self.visits if _checked_on(visit, self.course) == on]
        return found[-1] if found and on is not None else None


def planner_of(version: ProtocolVersion) -> Planner:
    return compiled(version).planner


def protocol_of(version: ProtocolVersion) -> Protocol:
    return compiled(version).planner.protocol


def results_of(patients: Iterable[UUID]) -> dict[UUID, list[ResultRow]]:
    """The results of some people that stand, in the order in which they were done."""
    found: dict[UUID, list[ResultRow]] = {}
    for row in _in_order(ResultRow.objects.filter(patient__in=list(patients))):
        found.setdefault(row.patient_id, []).append(row)
    return found


def _in_order(rows: ResultQuerySet) -> ResultQuerySet:
    return rows.standing().order_by("done_on", "entered_at", "id")


def record_of(
    course: InfusionCourse, on: date, results: Iterable[ResultRow] | None = None
) -> CourseRecord:
    """Gathers what is documented of a course up to and including ``on``.

    ``results``: those of the person, from ``results_of``, when several people are read at once.
    """
    used = compiled(course.protocol_version)
    held = is_held(course, "visits")
    visits = tuple(course.visits.all() if held else _VISITS.rows(course=course.pk))
    if results is None:
        results = _RESULTS.rows(patient=course.patient_id)
    results = tuple(row for row in results if row.done_on is not None and row.done_on <= on)
    facts = _facts(course, used.vocabulary, on)
    given = sorted(v.infused_on for v in visits if v.infused_on and v.infused_on <= on)
    booked = min((v.scheduled_on for v in visits if v.state == Visit.State.SCHEDULED), default=None)
    stopped_on = course.stopped_on if course.stopped_on and course.stopped_on <= on else None
    person = Person(
        Anchors(course.start_on, stopped_on, None if stopped_on else booked),
        (*_documented_doses(used, facts, given), *given),
        (*_results(results, used.vocabulary), *_checklists(visits, course, on)),
        facts,
    )
    return CourseRecord(course, on, visits, results, person)


def plan_record(record: CourseRecord) -> Plan:
    """The plan of a course on the day of its record."""
    person = record.person
    return planner_of(record.course.protocol_version).generate(
        anchors=person.anchors,
        doses=person.doses,
        results=person.results,
        facts=person.facts,
        horizon=add_months(record.on, HORIZON_MONTHS),
        as_of=record.on,
    )


def plan_course(course: InfusionCourse, on: date) -> Plan:
    return plan_record(record_of(course, on))


def planned_through(record: CourseRecord, plan: Plan) -> date:
    """The last day on which the plan still holds if nothing new is documented."""
    conditions = planner_of(record.course.protocol_version).conditions
    past, on = plan.record, record.on
    days = set(conditions.change_days(past.latest, past.start_on, past.doses))
    if plan.next_infusion is not None:
        days |= {plan.next_infusion.due_on + A_DAY, plan.next_infusion.overdue_on + A_DAY}
    if past.last_dose is not None:
        for rule in conditions.protocol.rules:
            if rule.until is not None and rule.until.months_after_last_dose is not None:
                days.add(add_months(past.last_dose, rule.until.months_after_last_dose) + A_DAY)
    days |= {blackout.ends for blackout in past.blackouts}
    following = [day for day in days if day > on]
    return min([*following, on + timedelta(days=FRESH_DAYS)]) - A_DAY


def tail_end(protocol: Protocol, last_dose: date | None, stopped_on: date) -> date | None:
    """Until when a stopped course is watched: the longest tail of its rules; None: no end known.

    When no infusion is documented the tail counts from the stop, as in the schedule engine: the
    last infusion cannot have been later.
    """
    untils = [rule.until for rule in protocol.rules if rule.until is not None]
    if any(until.open for until in untils):
        return None
    months = [until.months_after_last_dose or 0 for until in untils]
    return max([stopped_on, *(add_months(last_dose or stopped_on, number) for number in months)])


def checklist_questions(protocol: Protocol) -> dict[str, tuple[FactDefinition, bool]]:
    """What the checklist of a therapy asks, by fact key, and whether it has to be answered.

    These are the facts that can stand against the next infusion.
    """
    asked: dict[str, bool] = {}
    for blocker in protocol.clearance:
        for key in fact_keys(blocker.when):
            asked[key] = asked.get(key, False) or blocker.unknown_blocks
    return {key: (protocol.vocabulary[key], needed) for key, needed in asked.items()}


def documentable_facts(version: ProtocolVersion) -> dict[str, FactDefinition]:
    """What can be documented of a course beside results, by fact key.

    Not what registration or the infusions tell, what results show, or what is worked out.
    """
    conditions, protocol = planner_of(version).conditions, protocol_of(version)
    found = {key for one in protocol.interpretations for key in fact_keys(one.when)}
    found -= set(checklist_questions(protocol))
    elsewhere = {*PATIENT_FACTS.values(), REACTION_GRADE, *found}
    elsewhere |= conditions.supplied | conditions.shown_by
    return {
        key: definition
        for key, definition in protocol.vocabulary.items()
        if key not in elsewhere
        and definition.derived is None
        and definition.type is not FactType.ROWS
    }


def vocabulary_for(patient: Patient, on: date) -> tuple[Vocabulary, dict[str, list[MonitoredTest]]]:
    """The questions and tests that a result of this person may be about.

    Those of the protocols by which the person is monitored first, then all that are in force.
    """
    return _offered([course.protocol_version for course in _courses(patient)], on)


def offered_vocabulary(on: date) -> tuple[Vocabulary, dict[str, list[MonitoredTest]]]:
    """The questions and tests of all protocols that are in force on a day."""
    return _offered([], on)


def _offered(
    own: list[ProtocolVersion], on: date
) -> tuple[Vocabulary, dict[str, list[MonitoredTest]]]:
    versions = [*own, *ProtocolVersion.objects.in_force(on).defer("document")]
    vocabulary: dict[str, FactDefinition] = {}
    tests: dict[str, list[MonitoredTest]] = {}
    for version in {version.content_hash: version for version in versions}.values():
        used = compiled(version)
        vocabulary = {**used.vocabulary, **vocabulary}
        for test in used.planner.protocol.tests.values():
            tests.setdefault(test.key, []).append(test)
    return vocabulary, tests


def _courses(patient: Patient) -> Iterator[InfusionCourse]:
    yield from (
        InfusionCourse.objects.filter(patient=patient)
        .select_related("protocol_version")
        .defer("protocol_version__document")
    )


def _facts(course: InfusionCourse, vocabulary: Vocabulary, on: date) -> FactSet:
    """Registration, and what is known beside results, as far as it was observed by ``on``."""
    facts: dict[str, FactValue] = {}
    for field, key in PATIENT_FACTS.items():
        _add(facts, vocabulary, key, {"value": getattr(course.patient, field) or None})
    for key, given in course.facts.items():
        observed_on = given.get("observed_on")
        if observed_on is None or date.fromisoformat(observed_on) <= on:
            _add(facts, vocabulary, key, given)
    return facts


def _add(
    facts: dict[str, FactValue], vocabulary: Vocabulary, key: str, given: Mapping[str, Any]
) -> None:
    """Takes a stored value in, unless this version does not know it or does not offer it."""
    definition = vocabulary.get(key)
    if definition is None or given.get("value") is None:
        return
    observed_on = given.get("observed_on")
    try:
        value = parse_value(definition, given["value"])
    except FactError:
        return
    day = date.fromisoformat(observed_on) if observed_on else None
    facts[key] = FactValue(value, day, given.get("source", ""))


def result_facts(row: ResultRow, vocabulary: Vocabulary) -> FactSet:
    """The values of a result, as far as this version knows and offers them."""
    facts: dict[str, FactValue] = {}
    observed_on = row.done_on.isoformat() if row.done_on else None
    for key, value in row.facts.items():
        _add(facts, vocabulary, key, {"value": value, "observed_on": observed_on})
    return facts


def _results(rows: tuple[ResultRow, ...], vocabulary: Vocabulary) -> Iterator[Result]:
    for row in rows:
        if row.done_on is not None:
            yield Result(row.test, row.done_on, result_facts(row, vocabulary))


def _checklists(visits: tuple[Visit, ...], course: InfusionCourse, on: date) -> Iterator[Result]:
    for visit in visits:
        day = _checked_on(visit, course)
        if day is not None and day <= on:
            yield Result(CHECKLIST, day)


def _checked_on(visit: Visit, course: InfusionCourse) -> date | None:
    at = visit.checklist_at
    return None if at is None else local_date(at, course.site.time_zone)


def _documented_doses(used: ProtocolInUse, facts: FactSet, given: list[date]) -> list[date]:
    """Infusions that somebody else gave before this course, as far as their dates are known."""
    supplies = used.planner.protocol.supplies
    named = {facts[key].value for key in (supplies.first_dose, supplies.last_dose) if key in facts}
    return sorted(day for day in named if not given or day < given[0])
