"""How is the schedule of a course kept up to date, and how is an item left out on purpose?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.models import Site, User
from certification.turnaround import local_date
from monitoring.actions.locks import locked_course, today_at
from monitoring.actions.merging import LONGEST_REASON, merge_plan
from monitoring.budgets import standing_days
from monitoring.models import DueItem, InfusionCourse
from monitoring.planning import A_DAY, plan_record, planned_through, record_of
from monitoring.policies import check_can_monitor_site, check_can_waive, check_can_work
from monitoring.schedule.items import Plan

MOST_AT_ONCE = 200
"""Courses that one refresh works out at most, so that nobody waits long for it."""
NOTHING_ASKED = "The protocol asks for nothing at present."


def replan_locked(course: InfusionCourse, now: datetime) -> Counter[str]:
    """Works out a locked course anew, as part of the act that changed what its plan rests on."""
    record = record_of(course, today_at(course, now))
    plan = plan_record(record)
    counts = merge_plan(record, plan, now)
    watched = course.watch_until_on is None or record.on <= course.watch_until_on
    through = planned_through(record, plan) if watched else None
    renew_from_on, changes_on = standing_days(course, record.on, record.visits)
    if through is not None and changes_on is not None:
        through = min(through, changes_on - A_DAY)
    standing = {
        "planned_through_on": through,
        "nothing_due_because": _nothing_due(course, plan) if watched else "",
        "renew_from_on": renew_from_on,
    }
    changed = [name for name, value in standing.items() if getattr(course, name) != value]
    for name in changed:
        setattr(course, name, standing[name])
    if changed:
        course.save(update_fields=changed)
    return counts


def _nothing_due(course: InfusionCourse, plan: Plan) -> str:
    """Why a schedule holds no open item, in whole sentences; empty when it holds one."""
    if course.due_items.open().exists():
        return ""
    said = NOTHING_ASKED
    for number, sentence in enumerate(dict.fromkeys(note.says for note in plan.notes)):
        longer = f"{said} {sentence}" if number else sentence[:LONGEST_REASON]
        said = longer if len(longer) <= LONGEST_REASON else said
    return said


@transaction.atomic
def replan(*, by: User, now: datetime, course: InfusionCourse) -> Counter[str]:
    """Works the schedule out anew; tells how many items were added, moved, done or superseded.

    Working it out twice changes nothing the second time.
    """
    course = locked_course(course)
    check_can_work(by, course)
    counts = replan_locked(course, now)
    record_event(by=by, verb="planned anew", obj=course, at=now, data={"plan": dict(counts)})
    return counts


def refresh_stale_plans(
    *, by: User | None, now: datetime, site: Site, limit: int = MOST_AT_ONCE
) -> int:
    """Works out the courses of a site whose plan no longer holds because time has passed.

    ``by`` None: the system itself. At most ``limit`` courses, longest stale first, each in its own
    transaction; tells how many. Call it again until it answers less than ``limit``.
    """
    if by is not None:
        check_can_monitor_site(by, site)
    today = local_date(now, site.time_zone)
    stale = InfusionCourse.objects.filter(site=site).stale(as_of=today)
    keys = list(stale.order_by("planned_through_on", "id").values_list("pk", flat=True)[:limit])
    for key in keys:
        with transaction.atomic():
            course = locked_course(InfusionCourse(pk=key))
            counts = replan_locked(course, now)
            if counts:
                data = {"plan": dict(counts)}
                record_event(by=by, verb="planned anew", obj=course, at=now, data=data)
    return len(keys)


@transaction.atomic
def waive_item(*, by: User, now: datetime, item: DueItem, reason: str) -> DueItem:
    """Leaves one item out, with a reason and a name. The next one in line is then due.

    A waived item no longer stands against the next infusion.
    """
    course = locked_course(item.course)
    item = DueItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    item.course = course
    check_can_waive(by, item)
    item.end_reason = one_line(reason, field="reason", limit=400, required=True)
    item.closed, item.end = True, DueItem.End.WAIVED
    item.ended_on = today_at(course, now)
    item.waived_by, item.waived_at = by, now
    item.save()
    counts = replan_locked(course, now)
    record_event(
        by=by,
        verb="waived item",
        obj=item,
        at=now,
        data={
            "rule": item.rule,
            "occurrence": item.occurrence,
            "due_on": item.due_on.isoformat(),
            "reason": item.end_reason,
            "plan": dict(counts),
        },
    )
    return item
