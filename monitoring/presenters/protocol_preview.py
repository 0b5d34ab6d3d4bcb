"""What would a protocol plan for a sample person in the next five years?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.presenters.wording import day_words
from monitoring.drafting import ProtocolStanding
from monitoring.schedule.clearance import clear_to_infuse
from monitoring.schedule.items import DueItem, Plan
from monitoring.schedule.months import add_months
from monitoring.schedule.reading import PersonError, read_person

YEARS = 5
_STATES = {"done": "done", "due": "due now", "overdue": "overdue", "upcoming": ""}
ASKED = {True: "Clear", False: "Not clear"}


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """``note``: what is special about the day; empty for a day that only lies ahead."""

    day: str
    note: str


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """Everything that a rule plans. ``because``: of the first day that is open."""

    title: str
    days: tuple[PlannedDay, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Preview:
    """``problem``: why nothing is planned. ``expect``: what a worked example can hold."""

    problem: str = ""
    span: str = ""
    clear: bool = False
    answer: str = ""
    reasons: tuple[str, ...] = ()
    rules: tuple[PlannedRule, ...] = ()
    notes: tuple[str, ...] = ()
    expect: Mapping[str, Any] | None = None


def preview_of(standing: ProtocolStanding, person: Mapping[str, Any], as_of: date) -> Preview:
    planner = standing.planner
    if planner is None:
        return Preview("Mend the mistakes of the protocol first.")
    try:
        read = read_person(person, standing.facts, standing.tests.keys(), as_of)
    except PersonError as error:
        return Preview(_in_words(error))
    horizon = add_months(as_of, 12 * YEARS)
    plan = planner.generate(**read._asdict(), horizon=horizon, as_of=as_of)
    clearance = clear_to_infuse(planner.conditions, plan)
    clear = clearance.answer == "yes"
    return Preview(
        span=f"{day_words(as_of)} to {day_words(horizon)}",
        clear=clear,
        answer=ASKED[clear],
        reasons=tuple(obstacle.says for obstacle in clearance.obstacles),
        rules=tuple(_rule(items, plan) for items in _by_rule(plan).values()),
        notes=tuple(dict.fromkeys(note.says for note in plan.notes)),
        expect={"dates": _next_dates(plan), "clear": clearance.answer},
    )


def _by_rule(plan: Plan) -> dict[str, list[DueItem]]:
    found: dict[str, list[DueItem]] = {}
    for item in plan.due_items:
        found.setdefault(item.rule.id, []).append(item)
    return found


def _rule(items: list[DueItem], plan: Plan) -> PlannedRule:
    first = next((item for item in items if not item.done), items[-1])
    days = tuple(
        PlannedDay(day_words(item.due_on), _STATES[item.state(plan.as_of).value]) for item in items
    )
    return PlannedRule(first.rule.name, days, first.because)


def _next_dates(plan: Plan) -> list[dict[str, str]]:
    """The first open item of each rule, as an example expects it."""
    found: dict[str, dict[str, str]] = {}
    for item in plan.open_items:
        wanted = {"rule": item.rule.id, "due_on": item.due_on.isoformat()}
        found.setdefault(item.rule.id, wanted)
    return list(found.values())


def _in_words(error: PersonError) -> str:
    place, _, number = error.path.partition(".")
    first = number.partition(".")[0]
    named = {
        "doses": "An infusion",
        "results": f"Test {int(first) + 1 if first.isdecimal() else ''}".strip(),
        "start_on": "The first infusion",
        "stopped_on": "The stop of treatment",
        "next_infusion_on": "The next infusion",
    }
    return f"{named.get(place, 'An answer')}: {error.message}."
