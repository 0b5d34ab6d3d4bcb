"""What is due before the start, before each infusion, and after an event?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date

from certification.criteria.tree import Truth, fact_keys
from certification.criteria.tree_words import sentence
from monitoring.schedule.blackouts import moved
from monitoring.schedule.infusions import Infused
from monitoring.schedule.items import DueItem, Note, Reason
from monitoring.schedule.record import Blackout
from monitoring.schedule.rules import Level, ProtocolRule
from monitoring.schedule.spans import A_DAY, Spans
from monitoring.schedule.timeline import FROM_EVER
from monitoring.schedule.wording import Basis

Found = tuple[list[DueItem], list[Note]]


def plan_baseline(
    rule: ProtocolRule,
    spans: Spans,
    results: Sequence[date],
    blackouts: Sequence[Blackout],
    infused: Infused,
) -> Found:
    """What must be done before the first infusion, unless it was done shortly before already.

    Done later than that, it is done late. What was never done has ended when treatment stops, or
    when the last infusion that was planned is given.
    """
    record = spans.record
    start = record.start_on
    due = rule.offset.after(start) if rule.offset else start
    if not _within(start, spans.in_force(rule)):
        return [], [spans.absence(rule)]
    opens = rule.max_age.before(start) if rule.max_age else due - rule.window.opens_before
    item = DueItem(
        rule=rule,
        occurrence=1,
        due_on=due,
        window_opens_on=opens,
        overdue_on=due + rule.window.overdue_after,
        basis=Basis.BASELINE,
        anchor_on=start,
        why=spans.doubts(rule, start),
        blocks_after=FROM_EVER if rule.level is Level.BLOCKING else None,
    )
    fresh = [day for day in results if rule.max_age is None or day >= opens]
    before = [day for day in fresh if day <= start]
    done_on = before[-1] if before else next(iter(fresh), None)
    if done_on is not None:
        return [item._replace(done=True, done_on=done_on)], []
    if _documented(rule, spans):
        return [item._replace(done=True)], []
    if record.stop is not None:
        return [], [Note(Reason.ENDED, rule, "treatment stopped", record.stopped_on)]
    if record.doses and infused.next_item is None:
        said = "the last infusion that was planned is given"
        return [], [Note(Reason.ENDED, rule, said, record.last_dose)]
    return [moved(item, blackouts, record.as_of)], []


def _documented(rule: ProtocolRule, spans: Spans) -> bool:
    """Is it documented as done, without a day? That does when no age is asked for."""
    record, conditions = spans.record, spans.conditions
    if rule.test in record.undated and rule.max_age is None:
        return True
    if rule.id not in conditions.satisfied:
        return False
    facts = conditions.supply(record.latest, record.start_on, record.doses, record.as_of)
    return conditions.satisfied[rule.id].truth(facts, record.as_of) is Truth.MET


def fresh_result(rule: ProtocolRule, results: Sequence[date], day: date) -> date | None:
    """The latest result that is recent enough for an infusion (or course) on ``day``."""
    if not results or results[0] > day:
        return None
    latest = results[bisect_right(results, day) - 1]
    return latest if latest >= (rule.max_age.before(day) if rule.max_age else day) else None


def plan_per_infusion(
    rule: ProtocolRule, spans: Spans, results: Sequence[date], infused: Infused
) -> Found:
    """One item for each infusion (or course): those given, and the next one.

    Before an infusion that is late a result must be recent on the day it is looked at. What is not
    documented for an infusion that was given can no longer be done: a note says how often.
    """
    record = spans.record
    by_course = rule.each == "course"
    days = infused.courses if by_course else record.doses
    basis = Basis.COURSE_DAY if by_course else Basis.INFUSION_DAY
    runs = spans.in_force(rule)
    items: list[DueItem] = []
    notes: list[Note] = []
    lapsed = 0
    for number, day in enumerate(days if results else (), start=1):
        if not _within(day, runs):
            continue
        result = fresh_result(rule, results, day)
        if result is None:
            lapsed += 1
        else:
            items.append(_before(rule, number, day, basis)._replace(done=True, done_on=result))
    if not results:
        lapsed = sum(bisect_left(days, ends) - bisect_left(days, first) for first, ends in runs)
    if lapsed:
        what = "courses" if by_course else "infusions"
        notes.append(Note(Reason.LAPSED, rule, f"{lapsed} of {len(days)} {what} given"))
    next_item = infused.next_item
    upcoming = infused.next_course_on if by_course else next_item.due_on if next_item else None
    if upcoming is None or next_item is None or not _within(upcoming, runs):
        notes.append(_no_infusion(rule, spans, infused))
        return items, notes
    if next_item not in infused.items:
        notes.append(Note(Reason.LATER, rule, on=upcoming))
        return items, notes
    item = _before(rule, len(days) + 1, upcoming, basis)._replace(why=spans.doubts(rule, upcoming))
    result = fresh_result(rule, results, max(upcoming, record.as_of))
    if result is not None and result > (record.last_dose or date.min):
        item = item._replace(done=True, done_on=result)
    return [*items, item], notes


def _within(day: date, runs: Sequence[tuple[date, date]]) -> bool:
    return any(first <= day < ends for first, ends in runs)


def _before(rule: ProtocolRule, number: int, day: date, basis: Basis) -> DueItem:
    opens = day - rule.window.opens_before
    if rule.max_age is not None:
        opens = rule.max_age.before(day)
    item = DueItem(rule, number, day, opens, day + rule.window.overdue_after, basis, day)
    return item._replace(blocks_after=FROM_EVER) if rule.level is Level.BLOCKING else item


def _no_infusion(rule: ProtocolRule, spans: Spans, infused: Infused) -> Note:
    if spans.record.stop is not None:
        return Note(Reason.ENDED, rule, "treatment stopped", spans.record.stopped_on)
    if infused.next_item is None or rule.each == "course":
        return Note(Reason.AS_NEEDED, rule, "no further one is planned")
    return spans.absence(rule)


def plan_event(
    rule: ProtocolRule,
    spans: Spans,
    results: Sequence[date],
    blackouts: Sequence[Blackout],
    horizon: date,
) -> Found:
    """One item for each time that the condition was documented or comes to be met."""
    record = spans.record
    as_of = record.as_of
    items: list[DueItem] = []
    later: date | None = None
    for number, (first, ends) in enumerate(spans.in_force(rule), start=1):
        on = as_of if first <= record.start_on and _without_date(rule, spans) else first
        due = rule.offset.after(on) if rule.offset else on
        opens, overdue = on - rule.window.opens_before, due + rule.window.overdue_after
        item = DueItem(rule, number, due, opens, overdue, Basis.EVENT, on)
        if rule.level is Level.BLOCKING:
            item = item._replace(blocks_after=on - A_DAY)
        done_on = next((day for day in results if day >= max(first, record.start_on)), None)
        if done_on is not None and done_on < ends:
            items.append(item._replace(done=True, done_on=done_on))
        elif ends > as_of and due <= horizon:
            items.append(moved(item, blackouts, as_of))
        elif ends > as_of:
            later = due
    if items:
        return items, []
    if later is not None:
        return [], [Note(Reason.LATER, rule, on=later)]
    if rule.applies_when is None:
        return [], [spans.absence(rule)]
    said = sentence(rule.applies_when, spans.conditions.vocabulary)
    return [], [Note(Reason.NO_EVENT, rule, f"when this is documented: {said}")]


def _without_date(rule: ProtocolRule, spans: Spans) -> bool:
    """Was what makes the event known documented without a date?"""
    tree = rule.applies_when
    facts = [spans.record.latest.get(key) for key in fact_keys(tree)] if tree else []
    return any(fact is not None and fact.observed_on is None for fact in facts)
