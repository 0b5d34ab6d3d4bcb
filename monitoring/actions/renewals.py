"""How is the renewal of a course opened, early enough and with what monitoring knows?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from certification.actions.cases import open_case
from certification.models import Case, RequestType, TurnaroundProfile, User
from certification.policies import Refused
from monitoring.actions.locks import locked_course, today_at
from monitoring.budgets import course_budget
from monitoring.models import InfusionCourse


@transaction.atomic
def open_renewal(
    *,
    by: User,
    now: datetime,
    course: InfusionCourse,
    ordering_clinician: str,
    ordering_clinician_number: str = "",
    service_on: date | None = None,
    urgency: str = TurnaroundProfile.Urgency.STANDARD,
) -> Case:
    """Opens a renewal case for a running course, to begin when its certification ends.

    The wizard offers the reviewer what monitoring documented, to be confirmed. Opening a case is
    the act of a nurse reviewer; its audit event is that of the case. Raises ``Refused``.
    """
    course = locked_course(course)
    if course.stopped_on is not None:
        raise Refused("This course was stopped. Treatment that begins again is a new request.")
    waiting = (
        Case.objects.open()
        .filter(
            patient=course.patient, therapy=course.therapy, request_type=RequestType.RENEWAL.value
        )
        .first()
    )
    if waiting is not None:
        raise Refused(f"Renewal case {waiting.number} is open already. Go on with that one.")
    today = today_at(course, now)
    ends_on = course_budget(course, today).ends_on
    begins = ends_on + timedelta(days=1) if ends_on is not None else today
    return open_case(
        by=by,
        now=now,
        patient=course.patient,
        therapy=course.therapy,
        request_type=RequestType.RENEWAL.value,
        ordering_clinician=ordering_clinician,
        ordering_clinician_number=ordering_clinician_number,
        service_on=service_on or begins,
        urgency=urgency,
    )
