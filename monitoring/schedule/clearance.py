"""May the next infusion be given, and if not, what stands against it?

Yes needs everything: treatment going on, every blocking item done and in date, nothing that the
protocol bars, and enough distance from the last infusion. What is not documented is a reason for
no. The answer is for the booked day, or for ``as_of`` when none is booked. It informs; people
decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from certification.criteria.tree import Citation, Truth
from certification.criteria.tree_words import date_text
from monitoring.schedule.conditions import Conditions, judge
from monitoring.schedule.infusions import earliest, spacing_rules
from monitoring.schedule.items import DueItem, Plan, State
from monitoring.schedule.occasions import fresh_result
from monitoring.schedule.rules import Anchor, Kind, Level, ProtocolRule
from monitoring.schedule.wording import sentence

NOT_DOCUMENTED = "not documented"


class Obstacle(NamedTuple):
    """One reason against. ``kind``: stopped, barred, not_documented, not_done, overdue, spacing,
    complete. ``source`` is the id of the rule or of the condition; ``test`` is what to do, if that
    is a test.
    """

    kind: str
    source: str
    says: str
    test: str = ""
    cite: tuple[Citation, ...] = ()
    verified: str = ""
    item: DueItem | None = None

    @property
    def named(self) -> str:
        """For other programs: what it is about by its key, then what a person reads."""
        return f"{key}: {self.says}" if (key := self.test or self.source) else self.says


@dataclass(frozen=True, slots=True)
class Clearance:
    """``day`` is the day for which the answer holds. No obstacles: clear."""

    day: date
    obstacles: tuple[Obstacle, ...]

    @property
    def clear(self) -> bool:
        return not self.obstacles

    @property
    def answer(self) -> str:
        return "yes" if self.clear else "no"


def clear_to_infuse(conditions: Conditions, plan: Plan) -> Clearance:
    """The answer for the next infusion of the plan, with every reason against it."""
    record = plan.record
    booked = record.booked_on
    day = max(booked, plan.as_of) if booked is not None else plan.as_of
    return Clearance(day, tuple(_obstacles(conditions, plan, day)))


def _obstacles(conditions: Conditions, plan: Plan, day: date) -> Iterator[Obstacle]:
    record = plan.record
    if record.stop is not None:
        on = f" on {date_text(record.stop.on)}" if record.stop.on else ""
        said = f": {record.stop.says}" if record.stop.says else ""
        yield Obstacle("stopped", "", sentence(f"Treatment was stopped{on}{said}"))
        return
    if plan.next_infusion is None:
        yield Obstacle("complete", "", "No further infusion is planned by the protocol.")
    yield from _barred(conditions, plan)
    yield from _too_early(conditions, plan, day)
    yield from _not_done(plan)
    yield from _not_ready(conditions, plan, day)


def _barred(conditions: Conditions, plan: Plan) -> Iterator[Obstacle]:
    record = plan.record
    facts = conditions.supply(record.latest, record.start_on, record.doses, plan.as_of)
    known = conditions.known(facts, plan.as_of)
    for blocker in conditions.protocol.clearance:
        verdict = judge(blocker.when, known)
        if verdict.truth is Truth.MET:
            yield Obstacle(
                "barred", blocker.id, sentence(blocker.says), "", blocker.cite, blocker.verified
            )
        elif verdict.truth is Truth.UNKNOWN and blocker.unknown_blocks:
            labels = ", ".join(verdict.unknown) or blocker.id
            said = f"{_begun(labels)}: {NOT_DOCUMENTED}. {sentence(blocker.says)}"
            yield Obstacle("not_documented", blocker.id, said, "", blocker.cite, blocker.verified)


def _too_early(conditions: Conditions, plan: Plan, day: date) -> Iterator[Obstacle]:
    """The distance that labels ask for, when the next infusion begins a course."""
    last = plan.record.last_dose
    if last is None or not plan.courses or not plan.begins_course:
        return
    for rule in spacing_rules(conditions.protocol.rules):
        first = earliest(rule, last, plan.courses[-1])
        if day < first:
            said = f"Not before {date_text(first)}. {sentence(rule.says)}"
            yield Obstacle("spacing", rule.id, said, rule.test, rule.cite, rule.verified)


def _not_done(plan: Plan) -> Iterator[Obstacle]:
    """Blocking items that are overdue, and those that must come first: baselines and events.

    Of several dates of one rule the earliest is named.
    """
    waiting: dict[str, list[DueItem]] = {}
    for item in plan.due_items:
        if item.rule.kind is not Kind.PER_INFUSION and item.blocks(plan.as_of):
            waiting.setdefault(item.rule.id, []).append(item)
    for items in waiting.values():
        item = items[0]
        rule = item.rule
        overdue = item.state(plan.as_of) is State.OVERDUE
        if _is_baseline(rule) and rule.test not in plan.record.results:
            said = NOT_DOCUMENTED
        elif overdue:
            said = f"overdue, was due on {date_text(item.due_on)}"
        else:
            said = f"not done, due on {date_text(item.due_on)}"
        if len(items) > 1:
            said += f" (and {len(items) - 1} later)"
        yield _about(rule, "overdue" if overdue else "not_done", said, item)


def _is_baseline(rule: ProtocolRule) -> bool:
    return rule.kind is Kind.ONCE and rule.anchor == Anchor.BASELINE


def _not_ready(conditions: Conditions, plan: Plan, day: date) -> Iterator[Obstacle]:
    """What must be done for each infusion, or each course, and is not done for this one."""
    record = plan.record
    if plan.next_infusion is None:
        return
    facts, on = record.latest, max(plan.as_of, record.start_on)
    verdicts = conditions.verdicts(facts, record.start_on, record.doses, on)
    for rule in conditions.protocol.rules:
        if rule.kind is not Kind.PER_INFUSION or rule.level is not Level.BLOCKING:
            continue
        if rule.each == "course" and not plan.begins_course:
            continue
        if rule.conditional and verdicts[conditions.index[rule.id]].truth is Truth.NOT_MET:
            continue
        results = record.results.get(rule.test, ())
        done = fresh_result(rule, results, day)
        if done is None or done <= (record.last_dose or date.min):
            last = f", last on {date_text(results[-1])}" if results else f", {NOT_DOCUMENTED}"
            yield _about(rule, "not_done", f"not done for the infusion on {date_text(day)}{last}")


def _about(rule: ProtocolRule, kind: str, said: str, item: DueItem | None = None) -> Obstacle:
    says = f"{sentence(f'{_begun(rule.label)}: {said}')} {sentence(rule.says)}"
    return Obstacle(kind, rule.id, says, rule.test, rule.cite, rule.verified, item)


def _begun(words: str) -> str:
    """Words at the beginning of a sentence."""
    return words[:1].upper() + words[1:]
