"""On which days can a course of infusions be booked in one act?

Some therapies are given on several days: on days in a row, or twice two weeks apart. The days are
content: the pattern of the protocol, and between how many and how many days a prescriber may order
(``course_days`` of the therapy).
"""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.models import InfusionCourse
from monitoring.planning import protocol_of
from monitoring.schedule.items import Plan

ONE = (0,)
Series = tuple[int, ...]
"""Days from the first visit of a booking on."""


def offered_series(course: InfusionCourse, plan: Plan) -> tuple[Series, ...]:
    """What can be booked: one visit, or the rest of the course as the protocol says, or as many
    days more as the therapy allows. Shortest first."""
    return tuple(sorted({ONE, *_series(course, plan)}, key=len))


def series_of(course: InfusionCourse, plan: Plan, visits: int) -> Series | None:
    """The series of so many visits; None when it is not offered."""
    return next((one for one in offered_series(course, plan) if len(one) == visits), None)


def _series(course: InfusionCourse, plan: Plan) -> Iterator[Series]:
    infusions = protocol_of(course.protocol_version).infusions
    if infusions is None:
        return
    doses = plan.record.doses
    given = 0
    if doses and plan.courses and not plan.begins_course:
        given = sum(1 for day in doses if day >= plan.courses[-1])
    began = len(plan.courses) - (given > 0)
    pattern = infusions.later if began else infusions.first
    rest = pattern[given:]
    if rest:
        yield tuple(day - rest[0] for day in rest)
    least, most = _course_days(course, len(pattern))
    last = rest[-1] - rest[0] if rest else -1
    base = tuple(day - rest[0] for day in rest)
    for total in range(max(least, given + 1, len(pattern)), most + 1):
        more = total - given - len(rest)
        yield (*base, *range(last + 1, last + 1 + more))


def _course_days(course: InfusionCourse, usual: int) -> tuple[int, int]:
    days = (course.therapy.details.get("dosing") or {}).get("course_days")
    return (days[0], days[1]) if isinstance(days, list) and len(days) == 2 else (usual, usual)
