"""Why is this due on that date, in a sentence that a nurse can check?

Each sentence names what was counted from what, the rule, what moved the date, and the source.
"""

from __future__ import annotations

from datetime import date
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

# How an item was counted: the words for ``DueItem.basis``.
START = "start"
BASELINE = "baseline"
RESULT = "result"
NO_RESULT = "no_result"
PROJECTED = "projected"
DOSE = "dose"
COURSE = "course"
INFUSION_DAY = "infusion_day"
COURSE_DAY = "course_day"
IN_FORCE = "in_force"
EVENT = "event"
DATE_FACT = "date_fact"
PLANNED = "planned"
BOOKED = "booked"
DONE_ONLY = "done_only"


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
        case "start":
            return f"{span} after the start of treatment on {on}"
        case "baseline":
            lead = f"{span} before" if rule.offset else "Before"
            return f"{lead} the first infusion on {on}"
        case "result":
            return f"{span} after the last {label} on {on}"
        case "no_result":
            return f"{span} after the start of treatment on {on}, as no {label} is documented since"
        case "projected":
            return f"{span} after the {label} that is due on {on}, if that is done on its date"
        case "dose":
            return f"{span} after the last infusion on {on}"
        case "course":
            return f"{span} after the first day of the course that began on {on}"
        case "infusion_day":
            return f"For the infusion on {on}"
        case "course_day":
            return f"For the course that begins on {on}"
        case "in_force":
            return f"Due from {on}, when this rule comes into force"
        case "waiting":
            return f"Waited for since {on}, by the rule before this one"
        case "event":
            return f"Because of what was documented on {on}"
        case "date_fact":
            after = f"{span} after" if span else "On"
            return f"{after} {rule.anchor_label.lower() or 'the event'} ({on})"
        case "planned":
            return f"The first infusion, planned for {on}"
        case "in_course":
            return f"In the course that began on {on}"
        case "booked":
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


def sentence(text: str) -> str:
    """The text with a full stop, whatever its author ended it with."""
    text = text.strip()
    return text if not text or text[-1] in ".?!" else f"{text}."


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
