"""Why is this due on that date, in a sentence that a nurse can check?

Each sentence names what was counted from what, the rule, what moved the date, and the source.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from certification.criteria.tree_words import date_text

if TYPE_CHECKING:
    from monitoring.schedule.items import DueItem, Note
    from monitoring.schedule.rules import ProtocolRule

UNVERIFIED = {
    "memory_high": "The source was not at hand when this was written: unverified.",
    "memory_low": "The source was not at hand when this was written: unverified.",
    "proposed": "The number is proposed, not taken from a source: unverified.",
}


class Basis(StrEnum):
    """What an item was counted from."""

    START = "start"
    BASELINE = "baseline"
    RESULT = "result"
    NO_RESULT = "no_result"
    PROJECTED = "projected"
    DOSE = "dose"
    STOP = "stop"
    COURSE = "course"
    IN_COURSE = "in_course"
    INFUSION_DAY = "infusion_day"
    COURSE_DAY = "course_day"
    IN_FORCE = "in_force"
    WAITING = "waiting"
    EVENT = "event"
    DATE_FACT = "date_fact"
    PLANNED = "planned"
    BOOKED = "booked"
    OF_DAY = "of_day"


def because(item: DueItem) -> str:
    """Rule, anchor, what moved the date, what became of it, source."""
    parts = [f"{_counted(item)}.", sentence(item.rule.says), *item.why]
    if item.done:
        parts.append(_done(item))
    parts.append(sources(item.rule))
    return " ".join(part for part in parts if part)


def _counted(item: DueItem) -> str:
    rule, on = item.rule, date_text(item.anchor_on)
    span = "" if rule.interval is None else str(rule.interval.times(item.times))
    if rule.offset:
        span = str(rule.offset) if not span else f"{rule.offset}, then {span}"
    span = span.replace("-", "") if rule.offset else span
    label = rule.label
    match item.basis:
        case Basis.START:
            return f"{span} after the start of treatment on {on}"
        case Basis.BASELINE:
            lead = f"{span} before" if rule.offset else "Before"
            return f"{lead} the first infusion on {on}"
        case Basis.RESULT:
            return f"{span} after the last {label} on {on}"
        case Basis.NO_RESULT:
            return f"{span} after the start of treatment on {on}, as no {label} is documented since"
        case Basis.PROJECTED:
            return f"{span} after the {label} that is due on {on}, if that is done on its date"
        case Basis.DOSE:
            return f"{span} after the last infusion on {on}"
        case Basis.STOP:
            return f"{span} after the stop on {on}, as no infusion is documented"
        case Basis.COURSE:
            return f"{span} after the first day of the course that began on {on}"
        case Basis.INFUSION_DAY:
            return f"For the infusion on {on}"
        case Basis.COURSE_DAY:
            return f"For the course that begins on {on}"
        case Basis.IN_FORCE:
            return f"Due from {on}, when this rule comes into force"
        case Basis.WAITING:
            return f"Waited for since {on}, by the rule before this one"
        case Basis.EVENT:
            return f"Because of what was documented on {on}"
        case Basis.DATE_FACT:
            after = f"{span} after" if span else "On"
            return f"{after} {rule.anchor_label.lower() or 'the event'} ({on})"
        case Basis.PLANNED:
            return f"The first infusion, planned for {on}"
        case Basis.IN_COURSE:
            return f"In the course that began on {on}"
        case Basis.BOOKED:
            return f"Booked for {on}"
        case _:
            return f"{label} of {on}"


def _done(item: DueItem) -> str:
    if item.done_on is None:
        return "Documented as done; the date is not given."
    said = f"Done on {date_text(item.done_on)}"
    if item.done_on > item.overdue_on:
        return f"{said}, {(item.done_on - item.due_on).days} days after the date."
    return f"{said}."


def sources(rule: ProtocolRule) -> str:
    """The citations of a rule and how surely they were read."""
    cited = ", ".join(f"{cite.ref} ({cite.at})" if cite.at else cite.ref for cite in rule.cite)
    flag = UNVERIFIED.get(rule.verified, "")
    return " ".join(part for part in (f"Source: {cited}." if cited else "", flag) if part)


def without_sources(because: str) -> str:
    """The sentence for a page that numbers its sources; how surely they were read stays in it."""
    return _SOURCES.sub("", because)


def sentence(text: str) -> str:
    """The text with a full stop, whatever its author ended it with."""
    text = text.strip()
    return text if not text or text[-1] in ".?!" else f"{text}."


_SOURCES = re.compile(r" Source: .*?\.(?= |$)")


def _on(day: date | None) -> str:
    return date_text(day) if day else "a day that is not documented"


_NOTES = {
    "not_applicable": "does not apply: {detail}",
    "later": "next on {on}, after the end of this plan",
    "ended": "ended on {on}{because}",
    "taken_over": "{detail} takes its place",
    "covered": "done with the {detail} of {on}",
    "no_event": "only {detail}",
    "not_stopped": "only after treatment has stopped",
    "no_dose": "waits for the first infusion",
    "as_needed": "{detail}",
    "lapsed": "not documented for {detail}",
    "not_used": "{detail}",
    "stopped": "Treatment was stopped on {on}{because}",
    "resumed": "{detail}",
    "complete": "{detail}",
    "adjusted": "{detail}",
}


def note(item: Note) -> str:
    """The note as a sentence, with the name of its rule in front."""
    said = _NOTES[item.reason.value].format(
        detail=item.detail, on=_on(item.on), because=f": {item.detail}" if item.detail else ""
    )
    return sentence(f"{item.rule.name}: {said}" if item.rule else said)
