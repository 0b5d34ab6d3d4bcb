"""Every public action of monitoring: keyword-only, ``by`` and ``now`` first, one audit event."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from certification.models import AuditEvent, User
from monitoring import actions
from monitoring.actions import courses, holds, infusions, plans, results, visits
from monitoring.models import Alert, InfusionCourse
from tests.factories.monitoring import CertifiedFactory

from .steps import FINE, START, at, book

# Loading and drafting have their own tests, and so have a dry run, which writes nothing, an import
# and a report of several, which write an event for each result, a checked file and a calendar,
# which are of no person, a refresh of many courses, a renewal, whose event is that of the case, and
# the same act on several rows, which are the acts on each of them. What follows a relapse also
# enters a result or opens a case.
ELSEWHERE = {
    "load_protocols", "dry_run", "import_results", "enter_results", "refresh_stale_plans",
    "open_renewal",
    "move_to_current_protocol", "open_course", "answer_relapse", "open_case_after_relapse",
    "check_file", "import_checked", "put_aside", "act_on_each", "refresh_sites", "create_feed",
    "revoke_feed", "note_reading", "start_next_protocol", "start_new_protocol",
    "change_protocol_draft", "submit_protocol_draft",
}  # fmt: skip


def every_action() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for info in pkgutil.iter_modules(actions.__path__):
        module = importlib.import_module(f"monitoring.actions.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            parameters = list(inspect.signature(function).parameters)
            if function.__module__ == module.__name__ and parameters[:2] == ["by", "now"]:
                found[name] = function
    return {name: function for name, function in found.items() if not name.startswith("_")}


def test_arguments_are_keywords() -> None:
    for name, function in every_action().items():
        kinds = {p.kind for p in inspect.signature(function).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}, name


@pytest.mark.django_db
def test_each_writes_one_audit_event(course: InfusionCourse, infusion_nurse: User) -> None:
    tried: set[str] = set()

    def act(function: Callable[..., Any], **arguments: Any) -> Any:
        before = AuditEvent.objects.count()
        made = function(by=infusion_nurse, now=arguments.pop("now", at(START)), **arguments)
        assert AuditEvent.objects.count() == before + 1, function.__name__
        event = AuditEvent.objects.first()
        assert event is not None
        assert (event.actor_id, event.patient_id) == (infusion_nurse.pk, course.patient_id)
        assert event.site_id == course.site_id
        tried.add(function.__name__)
        return made

    def fresh() -> dict[str, Any]:
        return {"course": course, "revision": InfusionCourse.objects.get(pk=course.pk).revision}

    entry = results.ResultEntry(
        "jcv_antibody", done_on=START, reported_on=START, facts={"antibody": "positive"}
    )
    row = act(results.enter_result, patient=course.patient, entry=entry)
    act(results.mark_seen, result=row)
    act(results.correct_result, result=row, entry=entry, reason="Entered twice.")
    count = results.ResultEntry("cbc", done_on=START, reported_on=START, facts={"cells": "4.5"})
    stray = act(results.enter_result, patient=course.patient, entry=count)
    act(results.strike_out_result, result=stray, reason="Another person's.")
    act(holds.acknowledge_alert, alert=Alert.objects.get())
    hold = act(holds.place_hold, course=course, reason="Fever.")
    act(holds.release_hold, hold=hold, reason="Gone.")
    act(courses.record_facts, **fresh(), facts={"suspected": False})
    act(
        courses.add_authorization, **fresh(), determination=CertifiedFactory(patient=course.patient)
    )
    item = course.due_items.open().get(rule="scan_yearly")
    act(plans.waive_item, item=item, reason="Elsewhere.")
    act(plans.replan, course=course)
    visit = act(visits.book_visit, course=course, scheduled_on=START)
    moved = START + timedelta(days=1)
    visit = act(visits.move_visit, visit=visit, revision=1, scheduled_on=moved)
    act(visits.cancel_visit, visit=visit, revision=2, reason="Ill.")
    [visit] = act(visits.book_visits, course=course, scheduled_on=moved, visits=1)
    act(visits.cancel_visit, visit=visit, revision=1, reason="Ill.")
    visit = act(visits.complete_checklist, visit=book(course, infusion_nurse, START), revision=1,
                answers=FINE)  # fmt: skip
    visit = act(
        infusions.record_infusion, visit=visit, revision=2, dose="300 mg", batch="B",
        batch_expires_on=START,
    )  # fmt: skip
    act(infusions.record_reaction, visit=visit, grade=1, symptoms="Itch")
    for number, function in enumerate((visits.record_missed, visits.record_not_infused), start=1):
        day = START + timedelta(days=number)
        booked = book(course, infusion_nurse, day)
        act(function, now=at(day), visit=booked, revision=1, reason="Did not come.")
    later = START + timedelta(days=9)
    act(courses.stop_course, now=at(later), **fresh(), stopped_on=later, reason="Moved away.")
    assert tried == set(every_action()) - ELSEWHERE
