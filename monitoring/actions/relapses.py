"""What does a treated relapse mean for the therapy, and how does the case for another begin?"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from certification.actions.cases import open_case
from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.models import Case, RequestType, Therapy, TurnaroundProfile, User
from certification.policies import Refused, check_can_open_case
from monitoring.actions.locks import locked_course, today_at
from monitoring.actions.results import ResultEntry, fill, follow_up
from monitoring.models import InfusionCourse, RelapseAnswer, Result
from monitoring.planning import protocol_of, vocabulary_for
from monitoring.policies import check_can_answer_relapse, check_relapse_open
from monitoring.relapses import THERAPY_REVIEW, treats_relapse


@transaction.atomic
def answer_relapse(
    *, by: User, now: datetime, course: InfusionCourse, changes_therapy: bool, note: str = ""
) -> RelapseAnswer:
    """Records whether the relapse changes the therapy, by whom and when, and closes what was due.

    After a yes a nurse reviewer opens the case: ``open_case_after_relapse``.
    """
    course = locked_course(course)
    check_can_answer_relapse(by, course)
    _check_asked(course)
    return _answered(course, by, now, changes_therapy, note)


@transaction.atomic
def open_case_after_relapse(
    *,
    by: User,
    now: datetime,
    course: InfusionCourse,
    therapy: Therapy,
    request_type: str,
    set_key: str,
    ordering_clinician: str,
    service_on: date,
    ordering_clinician_number: str = "",
    urgency: str = TurnaroundProfile.Urgency.STANDARD,
) -> Case:
    """Opens the case for the therapy that the relapse calls for. Opening it is also answering yes.

    The wizard offers what the relapse course documented. Raises ``Refused``.
    """
    course = locked_course(course)
    check_can_open_case(by, course.patient)
    _check_asked(course, waits_for_case=True)
    if request_type == RequestType.ACUTE_COURSE:
        raise Refused(
            "This is a request for a relapse course. Choose a disease-modifying therapy.",
            field="criteria",
        )
    case = open_case(
        by=by,
        now=now,
        patient=course.patient,
        therapy=therapy,
        request_type=request_type,
        set_key=set_key,
        ordering_clinician=ordering_clinician,
        ordering_clinician_number=ordering_clinician_number,
        service_on=service_on,
        urgency=urgency,
    )
    answer = RelapseAnswer.objects.select_for_update().filter(course=course).first()
    if answer is None:
        answer = _answered(course, by, now, True, "")
    answer.case = case
    answer.save(update_fields=["case"])
    data = {"case": case.number, "course": str(course.pk)}
    record_event(by=by, verb="opened case after relapse", obj=course, at=now, data=data)
    return case


def _check_asked(course: InfusionCourse, *, waits_for_case: bool = False) -> None:
    if not treats_relapse(course) or not course.visits.given().exists():
        raise Refused("The question is asked after the infusions of a relapse course.")
    check_relapse_open(
        RelapseAnswer.objects.select_related("answered_by").filter(course=course).first(),
        waits_for_case=waits_for_case,
    )


def _answered(
    course: InfusionCourse, by: User, now: datetime, changes_therapy: bool, note: str
) -> RelapseAnswer:
    note = one_line(note, field="note", limit=300)
    answer = RelapseAnswer.objects.create(
        course=course, changes_therapy=changes_therapy, note=note, answered_by=by, answered_at=now
    )
    if THERAPY_REVIEW in protocol_of(course.protocol_version).tests:
        _reviewed(course, by, now, f"This relapse {answer}. {note}".strip())
    data = {"changes_therapy": changes_therapy, "note": note}
    record_event(by=by, verb="answered relapse question", obj=answer, at=now, data=data)
    return answer


def _reviewed(course: InfusionCourse, by: User, now: datetime, note: str) -> None:
    """The review that the protocol asks for is done: a result closes its item."""
    today = today_at(course, now)
    row = Result(patient=course.patient, site=course.site)
    entry = ResultEntry(THERAPY_REVIEW, done_on=today, reported_on=today, note=note)
    fill(row, entry, vocabulary_for(course.patient, today), now)
    row.entered_by, row.entered_at = by, now
    row.seen_by, row.seen_at = by, now
    row.save()
    follow_up(row, by=by, now=now, verb="entered result")
