"""When is a test due that is counted from a fixed day: the start, the last infusion, an event?

The dates stay where they are, however early or late the tests are done. A result belongs to the
nearest date whose window is open. It also covers the earlier dates that were missed: one blood
test answers for all of them, and each says that it was late.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

from monitoring.schedule.blackouts import moved
from monitoring.schedule.items import DueItem, Note, Reason, new_item
from monitoring.schedule.record import Blackout
from monitoring.schedule.rules import Anchor, Level, ProtocolRule
from monitoring.schedule.spans import Spans
from monitoring.schedule.timeline import FROM_EVER
from monitoring.schedule.wording import Basis

WORDS: dict[str, Basis] = {
    Anchor.START: Basis.START,
    Anchor.BASELINE: Basis.BASELINE,
    Anchor.LAST_DOSE: Basis.DOSE,
    Anchor.LAST_COURSE: Basis.COURSE,
}


def dates_of(rule: ProtocolRule, anchor: date, until: date) -> list[date]:
    """The dates of a rule: its offset from the anchor, or every interval, or both."""
    first = rule.offset.after(anchor) if rule.offset else anchor
    if rule.interval is None:
        return [first] if first <= until else []
    return rule.interval.dates(first, 0 if rule.offset else 1, until)


def closing_results(
    dates: Sequence[date], rule: ProtocolRule, results: Sequence[date]
) -> list[date]:
    """The results that close the first dates, one for each: the dates after them are open.

    Results must be in order.
    """
    opens = rule.window.opens_before
    closed: list[date] = []
    for result in results:
        index = bisect_left(dates, result)
        early = index < len(dates) and result >= dates[index] - opens
        if index and early and result - dates[index - 1] <= dates[index] - result:
            early = len(closed) >= index
        wanted = index + 1 if early else index
        closed += [result] * (wanted - len(closed))
    return closed


def plan_grid(
    rule: ProtocolRule,
    anchor: date,
    spans: Spans,
    results: Sequence[date],
    blackouts: Sequence[Blackout],
    horizon: date,
) -> tuple[list[DueItem], list[Note]]:
    """The items of one rule counted from ``anchor``, and why there is none that is open."""
    as_of = spans.record.as_of
    runs = spans.in_force(rule)
    until = min(horizon, max((ends for _, ends in runs), default=FROM_EVER))
    dates = dates_of(rule, anchor, until)
    after = [result for result in results if result > anchor or rule.offset]
    closed = closing_results(dates, rule, after) if after else []
    items: list[DueItem] = []
    is_open = False
    for first, ends in runs:
        start, stop = bisect_left(dates, first), bisect_left(dates, ends)
        split = min(stop, max(start, len(closed)))
        done = _items(rule, anchor, dates, start, split)
        items += (item._replace(done=True, done_on=closed[item.times - 1]) for item in done)
        if ends > as_of:
            items += _items(rule, anchor, dates, split, stop)
            is_open = is_open or split < stop
    if rule.anchor == Anchor.LAST_DOSE and spans.record.last_dose is None:
        items = [item._replace(basis=Basis.STOP) for item in items]
    if not spans.is_certain(rule):
        items = [item._replace(why=spans.doubts(rule, item.due_on)) for item in items]
    if blackouts:
        items = [item if item.done else moved(item, blackouts, as_of) for item in items]
    return items, [] if is_open else _no_open(rule, spans, items, anchor, horizon)


def _items(
    rule: ProtocolRule, anchor: date, dates: Sequence[date], start: int, stop: int
) -> list[DueItem]:
    """The dates from ``start`` to ``stop`` as open items."""
    opens, grace = rule.window.opens_before, rule.window.overdue_after
    basis = WORDS.get(rule.anchor, Basis.DATE_FACT)
    if rule.level is Level.BLOCKING:
        return [
            new_item(DueItem, (rule, n, due, due - opens, (late := due + grace), basis, anchor, n,
                        False, False, None, (), late))
            for n, due in enumerate(dates[start:stop], start=start + 1)
        ]  # fmt: skip
    return [
        new_item(DueItem, (rule, n, due, due - opens, due + grace, basis, anchor, n,
                    False, False, None, (), None))
        for n, due in enumerate(dates[start:stop], start=start + 1)
    ]  # fmt: skip


def _no_open(
    rule: ProtocolRule, spans: Spans, items: Sequence[DueItem], anchor: date, horizon: date
) -> list[Note]:
    """Why nothing is open: it is done, it comes later, it has ended, it does not apply."""
    if rule.interval is None and items:
        return []
    start, ends = spans.span(rule)
    if start < ends <= spans.record.as_of:
        return [spans.ended(rule)]
    past = len(dates_of(rule, anchor, horizon))
    first = rule.offset.after(anchor) if rule.offset else anchor
    following = first
    if rule.interval is not None:
        following = rule.interval.after(first, past if rule.offset else past + 1)
    if following > horizon and any(a <= following < b for a, b in spans.in_force(rule)):
        return [Note(Reason.LATER, rule, on=following)]
    return [spans.absence(rule)]
