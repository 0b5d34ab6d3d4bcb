"""How is an infusion that was given recorded, and a reaction to it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.revisions import changed_data
from certification.actions.typed_text import one_line, paragraphs
from certification.models import User
from certification.policies import Refused
from monitoring.actions.findings import act_on_reaction
from monitoring.actions.locks import check_visit_unchanged, locked_course, locked_visit, today_at
from monitoring.actions.plans import replan_locked
from monitoring.clearing import check_clear_to_infuse
from monitoring.models import Reaction, Visit
from monitoring.policies import (
    check_can_change_visit,
    check_can_record_reaction,
    check_not_future,
)
from monitoring.reactions import GRADES
from monitoring.vital_signs import MOST_MINUTES, VitalSignError, read_rows


@transaction.atomic
def record_infusion(
    *,
    by: User,
    now: datetime,
    visit: Visit,
    revision: int,
    dose: str,
    batch: str,
    batch_expires_on: date | None,
    infused_on: date | None = None,
    rate: str = "",
    premedication: str = "",
    observed_minutes: int | None = None,
    vitals: Sequence[Mapping[str, Any]] = (),
    note: str = "",
) -> Visit:
    """Records that the infusion of a visit was given (today, or on an earlier day).

    Refused, with every reason and its next act, when the course is not clear to infuse on that day.
    """
    visit = locked_visit(visit, revision)
    check_can_change_visit(by, visit)
    today = today_at(visit.course, now)
    on = infused_on or today
    check_not_future(on, today, field="infused_on")
    if visit.course.visits.given().filter(infused_on__gte=on).exists():
        raise Refused(
            f"An infusion on {on:%d %b %Y} or later is recorded already.", field="infused_on"
        )
    visit.dose = one_line(dose, field="dose", limit=60, required=True)
    visit.batch = one_line(batch, field="batch", limit=60, required=True)
    if batch_expires_on is None:
        raise Refused("Give the expiry date of the batch.", field="batch_expires_on")
    if batch_expires_on < on:
        raise Refused(
            f"This batch expired on {batch_expires_on:%d %b %Y}. Do not give it; take another.",
            field="batch_expires_on",
        )
    if observed_minutes is not None and not 0 <= observed_minutes <= MOST_MINUTES:
        raise Refused(f"Minutes from 0 to {MOST_MINUTES}.", field="observed_minutes")
    visit.batch_expires_on = batch_expires_on
    visit.rate = one_line(rate, field="rate", limit=120)
    visit.premedication = one_line(premedication, field="premedication", limit=240)
    visit.observed_minutes = observed_minutes
    visit.vitals = _vitals(vitals)
    visit.note = paragraphs(note, field="note")
    check_clear_to_infuse(visit.course, on)
    visit.state, visit.infused_on = Visit.State.INFUSED, on
    visit.recorded_by, visit.recorded_at = by, now
    visit.revision += 1
    visit.save()
    counts = replan_locked(visit.course, now)
    changed = {
        "state": (Visit.State.SCHEDULED.value, visit.state),
        "infused_on": (None, on.isoformat()),
        "dose": ("", visit.dose),
        "batch": ("", visit.batch),
    }
    data = changed_data(visit.revision, changed) | {"plan": dict(counts)}
    record_event(by=by, verb="recorded infusion", obj=visit, at=now, data=data)
    return visit


@transaction.atomic
def record_reaction(
    *,
    by: User,
    now: datetime,
    visit: Visit,
    grade: int,
    symptoms: str,
    revision: int | None = None,
    began_minutes: int | None = None,
    treatment: str = "",
    outcome: str = "",
) -> Reaction:
    """Records a reaction to an infusion by its CTCAE grade. ``advice`` tells what the grade asks
    for, and the next visit carries it.

    When the protocol says so, the grade holds the next infusion until somebody has decided.
    ``revision``: the visit as it was seen, so that the same reaction is not recorded twice.
    """
    course = locked_course(visit.course)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    visit.course = course
    check_can_record_reaction(by, visit)
    if revision is not None:
        check_visit_unchanged(visit, revision)
    if grade not in GRADES:
        raise Refused("Choose a CTCAE grade from 1 to 5.", field="grade")
    if began_minutes is not None and not 0 <= began_minutes <= MOST_MINUTES:
        raise Refused(f"Minutes from 0 to {MOST_MINUTES}.", field="began_minutes")
    reaction = Reaction.objects.create(
        visit=visit,
        grade=grade,
        symptoms=one_line(symptoms, field="symptoms", limit=240, required=True),
        began_minutes=began_minutes,
        treatment=one_line(treatment, field="treatment", limit=400),
        outcome=one_line(outcome, field="outcome", limit=240),
        recorded_by=by,
        recorded_at=now,
    )
    raised = act_on_reaction(
        reaction, course, on=visit.infused_on or today_at(course, now), by=by, now=now
    )
    visit.revision += 1
    visit.save(update_fields=["revision"])
    said = f"Grade {grade}: {reaction.symptoms}"
    data = changed_data(visit.revision, {"reaction": (None, said)}) | {
        "reaction": reaction.pk,
        "grade": grade,
        "symptoms": reaction.symptoms,
        "raised": [f"{one._meta.model_name} {one.rule}" for one in raised],
    }
    record_event(by=by, verb="recorded reaction", obj=visit, at=now, data=data)
    return reaction


def _vitals(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    try:
        return read_rows(rows)
    except VitalSignError as error:
        raise Refused(str(error), field="vitals") from None
