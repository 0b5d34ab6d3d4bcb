"""Does anybody ever fall out? Courses live through years of anything that can happen to them.

Starts, infusions, misses, results, corrections, waivers, stops and new starts, in any order, with
days to months between. After every step: whoever is treated or in the tail has a next item or a
stated reason for none, no item has disappeared without an end, and planning again changes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from certification.policies import Refused
from config.roles import Role
from monitoring.actions.courses import open_course, record_facts, stop_course
from monitoring.actions.plans import refresh_stale_plans, replan, waive_item
from monitoring.actions.results import ResultEntry, correct_result, enter_result
from monitoring.actions.visits import record_missed
from monitoring.budgets import course_budget
from monitoring.models import DueItem, InfusionCourse, Result, Visit
from monitoring.planning import plan_course, protocol_of
from tests.factories import PatientFactory, SiteFactory, UserFactory
from tests.factories.monitoring import CertifiedFactory, ProtocolVersionFactory

from .steps import START, at, book, give

VALUES: dict[str, list[dict[str, Any]]] = {
    "jcv_antibody": [{"antibody": "negative"}, {"antibody": "positive"}],
    "brain_mri": [{}, {"suspected": True}, {"suspected": False}],
    "cbc": [{"cells": "4.5"}],
}
RESULTS = [(test, facts) for test, each in VALUES.items() for facts in each]
KEPT = ("rule", "occurrence", "due_on", "end", "ended_on", "end_reason", "visit_id")


class Life(RuleBasedStateMachine):
    """One person, watched by one nurse."""

    @initialize(certified=st.sampled_from([None, None, 2]))
    def begin(self, certified: int | None) -> None:
        self.today, self.certified = START, certified
        site = SiteFactory()
        self.nurse = UserFactory(roles=[Role.INFUSION_NURSE], sites=[site])
        self.patient = PatientFactory(site=site)
        ProtocolVersionFactory()
        self.seen: dict[int, tuple[object, ...] | None] = {}
        self._open()

    def _open(self) -> None:
        determination = CertifiedFactory(
            patient=self.patient,
            period_start_on=self.today,
            period_end_on=self.today + timedelta(days=3000),
            infusions=self.certified,
        )
        self.course = open_course(
            by=self.nurse, now=at(self.today), determination=determination, start_on=self.today
        )

    @rule(days=st.integers(1, 75))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @precondition(lambda self: self.course.stopped_on is None)
    @rule()
    def infuse(self) -> None:
        with suppress(Refused):
            give(self.course, self.nurse, self.today)
        self._clear_booking()

    @precondition(lambda self: self.course.stopped_on is None)
    @rule()
    def miss(self) -> None:
        visit = book(self.course, self.nurse, self.today)
        record_missed(
            by=self.nurse, now=at(self.today), visit=visit, revision=1, reason="Did not come."
        )

    @rule(what=st.sampled_from(RESULTS), ago=st.integers(0, 20))
    def result(self, what: tuple[str, dict[str, Any]], ago: int) -> None:
        test, facts = what
        day = self.today - timedelta(days=ago)
        entry = ResultEntry(test, done_on=day, reported_on=self.today, facts=facts)
        enter_result(by=self.nurse, now=at(self.today), patient=self.patient, entry=entry)

    @precondition(lambda self: self._standing() is not None)
    @rule(what=st.sampled_from(RESULTS))
    def correct(self, what: tuple[str, dict[str, Any]]) -> None:
        row = self._standing()
        assert row is not None
        test, facts = what
        entry = ResultEntry(test, done_on=row.done_on, reported_on=self.today, facts=facts)
        correct_result(
            by=self.nurse, now=at(self.today), result=row, entry=entry, reason="Mistyped."
        )

    @precondition(lambda self: self._items().open().exists())
    @rule(number=st.integers(0, 9))
    def waive(self, number: int) -> None:
        items = list(self._items().open().order_by("due_on", "pk"))
        waive_item(
            by=self.nurse, now=at(self.today), item=items[number % len(items)], reason="Elsewhere."
        )

    @rule(value=st.sampled_from([True, False, None]))
    def fact(self, value: bool | None) -> None:
        self._reload()
        record_facts(
            by=self.nurse, now=at(self.today), course=self.course,
            revision=self.course.revision, facts={"suspected": value},
        )  # fmt: skip

    @precondition(lambda self: self.course.stopped_on is None)
    @rule()
    def stop(self) -> None:
        self._reload()
        self.course = stop_course(
            by=self.nurse, now=at(self.today), course=self.course,
            revision=self.course.revision, stopped_on=self.today, reason="Asked for it.",
        )  # fmt: skip

    @precondition(lambda self: self.course.stopped_on is not None)
    @rule()
    def restart(self) -> None:
        self._open()

    @invariant()
    def nobody_falls_out(self) -> None:
        site = self.patient.site
        while refresh_stale_plans(by=None, now=at(self.today), site=site, limit=5) == 5:
            pass
        for course in InfusionCourse.objects.filter(patient=self.patient):
            plan = plan_course(course, self.today)
            has_next = course.due_items.open().exists()
            watched = course.watch_until_on is None or self.today <= course.watch_until_on
            assert bool(course.nothing_due_because) == (watched and not has_next)
            prompted = course.renew_from_on is not None and course.renew_from_on <= self.today
            assert prompted == bool(course_budget(course, self.today).renewal_prompt)
            if course.stopped_on is None:
                assert has_next, "treated, and nothing is due"
            elif watched:
                assert has_next or any(note.says for note in plan.notes)
            else:
                assert not has_next, "the tail has ended"

    @invariant()
    def nothing_disappears(self) -> None:
        rows = {row.pk: row for row in self._items()}
        for key, before in self.seen.items():
            assert key in rows, "an item was deleted"
            if before is not None:
                assert self._kept(rows[key]) == before, "a closed item changed"
        for row in rows.values():
            ends = row.result_id or row.visit_id or row.end_reason
            assert not row.closed or ends, "closed, and nothing says why"
            of_item = (row.patient_id, row.site_id, row.therapy_id)
            course = row.course
            assert of_item == (course.patient_id, course.site_id, course.therapy_id)
        self.seen = {key: self._kept(row) if row.closed else None for key, row in rows.items()}

    @invariant()
    def planning_again_changes_nothing(self) -> None:
        """Within the life of a plan only the end of its horizon moves on."""
        now = at(self.today)
        assert set(replan(by=self.nurse, now=now, course=self.course)) <= {"added"}
        assert not replan(by=self.nurse, now=now, course=self.course)
        families = {r.id: r.family or r.id for r in protocol_of(
            self.course.protocol_version).rules}  # fmt: skip
        open_items = [r for r in self.course.due_items.open() if families.get(r.rule) == "antibody"]
        assert len(open_items) <= 1, "asked twice for the same test"

    def _items(self) -> Any:
        return DueItem.objects.filter(patient=self.patient)

    def _kept(self, row: DueItem) -> tuple[Any, ...]:
        """What never changes once an item is closed. Behind it stands one result, as it was entered
        or as it was corrected since."""
        result = row.result
        while result is not None and result.supersedes is not None:
            result = result.supersedes
        return (*(getattr(row, name) for name in KEPT), result and result.pk)

    def _standing(self) -> Result | None:
        return Result.objects.filter(patient=self.patient).standing().first()

    def _reload(self) -> None:
        self.course.refresh_from_db()

    def _clear_booking(self) -> None:
        """A booking that came to nothing must not stand in the way of the next step."""
        for visit in Visit.objects.filter(course=self.course, state="scheduled"):
            record_missed(
                by=self.nurse, now=at(self.today), visit=visit, revision=visit.revision,
                reason="Not given.",
            )  # fmt: skip


@pytest.mark.django_db
def test_over_years() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=10,
            stateful_step_count=16,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
