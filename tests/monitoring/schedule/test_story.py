"""Years of a person's life, event by event: does anything ever get lost?

After every event each obligation that was due is still open, or done, or there is a reason.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitoring.schedule.items import Plan, Reason, State
from monitoring.schedule.rules import INFUSION, Kind
from tests.monitoring.schedule.conftest import KEYS, Desk, planners
from tests.monitoring.schedule.lives import FACTS, RESULT_FACTS, TESTS


class Life(RuleBasedStateMachine):
    """One person under one protocol, from the decision to start on."""

    @initialize(key=st.sampled_from(KEYS), start=st.dates(date(2024, 1, 1), date(2025, 1, 1)))
    def begin(self, key: str, start: date) -> None:
        self.desk = Desk(planners()[key])
        self.today = start - timedelta(30)
        self.person: dict[str, Any] = {
            "start_on": start.isoformat(),
            "doses": [],
            "results": [],
            "facts": {},
        }
        self.before: Plan | None = None
        self.corrected = False
        self.new_facts = False
        self.tested: set[str] = set()

    @rule(days=st.integers(1, 200))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    @rule()
    def infuse(self) -> None:
        """Also after a stop: then treatment is resumed."""
        self.person["doses"].append(self.today.isoformat())
        self.tested.add(INFUSION)

    @rule(test=st.sampled_from(TESTS), data=st.data())
    def result(self, test: str, data: st.DataObject) -> None:
        facts = {
            key: data.draw(st.sampled_from(FACTS[key]))
            for key in RESULT_FACTS.get(test, ())
            if data.draw(st.booleans())
        }
        given = {"test": test, "on": self.today.isoformat(), "facts": facts}
        self.person["results"].append(given)
        self.tested.add(test)
        self.new_facts |= bool(facts)

    @precondition(lambda self: self.person["results"])
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        """A result was entered by mistake and is taken back."""
        wrong = data.draw(st.integers(0, len(self.person["results"]) - 1))
        del self.person["results"][wrong]
        self.corrected = True

    @precondition(lambda self: self.person["doses"])
    @rule()
    def stop(self) -> None:
        self.person["stopped_on"] = self.today.isoformat()
        self.new_facts = True

    @rule(key=st.sampled_from(sorted(FACTS)), data=st.data())
    def learn(self, key: str, data: st.DataObject) -> None:
        value = data.draw(st.sampled_from(FACTS[key]))
        self.person["facts"][key] = {"value": value, "observed_on": self.today.isoformat()}
        self.new_facts = True

    @rule(days=st.integers(0, 90))
    def book(self, days: int) -> None:
        self.person["next_infusion_on"] = (self.today + timedelta(days)).isoformat()
        self.new_facts = True

    @invariant()
    def nothing_is_lost(self) -> None:
        plan = self.desk.plan(self.today, 60, **self.person)
        self._has_next_or_reason(plan)
        if self.before is not None and not self.corrected:
            self._compare(self.before, plan)
        self.before, self.corrected, self.new_facts, self.tested = plan, False, False, set()

    def _has_next_or_reason(self, plan: Plan) -> None:
        if any(True for _ in plan.open_items):
            return
        assert any(
            note.reason in (Reason.STOPPED, Reason.COMPLETE) and note.says for note in plan.notes
        )

    def _compare(self, before: Plan, after: Plan) -> None:
        open_after = {item.key: item for item in after.open_items}
        done_after = {item.key for item in after.due_items if item.done}
        reasons = {note.rule.id for note in after.notes if note.rule}
        families = {i.rule.family: i.due_on for i in after.open_items if i.rule.family}
        for item in before.open_items:
            if item.state(before.as_of) is State.UPCOMING:
                continue
            still = open_after.get(item.key)
            if still is not None:
                same = still.due_on == item.due_on
                assert same or self.new_facts or self.tested or "Moved" in still.because, item.key
                if still.due_on > item.due_on and not self.new_facts and not self.tested:
                    assert "Moved" in still.because
                continue
            if item.rule.family in families and item.key not in done_after:
                waits = families[item.rule.family] <= item.due_on
                assert waits or self.new_facts or self.tested, item.key
                continue
            if item.key in done_after or item.rule.id in reasons:
                continue
            if item.rule.kind in (Kind.PER_INFUSION, Kind.EVENT) or item.test == INFUSION:
                assert item.rule.id in {i.rule.id for i in after.due_items} or (
                    after.record.stop is not None or self.tested
                ), item.key
                continue
            raise AssertionError(f"{item.key} is lost")


Life.TestCase.settings = settings(deadline=None, max_examples=60, stateful_step_count=25)
TestLife = Life.TestCase
