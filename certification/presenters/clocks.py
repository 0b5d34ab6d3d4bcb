"""How much time is left to answer a case, in words?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from certification import turnaround
from certification.models import Case
from certification.presenters.wording import length_words, moment_words
from certification.workflow import CaseStatus

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Clock:
    """``state``: running, soon (the last 24 hours), overdue, paused, stopped."""

    state: str
    left: str
    due: str = ""
    due_iso: str = ""
    says: str = ""


def clock_of(case: Case, now: datetime) -> Clock:
    """Reads ``case.site`` and ``case.turnaround_profile``: select them with the case."""
    if not case.is_open:
        closed = moment_words(case.closed_at, case.site.time_zone)
        return Clock("stopped", "Closed", says=closed)
    if case.status == CaseStatus.PENDED or case.due_at is None:
        left = case.time_left or timedelta(0)
        if left < timedelta(0):
            return Clock("paused", f"Paused, overdue by {length_words(left)}")
        return Clock("paused", f"Paused with {length_words(left)} left")
    due = moment_words(case.due_at, case.site.time_zone)
    iso = case.due_at.isoformat()
    left = turnaround.time_left(
        now, case.due_at, case.turnaround_profile.calendar, case.site.time_zone
    )
    if left < timedelta(0):
        return Clock("overdue", f"Overdue by {length_words(left)}", due, iso)
    soon = case.due_at - now < SOON
    return Clock("soon" if soon else "running", f"{length_words(left)} left", due, iso)
