"""Does a course treat a relapse, and has somebody asked what the relapse means for the therapy?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from certification.models import RequestType, User
from monitoring.models import InfusionCourse, RelapseAnswer
from monitoring.schedule.items import Plan

THERAPY_REVIEW = "benefit_risk_review"
"""The fixed test key of looking at the therapy again; answering the question is a result of it."""


@dataclass(frozen=True, slots=True)
class RelapseQuestion:
    """``due``: the course is at its end, so somebody should answer. ``answer``: once given."""

    due: bool
    answer: RelapseAnswer | None

    @property
    def waits_for_case(self) -> bool:
        """Answered yes, and nobody has opened the case yet."""
        answer = self.answer
        return answer is not None and answer.changes_therapy and answer.case_id is None


def treats_relapse(course: InfusionCourse) -> bool:
    """A course that was certified as the treatment of one relapse."""
    acute = RequestType.ACUTE_COURSE.value
    return any(one.determination.case.request_type == acute for one in authorizations(course))


def authorizations(course: InfusionCourse) -> Any:
    return course.authorizations.select_related("determination__case").defer(
        "determination__record"
    )


def answers_waiting(user: User) -> QuerySet[RelapseAnswer]:
    """Relapses at the sites of a person that change the therapy and have no case yet."""
    answers = RelapseAnswer.objects.filter(
        changes_therapy=True, case__isnull=True, course__site_id__in=user.site_ids
    )
    related = ("course__patient", "course__site", "course__therapy", "answered_by")
    read = answers.select_related(*related).defer("course__therapy__details")
    return read.order_by("answered_at", "pk")


def relapse_question(course: InfusionCourse, plan: Plan) -> RelapseQuestion | None:
    """None for a course that treats no relapse, or of which nothing was given yet."""
    if not plan.record.doses or not treats_relapse(course):
        return None
    answer = RelapseAnswer.objects.select_related("answered_by", "case").filter(course=course)
    return RelapseQuestion(
        due=plan.next_infusion is None or not course.is_running, answer=answer.first()
    )
