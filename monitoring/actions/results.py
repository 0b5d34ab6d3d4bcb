"""How does a result come in, how is it corrected, and who has seen it?

Requested, done, reported, seen: four dates. Values are checked against the questions of the
protocols (type, unit, plausible range, contradictions); a reported result works the schedules of
the person out anew, by the same way as every other act, and its findings raise alerts and holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.criteria.facts import FactError, Vocabulary, parse_value
from certification.criteria.plain import to_data
from certification.models import Patient, User
from certification.policies import Refused
from certification.turnaround import local_date
from monitoring.actions.courses import check_no_contradiction
from monitoring.actions.findings import act_on_findings
from monitoring.actions.following import Before, open_items, what_followed
from monitoring.actions.locks import watched_courses
from monitoring.actions.plans import replan_locked
from monitoring.models import Alert, DueItem, Hold, InfusionCourse, Result
from monitoring.models.results import STRUCK_OUT
from monitoring.planning import vocabulary_for
from monitoring.policies import (
    check_can_correct,
    check_can_monitor_patient,
    check_can_report,
    check_not_future,
)
from monitoring.schedule.rules import MonitoredTest


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """What is known of a result. ``facts``: plain values by fact key, as ``parse_value`` takes."""

    test: str
    requested_on: date | None = None
    done_on: date | None = None
    reported_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@transaction.atomic
def enter_result(
    *, by: User, now: datetime, patient: Patient, entry: ResultEntry, result: Result | None = None
) -> Result:
    """Enters a result, or what has come of one that was requested (``result``) so far.

    Only a reported result counts. The same one entered twice is one: the first is given back.
    Raises ``Refused`` with the field.
    """
    patient = _locked(patient)
    check_can_monitor_patient(by, patient)
    row = Result(patient=patient, site=patient.site)
    offered = vocabulary_for(patient, local_date(now, patient.site.time_zone))
    if result is not None:
        row = Result.objects.select_for_update(of=("self",)).get(pk=result.pk, patient=patient)
        check_can_report(by, row)
        if row.test != entry.test:
            raise Refused("Another test was requested. Enter this one by itself.", field="test")
    fill(row, entry, offered, now)
    if result is None and (there := _there_already(row)) is not None:
        return there
    row.entered_by, row.entered_at = by, now
    row.save()
    follow_up(row, by=by, now=now, verb="entered result")
    return row


@transaction.atomic
def enter_results(
    *, by: User, now: datetime, patient: Patient, entries: Iterable[ResultEntry]
) -> list[Result]:
    """Enters the results of one report, all or none; schedules are worked out once, with all.

    Each counts like one that is entered by itself. Raises ``Refused`` with the field.
    """
    patient = _locked(patient)
    check_can_monitor_patient(by, patient)
    offered = vocabulary_for(patient, local_date(now, patient.site.time_zone))
    rows: list[Result] = []
    fresh: list[Result] = []
    for entry in entries:
        row = Result(patient=patient, site=patient.site, entered_by=by, entered_at=now)
        fill(row, entry, offered, now)
        there = _there_already(row)
        if there is None:
            row.save()
            fresh.append(row)
        rows.append(there or row)
    _follow_up_each(patient, fresh, by=by, now=now, verb="entered result")
    return rows


@transaction.atomic
def correct_result(
    *, by: User, now: datetime, result: Result, entry: ResultEntry, reason: str
) -> Result:
    """Puts a right result in the place of a wrong one, which stays readable and counts no more."""
    patient = _locked(result.patient)
    wrong = Result.objects.select_for_update(of=("self",)).get(pk=result.pk)
    wrong.patient = patient
    check_can_correct(by, wrong)
    row = Result(patient=patient, site=patient.site, supersedes=wrong)
    row.correction_reason = one_line(reason, field="reason", limit=240, required=True)
    fill(row, entry, vocabulary_for(patient, local_date(now, patient.site.time_zone)), now)
    if row.reported_on is None:
        raise Refused("Give the day on which it was reported.", field="reported_on")
    row.entered_by, row.entered_at = by, now
    row.save()
    if (row.test, row.done_on) == (wrong.test, wrong.done_on):
        # What the wrong one showed as done that day, the right one shows.
        DueItem.objects.filter(result=wrong).update(result=row)
    follow_up(row, by=by, now=now, verb="corrected result")
    return row


@transaction.atomic
def strike_out_result(*, by: User, now: datetime, result: Result, reason: str) -> Result:
    """Takes a result out that is not this person's at all, with nothing in its place.

    It stays readable and counts no more; what it closed is asked for again.
    """
    patient = _locked(result.patient)
    wrong = Result.objects.select_for_update(of=("self",)).get(pk=result.pk)
    wrong.patient = patient
    check_can_correct(by, wrong)
    row = Result(patient=patient, site=patient.site, supersedes=wrong)
    row.test, row.done_on = wrong.test, wrong.done_on
    row.correction_reason = one_line(reason, field="reason", limit=240, required=True)
    row.entered_by, row.entered_at = by, now
    row.save()
    follow_up(row, by=by, now=now, verb="struck out result")
    return row


@transaction.atomic
def mark_seen(*, by: User, now: datetime, result: Result) -> Result:
    """Somebody takes responsibility for having looked at a reported result."""
    result = (
        Result.objects.select_for_update(of=("self",))
        .select_related("patient", "seen_by")
        .get(pk=result.pk)
    )
    check_can_monitor_patient(by, result.patient)
    if result.reported_on is None:
        raise Refused("This result is not reported yet. Enter the report first.")
    if result.seen_at is not None:
        raise Refused(f"This result was seen already, by {result.seen_by}.")
    result.seen_by, result.seen_at = by, now
    result.save()
    record_event(by=by, verb="saw result", obj=result, at=now, data={"test": result.test})
    return result


def _locked(patient: Patient) -> Patient:
    """The person, locked: of two who enter the same result the second finds the first one's."""
    people = Patient.objects.select_for_update(of=("self",)).select_related("site")
    return people.get(pk=patient.pk)


