"""What happened to this person, in order: infusions, results, and what was known when?

The order in which infusions and results are given does not matter, and neither do repetitions.
A result carries facts that hold from its day on; a value that must be kept ("once positive,
always positive") stays. Results that a blackout makes unreliable are set aside, and said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from certification.criteria.facts import FactSet, FactValue
from certification.criteria.interpreter import Known, means_unknown, truth_of
from certification.criteria.tree import Truth, fact_keys
from certification.criteria.tree_words import date_text, value_text
from monitoring.schedule.conditions import Conditions
from monitoring.schedule.items import Note, Reason
from monitoring.schedule.rules import INFUSION, Kind, MonitoredTest, ProtocolRule

FROM_EVER = date.min
"""Since when an answer without a date is known."""


class Anchors(NamedTuple):
    """The dates of a course: its (planned) start, its stop, the next infusion that is booked."""

    start_on: date
    stopped_on: date | None = None
    next_infusion_on: date | None = None


class Result(NamedTuple):
    """A test that was done, with the facts it brought."""

    test: str
    on: date
    facts: FactSet = {}


class Stop(NamedTuple):
    """Treatment has stopped. ``on`` is None when only the facts tell so, and give no date."""

    on: date | None
    says: str = ""


class Blackout(NamedTuple):
    """No reliable ``rule.test`` from ``first`` to the day before ``ends``."""

    rule: ProtocolRule
    first: date
    ends: date


Changes = tuple[tuple[date, FactSet], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One person's past, in order.

    ``results``: the days of each test. ``undated``: tests that are documented without a day.
    ``changes``: the days on which facts became known (the first holds from the start of time),
    each with everything known from then on; ``latest`` is the last of them.
    """

    anchors: Anchors
    as_of: date
    start_on: date
    doses: tuple[date, ...]
    results: Mapping[str, tuple[date, ...]]
    undated: frozenset[str]
    changes: Changes
    stop: Stop | None
    blackouts: tuple[Blackout, ...]
    notes: tuple[Note, ...]

    @property
    def latest(self) -> FactSet:
        return self.changes[-1][1]

    @property
    def last_dose(self) -> date | None:
        return self.doses[-1] if self.doses else None

    @property
    def stopped_on(self) -> date | None:
        """From when treatment counts as stopped: from the last infusion, if no day is given."""
        if self.stop is None:
            return None
        return self.stop.on or self.last_dose or self.start_on

    @property
    def booked_on(self) -> date | None:
        """The next infusion that is booked; a booking not after the last infusion is past."""
        booked = self.anchors.next_infusion_on
        if booked is None or (self.doses and booked <= self.doses[-1]):
            return None
        return booked


def read_record(
    conditions: Conditions,
    anchors: Anchors,
    doses: Iterable[date],
    results: Iterable[Result],
    facts: FactSet,
    as_of: date,
) -> Record:
    """The record of one person. ``facts`` and the facts of results come from ``read_facts``."""
    protocol = conditions.protocol
    given = list(results)
    infusions = sorted({*doses, *(result.on for result in given if result.test == INFUSION)})
    if not infusions:
        supplies = protocol.supplies
        documented = (facts.get(key) for key in (supplies.first_dose, supplies.last_dose))
        infusions = sorted({fact.value for fact in documented if fact and fact.value})
    start_on = min(anchors.start_on, infusions[0]) if infusions else anchors.start_on
    notes: list[Note] = []
    given.extend(_shown_by_facts(conditions, facts))
    blackouts = _blackouts(protocol.rules, given, facts)
    if blackouts:
        given = _trusted(conditions, blackouts, given, notes)
    changes = _changes(conditions, given, facts, notes)
    return Record(
        anchors=anchors,
        as_of=as_of,
        start_on=start_on,
        doses=tuple(infusions),
        results=_days_by_test(conditions, given),
        undated=frozenset(_undated(conditions, facts)),
        changes=changes,
        stop=_stop(conditions, anchors, infusions, start_on, changes[-1][1], as_of, notes),
        blackouts=blackouts,
        notes=tuple(notes),
    )


