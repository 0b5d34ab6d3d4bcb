"""How is the next infusion stopped and let go again, and who has seen an alert?"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.models import User
from monitoring.actions.locks import locked_course
from monitoring.models import Alert, Hold, InfusionCourse
from monitoring.policies import check_can_acknowledge, check_can_release, check_can_treat


@transaction.atomic
def place_hold(*, by: User, now: datetime, course: InfusionCourse, reason: str) -> Hold:
    """Stops the next infusion of a course until a named person releases it.

    The same hold placed twice by the same person is one.
    """
    course = locked_course(course)
    check_can_treat(by, course)
    reason = one_line(reason, field="reason", limit=400, required=True)
    there = course.holds.active().filter(reason=reason, rule="", placed_by=by).first()
    if there is not None:
        return there
    hold = Hold.objects.create(course=course, reason=reason, placed_by=by, placed_at=now)
    record_event(by=by, verb="placed hold", obj=hold, at=now, data={"reason": reason})
    return hold


@transaction.atomic
def release_hold(*, by: User, now: datetime, hold: Hold, reason: str) -> Hold:
    """Lets the infusion go on. The name and the reason of the person who decides are kept."""
    course = locked_course(hold.course)
    hold = Hold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    hold.course = course
    check_can_release(by, hold)
    hold.release_reason = one_line(reason, field="reason", limit=400, required=True)
    hold.released_by, hold.released_at = by, now
    hold.save()
    data = {"rule": hold.rule, "held": hold.reason, "reason": hold.release_reason}
    record_event(by=by, verb="released hold", obj=hold, at=now, data=data)
    return hold


@transaction.atomic
def acknowledge_alert(*, by: User, now: datetime, alert: Alert) -> Alert:
    """Somebody has taken notice and takes care of it."""
    alert = (
        Alert.objects.select_for_update(of=("self",))
        .select_related("patient", "acknowledged_by")
        .get(pk=alert.pk)
    )
    check_can_acknowledge(by, alert)
    alert.acknowledged_by, alert.acknowledged_at = by, now
    alert.save()
    record_event(by=by, verb="acknowledged alert", obj=alert, at=now, data={"rule": alert.rule})
    return alert
