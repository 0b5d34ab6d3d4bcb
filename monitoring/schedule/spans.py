"""From when to when does each rule hold for this person, and why does it not?

Most rules end when treatment stops; some go on for a number of months after the last infusion, or
without an end.
"""

from __future__ import annotations

from datetime import date, timedelta

from certification.criteria.tree import Truth
from certification.criteria.tree_words import date_text, sentence
from monitoring.schedule.conditions import Conditions
from monitoring.schedule.items import Note, Reason
from monitoring.schedule.months import add_months
from monitoring.schedule.record import Record
from monitoring.schedule.rules import Kind, ProtocolRule
from monitoring.schedule.timeline import FOR_EVER, Timeline

A_DAY = timedelta(1)


class Spans:
    """The times in which rules hold for one person. The end of a span is the day after it."""

    def __init__(self, conditions: Conditions, record: Record, timeline: Timeline) -> None:
        self.conditions = conditions
        self.record = record
        self.timeline = timeline
        infusions = conditions.protocol.infusions
        self._finite = infusions is not None and infusions.courses is not None
        self.stopped_on = record.stopped_on
        self.last = self._last_infusion()
        self._runs: dict[str, list[tuple[date, date]]] = {}

    def _last_infusion(self) -> date | None:
        """The last one given; where none follows by itself, a booked one counts too.

        When treatment has stopped and no infusion is documented, the day of the stop stands for it:
        the last infusion cannot have been later.
        """
        record = self.record
        if self._finite and record.stop is None and record.doses and record.booked_on:
            return record.booked_on
        return record.last_dose or (record.stop.on if record.stop else None)

    def span(self, rule: ProtocolRule) -> tuple[date, date]:
        """From the first day to the day after the last on which ``rule`` can ask for anything."""
        stopped_on, last = self.stopped_on, self.last
        first = self.record.start_on
        if rule.after_stop:
            if stopped_on is None or last is None:
                return FOR_EVER, FOR_EVER
            first = last
        if rule.until is None:
            ends = FOR_EVER if stopped_on is None or rule.after_stop else stopped_on
        elif rule.until.open:
            ends = FOR_EVER
        elif last is not None and (stopped_on is not None or self._finite):
            ends = add_months(last, rule.until.months_after_last_dose or 0) + A_DAY
        else:
            ends = FOR_EVER if stopped_on is None else stopped_on
        return first, ends

    def in_force(self, rule: ProtocolRule, known: int = -1) -> list[tuple[date, date]]:
        """The runs of days on which the rule is in force within its span.

        Where that is unknown it counts as in force, except for events: those are documented.
        """
        if known == -1:
            found = self._runs.get(rule.id)
            if found is None:
                found = self._runs[rule.id] = self._in_force(rule, known)
            return found
        return self._in_force(rule, known)

    def _in_force(self, rule: ProtocolRule, known: int) -> list[tuple[date, date]]:
        start, end = self.span(rule)
        if not rule.conditional:
            return [(start, end)] if start < end else []
        certain = rule.kind is Kind.EVENT
        return [
            (max(first, start), min(ends, end))
            for first, ends in self.timeline.runs(rule, known, certain)
            if max(first, start) < min(ends, end)
        ]

    def once_on(self, rule: ProtocolRule) -> date | None:
        """The day of a rule that asks once, if it holds on that day (and still now)."""
        anchor = self.record.start_on
        on = rule.offset.after(anchor) if rule.offset else anchor
        for first, ends in self.in_force(rule):
            if first <= on < ends and ends > self.record.as_of:
                return on
        return None

    def is_certain(self, rule: ProtocolRule) -> bool:
        """Is it known at all times whether the rule is in force?"""
        return not rule.conditional or all(
            segment.truth is Truth.MET for segment in self.timeline.segments(rule)
        )

    def doubts(self, rule: ProtocolRule, day: date, known: int = -1) -> tuple[str, ...]:
        """That a rule stays scheduled although it is not documented whether it applies."""
        if not rule.conditional:
            return ()
        labels = self.timeline.unknown(rule, day, known)
        if not labels:
            return ()
        return (f"Kept as a precaution: not documented is {', '.join(labels)}.",)

    def absence(self, rule: ProtocolRule) -> Note:
        """Why the rule asks for nothing."""
        record, as_of = self.record, self.record.as_of
        if rule.after_stop and record.stop is None:
            return Note(Reason.NOT_STOPPED, rule)
        if self.span(rule)[1] <= as_of:
            return self.ended(rule)
        later = [run for run in self.in_force(rule) if run[0] > as_of]
        if later:
            return Note(Reason.LATER, rule, on=later[0][0])
        if rule.applies_when is not None:
            said = sentence(rule.applies_when, self.conditions.vocabulary)
            return Note(Reason.NOT_APPLICABLE, rule, f"it is for: {said}")
        return Note(Reason.NOT_APPLICABLE, rule, "its condition has ended")

    def ended(self, rule: ProtocolRule) -> Note:
        """When the rule ended, and why."""
        last, ends = self.last, self.span(rule)[1]
        months = rule.until.months_after_last_dose if rule.until else None
        if months is not None and last is not None:
            said = f"{months} months after the last infusion on {date_text(last)}"
            return Note(Reason.ENDED, rule, said, ends - A_DAY)
        return Note(Reason.ENDED, rule, "treatment stopped", ends)
