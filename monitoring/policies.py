"""May this happen now, to this course, visit, result or hold, by this person?

The same pairs as in ``certification.policies``: ``check_can_x`` raises ``Refused`` with a sentence
that names the next act, ``can_x`` answers yes or no.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from certification.models import Determination, Patient, Site, User
from certification.policies import Refused, check_allowed, check_own_site
from certification.workflow import Outcome
from config.access import has_permission
from config.roles import Permission
from monitoring.models import (
    Alert,
    CalendarFeed,
    CheckedFile,
    CourseAuthorization,
    DueItem,
    Hold,
    InfusionCourse,
    RelapseAnswer,
    Result,
    Visit,
)

CERTIFIED = (Outcome.CERTIFIED, Outcome.CERTIFIED_MODIFIED)


def check_can_monitor_site(user: User, site: Site) -> None:
    check_allowed(user, Permission.MONITOR)
    check_own_site(user, site.pk)


def check_can_monitor_patient(user: User, patient: Patient) -> None:
    """To enter and correct results, and to see them."""
    check_allowed(user, Permission.MONITOR)
    check_own_site(user, patient.site_id)


def check_can_view_course(user: User, course: InfusionCourse) -> None:
    check_allowed(user, Permission.VIEW_PATIENTS)
    check_own_site(user, course.site_id)


def check_can_work(user: User, course: InfusionCourse) -> None:
    """What also goes on after treatment has stopped: facts, waivers, holds."""
    check_allowed(user, Permission.MONITOR)
    check_own_site(user, course.site_id)


def check_can_treat(user: User, course: InfusionCourse) -> None:
    """What only a running course allows: visits, authorizations, stopping."""
    check_can_work(user, course)
    if course.stopped_on is not None:
        raise Refused(
            f"This course was stopped on {course.stopped_on:%d %b %Y}. Treatment that begins again "
            "is a new course: open it from a new determination."
        )


def check_can_open_course(user: User, determination: Determination) -> None:
    patient = determination.case.patient
    check_can_monitor_patient(user, patient)
    check_spendable(determination)


def check_spendable(determination: Determination) -> None:
    """Raises ``Refused`` unless the determination certifies and no course has it yet."""
    if determination.outcome not in CERTIFIED:
        raise Refused(
            "This request was not certified, so no infusions can be given on it. The person who "
            "ordered it can appeal, or a nurse reviewer opens a new case."
        )
    if CourseAuthorization.objects.filter(determination=determination).exists():
        raise Refused("This determination belongs to a course already. Open that course.")


def check_can_authorize(user: User, course: InfusionCourse, determination: Determination) -> None:
    check_can_treat(user, course)
    check_spendable(determination)
    case = determination.case
    if (case.patient_id, case.therapy_id) != (course.patient_id, course.therapy_id):
        raise Refused("This determination is about another person or another therapy.")


def check_can_book(user: User, course: InfusionCourse) -> None:
    check_can_treat(user, course)


def check_can_change_visit(user: User, visit: Visit) -> None:
    """To move, cancel or record a visit that has not been recorded yet."""
    check_can_treat(user, visit.course)
    if visit.state != Visit.State.SCHEDULED:
        raise Refused(
            f"This visit is recorded already ({visit.get_state_display().lower()}) and stays as it "
            "is. Book another visit."
        )


def check_can_record_reaction(user: User, visit: Visit) -> None:
    check_can_work(user, visit.course)
    if visit.state != Visit.State.INFUSED:
        raise Refused(
            "A reaction belongs to an infusion that was given. Record the infusion first."
        )


def check_can_answer_relapse(user: User, course: InfusionCourse) -> None:
    """To say whether a relapse changes the therapy: whoever treats it, or would open the case."""
    if not has_permission(user, Permission.PREPARE_CASES):
        check_allowed(user, Permission.MONITOR)
    check_own_site(user, course.site_id)


def check_relapse_open(answer: RelapseAnswer | None, *, waits_for_case: bool = False) -> None:
    """Raises ``Refused`` once the question is answered. ``waits_for_case``: a yes without a case
    is still open."""
    if answer is None:
        return
    if waits_for_case and answer.changes_therapy and answer.case_id is None:
        return
    raise Refused(
        f"{answer.answered_by} has answered already: this relapse {answer}."
        + (" Its case is open." if answer.case_id else "")
    )


def check_can_waive(user: User, item: DueItem) -> None:
    check_can_work(user, item.course)
    if item.closed:
        raise Refused(f"This item is closed already ({item.get_end_display().lower()}).")


def check_can_release(user: User, hold: Hold) -> None:
    check_can_work(user, hold.course)
    if hold.released_at is not None:
        raise Refused(f"This hold was released already, by {hold.released_by}.")


def check_can_acknowledge(user: User, alert: Alert) -> None:
    check_can_monitor_patient(user, alert.patient)
    if alert.acknowledged_at is not None:
        raise Refused(f"This alert was acknowledged already, by {alert.acknowledged_by}.")


def check_can_report(user: User, result: Result) -> None:
    """To enter what has come of a result that was requested."""
    check_can_monitor_patient(user, result.patient)
    if result.reported_on is not None:
        raise Refused("This result is reported already. Correct it instead.")
    if result.is_struck_out:
        raise Refused("This result was struck out. Enter the right one by itself.")


def check_can_correct(user: User, result: Result) -> None:
    check_can_monitor_patient(user, result.patient)
    if Result.objects.filter(supersedes=result).exists():
        raise Refused("This result was corrected already. Correct the newer one.")
    if result.is_struck_out:
        raise Refused("This result was struck out. Enter the right one by itself.")
    if result.reported_on is None:
        raise Refused("This result is not reported yet. Enter it instead of correcting it.")


def check_can_finish(user: User, checked: CheckedFile) -> None:
    """To import a checked file, or to put it aside."""
    check_can_monitor_site(user, checked.site)
    if checked.finished_at is not None:
        raise Refused("This file was put aside, or nobody confirmed it in time. Check it again.")


def check_can_create_feed(user: User, site: Site) -> None:
    check_can_monitor_site(user, site)


def check_can_revoke_feed(user: User, feed: CalendarFeed) -> None:
    """One's own calendar, or that of a whole site at which one works."""
    check_can_monitor_site(user, feed.site)
    if feed.user_id not in (None, user.pk):
        raise Refused("This is somebody else's calendar. Its owner revokes it.")
    if feed.revoked_at is not None:
        raise Refused(f"This calendar was revoked already, by {feed.revoked_by}.")