def _known_group(test: MonitoredTest, facts: FactSet, conditions: Conditions) -> list[FactValue]:
    """The first group of facts that shows the test to be done; empty when none does."""
    vocabulary = conditions.vocabulary
    for group in test.shown_by:
        found = [facts[key] for key in group if key in facts]
        if len(found) == len(group) and not any(
            means_unknown(vocabulary[key], facts[key].value) for key in group
        ):
            return found
    return []


def _shown_by_facts(conditions: Conditions, facts: FactSet) -> Iterator[Result]:
    """What the facts themselves show to have been done, and on which day."""
    if conditions.shown_by.isdisjoint(facts):
        return
    for test in conditions.protocol.tests.values():
        for key in test.dates:
            fact = facts.get(key)
            if fact is not None and fact.value is not None:
                yield Result(test.key, fact.value, _own_facts(test, facts))
        days = [fact.observed_on for fact in _known_group(test, facts, conditions)]
        dated = [day for day in days if day is not None]
        if dated and len(dated) == len(days):
            yield Result(test.key, min(dated), _own_facts(test, facts))


def _own_facts(test: MonitoredTest, facts: FactSet) -> FactSet:
    """Already among the facts of the person; repeated so that a blackout can judge them."""
    keys = {key for group in test.shown_by for key in group}
    return {key: facts[key] for key in keys if key in facts and facts[key].observed_on is None}


def _undated(conditions: Conditions, facts: FactSet) -> Iterator[str]:
    """The tests that are documented without a day."""
    if conditions.shown_by.isdisjoint(facts):
        return
    for test in conditions.protocol.tests.values():
        group = _known_group(test, facts, conditions)
        if any(fact.observed_on is None for fact in group):
            yield test.key


def _blackouts(
    rules: Iterable[ProtocolRule], results: Sequence[Result], facts: FactSet
) -> tuple[Blackout, ...]:
    """The blackouts, each from every day on which its event is documented."""
    found = []
    for rule in rules:
        if rule.kind is Kind.BLACKOUT and rule.lasts is not None:
            answers = [facts.get(rule.anchor), *(r.facts.get(rule.anchor) for r in results)]
            days = {answer.value for answer in answers if answer and answer.value is not None}
            found += [Blackout(rule, day, rule.lasts.after(day)) for day in sorted(days)]
    return tuple(found)


def _trusted(
    conditions: Conditions,
    blackouts: Sequence[Blackout],
    results: Sequence[Result],
    notes: list[Note],
) -> list[Result]:
    """The results without those that a blackout makes unreliable."""
    kept = []
    set_aside: dict[tuple[date, date, str], Blackout] = {}
    for result in results:
        for blackout in blackouts:
            rule = blackout.rule
            if rule.test != result.test or not blackout.first <= result.on < blackout.ends:
                continue
            known = Known(conditions.vocabulary, result.facts, result.on)
            if rule.distrust is None or truth_of(rule.distrust, known) is not Truth.NOT_MET:
                set_aside[result.on, blackout.first, rule.id] = blackout
                break
        else:
            kept.append(result)
    for (on, first, _), blackout in sorted(set_aside.items()):
        rule = blackout.rule
        said = (
            f"the {rule.label} of {date_text(on)} is not used: it was done within {rule.lasts} of "
            f"{rule.anchor_label.lower()} ({date_text(first)})"
        )
        notes.append(Note(Reason.NOT_USED, rule, said, on))
    return kept


def _days_by_test(conditions: Conditions, results: Iterable[Result]) -> dict[str, tuple[date, ...]]:
    days: dict[str, set[date]] = {}
    for result in results:
        test = conditions.protocol.tests.get(result.test)
        if test is not None and not _says_not_done(test, result, conditions):
            days.setdefault(result.test, set()).add(result.on)
    return {test: tuple(sorted(found)) for test, found in days.items()}


def _says_not_done(test: MonitoredTest, result: Result, conditions: Conditions) -> bool:
    """A result that only says "not tested" is none."""
    own = [
        means_unknown(conditions.vocabulary[key], result.facts[key].value)
        for group in test.shown_by
        for key in group
        if key in result.facts
    ]
    return bool(own) and all(own)


