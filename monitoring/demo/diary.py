"""On which day is each test of a person done, and what does it answer?

Decided once for each date on which something is due, and kept as long as that date stays: on time
or late as the pace says, with the replies of the script. Reads and writes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from monitoring.demo.pace import MONTH, Punctuality
from monitoring.demo.script import Care, Cohort, Script, Values
from monitoring.schedule.rules import Kind, Protocol

A_DAY = timedelta(days=1)
GRACE = timedelta(days=2)
"""Who is on time comes at most so long after the date."""
AHEAD = timedelta(days=12)
OFTEN_ENOUGH = 3
"""A test that does not close its item is done so often, and then no more."""
COUNTS_FOR = timedelta(days=45)
LATE_DAYS = {"blocking": 14, "advisory": 40}
SPARSE_DAYS = (36, 52)


class Open(NamedTuple):
    """What the nurse reads of an open item."""

    rule: str
    occurrence: str
    test: str
    level: str
    window_opens_on: date
    due_on: date
    overdue_on: date

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.occurrence}"


class Planned(NamedTuple):
    """When a test is done and reported; ``due_on``: the date for which that was decided."""

    due_on: date
    done_on: date
    reported_on: date


class Diary:
    """``today``: the day on which the demonstration plays. ``opened_on``: that of the course."""

    def __init__(
        self,
        cohort: Cohort,
        punctuality: Punctuality,
        script: Script,
        protocol: Protocol,
        *,
        today: date,
        opened_on: date,
        chance: random.Random,
    ) -> None:
        self.opened_on = opened_on
        self.cohort, self.punctuality, self.script = cohort, punctuality, script
        self.kinds = {rule.id: rule.kind for rule in protocol.rules}
        self.today, self.chance = today, chance
        self._planned: dict[str, Planned] = {}
        self._tries: dict[str, int] = {}

    def plan(self, item: Open, on: date, visit_on: date | None) -> Planned | None:
        """When the test of an item is done, as decided by ``on``; None: nobody does it."""
        key = self._key(item)
        plan = self._planned.get(key)
        if plan is None or plan.due_on != item.due_on or plan.reported_on < on:
            if self._tries.get(item.key, 0) >= OFTEN_ENOUGH:
                return None
            plan = self._decide(item, on, visit_on)
        if plan is None:
            return None
        self._planned[key] = plan
        since = self.script.neglected.get(item.test)
        if since is not None and plan.done_on > self.today - timedelta(days=since):
            return None
        return plan

    def hurry(self, item: Open, on: date) -> None:
        """An item stood against an infusion: its test is done in the next days."""
        done_on = on + timedelta(days=self.chance.randint(1, 4))
        self._planned[self._key(item)] = Planned(item.due_on, done_on, done_on)

    def done(self, items: Sequence[Open], done_on: date) -> None:
        """The tests of these items were done: what is due next is decided anew."""
        for item in items:
            self._planned.pop(self._key(item), None)
            if item.due_on - done_on < COUNTS_FOR:
                self._tries[item.key] = self._tries.get(item.key, 0) + 1

    def reply(self, care: Care, test: str, month: float) -> Values:
        """What a test answers in a month of treatment."""
        values = care.results.get(test, {})
        for reply in self.script.replies.get(test, ()):
            if reply.from_month <= month:
                values = reply.values
        return self.drawn(values)

    def drawn(self, values: Values) -> Values:
        """One value for each range, with the decimals in which the range is given."""
        return {key: self._one_of(value) for key, value in values.items()}

    def _one_of(self, value: object) -> object:
        if not isinstance(value, list):
            return str(value) if isinstance(value, float) else value
        decimals = max(len(str(end).partition(".")[2]) for end in value)
        return f"{self.chance.uniform(*value):.{decimals}f}"

    def _key(self, item: Open) -> str:
        """Tests of one blood draw that are due on one day are planned together."""
        return f"draw:{item.due_on}" if item.test in self.cohort.drawn_together else item.key

    def _decide(self, item: Open, on: date, visit_on: date | None) -> Planned | None:
        due_on, chance = item.due_on, self.chance
        if self.kinds.get(item.rule) is Kind.PER_INFUSION:
            if visit_on is None:
                return None
            done_on = max(on, visit_on - timedelta(days=chance.randint(1, 4)))
            return Planned(due_on, done_on, done_on)
        if self.script.sparse_until_months_ago * MONTH < (self.today - due_on).days:
            done_on = max(on + A_DAY, due_on + timedelta(days=chance.randint(*SPARSE_DAYS)))
            return Planned(due_on, done_on, done_on)
        if self.punctuality.is_on_time(item.test, due_on):
            latest = min(due_on + GRACE, item.overdue_on)
            if latest < self.opened_on:
                # Done in time elsewhere, and documented here with its day.
                ahead = min(AHEAD, latest - item.window_opens_on)
                return Planned(due_on, latest - chance.randint(0, ahead.days) * A_DAY, on + A_DAY)
            first = max(item.window_opens_on, on + A_DAY, latest - AHEAD)
            done_on = first + timedelta(days=chance.randint(0, max(0, (latest - first).days)))
        else:
            late = timedelta(days=chance.randint(2, LATE_DAYS[item.level]))
            done_on = max(on + A_DAY, item.overdue_on + late)
        return Planned(due_on, done_on, done_on + timedelta(days=chance.randint(0, 2)))
