"""What is due for this person, and why?

A ``Planner`` is made once for a protocol and used for many people. It is deterministic: the same
record gives the same plan, whatever the order in which infusions and results are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter

from certification.criteria.facts import FactSet
from monitoring.schedule.chains import Chain
from monitoring.schedule.conditions import Conditions
from monitoring.schedule.grids import plan_grid
from monitoring.schedule.infusions import Infused, InfusionSchedule
from monitoring.schedule.items import DueItem, Note, Plan, Reason
from monitoring.schedule.occasions import plan_baseline, plan_event, plan_per_infusion
from monitoring.schedule.record import Anchors, Blackout, Record, Result, read_record
from monitoring.schedule.rules import Anchor, Kind, Protocol, ProtocolRule
from monitoring.schedule.spans import Spans
from monitoring.schedule.timeline import Timeline

_BY_DATE = itemgetter(DueItem._fields.index("due_on"))
_ANY_DAY = date(2000, 1, 1)
_NO_INFUSIONS = Infused([], (), None, None, ())


class Planner:
    """Makes the plans of one protocol."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.conditions = Conditions(protocol)
        self._infusions = (
            InfusionSchedule(protocol.infusions, protocol.rules) if protocol.infusions else None
        )
        self._groups = _groups(protocol.rules)

    def generate(
        self,
        *,
        anchors: Anchors,
        doses: Iterable[date],
        results: Iterable[Result],
        facts: FactSet,
        horizon: date,
        as_of: date,
    ) -> Plan:
        """The plan of one person up to ``horizon``. No date given may lie after ``as_of``, but for
        a start or an infusion that is planned. ``facts`` come from ``read_facts``.
        """
        record = read_record(self.conditions, anchors, doses, results, facts, as_of)
        return self.plan(record, horizon)

    def plan(self, record: Record, horizon: date) -> Plan:
        """The plan of a person whose record is in order."""
        timeline = Timeline(self.conditions, record.changes, record.start_on, record.doses)
        spans = Spans(self.conditions, record, timeline)
        infused = _NO_INFUSIONS
        if self._infusions is not None:
            infused = self._infusions.plan(record, horizon)
        items = list(infused.items)
        notes = [*record.notes, *infused.notes]
        for rules in self._groups:
            test = rules[0].test
            results = record.results.get(test, ())
            blackouts: Sequence[Blackout] = ()
            if record.blackouts:
                blackouts = [one for one in record.blackouts if one.rule.test == test]
            if rules[0].family or rules[0].anchor == Anchor.LAST_RESULT:
                chain = Chain(rules, spans, results, blackouts)
                chain.plan(horizon)
                items += chain.items
                notes += chain.notes
                continue
            rule = rules[0]
            if rule.kind is Kind.PER_INFUSION:
                found = plan_per_infusion(rule, spans, results, infused)
            elif rule.kind is Kind.ONCE and rule.anchor == Anchor.BASELINE:
                found = plan_baseline(rule, spans, results, blackouts, infused)
            elif rule.kind is Kind.EVENT and not rule.anchor:
                found = plan_event(rule, spans, results, blackouts, horizon)
            else:
                anchor = _anchor(rule, spans, infused)
                if anchor is None:
                    found = [], [_no_anchor(rule, spans)]
                else:
                    found = plan_grid(rule, anchor, spans, results, blackouts, horizon)
            items += found[0]
            notes += found[1]
        items.sort(key=_BY_DATE)
        if record.stop is not None:
            notes.insert(0, Note(Reason.STOPPED, None, record.stop.says, record.stop.on))
        return Plan(
            as_of=record.as_of,
            horizon=horizon,
            due_items=tuple(items),
            notes=tuple(notes),
            record=record,
            next_infusion=infused.next_item,
            courses=infused.courses,
            begins_course=infused.next_course_on is not None,
        )


def _groups(rules: Sequence[ProtocolRule]) -> list[list[ProtocolRule]]:
    """Families together, the tightest rule first; every other rule on its own; in order."""
    groups: dict[str, list[ProtocolRule]] = {}
    for rule in rules:
        if rule.kind not in (Kind.BLACKOUT, Kind.VALIDATION):
            key = f"family {rule.family}" if rule.family else f"rule {rule.id}"
            groups.setdefault(key, []).append(rule)
    return [sorted(group, key=_tightness) for group in groups.values()]


def _tightness(rule: ProtocolRule) -> tuple[bool, date]:
    """On the same day the rule that asks once comes first, then the one that asks most often."""
    return rule.kind is not Kind.ONCE, rule.interval.after(_ANY_DAY) if rule.interval else _ANY_DAY


def _anchor(rule: ProtocolRule, spans: Spans, infused: Infused) -> date | None:
    record = spans.record
    match rule.anchor:
        case Anchor.START | Anchor.BASELINE:
            return record.start_on
        case Anchor.LAST_DOSE:
            return record.last_dose or (spans.last if rule.after_stop else None)
        case Anchor.LAST_COURSE:
            return infused.courses[-1] if infused.courses else None
    fact = record.latest.get(rule.anchor)
    return None if fact is None else fact.value


def _no_anchor(rule: ProtocolRule, spans: Spans) -> Note:
    if rule.anchor in (Anchor.LAST_DOSE, Anchor.LAST_COURSE):
        if rule.after_stop:
            return spans.absence(rule)
        return Note(Reason.NO_DOSE, rule)
    return Note(Reason.NO_EVENT, rule, f"after {rule.anchor_label.lower()}")
