"""Do results close what was due, raise what must be told, and stay right when corrected?"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest

from certification.models import AuditEvent, User
from certification.policies import Refused
from monitoring.actions import results
from monitoring.actions.holds import acknowledge_alert, release_hold
from monitoring.actions.results import (
    ResultEntry,
    correct_result,
    enter_result,
    enter_results,
    mark_seen,
)
from monitoring.models import Alert, Hold, InfusionCourse, Result

from .steps import START, at, book, check, give, infuse, readiness, result

pytestmark = pytest.mark.django_db


def test_a_result_closes_its_item_like_any_other_act(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    row = result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    item = course.due_items.get(rule="antibody_baseline")
    assert (item.end, item.result, item.ended_on) == ("done", row, START)
    assert not Alert.objects.exists()
    due = dict(course.due_items.open().values_list("rule", "due_on"))
    assert due["antibody_6m"] == date(2027, 8, 1)


def test_four_dates(course: InfusionCourse, infusion_nurse: User) -> None:
    def enter(day: date, row: Result | None = None, **terms: Any) -> Result:
        entry = ResultEntry("brain_mri", **terms)
        return enter_result(
            by=infusion_nurse, now=at(day), patient=course.patient, entry=entry, result=row
        )

    row = enter(date(2027, 2, 2), requested_on=date(2027, 2, 1))
    with pytest.raises(Refused, match="not reported yet"):
        mark_seen(by=infusion_nurse, now=at(START), result=row)
    enter(date(2027, 2, 9), row, done_on=date(2027, 2, 8))
    assert not course.due_items.filter(test="brain_mri", end="done").exists()
    row = enter(date(2027, 2, 12), row, done_on=date(2027, 2, 8), reported_on=date(2027, 2, 11))
    assert list(Result.objects.to_see()) == [row]
    row = mark_seen(by=infusion_nurse, now=at(date(2027, 2, 12)), result=row)
    days = (row.requested_on, row.done_on, row.reported_on)
    assert days == (date(2027, 2, 1), date(2027, 2, 8), date(2027, 2, 11))
    assert row.seen_by == infusion_nurse
    with pytest.raises(Refused, match="seen already"):
        mark_seen(by=infusion_nurse, now=at(START), result=row)
    with pytest.raises(Refused, match="reported already"):
        enter(date(2027, 2, 12), row, done_on=START)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"test": "jcv"}, "test"),
        ({}, "done_on"),
        ({"done_on": date(2027, 2, 2)}, "done_on"),
        ({"done_on": date(1980, 1, 1)}, "done_on"),
        ({"reported_on": START}, "done_on"),
        ({"done_on": START, "reported_on": date(2027, 1, 31)}, "reported_on"),
        ({"requested_on": START, "done_on": date(2027, 1, 31)}, "done_on"),
        ({"done_on": START, "facts": {"antibody": "negative"}}, "reported_on"),
        ({"done_on": START, "reported_on": START}, "antibody"),
        ({"done_on": START, "reported_on": START, "facts": {"antibody": "maybe"}}, "antibody"),
        ({"done_on": START, "reported_on": START, "facts": {"colour": 1}}, "colour"),
        (
            {"done_on": START, "reported_on": START,
             "facts": {"antibody": "positive", "antibody_index": "11"}},
            "antibody_index",
        ),
        (
            {"done_on": START, "reported_on": START,
             "facts": {"antibody": "negative", "antibody_index": "2.1"}},
            "antibody",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(
    terms: dict[str, Any], field: str, course: InfusionCourse, infusion_nurse: User
) -> None:
    entry = ResultEntry(**{"test": "jcv_antibody"} | terms)
    before = AuditEvent.objects.count()
    with pytest.raises(Refused) as refusal:
        enter_result(by=infusion_nurse, now=at(START), patient=course.patient, entry=entry)
    assert refusal.value.field == field
    assert not Result.objects.exists()
    assert AuditEvent.objects.count() == before


def test_a_finding_alerts_once(course: InfusionCourse, infusion_nurse: User) -> None:
    row = result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="positive")
    alert = Alert.objects.get()
    assert (alert.rule, alert.result, alert.cite[0]["ref"]) == ("antibody_positive", row, "label_a")
    entry = ResultEntry(
        "jcv_antibody", done_on=START, reported_on=START,
        facts={"antibody": "positive", "antibody_index": "1.5"},
    )  # fmt: skip
    correct_result(
        by=infusion_nurse, now=at(START), result=row, entry=entry, reason="Index was missing."
    )
    assert Alert.objects.count() == 1, "the same finding, corrected, is not told anew"
    acknowledge_alert(by=infusion_nurse, now=at(START), alert=alert)
    with pytest.raises(Refused, match="already"):
        acknowledge_alert(by=infusion_nurse, now=at(START), alert=alert)


def test_once_positive_always_positive(course: InfusionCourse, infusion_nurse: User) -> None:
    for day, value in ((START, "positive"), (date(2027, 4, 20), "negative")):
        result(course.patient, infusion_nurse, "jcv_antibody", day, antibody=value)
    due = dict(course.due_items.open().values_list("rule", "due_on"))
    assert due["antibody_3m"] == date(2027, 7, 20)


def test_a_dangerous_finding_stops_the_next_infusion(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    result(course.patient, infusion_nurse, "brain_mri", START, suspected=True)
    hold = Hold.objects.get()
    assert (hold.rule, hold.placed_by) == ("scan_suspects", infusion_nurse)
    later = date(2027, 2, 5)
    result(course.patient, infusion_nurse, "brain_mri", later)
    result(course.patient, infusion_nurse, "brain_mri", date(2027, 2, 6), suspected=True)
    assert Hold.objects.count() == 1, "held already"
    result(course.patient, infusion_nurse, "brain_mri", date(2027, 2, 8), suspected=False)
    visit = check(book(course, infusion_nurse, date(2027, 2, 8)), infusion_nurse, date(2027, 2, 8))
    assert [r.kind for r in readiness(course, date(2027, 2, 8)).reasons] == ["hold"]
    with pytest.raises(Refused, match="Give the reason"):
        release_hold(by=infusion_nurse, now=at(later), hold=hold, reason="")
    hold = release_hold(by=infusion_nurse, now=at(later), hold=hold, reason="Excluded.")
    assert hold.released_by == infusion_nurse
    with pytest.raises(Refused, match="released already"):
        release_hold(by=infusion_nurse, now=at(later), hold=hold, reason="Again.")
    assert infuse(visit, infusion_nurse, date(2027, 2, 8)).infused_on == date(2027, 2, 8)


def test_a_correction_opens_again_what_was_not_done(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    row = result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    wrong = ResultEntry("brain_mri", done_on=START, reported_on=START)
    with pytest.raises(Refused, match="Give the reason"):
        correct_result(by=infusion_nurse, now=at(START), result=row, entry=wrong, reason="")
    right = correct_result(
        by=infusion_nurse, now=at(START), result=row, entry=wrong, reason="Was the scan."
    )
    assert right.supersedes == row
    states = list(course.due_items.filter(rule="antibody_baseline").values_list("end", flat=True))
    assert sorted(states) == ["", "done"], "what was closed stays readable; it is open again"
    with pytest.raises(Refused, match="corrected already"):
        correct_result(by=infusion_nurse, now=at(START), result=row, entry=wrong, reason="x")


def test_a_correction_of_the_value_alone_shows_the_same_item_as_done(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    row = result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    entry = ResultEntry(
        "jcv_antibody", done_on=START, reported_on=START, facts={"antibody": "positive"}
    )
    right = correct_result(
        by=infusion_nurse, now=at(START), result=row, entry=entry, reason="Misread."
    )
    item = course.due_items.get(rule="antibody_baseline")
    assert (item.end, item.result) == ("done", right)


def test_a_late_result_is_documented_in_its_place(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    """Reported in May, done in March: the dates follow the day on which it was done."""
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    entry = ResultEntry("brain_mri", done_on=date(2027, 3, 1), reported_on=date(2027, 5, 1))
    enter_result(by=infusion_nurse, now=at(date(2027, 5, 2)), patient=course.patient, entry=entry)
    assert course.due_items.open().get(rule="scan_yearly").due_on == date(2028, 3, 1)


def test_results_count_in_the_tail(course: InfusionCourse, infusion_nurse: User) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(course, infusion_nurse, START)
    row = result(course.patient, infusion_nurse, "cbc", START, cells="4.5")
    assert row.facts == {"cells": 4.5}


def test_of_a_fixed_grid_the_item_that_stood_open_before_is_told_as_the_next(
    course: InfusionCourse, infusion_nurse: User
) -> None:
    first, second = course.due_items.filter(rule="count_6m").order_by("due_on")[:2]
    row = result(course.patient, infusion_nurse, "cbc", first.due_on, cells="4.5")
    event = AuditEvent.objects.get(verb="entered result", object_id=str(row.pk))
    told = [one for one in event.data["followed"] if one["rule"] == "count_6m"]
    assert [(one["what"], one["due_on"]) for one in told] == [
        ("closed", first.due_on.isoformat()),
        ("next", second.due_on.isoformat()),
    ]


def test_results_of_one_report_are_planned_with_once(
    course: InfusionCourse, infusion_nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or none, each closes its own item; sent twice they are there already."""
    planned: list[object] = []
    whole = results.replan_locked

    def counted(course: InfusionCourse, now: datetime) -> Counter[str]:
        planned.append(course)
        return whole(course, now)

    monkeypatch.setattr(results, "replan_locked", counted)
    entries = [
        ResultEntry(
            "jcv_antibody", done_on=START, reported_on=START, facts={"antibody": "negative"}
        ),
        ResultEntry("cbc", START, START, START, {"cells": "5.1"}),
    ]
    who = {"by": infusion_nurse, "now": at(START), "patient": course.patient}
    wrong = ResultEntry("cbc", done_on=START, reported_on=START, facts={"cells": "500"})
    with pytest.raises(Refused, match="White cells"):
        enter_results(**who, entries=[entries[0], wrong])
    assert not Result.objects.exists()
    rows = enter_results(**who, entries=entries)
    assert len(planned) == 1
    closed = course.due_items.filter(end="done").values_list("test", "result")
    assert ("jcv_antibody", rows[0].pk) in closed
    events = AuditEvent.objects.filter(verb="entered result").order_by("id")
    assert [event.data["test"] for event in events] == ["jcv_antibody", "cbc"]
    assert enter_results(**who, entries=entries) == rows
    assert events.count() == 2