def _changes(
    conditions: Conditions, results: Iterable[Result], facts: FactSet, notes: list[Note]
) -> Changes:
    """What was known from which day on. Answers without a date were known from the start."""
    by_day: dict[date, dict[str, list[FactValue]]] = {FROM_EVER: {}}
    for key, fact in facts.items():
        if key not in conditions.follows_infusions:
            by_day.setdefault(fact.observed_on or FROM_EVER, {}).setdefault(key, []).append(fact)
    for result in results:
        for key, fact in result.facts.items():
            if key not in conditions.follows_infusions and fact.value is not None:
                if fact.observed_on is None:
                    fact = FactValue(fact.value, result.on, fact.source, fact.asked)
                by_day.setdefault(result.on, {}).setdefault(key, []).append(fact)
    known: dict[str, FactValue] = {}
    kept_since: dict[str, date] = {}
    changes: list[tuple[date, FactSet]] = []
    for day in sorted(by_day):
        update = _one_answer_each(conditions, by_day[day])
        for keep in conditions.protocol.keeps:
            answer = update.get(keep.fact)
            if answer is None:
                continue
            if answer.value == keep.value:
                kept_since.setdefault(keep.fact, day)
            elif keep.fact in kept_since:
                for key in (keep.fact, *keep.along):
                    update.pop(key, None)
                notes.append(Note(Reason.ADJUSTED, None, _kept(keep.says, day)))
        together = {**known, **update}
        if changes and not _matters(conditions, known, update):
            changes[-1] = (changes[-1][0], together)
        else:
            changes.append((day, together))
        known = together
    return tuple(changes)


def _matters(
    conditions: Conditions, known: Mapping[str, FactValue], update: Mapping[str, FactValue]
) -> bool:
    """Does the update say anything new that could decide about a rule?"""
    for key, fact in update.items():
        if key in conditions.relevant:
            before = known.get(key)
            if before is None or before.value != fact.value or conditions.dates_matter:
                return True
    return False


def _one_answer_each(
    conditions: Conditions, answers: Mapping[str, Sequence[FactValue]]
) -> dict[str, FactValue]:
    """Of several answers of one day the one to keep, else the last by value: order is no matter."""
    keeps = {keep.fact: keep.value for keep in conditions.protocol.keeps}

    def rank(key: str, fact: FactValue) -> tuple[bool, bool, str, str]:
        stays = key in keeps and fact.value == keeps[key]
        return stays, fact.value is not None, repr(fact.value), fact.source

    return {
        key: max(given, key=lambda fact, key=key: rank(key, fact))  # type: ignore[misc]
        for key, given in answers.items()
    }


def _kept(says: str, day: date) -> str:
    return f"{says.rstrip('.')} (a later result, of {date_text(day)}, differs)"


def _stop(
    conditions: Conditions,
    anchors: Anchors,
    doses: Sequence[date],
    start_on: date,
    latest: FactSet,
    as_of: date,
    notes: list[Note],
) -> Stop | None:
    """Has treatment stopped? As given, or as the facts tell. A later infusion resumes it.

    Facts from before the last infusion (or, without one, from before the start) tell of no stop.
    """
    last = doses[-1] if doses else None
    if anchors.stopped_on is not None:
        if last is None or last <= anchors.stopped_on:
            return Stop(anchors.stopped_on)
        said = f"Treatment stopped on {date_text(anchors.stopped_on)} and was resumed"
        notes.append(Note(Reason.RESUMED, None, said, last))
        return None
    tree = conditions.protocol.stopped_when
    if tree is None or start_on > as_of:
        return None
    facts = conditions.supply(latest, start_on, doses, as_of)
    if conditions.stopped.truth(facts, as_of) is not Truth.MET:
        return None
    telling = {key: latest[key] for key in fact_keys(tree) if key in latest}
    days = [fact.observed_on for fact in telling.values()]
    on = max((day for day in days if day is not None), default=None) if None not in days else None
    if (on is None and last is None) or (on is not None and on <= (last or start_on)):
        return None
    said = "; ".join(
        f"{conditions.vocabulary[key].label}: {value_text(conditions.vocabulary[key], fact.value)}"
        for key, fact in telling.items()
    )
    return Stop(on, said)
