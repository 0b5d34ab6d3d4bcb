"""Does a schedule stay the same when nothing changed, and lose nothing when something did?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from certification.models import AuditEvent, User
from certification.policies import Refused
from monitoring.actions.plans import refresh_stale_plans, replan, waive_item
from monitoring.models import DueItem, InfusionCourse
from monitoring.planning import plan_course

from .steps import START, at, book, check, give, readiness, result

pytestmark = pytest.mark.django_db


def rows(course: InfusionCourse) -> list[tuple[object, ...]]:
    return list(course.due_items.order_by("pk").values_list())


def test_planning_again_changes_nothing(course: InfusionCourse, infusion_nurse: User) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(course, infusion_nurse, START)
    before = rows(course)
    counts = replan(by=infusion_nurse, now=at(START) + timedelta(hours=1), course=course)
    assert not counts
    assert rows(course) == before


def test_time_alone_tightens_the_plan(course: InfusionCourse, infusion_nurse: User) -> None:
    """Month 18 of treatment comes: an event rule asks for a scan, once the plan is refreshed."""
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(course, infusion_nurse, START)
    later = date(2028, 8, 2)
    site = course.site
    assert refresh_stale_plans(by=None, now=at(START), site=site) == 0
    assert refresh_stale_plans(by=None, now=at(later), site=site) == 1
    assert course.due_items.open().get(rule="scan_later").due_on == date(2028, 8, 1)
    event = AuditEvent.objects.get(verb="planned anew")
    assert (event.actor_name, event.patient_id) == ("Myelin", course.patient_id)
    assert refresh_stale_plans(by=None, now=at(later), site=site) == 0


def test_a_refresh_is_bounded_and_of_one_site(
    course: InfusionCourse, infusion_nurse: User, nurse: User
) -> None:
    later = at(START + timedelta(days=400))
    assert refresh_stale_plans(by=infusion_nurse, now=later, site=course.site, limit=0) == 0
    with pytest.raises(Refused, match="infusion nurse"):
        refresh_stale_plans(by=nurse, now=later, site=course.site)
    assert refresh_stale_plans(by=infusion_nurse, now=later, site=course.site) == 1


def test_a_waived_item_needs_a_reason_and_gives_way_to_the_next(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    item = course.due_items.open().get(rule="scan_yearly")
    with pytest.raises(Refused, match="Give the reason"):
        waive_item(by=infusion_nurse, now=at(START), item=item, reason=" ")
    waive_item(by=infusion_nurse, now=at(START), item=item, reason="Done elsewhere.")
    heir = course.due_items.open().get(rule="scan_yearly")
    assert heir.due_on == date(2029, 2, 1)
    assert heir.because.count("The one before it was waived.") == 1
    before = rows(course)
    for day in (START, START + timedelta(days=500)):
        replan(by=infusion_nurse, now=at(day), course=course)
    after = {row[0]: row for row in rows(course)}
    assert after[heir.pk] == next(row for row in before if row[0] == heir.pk)
    with pytest.raises(Refused, match="closed already"):
        waive_item(by=infusion_nurse, now=at(START), item=item, reason="Again.")


def test_a_waiver_no_longer_stands_against_the_infusion(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    check(book(course, infusion_nurse, START), infusion_nurse, START)
    assert [r.source for r in readiness(course, START).reasons] == ["antibody_baseline"]
    item = DueItem.objects.get(course=course, rule="antibody_baseline")
    waive_item(by=infusion_nurse, now=at(START), item=item, reason="Tested abroad.")
    assert readiness(course, START).clear


def test_a_waived_checklist_is_for_one_infusion(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    book(course, infusion_nurse, START)
    item = DueItem.objects.get(course=course, rule="checklist", closed=False)
    waive_item(by=infusion_nurse, now=at(START), item=item, reason="Asked on paper.")
    assert "checklist" not in {r.source for r in readiness(course, START).reasons}


def test_waiving_one_date_of_a_fixed_row_leaves_the_others(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    items = course.due_items.open().filter(rule="count_6m").order_by("due_on")
    first, *others = items
    waive_item(by=infusion_nurse, now=at(START), item=first, reason="Done elsewhere.")
    assert list(items.all()) == [*others, *items.filter(due_on__gt=others[-1].due_on)]


def test_rows_and_engine_agree_on_what_is_overdue(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    """On the last day of grace an item is due, the day after it is overdue, in SQL as well."""
    for day in (START - timedelta(days=1), START, START + timedelta(days=1), date(2027, 5, 16)):
        replan(by=infusion_nurse, now=at(day), course=course)
        planned = {i.key: str(i.state(day)) for i in plan_course(course, day).open_items}
        stored = {f"{r.rule}:{r.occurrence}": r.state_on(day) for r in course.due_items.open()}
        assert stored == planned
        items = course.due_items.all()
        for state, found in (("overdue", items.overdue(as_of=day)), ("due", items.due(as_of=day))):
            assert {f"{r.rule}:{r.occurrence}" for r in found} == {
                key for key, value in planned.items() if value == state
            }
