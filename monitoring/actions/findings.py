"""What follows from a result, or a reaction: an alert, a hold on the next infusion, or nothing?

The rules are content: the interpretations of each protocol by which the person is watched. The same
finding of the same result is told once, and a correction that finds the same does not tell it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from certification.criteria.codec_nodes import citation_to_data
from certification.models import User
from monitoring.models import Alert, Hold, InfusionCourse, Reaction, Result
from monitoring.planning import plan_record, record_of, result_facts
from monitoring.protocols import compiled
from monitoring.reactions import reaction_findings
from monitoring.schedule.conditions import narrowed
from monitoring.schedule.thresholds import Act, Finding, interpret

LONGEST_REASON = 400


def findings_of(result: Result, course: InfusionCourse) -> tuple[Finding, ...]:
    """What a result means by the protocol of a course, with what was known on its day.

    A finding has to rest on a value of this result, not on earlier ones alone.
    """
    if result.done_on is None:
        return ()
    used = compiled(course.protocol_version)
    conditions = used.planner.conditions
    if all(one.test != result.test for one in conditions.protocol.interpretations):
        return ()
    facts = result_facts(result, used.vocabulary)
    past = plan_record(record_of(course, result.done_on)).record
    return tuple(
        finding
        for finding in interpret(conditions, result.test, facts, result.done_on, past)
        if narrowed([finding.interpretation.when], conditions.vocabulary).keys() & facts.keys()
    )


def act_on_findings(
    result: Result, courses: Iterable[InfusionCourse], *, by: User, now: datetime
) -> list[Alert | Hold]:
    """Raises alerts and places holds for a reported result. Part of the act that entered it."""
    raised: list[Alert | Hold] = []
    told = set(_told(result))
    for course in courses:
        for finding in findings_of(result, course):
            if finding.id in told or finding.act is Act.INFORM:
                continue
            cite = [citation_to_data(one) for one in finding.cite]
            if finding.act is Act.ALERT:
                told.add(finding.id)
                raised.append(
                    Alert.objects.create(
                        patient=result.patient, site=result.site, course=course, result=result,
                        rule=finding.id, says=finding.says, cite=cite, raised_at=now,
                    )
                )  # fmt: skip
            elif course.stopped_on is None and not _held(course, finding.id):
                raised.append(
                    Hold.objects.create(
                        course=course, reason=finding.says[:LONGEST_REASON], rule=finding.id,
                        cite=cite, result=result, placed_by=by, placed_at=now,
                    )
                )  # fmt: skip
    return raised


def act_on_reaction(
    reaction: Reaction, course: InfusionCourse, *, on: date, by: User, now: datetime
) -> list[Alert | Hold]:
    """Raises what the grade of a reaction asks for. Part of the act that recorded it.

    A hold that stands already is not placed again.
    """
    raised: list[Alert | Hold] = []
    for finding in reaction_findings(course.protocol_version, reaction.grade, on):
        said = f"Grade {reaction.grade} reaction on {on:%d %b %Y} ({reaction.symptoms})."
        cite = [citation_to_data(one) for one in finding.cite]
        if finding.act is Act.ALERT:
            raised.append(
                Alert.objects.create(
                    patient=course.patient, site=course.site, course=course, rule=finding.id,
                    says=f"{said} {finding.says}", cite=cite, raised_at=now,
                )
            )  # fmt: skip
        elif (
            finding.act is Act.HOLD and course.stopped_on is None and not _held(course, finding.id)
        ):
            reason = _shortened(f"{said} {finding.says}")
            raised.append(
                Hold.objects.create(
                    course=course, reason=reason, rule=finding.id, cite=cite,
                    placed_by=by, placed_at=now,
                )
            )  # fmt: skip
    return raised


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"


def _told(result: Result) -> Iterator[str]:
    """The findings that were told already, by this result or by one that it corrects."""
    told: Result | None = result
    while told is not None:
        yield from told.alerts.values_list("rule", flat=True)
        yield from told.holds.active().values_list("rule", flat=True)
        told = told.supersedes


def _held(course: InfusionCourse, rule: str) -> bool:
    return course.holds.active().filter(rule=rule).exists()
