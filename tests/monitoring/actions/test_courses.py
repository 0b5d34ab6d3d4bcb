"""Does a course open on a determination, spend it, learn facts, and end with its tail?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from certification.models import Determination, Patient, User
from certification.policies import Refused, Stale
from monitoring.actions.courses import (
    add_authorization,
    move_to_current_protocol,
    open_course,
    record_facts,
    stop_course,
)
from monitoring.actions.plans import replan
from monitoring.actions.visits import book_visit
from monitoring.budgets import course_budget
from monitoring.models import InfusionCourse, ProtocolVersion, Visit
from tests.factories import DeterminationReasonFactory, PatientFactory, UserFactory
from tests.factories.monitoring import CertifiedFactory, ProtocolVersionFactory

from .steps import START, at, give, readiness, result

pytestmark = pytest.mark.django_db


def open_items(course: InfusionCourse) -> dict[str, date]:
    return dict(course.due_items.open().values_list("rule", "due_on"))


def test_a_new_course_is_planned(course: InfusionCourse) -> None:
    items = open_items(course)
    assert items["antibody_baseline"] == items["infusion"] == items["checklist"] == START
    assert items["antibody_3m"] == date(2027, 5, 1), "not known: the tighter rule, as a precaution"
    assert items["scan_yearly"] == date(2028, 2, 1)
    farthest = max(course.due_items.open().values_list("due_on", flat=True))
    assert farthest >= date(2028, 7, 11), "a plan looks at least 18 months ahead"
    assert all(item.because and item.cite is not None for item in course.due_items.all())


def test_what_the_case_documented_comes_along(
    infusion_nurse: User, patient: Patient, protocol: ProtocolVersion, now: datetime
) -> None:
    facts = {
        "antibody": {"value": "negative", "observed_on": "2026-12-01", "source": "laboratory"},
        "edss": {"value": "4.5"},
        "active_infection": {"value": None, "asked": True},
    }
    determination = CertifiedFactory(patient=patient, record={"facts": facts})
    course = open_course(by=infusion_nurse, now=now, determination=determination, start_on=START)
    assert set(course.facts) == {"antibody"}
    assert "antibody_baseline" not in open_items(course)


@pytest.mark.parametrize("start_on", [date(2027, 1, 31), date(2028, 2, 1)])
def test_a_course_starts_inside_its_certification(
    start_on: date, infusion_nurse: User, determination: Determination, protocol: ProtocolVersion,
    now: datetime,
) -> None:  # fmt: skip
    with pytest.raises(Refused, match="holds from 01 Feb 2027 to 31 Jan 2028") as refusal:
        open_course(by=infusion_nurse, now=now, determination=determination, start_on=start_on)
    assert refusal.value.field == "start_on"


def test_a_request_that_was_not_certified_opens_no_course(
    infusion_nurse: User, patient: Patient, protocol: ProtocolVersion, now: datetime
) -> None:
    adverse = CertifiedFactory(
        patient=patient, outcome="not_certified", signer_role="physician_reviewer",
        reason=DeterminationReasonFactory(), rationale="No.", would_reverse="A relapse.",
        principal_criterion="course",
    )  # fmt: skip
    with pytest.raises(Refused, match="not certified"):
        open_course(by=infusion_nurse, now=now, determination=adverse, start_on=START)


def test_a_determination_is_spent_by_one_course(
    infusion_nurse: User, course: InfusionCourse, determination: Determination, now: datetime
) -> None:
    with pytest.raises(Refused, match="belongs to a course"):
        open_course(by=infusion_nurse, now=now, determination=determination, start_on=START)
    another = CertifiedFactory(patient=course.patient)
    with pytest.raises(Refused, match=r"running already\. Add the determination"):
        open_course(by=infusion_nurse, now=now, determination=another, start_on=START)


def test_without_an_approved_protocol_nothing_is_watched(
    infusion_nurse: User, determination: Determination, now: datetime
) -> None:
    with pytest.raises(Refused, match="content approver approves"):
        open_course(by=infusion_nurse, now=now, determination=determination, start_on=START)


def test_the_budget_is_spent_and_renewed(infusion_nurse: User, patient: Patient) -> None:
    ProtocolVersionFactory()
    first = CertifiedFactory(patient=patient, infusions=3)
    course = open_course(by=infusion_nurse, now=at(START), determination=first, start_on=START)
    result(patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    for number, left in enumerate((2, 1, 0)):
        day = START + timedelta(weeks=4 * number)
        give(course, infusion_nurse, day)
        budget = course_budget(course, day)
        assert budget.infusions_left == left
    assert budget.ends_on == date(2028, 1, 31)
    assert budget.days_left == (date(2028, 1, 31) - day).days
    assert "0 certified infusions left. Open a renewal." in budget.renewal_prompt
    later = day + timedelta(weeks=4)
    assert {r.kind for r in readiness(course, later).reasons} >= {"budget"}
    renewal = CertifiedFactory(
        patient=patient, period_start_on=later, period_end_on=date(2028, 5, 31)
    )
    course.refresh_from_db()
    add_authorization(
        by=infusion_nurse, now=at(later), course=course, revision=course.revision,
        determination=renewal,
    )  # fmt: skip
    budget = course_budget(course, later)
    assert (budget.infusions_left, budget.ends_on) == (13, date(2028, 5, 31))
    assert budget.renewal_prompt == ""
    assert course_budget(course, date(2028, 6, 1)).renewal_prompt.startswith("No certification")


@pytest.mark.parametrize(
    ("on", "prompted"), [(date(2027, 11, 1), False), (date(2027, 12, 5), True)]
)
def test_a_renewal_is_prompted_before_the_end(
    on: date, prompted: bool, course: InfusionCourse
) -> None:
    assert bool(course_budget(course, on).renewal_prompt) is prompted


def test_authorizations_fit_their_course(infusion_nurse: User, course: InfusionCourse) -> None:
    other = CertifiedFactory(patient=PatientFactory(site=course.site))
    with pytest.raises(Refused, match="another person"):
        add_authorization(
            by=infusion_nurse, now=at(START), course=course, revision=1, determination=other
        )


def test_stopping_cancels_visits_and_watches_the_tail(
    infusion_nurse: User, course: InfusionCourse
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(course, infusion_nurse, START)
    book_visit(by=infusion_nurse, now=at(START), course=course, scheduled_on=date(2027, 3, 1))
    course.refresh_from_db()
    stopped_on = date(2027, 2, 20)
    course = stop_course(
        by=infusion_nurse, now=at(stopped_on), course=course, revision=course.revision,
        stopped_on=stopped_on, reason="Pregnancy planned.",
    )  # fmt: skip
    assert course.watch_until_on == date(2027, 8, 1), "6 months after the last infusion"
    assert course.visits.get(scheduled_on=date(2027, 3, 1)).state == Visit.State.CANCELLED
    assert open_items(course) == {"scan_tail": date(2027, 8, 1)}
    gone = course.due_items.get(rule="antibody_6m")
    assert (gone.end, gone.end_reason != "") == ("superseded", True)
    assert not readiness(course, stopped_on).clear
    with pytest.raises(Refused, match="new course"):
        book_visit(by=infusion_nurse, now=at(stopped_on), course=course, scheduled_on=stopped_on)
    again = CertifiedFactory(patient=course.patient)
    restarted = open_course(
        by=infusion_nurse, now=at(stopped_on), determination=again, start_on=date(2027, 3, 1)
    )
    assert restarted.pk != course.pk


def test_without_a_documented_infusion_the_tail_counts_from_the_stop(
    infusion_nurse: User, course: InfusionCourse
) -> None:
    course = stop_course(
        by=infusion_nurse, now=at(START), course=course, revision=course.revision,
        stopped_on=START, reason="Went elsewhere.",
    )  # fmt: skip
    assert course.watch_until_on == date(2027, 8, 1), "6 months after the stop"
    assert open_items(course)


def test_a_stop_lies_between_the_last_infusion_and_today(
    infusion_nurse: User, course: InfusionCourse
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", START, antibody="negative")
    give(course, infusion_nurse, START)
    course.refresh_from_db()
    for day, says in ((date(2027, 1, 31), "infusion was given"), (date(2027, 2, 3), "future")):
        with pytest.raises(Refused, match=says):
            stop_course(
                by=infusion_nurse, now=at(date(2027, 2, 2)), course=course,
                revision=course.revision, stopped_on=day, reason="x",
            )  # fmt: skip


def test_facts_are_checked_and_change_the_plan(
    infusion_nurse: User, course: InfusionCourse
) -> None:
    def document(**facts: Any) -> InfusionCourse:
        course.refresh_from_db()
        return record_facts(
            by=infusion_nurse, now=at(START), course=course, revision=course.revision, facts=facts
        )

    for facts, says in (
        ({"cells": "no"}, "White cells: 'no' is not a number"),
        ({"cells": 101}, "above the maximum"),
        ({"colour": 1}, "no question"),
        ({"antibody": "negative", "antibody_index": "2.1"}, "no index as high"),
    ):
        with pytest.raises(Refused, match=says):
            document(**facts)
    assert document(antibody="positive").facts["antibody"]["observed_on"] == "2027-02-01"
    assert open_items(course)["antibody_3m"] == date(2027, 5, 1)
    assert "antibody" not in document(antibody=None).facts


def test_two_people_at_once(infusion_nurse: User, course: InfusionCourse) -> None:
    record_facts(
        by=infusion_nurse, now=at(START), course=course, revision=1, facts={"suspected": False}
    )
    with pytest.raises(Stale) as stale:
        record_facts(
            by=infusion_nurse, now=at(START), course=course, revision=1, facts={"suspected": True}
        )
    assert [(c.key, c.by) for c in stale.value.changed] == [
        ("suspected", infusion_nurse.signing_name)
    ]


def test_a_course_moves_to_a_newer_protocol(
    infusion_nurse: User, course: InfusionCourse, protocol: ProtocolVersion
) -> None:
    with pytest.raises(Refused, match="already"):
        move_to_current_protocol(
            by=infusion_nurse, now=at(START), course=course, revision=course.revision
        )
    ProtocolVersion.objects.filter(pk=protocol.pk).update(status="retired")
    reasons = {r.kind: r for r in readiness(course, START).reasons}
    assert reasons["protocol"].act == "approve_protocol"
    newer = ProtocolVersionFactory(version="2027.1")
    reasons = {r.kind: r for r in readiness(course, START).reasons}
    assert reasons["protocol"].act == "move_protocol"
    replan(by=infusion_nurse, now=at(START), course=course)
    before = open_items(course)
    course = move_to_current_protocol(
        by=infusion_nurse, now=at(START), course=course, revision=course.revision
    )
    assert course.protocol_version == newer
    assert open_items(course) == before


@pytest.mark.parametrize("roles", [[], ["nurse_reviewer"], ["auditor"], ["administrator"]])
def test_only_infusion_nurses_monitor(
    roles: list[str], determination: Determination, protocol: ProtocolVersion, now: datetime
) -> None:
    reader = UserFactory(roles=roles, sites=[determination.case.site])
    with pytest.raises(Refused, match="infusion nurse"):
        open_course(by=reader, now=now, determination=determination, start_on=START)


def test_nobody_monitors_at_another_site(course: InfusionCourse) -> None:
    stranger = UserFactory(roles=["infusion_nurse"])
    with pytest.raises(Refused, match="site"):
        record_facts(by=stranger, now=at(START), course=course, revision=1, facts={})