def _there_already(row: Result) -> Result | None:
    """The same result, with the same days, values and note, that counts already or is awaited."""
    same = Result.objects.filter(
        patient=row.patient,
        test=row.test,
        requested_on=row.requested_on,
        done_on=row.done_on,
        reported_on=row.reported_on,
        note=row.note,
        superseded_by__isnull=True,
    ).exclude(STRUCK_OUT)
    return next((one for one in same if one.facts == row.facts), None)


def fill(
    row: Result,
    entry: ResultEntry,
    offered: tuple[Vocabulary, Mapping[str, list[MonitoredTest]]],
    now: datetime,
) -> None:
    """Takes a checked entry into a row. ``offered``: what ``vocabulary_for`` gives."""
    vocabulary, tests = offered
    today = local_date(now, row.patient.site.time_zone)
    if entry.test not in tests:
        known = ", ".join(sorted(tests)) or "none; a content approver approves a protocol first"
        raise Refused(f"There is no test “{entry.test}”. There are: {known}.", field="test")
    _check_days(entry, row.patient, today)
    values = read_values(entry, vocabulary, today)
    if entry.reported_on is None and values:
        raise Refused("Values come with a report: give its day.", field="reported_on")
    if entry.reported_on is not None:
        _check_enough(entry, vocabulary, tests[entry.test], values)
    row.test, row.facts = entry.test, values
    row.requested_on, row.done_on = entry.requested_on or row.requested_on, entry.done_on
    row.reported_on = entry.reported_on
    row.note = one_line(entry.note, field="note", limit=400)
    if row.requested_on and row.done_on and row.done_on < row.requested_on:
        raise Refused("It was done before it was requested.", field="done_on")


def read_values(entry: ResultEntry, vocabulary: Vocabulary, today: date) -> dict[str, Any]:
    """The values as plain data. Raises ``Refused``: unknown, implausible, contradictory."""
    on = entry.done_on or today
    values: dict[str, Any] = {}
    for key, raw in entry.facts.items():
        definition = vocabulary.get(key)
        if definition is None:
            raise Refused(f"There is no question “{key}”.", field=key)
        if raw is None:
            continue
        try:
            values[key] = to_data(parse_value(definition, raw, on))
        except FactError as error:
            unit = f" {definition.unit}" if definition.unit else ""
            raise Refused(f"{definition.label}: {error.message}{unit}.", field=key) from None
    check_no_contradiction(vocabulary, values, on)
    return values


def follow_up(row: Result, *, by: User, now: datetime, verb: str) -> list[Alert | Hold]:
    """Plans the person anew, raises what was found, and writes the audit event."""
    return _follow_up_each(row.patient, [row], by=by, now=now, verb=verb)


def _follow_up_each(
    patient: Patient, rows: Sequence[Result], *, by: User, now: datetime, verb: str
) -> list[Alert | Hold]:
    """The same for several results of one person, which are planned with once."""
    counting = [row for row in rows if row.reported_on or row.supersedes_id]
    courses: list[InfusionCourse] = []
    before: Before = {}
    counts: dict[str, dict[str, int]] = {}
    if counting:
        courses = watched_courses(patient, local_date(now, patient.site.time_zone))
        before = open_items(courses)
        counts = {str(course.pk): dict(replan_locked(course, now)) for course in courses}
    raised: list[Alert | Hold] = []
    for row in rows:
        counts_here = row in counting
        followed = what_followed(before, courses, row) if counts_here else []
        found = act_on_findings(row, courses, by=by, now=now) if counts_here else []
        raised += found
        data = {
            "test": row.test,
            "done_on": row.done_on.isoformat() if row.done_on else None,
            "reported_on": row.reported_on.isoformat() if row.reported_on else None,
            "facts": row.facts,
            "corrects": str(row.supersedes_id) if row.supersedes_id else None,
            "reason": row.correction_reason,
            "raised": [f"{one._meta.model_name} {one.rule}" for one in found],
            "plan": counts if counts_here else {},
            "followed": followed,
        }
        kept = {name: value for name, value in data.items() if value}
        record_event(by=by, verb=verb, obj=row, at=now, data=kept)
    return raised


def _check_days(entry: ResultEntry, patient: Patient, today: date) -> None:
    for name in ("requested_on", "done_on", "reported_on"):
        day = getattr(entry, name)
        if day is None:
            continue
        check_not_future(day, today, field=name)
        if day < patient.birth_date:
            raise Refused("This day is before the date of birth.", field=name)
    if entry.requested_on is None and entry.done_on is None:
        raise Refused("Give the day on which it was requested or done.", field="done_on")
    if entry.reported_on is None:
        return
    if entry.done_on is None:
        raise Refused("A report needs the day on which the test was done.", field="done_on")
    if entry.reported_on < entry.done_on:
        raise Refused("It was reported before it was done.", field="reported_on")


def _check_enough(
    entry: ResultEntry,
    vocabulary: Vocabulary,
    tests: list[MonitoredTest],
    values: Mapping[str, Any],
) -> None:
    """A test that is shown by values is not reported without them."""
    groups = [group for test in tests for group in test.shown_by]
    if groups and not any(set(group) <= set(values) for group in groups):
        named = " or ".join(
            dict.fromkeys(", ".join(vocabulary[key].label for key in group) for group in groups)
        )
        raise Refused(f"Give the result: {named}.", field=groups[0][0])
