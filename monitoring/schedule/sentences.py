"""How does a line of a protocol read that is being written?

Made from what was chosen and typed, never from the author's own words: it shows what the planner
will do, so that an author sees whether it is what they meant. What is missing reads as "…".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certification.criteria.facts import Vocabulary
from certification.criteria.reading import read_aloud
from monitoring.schedule.drafts import says_nothing

KINDS = {
    "once": "Once",
    "recurring": "Again and again",
    "per_infusion": "Before each infusion",
    "event": "When something is documented",
    "tail": "After treatment has stopped",
    "blackout": "Not for some time after an event",
    "validation": "An infusion not before some time has passed",
}
ANCHORS = {
    "start": "the first infusion",
    "baseline": "the time before the first infusion",
    "last_dose": "the last infusion",
    "last_course": "the first day of the last course",
    "last_result": "the last result of this test",
}
CONDITIONS = {
    "applies_when": "Applies when",
    "ends_when": "Ends when",
    "satisfied_when": "Counts as done when",
    "distrust": "Results in that time are not used when",
    "when": "When",
}
UNITS = ("days", "weeks", "months", "years")
MISSING = "…"
Line = Mapping[str, Any]


def rule_reads(rule: Line, vocabulary: Vocabulary) -> str:
    """One rule as sentences."""
    parts = [_counted(rule, vocabulary), *_window(rule), *_end(rule)]
    if rule.get("max_age"):
        parts.append(f"A result counts when it is at most {span(rule['max_age'])} old.")
    if rule.get("level") == "blocking" and rule.get("kind") != "validation":
        parts.append("While it is not done the next infusion waits.")
    parts += condition_reads(rule, vocabulary)
    return " ".join(parts)


def condition_reads(line: Line, vocabulary: Vocabulary) -> Iterator[str]:
    for name, word in CONDITIONS.items():
        if name in line and not says_nothing(line[name]):
            yield f"{word}: {read_aloud(line[name], vocabulary)}"


def infusions_read(infusions: Line | None) -> str:
    if not infusions:
        return "Infusions are not planned by this protocol."
    parts = [f"Every {span(infusions.get('interval'))}, counted from the course before."]
    for name, word in (("first", "The first course"), ("later", "Later courses")):
        days = infusions.get(name) or [0]
        if days != [0]:
            parts.append(f"{word}: infusions on days {', '.join(str(d) for d in days)}.")
    if infusions.get("courses"):
        parts.append(f"At most {infusions['courses']} courses are planned.")
    return " ".join([*parts, *_window(infusions)])


def span(period: Line | None, *, sign: bool = False) -> str:
    """``6 months``. Without a sign 4 weeks before read as 4 weeks."""
    for unit in UNITS:
        number = (period or {}).get(unit)
        if number is not None:
            shown = number if sign else abs(number)
            return f"{shown} {unit[:-1] if shown == 1 else unit}"
    return MISSING


def anchor_words(anchor: str, vocabulary: Vocabulary) -> str:
    if anchor in ANCHORS:
        return ANCHORS[anchor]
    return f"“{vocabulary[anchor].label}”" if anchor in vocabulary else MISSING


def _counted(rule: Line, vocabulary: Vocabulary) -> str:
    anchor = anchor_words(rule.get("anchor", ""), vocabulary)
    every, later = span(rule.get("interval")), rule.get("offset")
    match rule.get("kind"):
        case "once" if rule.get("anchor") == "baseline":
            return f"Once, {f'{span(later)} ' if later else ''}before the first infusion."
        case "once":
            return f"Once, {_after(later)} {anchor}."
        case "recurring":
            first = f", beginning {_after(later)} it" if later else ""
            return f"Every {every}, counted from {anchor}{first}."
        case "per_infusion":
            return f"Before each {'course' if rule.get('each') == 'course' else 'infusion'}."
        case "event":
            start = f"{_after(later)} {anchor}" if rule.get("anchor") else "as soon as it applies"
            again = f", then every {every}" if rule.get("interval") else ""
            return f"{start[0].upper()}{start[1:]}{again}."
        case "tail":
            when = f"every {every}" if rule.get("interval") else f"once, {_after(later)} it"
            return f"After treatment has stopped, {when}, counted from {anchor}."
        case "blackout":
            return (
                f"Not in the {span(rule.get('lasts'))} after {anchor}; the test moves to its end."
            )
        case "validation":
            return f"No infusion before {every} have passed since {anchor}."
    return MISSING


def _after(offset: Line | None) -> str:
    if not offset:
        return "on the day of"
    before = any(number < 0 for number in offset.values() if number is not None)
    return f"{span(offset)} {'before' if before else 'after'}"


def _window(line: Line) -> Iterator[str]:
    window = line.get("window") or {}
    opens, grace = window.get("opens_before_days"), window.get("overdue_after_days")
    if opens is not None:
        yield f"Due from {opens} days before its date."
    if grace is not None:
        yield f"Overdue {grace} days after it." if grace else "Overdue the day after it."


def _end(rule: Line) -> Iterator[str]:
    until = rule.get("until") or {}
    if until.get("open"):
        yield "It goes on after the stop of treatment, without a known end."
    elif until.get("months_after_last_dose") is not None:
        months = until["months_after_last_dose"]
        yield f"It goes on until {months} months after the last infusion."
