"""What does monitoring know that a renewal, or a case after a relapse, asks for?

Offered to the reviewer with its age, to be confirmed; never taken over by itself. Only what was
documented in monitoring is offered: results, checklists, and the infusions that were given.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Min

from certification.case_facts import Prefill
from certification.criteria.facts import FactValue
from certification.criteria.plain import to_data
from certification.models import Answer, Case, Patient
from certification.models.prepared import Prepared
from certification.stored_facts import Monitored
from monitoring.models import DueItem, InfusionCourse, Reaction
from monitoring.planning import PREVIOUS_GRADE, plan_course, planner_of
from monitoring.schedule.months import add_months

SOURCES = ("", "monitoring", "checklist")
"""Results carry no source of their own. What the certified case brought along is not offered: the
case itself offers it."""


# Most people who are certified receive nothing yet: who has a course at all is asked first.
_WATCHED: Prepared[UUID] = Prepared(
    lambda patient, as_of: (
        InfusionCourse.objects.watched(as_of=as_of)
        .filter(patient=patient)
        .values_list("pk", flat=True)
    ),
    patient=Patient._meta.pk,
    as_of=InfusionCourse._meta.get_field("watch_until_on"),
)


def offers(
    patient: Patient, fact_keys: Iterable[str], as_of: date, case: Case | None
) -> dict[str, Prefill]:
    """The newest value of each question that monitoring has, for the case that is being answered.

    A question about the requested therapy, or about its infusions, takes the courses of that
    therapy only.
    """
    wanted = set(fact_keys)
    found: dict[str, Prefill] = {}
    watched = _WATCHED.rows(patient=patient.pk, as_of=as_of)
    if not watched:
        return found
    courses = InfusionCourse.objects.filter(pk__in=watched)
    for course in courses.select_related("patient", "site", "protocol_version", "therapy"):
        same_therapy = case is not None and case.therapy_id == course.therapy_id
        conditions = planner_of(course.protocol_version).conditions
        past = plan_course(course, as_of).record
        known = dict(past.latest)
        if past.doses:
            supplied = conditions.supply(past.latest, past.start_on, past.doses, as_of)
            known |= {key: supplied[key] for key in conditions.supplied if key in supplied}
        for key in wanted & known.keys():
            fact, definition = known[key], conditions.vocabulary[key]
            of_therapy = definition.of_request or key in conditions.supplied
            if not _offered(fact) or (of_therapy and not same_therapy):
                continue
            offer = _offer(fact, as_of)
            if key not in found or offer.age_days < found[key].age_days:
                found[key] = offer
    if case is not None and PREVIOUS_GRADE in wanted:
        found |= _worst_reaction(patient, case, as_of)
    return _counted(patient, wanted, as_of) | found


def _worst_reaction(patient: Patient, case: Case, as_of: date) -> dict[str, Prefill]:
    """The worst reaction that was recorded at an infusion of the requested therapy, the newest of
    its grade. That none was recorded does not say that there was none."""
    worst = (
        Reaction.objects.filter(
            visit__course__patient=patient,
            visit__course__therapy=case.therapy_id,
            visit__infused_on__lte=as_of,
        )
        .order_by("-grade", "-visit__infused_on")
        .values_list("grade", "visit__infused_on")
        .first()
    )
    if worst is None:
        return {}
    grade, on = worst
    return {PREVIOUS_GRADE: _offer(FactValue(str(grade), on), as_of)}


def _counted(patient: Patient, wanted: set[str], as_of: date) -> dict[str, Prefill]:
    """How many courses began in the last months, where the protocol names a question for that: a
    course for a relapse is also a relapse. Dated by the last of them."""
    began: dict[tuple[str, int], list[date]] = {}
    courses = InfusionCourse.objects.filter(patient=patient).select_related("protocol_version")
    given = courses.filter(visits__infused_on__lte=as_of)
    for course in given.annotate(first_on=Min("visits__infused_on")).order_by("first_on"):
        for one in planner_of(course.protocol_version).protocol.supplies.courses_within:
            if one.fact in wanted and add_months(as_of, -one.months) <= course.first_on:
                began.setdefault((one.fact, one.months), []).append(course.first_on)
    return {
        fact: _offer(FactValue(len(days), days[-1]), as_of) for (fact, _), days in began.items()
    }


def monitored(*, therapy_id: int, after: str, limit: int) -> list[Monitored]:
    """People with a running course of a therapy, in the order of the courses' ids."""
    courses = InfusionCourse.objects.running().filter(therapy_id=therapy_id)
    if after:
        courses = courses.filter(pk__gt=after)
    related = courses.select_related("patient__site").prefetch_related("patient__prior_therapies")
    return [Monitored(course.pk, course.patient) for course in related.order_by("pk")[:limit]]


def count_monitored(*, therapy_id: int) -> int:
    return InfusionCourse.objects.running().filter(therapy_id=therapy_id).count()


def lapses(course: InfusionCourse, on: date) -> list[DueItem]:
    """What is overdue in a course: a renewal shows it to the reviewer."""
    return list(course.due_items.all().overdue(as_of=on).order_by("due_on", "pk"))


def _offered(fact: FactValue) -> bool:
    return fact.value is not None and fact.observed_on is not None and fact.source in SOURCES


def _offer(fact: FactValue, as_of: date) -> Prefill:
    seen_on = fact.observed_on or as_of
    return Prefill(
        value=to_data(fact.value),
        observed_on=fact.observed_on,
        source=Answer.Source.MONITORING,
        from_case_number="",
        age_days=max(0, (as_of - seen_on).days),
        answer_id=None,
    )
