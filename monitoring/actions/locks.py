"""Which rows does an act take, so that two people who act at once get one act and one refusal?"""

from __future__ import annotations

from datetime import date, datetime

from certification.actions.revisions import check_unchanged
from certification.models import Patient
from certification.turnaround import local_date
from monitoring.models import InfusionCourse, Visit

STALE_COURSE = (
    "This course was changed in the meantime. Nothing was done; look at what changed and try again."
)
STALE_VISIT = (
    "This visit was changed in the meantime. Nothing was done; look at what changed and try again."
)
_RELATED = ("site", "patient", "therapy", "protocol_version")
_UNREAD = ("protocol_version__document", "therapy__details")
"""Long documents that no act reads here."""


def locked_course(course: InfusionCourse, revision: int | None = None) -> InfusionCourse:
    """The course as it is now, locked to the end of the transaction. Raises ``Stale``."""
    found = (
        InfusionCourse.objects.select_for_update(of=("self",))
        .select_related(*_RELATED)
        .defer(*_UNREAD)
        .get(pk=course.pk)
    )
    if revision is not None:
        check_unchanged(found, revision, STALE_COURSE)
    return found


def locked_visit(visit: Visit, revision: int) -> Visit:
    """The visit as it is now, its course locked. Raises ``Stale``."""
    course = locked_course(visit.course)
    found = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    found.course = course
    check_visit_unchanged(found, revision)
    return found


def check_visit_unchanged(visit: Visit, revision: int) -> None:
    """Raises ``Stale`` unless the visit is as it was seen."""
    check_unchanged(visit, revision, STALE_VISIT)


def watched_courses(patient: Patient, on: date) -> list[InfusionCourse]:
    """The courses of a person that are still watched, locked in a fixed order."""
    return list(
        InfusionCourse.objects.select_for_update(of=("self",))
        .watched(as_of=on)
        .filter(patient=patient)
        .select_related(*_RELATED)
        .defer(*_UNREAD)
        .order_by("pk")
    )


def today_at(course: InfusionCourse, now: datetime) -> date:
    """The date on the wall of the site."""
    return local_date(now, course.site.time_zone)
