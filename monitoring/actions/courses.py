"""How does a course of infusions begin, get more to spend, learn facts, and end?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from certification.actions.events import record_event
from certification.actions.revisions import changed_data
from certification.actions.typed_text import one_line
from certification.criteria.derived import complete
from certification.criteria.facts import FactError, FactValue, Vocabulary, parse_value, read_answer
from certification.criteria.plain import to_data
from certification.criteria.tree import fact_keys
from certification.models import Determination, User
from certification.policies import Refused
from certification.turnaround import local_date
from monitoring.actions.locks import locked_course, today_at
from monitoring.actions.plans import replan_locked
from monitoring.models import CourseAuthorization, InfusionCourse, ProtocolVersion, Visit
from monitoring.planning import protocol_of, tail_end
from monitoring.policies import (
    check_can_authorize,
    check_can_open_course,
    check_can_treat,
    check_can_work,
    check_not_future,
)
from monitoring.protocols import compiled, version_in_force

STOPPED = "Treatment was stopped."


@transaction.atomic
def open_course(
    *, by: User, now: datetime, determination: Determination, start_on: date
) -> InfusionCourse:
    """Begins a course on a certified determination, inside its period, and plans it.

    ``start_on``: the first infusion, planned or given. What the case documented comes along. After
    a stop this is also how treatment begins again. Raises ``Refused``.
    """
    determination = Determination.objects.select_related(
        "case__patient__site", "case__therapy"
    ).get(pk=determination.pk)
    check_can_open_course(by, determination)
    case = determination.case
    _check_period(determination, start_on)
    today = local_date(now, case.site.time_zone)
    version = version_in_force(case.therapy, today)
    if version is None:
        raise Refused(
            f"No approved protocol is in force for {case.therapy.generic}, so nothing would be "
            "watched. A content approver approves a version first."
        )
    course = InfusionCourse(
        patient=case.patient,
        site=case.patient.site,
        therapy=case.therapy,
        protocol_version=version,
        start_on=start_on,
        facts=_facts_of(determination, version),
        opened_by=by,
        opened_at=now,
    )
    try:
        with transaction.atomic():
            course.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            "A course of this therapy is running already. Add the determination to it."
        ) from None
    _authorize(course, determination, by, now)
    counts = replan_locked(course, now)
    record_event(
        by=by,
        verb="opened course",
        obj=course,
        at=now,
        data={
            "revision": 1,
            "therapy": case.therapy.key,
            "start_on": start_on.isoformat(),
            "determination": str(determination.pk),
            "protocol": [version.key, version.version, version.content_hash],
            "plan": dict(counts),
        },
    )
    return course


@transaction.atomic
def add_authorization(
    *, by: User, now: datetime, course: InfusionCourse, revision: int, determination: Determination
) -> CourseAuthorization:
    """Gives a running course the budget of another certified determination: a renewal."""
    course = locked_course(course, revision)
    determination = Determination.objects.select_related("case__patient").get(pk=determination.pk)
    check_can_authorize(by, course, determination)
    authorization = _authorize(course, determination, by, now)
    course.revision += 1
    course.save(update_fields=["revision"])
    counts = replan_locked(course, now)
    changed = {"authorizations": (None, str(determination.pk))}
    data = changed_data(course.revision, changed) | {"plan": dict(counts)}
    record_event(by=by, verb="added authorization", obj=course, at=now, data=data)
    return authorization


@transaction.atomic
def stop_course(
    *,
    by: User,
    now: datetime,
    course: InfusionCourse,
    revision: int,
    stopped_on: date,
    reason: str,
) -> InfusionCourse:
    """Ends the treatment. Its tail goes on being watched for as long as the protocol says; visits
    that were booked are cancelled. Raises ``Refused`` or ``Stale``."""
    course = locked_course(course, revision)
    check_can_treat(by, course)
    today = today_at(course, now)
    check_not_future(stopped_on, today, field="stopped_on")
    last = (
        course.visits.given().order_by("-infused_on").values_list("infused_on", flat=True).first()
    )
    if last is not None and stopped_on < last:
        raise Refused(
            f"An infusion was given on {last:%d %b %Y}. Give that day or a later one.",
            field="stopped_on",
        )
    if last is None and stopped_on < course.start_on and course.start_on <= today:
        raise Refused("The stop is before the start of the course.", field="stopped_on")
    reason = one_line(reason, field="reason", limit=400, required=True)
    cancelled = 0
    for visit in course.visits.booked().select_for_update():
        visit.state, visit.reason = Visit.State.CANCELLED, STOPPED
        visit.recorded_by, visit.recorded_at = by, now
        visit.revision += 1
        visit.save()
        cancelled += 1
    course.stopped_on, course.stop_reason = stopped_on, reason
    course.stopped_by, course.stopped_at = by, now
    course.watch_until_on = tail_end(protocol_of(course.protocol_version), last, stopped_on)
    course.revision += 1
    course.save()
    counts = replan_locked(course, now)
    changed = {"stopped_on": (None, stopped_on.isoformat()), "stop_reason": ("", reason)}
    data = changed_data(course.revision, changed) | {
        "visits_cancelled": cancelled,
        "watch_until_on": course.watch_until_on.isoformat() if course.watch_until_on else None,
        "plan": dict(counts),
    }
    record_event(by=by, verb="stopped course", obj=course, at=now, data=data)
    return course


@transaction.atomic
def record_facts(
    *,
    by: User,
    now: datetime,
    course: InfusionCourse,
    revision: int,
    facts: Mapping[str, Any],
    observed_on: date | None = None,
) -> InfusionCourse:
    """Documents what is known beside results: an event, an earlier drug, what a checklist found.

    ``facts``: plain values by fact key, None takes one back; ``observed_on``: when they were so
    (today). Raises ``Refused`` with the fact as its field.
    """
    course = locked_course(course, revision)
    check_can_work(by, course)
    today = today_at(course, now)
    on = observed_on or today
    check_not_future(on, today, field="observed_on")
    changed = take_facts(course, facts, on, source="monitoring")
    course.revision += 1
    course.save(update_fields=["facts", "revision"])
    counts = replan_locked(course, now)
    data = changed_data(course.revision, changed) | {"plan": dict(counts)}
    record_event(by=by, verb="documented facts", obj=course, at=now, data=data)
    return course


@transaction.atomic
def move_to_current_protocol(
    *, by: User, now: datetime, course: InfusionCourse, revision: int
) -> InfusionCourse:
    """Monitors the course by the version of its protocol that is in force today."""
    course = locked_course(course, revision)
    check_can_work(by, course)
    before = course.protocol_version
    version = version_in_force(course.therapy, today_at(course, now))
    if version is None:
        raise Refused("No version is in force. A content approver approves one first.")
    if version.pk == before.pk:
        raise Refused("This course is monitored by the version in force already.")
    course.protocol_version = version
    course.revision += 1
    course.save(update_fields=["protocol_version", "revision"])
    counts = replan_locked(course, now)
    versions = (f"{before.key} {before.version}", f"{version.key} {version.version}")
    data = changed_data(course.revision, {"protocol": versions}) | {"plan": dict(counts)}
    record_event(by=by, verb="moved course to the protocol in force", obj=course, at=now, data=data)
    return course


def take_facts(
    course: InfusionCourse, facts: Mapping[str, Any], on: date, *, source: str
) -> dict[str, tuple[Any, Any]]:
    """Puts values into the course, and tells old and new. Part of the act; does not save.

    Raises ``Refused``: an unknown fact, a value that cannot be right, or a contradiction.
    """
    vocabulary = compiled(course.protocol_version).vocabulary
    stored = dict(course.facts)
    changed: dict[str, tuple[Any, Any]] = {}
    for key, raw in facts.items():
        if key not in vocabulary:
            raise Refused(f"The protocol of this course has no question “{key}”.", field=key)
        old = stored.pop(key, None)
        if raw is not None:
            try:
                value = parse_value(vocabulary[key], raw, on)
            except FactError as error:
                label = vocabulary[key].label
                raise Refused(f"{label}: {error.message}.", field=key) from None
            stored[key] = {
                "value": to_data(value), "observed_on": on.isoformat(), "source": source,
            }  # fmt: skip
        if stored.get(key) != old:
            changed[key] = (old, stored.get(key))
    check_no_contradiction(vocabulary, {key: stored[key] for key in stored if key in facts}, on)
    course.facts = stored
    return changed


def check_no_contradiction(vocabulary: Vocabulary, raw: Mapping[str, Any], on: date) -> None:
    """Raises ``Refused`` when values that were given together cannot both be right."""
    facts: dict[str, FactValue] = {}
    for key, given in raw.items():
        answer = read_answer(vocabulary[key], given, on)
        if answer is not None:
            facts[key] = answer
    for flagged in complete(vocabulary, facts, on).contradictions:
        raise Refused(f"{flagged.says} Correct one of the values.", field=next(iter(raw), ""))


def _check_period(determination: Determination, start_on: date) -> None:
    first, last = determination.period_start_on, determination.period_end_on
    if first is None or last is None:
        raise Refused("This determination has no period to give infusions in.", field="start_on")
    if not first <= start_on <= last:
        raise Refused(
            f"The certification holds from {first:%d %b %Y} to {last:%d %b %Y}. Give a start "
            "inside it, or open a new case for another period.",
            field="start_on",
        )


def _authorize(
    course: InfusionCourse, determination: Determination, by: User, now: datetime
) -> CourseAuthorization:
    return CourseAuthorization.objects.create(
        course=course,
        determination=determination,
        start_on=determination.period_start_on or course.start_on,
        end_on=determination.period_end_on or course.start_on,
        infusions=determination.infusions,
        added_by=by,
        added_at=now,
    )


def _facts_of(determination: Determination, version: ProtocolVersion) -> dict[str, Any]:
    """What the sealed record documents and the protocol reads.

    Which drug the person had before does not tell that this one has stopped: it is left out.
    """
    used = compiled(version)
    protocol = used.planner.protocol
    left_out = set(fact_keys(protocol.stopped_when)) if protocol.stopped_when else set()
    facts: dict[str, Any] = {}
    for key, given in determination.record.get("facts", {}).items():
        definition = used.vocabulary.get(key)
        if definition is None or definition.derived or key in left_out or given["value"] is None:
            continue
        try:
            parse_value(definition, given["value"])
        except FactError:
            continue
        named = ("value", "observed_on", "source")
        facts[key] = {name: given[name] for name in named if given.get(name)} | {
            "value": given["value"]
        }
    return facts
