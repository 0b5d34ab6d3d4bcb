"""How much of what was certified is left: infusions and days, and is it time to renew?

A certified determination is a budget that the infusions of a course spend. Each infusion spends the
authorization that ends first among those that contain its day and have something left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitoring.models import CourseAuthorization, InfusionCourse, Visit
from monitoring.planning import A_DAY, protocol_of
from monitoring.schedule.infusions import all_given
from monitoring.schedule.months import Period

RENEWAL_LEAD_DAYS = 60
"""How long before the budget runs out a renewal is prompted: a review and its pends take weeks."""
LEAD = timedelta(days=RENEWAL_LEAD_DAYS)


@dataclass(frozen=True, slots=True)
class Budget:
    """``infusions_left`` None: not limited in number. ``ends_on`` None: nothing is in force.

    ``renewal_prompt`` is a sentence when a renewal should be opened now, else empty.
    """

    infusions_left: int | None
    ends_on: date | None
    days_left: int
    renewal_prompt: str

    @property
    def in_force(self) -> bool:
        return self.ends_on is not None

    @property
    def spent(self) -> bool:
        """In force, and every infusion of it was given."""
        return self.in_force and self.infusions_left == 0


def course_budget(course: InfusionCourse, on: date) -> Budget:
    """What is left on a day. Renewals that join on without a gap extend the end."""
    return _budget(course, _authorizations(course), list(course.visits.all()), on)


def standing_days(
    course: InfusionCourse, on: date, visits: Sequence[Visit]
) -> tuple[date | None, date | None]:
    """``renew_from`` and ``budget_changes`` of a course whose visits are read already."""
    authorizations = _authorizations(course)
    return _renew_from(course, authorizations, visits, on), _changes(authorizations, on)


def renew_from(course: InfusionCourse, on: date) -> date | None:
    """The first day from ``on`` on which a renewal is prompted, if nothing is documented until
    then. None: the course was stopped, or nothing that is known now leads to a renewal."""
    return _renew_from(course, _authorizations(course), list(course.visits.all()), on)


def budget_changes(course: InfusionCourse, on: date) -> date | None:
    """The next day after ``on`` on which a certification begins or has ended."""
    return _changes(_authorizations(course), on)


def _changes(authorizations: list[CourseAuthorization], on: date) -> date | None:
    days = [d for a in authorizations for d in (a.start_on, a.end_on + A_DAY) if d > on]
    return min(days, default=None)


def _renew_from(
    course: InfusionCourse,
    authorizations: list[CourseAuthorization],
    visits: Sequence[Visit],
    on: date,
) -> date | None:
    if not course.is_running:
        return None
    given = _given(visits)
    days = {on}
    for one in authorizations:
        days |= {one.start_on, one.end_on + A_DAY, one.end_on - LEAD}
    for day in tuple(days):
        budget = _budget(course, authorizations, visits, day)
        uncovered = _uncovered(course, given, day, budget.infusions_left)
        if uncovered is not None:
            days.add(uncovered - LEAD)
    following = sorted(day for day in days if day >= on)
    return next(
        (d for d in following if _budget(course, authorizations, visits, d).renewal_prompt), None
    )


def is_renewed(course: InfusionCourse) -> bool:
    """Whether the treatment goes on from certification to certification. One course of infusions
    that is given once is not renewed: the next one is a new request."""
    infusions = protocol_of(course.protocol_version).infusions
    return infusions is None or infusions.interval is not None


def is_complete(course: InfusionCourse, given: Sequence[date], visits: Iterable[Visit]) -> bool:
    """Whether everything that the protocol plans was given: nothing is to be renewed then, before
    a further infusion is booked."""
    infusions = protocol_of(course.protocol_version).infusions
    if infusions is None or not all_given(infusions, given):
        return False
    return all(visit.state != Visit.State.SCHEDULED for visit in visits)


def _authorizations(course: InfusionCourse) -> list[CourseAuthorization]:
    return sorted(course.authorizations.all(), key=lambda one: (one.end_on, one.pk))


def _given(visits: Iterable[Visit]) -> list[date]:
    infused = (v for v in visits if v.state == Visit.State.INFUSED)
    return sorted(visit.infused_on for visit in infused if visit.infused_on)


def _budget(
    course: InfusionCourse,
    authorizations: list[CourseAuthorization],
    visits: Sequence[Visit],
    on: date,
) -> Budget:
    given = [day for day in _given(visits) if day <= on]
    left = _left(authorizations, given)
    current = [one for one in authorizations if one.start_on <= on <= one.end_on]
    renewed = course.is_running and is_renewed(course) and not is_complete(course, given, visits)
    if not current:
        return Budget(0, None, 0, _lapsed(authorizations, on) if renewed else "")
    unlimited = any(one.infusions is None for one in current)
    infusions = None if unlimited else sum(left[one.pk] for one in current)
    ends_on = _joined_end(authorizations, on)
    days = (ends_on - on).days
    prompt = _prompt(course, on, given, infusions, ends_on) if renewed else ""
    return Budget(infusions, ends_on, days, prompt)


def _left(authorizations: Iterable[CourseAuthorization], given: list[date]) -> dict[int, int]:
    left = {one.pk: one.infusions or 0 for one in authorizations}
    for day in given:
        for one in authorizations:
            if one.start_on <= day <= one.end_on and (one.infusions is None or left[one.pk]):
                left[one.pk] -= one.infusions is not None
                break
    return left


def _joined_end(authorizations: Iterable[CourseAuthorization], on: date) -> date:
    end = on
    for one in sorted(authorizations, key=lambda one: one.start_on):
        if one.start_on <= end + timedelta(days=1):
            end = max(end, one.end_on)
    return end


def _lapsed(authorizations: list[CourseAuthorization], on: date) -> str:
    coming = [one.start_on for one in authorizations if one.start_on > on]
    if coming:
        return ""
    return "No certification is in force. Open a renewal."


def _prompt(
    course: InfusionCourse, on: date, given: list[date], infusions: int | None, ends_on: date
) -> str:
    days = (ends_on - on).days
    if days <= RENEWAL_LEAD_DAYS:
        return f"The certification ends on {ends_on:%d %b %Y} ({days} days). Open a renewal."
    uncovered = _uncovered(course, given, on, infusions)
    if uncovered is None or uncovered - LEAD > on or uncovered > ends_on:
        return ""
    word = "infusion" if infusions == 1 else "infusions"
    return f"{infusions} certified {word} left. Open a renewal."


def _uncovered(
    course: InfusionCourse, infused: list[date], on: date, left: int | None
) -> date | None:
    """The first infusion that would no longer be covered, if infusions are limited in number."""
    schedule = protocol_of(course.protocol_version).infusions
    if left is None or schedule is None or schedule.interval is None:
        return None
    given = [day for day in infused if day <= on]
    return _after(schedule.interval, given[-1] if given else course.start_on, left + bool(given))


def _after(interval: Period, day: date, times: int) -> date:
    return interval.after(day, times) if times else day