def check_can_read_feed(feed: CalendarFeed) -> None:
    """Whether its secret address still opens it: whoever owns it must still be allowed to look."""
    if feed.revoked_at is not None:
        raise Refused("This calendar was revoked.")
    check_allowed(feed.owner, Permission.VIEW_MONITORING)
    check_own_site(feed.owner, feed.site_id)


def check_not_future(day: date, today: date, *, field: str) -> None:
    if day > today:
        raise Refused(f"{day:%d %b %Y} is in the future. Give a day up to today.", field=field)


def _allows(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True


def can_monitor_patient(user: User, patient: Patient) -> bool:
    return _allows(check_can_monitor_patient, user, patient)


def can_view_course(user: User, course: InfusionCourse) -> bool:
    return _allows(check_can_view_course, user, course)


def can_work(user: User, course: InfusionCourse) -> bool:
    return _allows(check_can_work, user, course)


def can_treat(user: User, course: InfusionCourse) -> bool:
    return _allows(check_can_treat, user, course)


def can_open_course(user: User, determination: Determination) -> bool:
    return _allows(check_can_open_course, user, determination)


def can_change_visit(user: User, visit: Visit) -> bool:
    return _allows(check_can_change_visit, user, visit)


def can_record_reaction(user: User, visit: Visit) -> bool:
    return _allows(check_can_record_reaction, user, visit)


def can_answer_relapse(user: User, course: InfusionCourse) -> bool:
    return _allows(check_can_answer_relapse, user, course)


def can_waive(user: User, item: DueItem) -> bool:
    return _allows(check_can_waive, user, item)


def can_release(user: User, hold: Hold) -> bool:
    return _allows(check_can_release, user, hold)


def can_acknowledge(user: User, alert: Alert) -> bool:
    return _allows(check_can_acknowledge, user, alert)


def can_revoke_feed(user: User, feed: CalendarFeed) -> bool:
    return _allows(check_can_revoke_feed, user, feed)


def can_create_feed(user: User, site: Site) -> bool:
    return _allows(check_can_create_feed, user, site)


def can_read_feed(feed: CalendarFeed) -> bool:
    return _allows(check_can_read_feed, feed)
