"""What do the pages around a course say: booking, certification, protocol, its start?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from certification.models import Case, CriteriaVersion, Determination, RequestType, User
from certification.presenters.cases import content_state
from certification.presenters.wording import counted, day_words, listed
from config.access import has_permission
from config.roles import ROLES, Permission, Role
from monitoring.booking import Series, offered_series
from monitoring.budgets import course_budget, is_renewed
from monitoring.models import CourseAuthorization, InfusionCourse, Visit
from monitoring.planning import plan_course
from monitoring.policies import CERTIFIED
from monitoring.presenters.next_acts import ActLink, Place, review_url
from monitoring.protocols import version_in_force

REVIEWER = ROLES[Role.NURSE_REVIEWER].title
APPROVER = ROLES[Role.CONTENT_APPROVER].title


@dataclass(frozen=True, slots=True)
class CertificationPage:
    """How the course gets more to spend. ``who`` names who opens a case, when not this reader."""

    spent: list[dict[str, str]]
    offered: list[tuple[Any, str]]
    open_cases: list[ActLink]
    renew: ActLink | None
    start: list[ActLink]
    who: str


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    title: str
    version: str
    content: dict[str, Any]
    newer: str
    in_force: bool
    says: str
    review: ActLink | None


@dataclass(frozen=True, slots=True)
class StartPage:
    """Before a course: what was certified. ``course``: it is spent already, on this one."""

    therapy: str
    terms: list[dict[str, str]]
    protocol: str
    refusal: str


def series_words(course: InfusionCourse, today: date) -> list[tuple[int, str]]:
    """The bookings that are offered, by their number of visits; the protocol's own comes first."""
    plan = plan_course(course, today)
    series = offered_series(course, plan)
    return [(len(one), _series_words(one)) for one in series]


def usual_visits(offered: Iterable[tuple[int, str]]) -> int:
    """What is chosen beforehand: the shortest series of more than one visit, if there is one."""
    counts = sorted(count for count, _ in offered)
    return counts[1] if len(counts) > 1 else 1


def _series_words(series: Series) -> str:
    if len(series) == 1:
        return "One visit"
    if all(b - a == 1 for a, b in pairwise(series)):
        return f"{len(series)} visits, on days in a row"
    days = [f"day {day + 1}" for day in series]
    return f"{len(series)} visits, on {listed(days)}"


def suggested_day(course: InfusionCourse, today: date) -> date:
    """The day on which the next infusion is due, not earlier than today."""
    plan = plan_course(course, today)
    due = plan.next_infusion.due_on if plan.next_infusion is not None else course.start_on
    booked = {v.scheduled_on for v in course.visits.all() if v.state == Visit.State.SCHEDULED}
    day = max(today, due)
    while day in booked:
        day += timedelta(days=1)
    return day


def spendable(course: InfusionCourse, on: date) -> QuerySet[Determination]:
    """Certified determinations that no course has yet, for this person and therapy."""
    taken = CourseAuthorization.objects.values("determination")
    return (
        Determination.objects.filter(
            case__patient=course.patient_id,
            case__therapy=course.therapy_id,
            outcome__in=[str(outcome) for outcome in CERTIFIED],
            period_end_on__gte=on,
        )
        .exclude(pk__in=taken)
        .select_related("case")
        .defer("record")
        .order_by("period_start_on", "pk")
    )


def certification_page(course: InfusionCourse, user: User, today: date) -> CertificationPage:
    found = list(spendable(course, today))
    cases = Case.objects.open().filter(patient=course.patient_id, therapy=course.therapy_id)
    running = course.is_running
    opens = has_permission(user, Permission.PREPARE_CASES) and running
    start = [
        ActLink(reverse("monitoring:course-new", args=[one.pk]), f"Open a course: {_terms(one)}")
        for one in found
    ]
    return CertificationPage(
        spent=_spent(course, today),
        offered=[(one.pk, _terms(one)) for one in found] if running else [],
        open_cases=[
            ActLink(
                reverse("certification:case", args=[case.pk]),
                f"Case {case.number}, {case.get_request_type_display().lower()}, "
                f"{case.status_title.lower()}",
            )
            for case in cases
        ],
        renew=case_link(course, today) if opens else None,
        start=[] if running else start,
        who="" if opens else REVIEWER,
    )


def has_renewal(course: InfusionCourse, today: date) -> bool:
    """Whether criteria for a renewal of this therapy are in force."""
    return (
        CriteriaVersion.objects.in_force(today)
        .filter(therapy=course.therapy_id, request_type=RequestType.RENEWAL)
        .exists()
    )


