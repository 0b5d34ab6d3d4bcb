"""When is a test due that is counted from its last result, and which of several rules decides?

The rules of a family share one test. Each says when the test would be due; the earliest wins, so
nobody is asked twice. An early or a late result moves the next date. A rule that comes into force
later (the time on treatment, a new result) pulls the date forward and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from certification.criteria.tree_words import date_text
from monitoring.schedule.blackouts import moved
from monitoring.schedule.items import DueItem, Note, Reason, new_item
from monitoring.schedule.record import Blackout
from monitoring.schedule.rules import Kind, Level, ProtocolRule
from monitoring.schedule.spans import Spans
from monitoring.schedule.wording import Basis


class _Wish(NamedTuple):
    """When one rule wants the test. ``since``: it came into force after the result before."""

    on: date
    order: int
    rule: ProtocolRule
    basis: Basis
    anchor: date
    times: int = 1
    since: date | None = None


_NOT_COUNTED = (Basis.IN_FORCE, Basis.WAITING, Basis.START)
"""Ways of naming a date from which nothing further is counted."""


class Chain:
    """The items of one family for one person; ``results`` are the days of its test."""

    def __init__(
        self,
        rules: Sequence[ProtocolRule],
        spans: Spans,
        results: Sequence[date],
        blackouts: Sequence[Blackout],
    ) -> None:
        self.rules = rules
        self.spans = spans
        self.results = results
        self.blackouts = blackouts
        self.items: list[DueItem] = []
        self.notes: list[Note] = []
        self._once_done: set[str] = set()

    def plan(self, horizon: date) -> None:
        """Fills ``items`` (results first, then what is open, then the forecast) and ``notes``.

        The open item blocks as soon as any blocking rule of the family would be overdue.
        """
        record = self.spans.record
        base, basis = self._seed()
        for result in self.results:
            if result <= base or result < record.start_on:
                continue
            known = self.spans.timeline.known_before(result)
            wishes = self._wishes(base, basis, result, known, done=result)
            if wishes:
                self._close(wishes, result, known)
            base, basis = result, Basis.RESULT
        wishes = self._wishes(base, basis, record.as_of, -1)
        if wishes:
            self._open(wishes, horizon)
        self._explain(wishes)

    def _seed(self) -> tuple[date, Basis]:
        """The last result before the start, unless it is too old to be the baseline."""
        start = self.spans.record.start_on
        ages = [rule.max_age for rule in self.rules if rule.max_age]
        for result in reversed(self.results):
            if result <= start and all(result >= age.before(start) for age in ages):
                return result, Basis.RESULT
        return start, Basis.NO_RESULT

    def _wishes(
        self, base: date, basis: Basis, now: date, known: int, done: date | None = None
    ) -> list[_Wish]:
        """When each rule in force at ``now`` or later wants the test, earliest first.

        With ``done``: only rules that a result of that day can satisfy.
        """
        start = self.spans.record.start_on
        wishes = []
        for order, rule in enumerate(self.rules):
            if rule.kind is Kind.ONCE:
                on = None if rule.id in self._once_done else self.spans.once_on(rule)
                if on and (done is None or done >= on - rule.window.opens_before):
                    wishes.append(_Wish(on, order, rule, Basis.START, start))
                continue
            on = rule.interval.after(base) if rule.interval else base
            for first, ends in self.spans.in_force(rule, known):
                if ends <= now or ends <= on or (done is not None and first > done):
                    continue
                since = first if first > max(base, start) else None
                waiting = first if on >= first else self._pending(base, first, known)
                if on >= waiting:
                    wishes.append(_Wish(on, order, rule, basis, base, since=since))
                else:
                    counted = Basis.IN_FORCE if waiting == first else Basis.WAITING
                    wishes.append(_Wish(waiting, order, rule, counted, waiting, since=since))
                break
        return sorted(wishes, key=lambda wish: (wish.on, wish.order))

    def _pending(self, base: date, day: date, known: int) -> date:
        """Since when the family has waited for a test on ``day``, when a rule comes into force.

        A rule that follows on another takes over what that one was waiting for: nobody who is
        overdue gets a new date only because a month of treatment was reached.
        """
        waiting = day
        runs = [
            (max(rule.interval.after(base), first), first, ends)
            for rule in self.rules
            if rule.interval is not None
            for first, ends in self.spans.in_force(rule, known)
            if first < day
        ]
        reached = day
        for wanted, first, ends in sorted(runs, key=lambda run: run[2], reverse=True):
            if ends < reached:
                break
            reached = min(reached, first)
            if wanted < min(ends, waiting):
                waiting = wanted
        return waiting

    def _close(self, wishes: Sequence[_Wish], result: date, known: int) -> None:
        item = self._item(wishes[0], len(self.items) + 1, self._why(wishes, known))
        self.items.append(item._replace(done=True, done_on=result))
        for rule in (wish.rule for wish in wishes if wish.rule.kind is Kind.ONCE):
            self._once_done.add(rule.id)
            if rule is not wishes[0].rule:
                self.notes.append(Note(Reason.COVERED, rule, rule.label, result))

    def _open(self, wishes: Sequence[_Wish], horizon: date) -> None:
        winner, as_of = wishes[0], self.spans.record.as_of
        item = self._item(winner, len(self.items) + 1, self._why(wishes, -1))
        late = [
            w.on + w.rule.window.overdue_after for w in wishes if w.rule.level is Level.BLOCKING
        ]
        item = moved(item._replace(blocks_after=min(late, default=None)), self.blackouts, as_of)
        if item.due_on <= horizon:
            self.items.append(item)
            self._forecast(winner, item, horizon)

    def _item(self, wish: _Wish, number: int, why: tuple[str, ...] = ()) -> DueItem:
        window = wish.rule.window
        overdue_on = wish.on + window.overdue_after
        return DueItem(
            rule=wish.rule,
            occurrence=number,
            due_on=wish.on,
            window_opens_on=wish.on - window.opens_before,
            overdue_on=overdue_on,
            basis=wish.basis,
            anchor_on=wish.anchor,
            times=wish.times,
            why=why,
            blocks_after=overdue_on if wish.rule.level is Level.BLOCKING else None,
        )

    def _why(self, wishes: Sequence[_Wish], known: int) -> tuple[str, ...]:
        """That a rule came into force and which date it replaces; that its condition is open."""
        winner = wishes[0]
        doubts = self.spans.doubts(winner.rule, winner.on, known)
        if winner.since is None:
            return doubts
        slower = next((wish for wish in wishes if wish.on > winner.on), None)
        instead = f" in place of {slower.rule.name} on {date_text(slower.on)}" if slower else ""
        return (f"In force since {date_text(winner.since)}{instead}.", *doubts)

    def _forecast(self, winner: _Wish, item: DueItem, horizon: date) -> None:
        """What follows when the open item is done on its date, and so on.

        As long as one rule decides, its dates are counted from one anchor, so they do not drift.
        """
        as_of, number = self.spans.record.as_of, item.occurrence
        before, on = winner, item.due_on
        if on != winner.on or winner.basis in _NOT_COUNTED:
            before = winner._replace(basis=Basis.PROJECTED, anchor=on, times=0)
        asked = self._once_done | {winner.rule.id}
        while not self._alone(before.rule, on, horizon, asked):
            wishes = [w for w in self._following(before, on, asked) if w.on <= horizon]
            if not wishes:
                return
            winner = min(wishes)
            number += 1
            why = self.spans.doubts(winner.rule, winner.on)
            if winner.rule is not before.rule and winner.since is not None:
                why = (f"In force since {date_text(winner.since)}.", *why)
            item = moved(self._item(winner, number, why), self.blackouts, as_of)
            before, on = winner, item.due_on
            if on != winner.on or winner.basis in _NOT_COUNTED:
                before = winner._replace(basis=Basis.PROJECTED, anchor=on, times=0)
            asked = asked | {winner.rule.id}
            if as_of < item.due_on <= horizon:
                self.items.append(item._replace(projected=True))
        self.items += self._regular_items(before, number + 1, horizon)

    def _alone(self, rule: ProtocolRule, after: date, horizon: date, asked: set[str]) -> bool:
        """Does this rule alone decide on every date that follows, with nothing to move or say?"""
        interval, spans = rule.interval, self.spans
        if interval is None or self.blackouts or not spans.is_certain(rule):
            return False
        if not any(first <= after and ends > horizon for first, ends in spans.in_force(rule)):
            return False
        return all(
            other is rule
            or (
                (other.id in asked if other.kind is Kind.ONCE else other.interval is not None)
                and (other.interval is None or other.interval.covers(interval))
            )
            or not spans.in_force(other)
            for other in self.rules
        )

    def _regular_items(self, before: _Wish, number: int, horizon: date) -> list[DueItem]:
        """The dates of one rule that nothing can move any more."""
        rule, basis, anchor = before.rule, before.basis, before.anchor
        opens, grace = rule.window.opens_before, rule.window.overdue_after
        as_of, blocking = self.spans.record.as_of, rule.level is Level.BLOCKING
        times = before.times + 1
        dates = rule.interval.dates(anchor, times, horizon) if rule.interval else []
        return [
            new_item(DueItem, (rule, number + n, due, due - opens, (late := due + grace), basis,
                               anchor, times + n, True, False, None, (),
                               late if blocking else None))
            for n, due in enumerate(dates)
            if due > as_of
        ]  # fmt: skip

    def _following(self, before: _Wish, last: date, asked: set[str]) -> list[_Wish]:
        """When each rule wants the test after the one on ``last``."""
        wishes = []
        start = self.spans.record.start_on
        for order, rule in enumerate(self.rules):
            if rule.kind is Kind.ONCE:
                once = None if rule.id in asked else self.spans.once_on(rule)
                if once is not None and once > last:
                    wishes.append(_Wish(once, order, rule, Basis.START, start))
                continue
            if rule.interval is None:
                continue
            same = rule is before.rule
            basis, anchor, times = Basis.PROJECTED, last, 1
            if same:
                basis, anchor, times = before.basis, before.anchor, before.times + 1
            on = rule.interval.after(anchor, times)
            for first, ends in self.spans.in_force(rule):
                if ends <= on or ends <= last:
                    continue
                since = first if first > start else None
                if on < first:
                    wishes.append(_Wish(first, order, rule, Basis.IN_FORCE, first, 1, since))
                else:
                    wishes.append(_Wish(on, order, rule, basis, anchor, times, since))
                break
        return wishes

    def _explain(self, wishes: Sequence[_Wish]) -> None:
        """Why each rule without an open item has none."""
        shown = {item.rule.id for item in self.items if not item.done}
        for rule in self.rules:
            if rule.id in shown or rule.id in self._once_done:
                continue
            wish = next((wish for wish in wishes if wish.rule is rule), None)
            if wish is None:
                self.notes.append(self.spans.absence(rule))
            elif wish is wishes[0]:
                self.notes.append(Note(Reason.LATER, rule, on=wish.on))
            else:
                self.notes.append(Note(Reason.TAKEN_OVER, rule, wishes[0].rule.name))
