"""May the next infusion of a course be given, and if not, what is the next act, and whose?

The one place that answers. The protocol speaks through the engine; certification, holds, waivers
and the state of the protocol are added here. It informs; people decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from certification.criteria.codec_nodes import citation_to_data
from certification.policies import Refused
from config.roles import ROLES, Role
from monitoring.budgets import Budget, course_budget
from monitoring.models import DueItem, Hold, InfusionCourse, ProtocolVersion
from monitoring.planning import (
    CHECKLIST,
    CourseRecord,
    checklist_questions,
    plan_record,
    planner_of,
    protocol_of,
    record_of,
    results_of,
)
from monitoring.schedule import clearance
from monitoring.schedule.clearance import Obstacle
from monitoring.schedule.items import Plan
from monitoring.schedule.rules import Kind

NURSE = ROLES[Role.INFUSION_NURSE].title
REVIEWER = ROLES[Role.NURSE_REVIEWER].title
APPROVER = ROLES[Role.CONTENT_APPROVER].title


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not. ``act`` names the next act for a page, ``next_act`` says it, ``who`` can do it.

    ``source`` is the id of the rule or condition, or the key of the hold.
    """

    kind: str
    says: str
    act: str
    next_act: str
    who: str = NURSE
    source: str = ""
    test: str = ""
    cite: list[dict[str, Any]] = field(default_factory=list)
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer for one day. No reasons: clear."""

    day: date
    reasons: tuple[Reason, ...]
    budget: Budget

    @property
    def clear(self) -> bool:
        return not self.reasons

    @property
    def answer(self) -> str:
        return "yes" if self.clear else "no"

    @property
    def sentence(self) -> str:
        """Every reason with its next act, for a refusal."""
        return " ".join(f"{one.says} Next: {one.next_act} ({one.who})." for one in self.reasons)


def clear_to_infuse(course: InfusionCourse, on: date) -> Readiness:
    """Yes, or no with every reason, for the next infusion of the course as seen on ``on``."""
    return clear_to_infuse_each({course.pk: on})[course.pk]


def clear_to_infuse_each(asked: Mapping[UUID, date]) -> dict[UUID, Readiness]:
    """The answers for many courses by their keys, with as many queries as for one."""
    courses = list(
        InfusionCourse.objects.filter(pk__in=list(asked))
        .select_related("site", "patient", "protocol_version")
        .defer("protocol_version__document")
        .prefetch_related(
            "visits",
            "authorizations",
            Prefetch("holds", Hold.objects.active().select_related("placed_by")),
        )
    )
    results = results_of([course.patient_id for course in courses])
    waived: dict[UUID, set[str]] = {}
    rows = DueItem.objects.filter(course__in=courses, end=DueItem.End.WAIVED)
    for key, rule, occurrence in rows.values_list("course", "rule", "occurrence"):
        waived.setdefault(key, set()).add(f"{rule}:{occurrence}")
    in_force = {
        on: dict(ProtocolVersion.objects.in_force(on).values_list("pk", "therapy"))
        for on in sorted(set(asked.values()))
    }
    answers: dict[UUID, Readiness] = {}
    for course in courses:
        on = asked[course.pk]
        record = record_of(course, on, results.get(course.patient_id, ()))
        answers[course.pk] = _readiness(record, waived.get(course.pk, set()), in_force[on])
    return answers


def _readiness(record: CourseRecord, waived: set[str], in_force: Mapping[int, int]) -> Readiness:
    """``in_force``: the therapies of the protocol versions that are in force, by version."""
    course, plan = record.course, plan_record(record)
    asked = replace(plan, due_items=tuple(i for i in plan.due_items if i.key not in waived))
    answer = clearance.clear_to_infuse(planner_of(course.protocol_version).conditions, asked)
    budget = course_budget(course, answer.day)
    reasons = [
        *_certification(budget, answer.day),
        *_protocol(course.protocol_version, in_force),
        *_holds(course.holds.all()),
        *(
            _obstacle(course, one)
            for one in answer.obstacles
            if not _is_waived(course, plan, one, waived)
        ),
    ]
    if plan.record.stop is not None:
        reasons = [one for one in reasons if one.kind == "stopped"]
    return Readiness(answer.day, tuple(reasons), budget)


def check_clear_to_infuse(course: InfusionCourse, on: date) -> Readiness:
    """Raises ``Refused`` with every reason and its next act."""
    readiness = clear_to_infuse(course, on)
    if not readiness.clear:
        raise Refused(f"Not clear to infuse. {readiness.sentence}")
    return readiness


def _certification(budget: Budget, day: date) -> Iterator[Reason]:
    if not budget.in_force:
        yield Reason(
            "certification", f"No certification is in force on {day:%d %b %Y}.", "renew",
            "add a new determination to the course, or open a case for one",
            f"{NURSE}; cases: {REVIEWER}",
        )  # fmt: skip
    elif budget.spent:
        yield Reason(
            "budget", "Every certified infusion has been given.", "renew",
            "add a new determination to the course, or open a case for one",
            f"{NURSE}; cases: {REVIEWER}",
        )  # fmt: skip


def _protocol(version: ProtocolVersion, in_force: Mapping[int, int]) -> Iterator[Reason]:
    if version.pk in in_force:
        return
    said = f"The protocol of this course, version {version.version}, is not in force"
    if version.therapy_id in in_force.values():
        next_act, act, who = "move the course to the version in force", "move_protocol", NURSE
    else:
        next_act, act, who = "approve a version of the protocol", "approve_protocol", APPROVER
    yield Reason("protocol", f"{said} ({version.status_title.lower()}).", act, next_act, who)


def _holds(active: Iterable[Hold]) -> Iterator[Reason]:
    for hold in active:
        said = f"On hold since {hold.placed_at:%d %b %Y} by {hold.placed_by}: {hold.reason}"
        yield Reason(
            "hold", said, "release_hold", "release the hold with a reason once it is settled",
            source=str(hold.pk), cite=hold.cite,
        )  # fmt: skip


def _is_waived(course: InfusionCourse, plan: Plan, one: Obstacle, waived: set[str]) -> bool:
    """Whether what must come before this infusion was waived. Items of other rules are left out of
    the plan before the engine is asked."""
    rule = next((r for r in protocol_of(course.protocol_version).rules if r.id == one.source), None)
    if rule is None or rule.kind is not Kind.PER_INFUSION:
        return False
    number = len(plan.courses if rule.each == "course" else plan.record.doses) + 1
    return f"{rule.id}:{number}" in waived


def _obstacle(course: InfusionCourse, one: Obstacle) -> Reason:
    act, next_act = _next_act(course, one)
    return Reason(
        one.kind, one.says, act, next_act, source=one.source, test=one.test,
        cite=[citation_to_data(cite) for cite in one.cite], verified=one.verified,
    )  # fmt: skip


def _next_act(course: InfusionCourse, one: Obstacle) -> tuple[str, str]:
    protocol = protocol_of(course.protocol_version)
    match one.kind:
        case "stopped" if course.stopped_on is None:
            return "stop_course", "stop the course, or correct the current therapy"
        case "stopped":
            return "open_course", "open a new course from a new determination"
        case "complete":
            return "book", "book a further infusion if the prescriber orders one"
        case "spacing":
            return "book", "move the visit to a day that is late enough"
        case "barred":
            return (
                "record_facts",
                "talk to the prescriber; correct what is documented if it changed",
            )
        case "not_documented":
            asked = checklist_questions(protocol)
            labels = [definition.label for definition, needed in asked.values() if needed]
            return "record_facts", f"complete the checklist of the visit: {', '.join(labels)}"
    if one.test == CHECKLIST:
        return "complete_checklist", "complete the checklist of the visit"
    test = protocol.tests.get(one.test)
    label = test.label if test else one.test
    return "enter_result", f"have it done and enter the result ({label}), or waive it with a reason"