def case_link(course: InfusionCourse, today: date) -> ActLink:
    """Where the case for the next certification is opened: a renewal, or a new request."""
    if is_renewed(course) and has_renewal(course, today):
        url = reverse("monitoring:course-renew", args=[course.pk])
        return ActLink(url, "Open a renewal case")
    return new_case_link(course)


def new_case_link(course: InfusionCourse) -> ActLink:
    url = reverse("certification:case-new", args=[course.patient_id])
    return ActLink(url, "Open a new case")


def why_not_renewed(course: InfusionCourse, today: date) -> str:
    """Why no renewal case can be opened; empty when it can."""
    if not course.is_running:
        return "This course was stopped. Treatment that begins again is a new request."
    if not is_renewed(course):
        return "This therapy is given once. A further course is a new request."
    if not has_renewal(course, today):
        return (
            f"No renewal criteria are in force for {course.therapy}. Next: approve them "
            f"({APPROVER}), or open a new case."
        )
    return ""


def _spent(course: InfusionCourse, today: date) -> list[dict[str, str]]:
    budget = course_budget(course, today)
    left = budget.infusions_left
    lines = [
        {
            "label": f"{day_words(one.start_on)} to {day_words(one.end_on)}",
            "value": "Not limited in number"
            if one.infusions is None
            else counted(one.infusions, "infusion"),
        }
        for one in course.authorizations.all()
    ]
    said = "Not limited in number" if left is None else counted(left, "infusion")
    until = f"until {day_words(budget.ends_on)}" if budget.in_force else ""
    return [*lines, {"label": "Left today", "value": said, "note": until}]


def _terms(determination: Determination) -> str:
    start, end = determination.period_start_on, determination.period_end_on
    number = determination.infusions
    limit = f", {counted(number, 'infusion')}" if number else ""
    return f"case {determination.case.number}, {day_words(start)} to {day_words(end)}{limit}"


def start_page(determination: Determination, today: date, refusal: str) -> StartPage:
    start, end = determination.period_start_on, determination.period_end_on
    case = determination.case
    version = version_in_force(case.therapy, today)
    lines = [
        ("Certification period", f"{day_words(start)} to {day_words(end)}"),
        ("Dose", determination.dose),
        ("Interval", determination.interval),
        ("Number of infusions", str(determination.infusions or "")),
    ]
    return StartPage(
        therapy=str(case.therapy),
        terms=[{"label": label, "value": value} for label, value in lines if value],
        protocol=f"{version.title}, version {version.version}" if version else "",
        refusal=refusal,
    )


def suggested_start(determination: Determination, today: date) -> date:
    """Today, or the nearest day of the period."""
    start, end = determination.period_start_on, determination.period_end_on
    return min(max(today, start or today), end or today)


def course_of(determination: Determination) -> InfusionCourse | None:
    """The course that spends a determination."""
    found = CourseAuthorization.objects.filter(determination=determination)
    one = found.select_related("course").first()
    return one.course if one else None


def protocol_page(course: InfusionCourse, user: User, today: date) -> ProtocolPage:
    version = course.protocol_version
    newest = version_in_force(course.therapy, today)
    newer = newest is not None and newest.pk != version.pk
    in_force = newest is not None and newest.pk == version.pk
    if in_force:
        says = "This course is monitored by the version in force."
    elif newest is not None:
        says = (
            f"Version {newest.version} is in force. The schedule is worked out anew by it; what "
            "was done and waived stays."
        )
    else:
        says = (
            "No version is in force, so the answer to “clear to infuse” is no. Next: approve a "
            f"version ({APPROVER})."
        )
    review = None
    if has_permission(user, Permission.APPROVE_CONTENT):
        place = Place(course.pk, course.patient_id, protocol_id=version.pk)
        review = ActLink(review_url(place), "Review the protocol")
    return ProtocolPage(
        title=version.title,
        version=version.version,
        content=content_state(version, today),
        newer=newest.version if newest is not None and newer else "",
        in_force=in_force,
        says=says,
        review=review,
    )


def last_clinician(course: InfusionCourse) -> dict[str, str]:
    """Who ordered the therapy last: offered in the form of a renewal."""
    found = Case.objects.filter(patient=course.patient_id, therapy=course.therapy_id)
    case = found.filter(~Q(request_type=RequestType.ACUTE_COURSE)).order_by("-opened_at").first()
    if case is None:
        return {}
    return {
        "ordering_clinician": case.ordering_clinician,
        "ordering_clinician_number": case.ordering_clinician_number,
    }


def renewal_day(course: InfusionCourse, today: date) -> date:
    """When a renewal begins: the day after the certification ends."""
    ends_on = course_budget(course, today).ends_on
    return ends_on + timedelta(days=1) if ends_on else today
