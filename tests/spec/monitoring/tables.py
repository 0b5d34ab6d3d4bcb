"""The dates of a plan as a table that a nurse can read.

``python -m tests.spec.monitoring.tables`` writes the tables anew. They are read line by line by a
person before they are kept: they are the specification, not a copy of what the program says.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from certification.criteria.tree_words import date_text
from monitoring.schedule.items import Plan, Reason
from tests.monitoring.schedule.conftest import Desk, planners
from tests.spec.monitoring.people import CASES, Case

FOLDER = Path(__file__).parent
SILENT = {Reason.LAPSED, Reason.NO_EVENT, Reason.NOT_STOPPED, Reason.NOT_APPLICABLE}
"""Notes that every plan has, and that tell nothing of this person's dates."""


def plan_of(case: Case) -> Plan:
    return Desk(planners()[case.protocol]).plan(case.as_of, case.months, **case.person)


def table(case: Case, plan: Plan) -> str:
    """Story, what is done, what is due by date, and why anything has ended."""
    lines = [case.story, f"Seen on {date_text(plan.as_of)}; {case.months} months ahead.", ""]
    lines.append(f"{'due on':<12} {'opens':<12} {'overdue after':<14} {'state':<9} what")
    rows = [
        (
            *(date_text(day) for day in (item.due_on, item.window_opens_on, item.overdue_on)),
            item.state(plan.as_of).value,
            f"{item.rule.name}{_done(item.done_on, item.due_on)}",
        )
        for item in plan.due_items
    ]
    for (due, opens, overdue, state), same in groupby(rows, key=lambda row: row[:4]):
        what = ", ".join(row[4] for row in same)
        lines.append(f"{due:<12} {opens:<12} {overdue:<14} {state:<9} {what}")
    said = [note.says for note in plan.notes if note.reason not in SILENT]
    return "\n".join([*lines, "", *said]).rstrip() + "\n"


def _done(done_on: object, due_on: object) -> str:
    return f" ({done_on})" if done_on is not None and done_on != due_on else ""


def write_all() -> None:
    for case in CASES:
        text = table(case, plan_of(case))
        (FOLDER / f"{case.name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_all()
