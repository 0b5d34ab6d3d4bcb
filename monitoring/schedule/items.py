"""What does a plan hold: due items, and a reason for whatever is not due?

The state of an item follows from its dates and a day; it is never stored. Sentences are made when
they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from certification.criteria.tree import Citation
from monitoring.schedule import wording
from monitoring.schedule.rules import ProtocolRule
from monitoring.schedule.wording import Basis

if TYPE_CHECKING:
    from monitoring.schedule.record import Record


class State(StrEnum):
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


class DueItem(NamedTuple):
    """One thing that is due, or was done. ``key`` stays the same as long as the facts do.

    Counted ``times`` intervals from ``anchor_on``, as ``basis`` says (see ``wording``).
    ``projected``: it is worked out as if the open item before it were done on its date; it is not
    yet an obligation, and upcoming until that item is done. ``why`` holds what moved the date.
    ``blocks_after``: open after that day, it stands against the next infusion; None: never.
    """

    rule: ProtocolRule
    occurrence: int
    due_on: date
    window_opens_on: date
    overdue_on: date
    basis: Basis
    anchor_on: date
    times: int = 1
    projected: bool = False
    done: bool = False
    done_on: date | None = None
    why: tuple[str, ...] = ()
    blocks_after: date | None = None

    @property
    def key(self) -> str:
        return f"{self.rule.id}:{self.occurrence}"

    @property
    def test(self) -> str:
        return self.rule.test

    @property
    def level(self) -> str:
        return self.rule.level.value

    @property
    def cite(self) -> tuple[Citation, ...]:
        return self.rule.cite

    def blocks(self, as_of: date) -> bool:
        """Does it stand against an infusion on ``as_of``?"""
        late = self.blocks_after
        return late is not None and as_of > late and not (self.done or self.projected)

    @property
    def because(self) -> str:
        return wording.because(self)

    def state(self, as_of: date) -> State:
        """Done; or overdue (past ``overdue_on``), due (the window is open), upcoming."""
        if self.done:
            return State.DONE
        if self.projected or as_of < self.window_opens_on:
            return State.UPCOMING
        return State.OVERDUE if as_of > self.overdue_on else State.DUE


new_item = tuple.__new__
"""``new_item(DueItem, fields)`` makes an item from all its fields in order, without a call in
Python: for the long runs of dates that are made by the million."""


class Reason(StrEnum):
    """Why a rule has no open item, or what else a reader of the plan should know."""

    NOT_APPLICABLE = "not_applicable"
    LATER = "later"
    ENDED = "ended"
    TAKEN_OVER = "taken_over"
    COVERED = "covered"
    NO_EVENT = "no_event"
    NOT_STOPPED = "not_stopped"
    NO_DOSE = "no_dose"
    AS_NEEDED = "as_needed"
    LAPSED = "lapsed"
    NOT_USED = "not_used"
    STOPPED = "stopped"
    RESUMED = "resumed"
    COMPLETE = "complete"
    ADJUSTED = "adjusted"


class Note(NamedTuple):
    """Something the plan does not hold, and why. ``rule`` is None for the plan as a whole."""

    reason: Reason
    rule: ProtocolRule | None
    detail: str = ""
    on: date | None = None

    @property
    def says(self) -> str:
        return wording.note(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is due for one person up to ``horizon``, by date, and the notes.

    ``next_infusion`` is the open infusion item, if one is due at all (its date may lie after the
    horizon); ``begins_course``: it is the first of a course. ``courses``: first days of those
    given.
    """

    as_of: date
    horizon: date
    due_items: tuple[DueItem, ...]
    notes: tuple[Note, ...]
    record: Record
    next_infusion: DueItem | None = None
    courses: tuple[date, ...] = ()
    begins_course: bool = False

    @property
    def open_items(self) -> Iterator[DueItem]:
        """The obligations: neither done nor only projected."""
        return (item for item in self.due_items if not (item.done or item.projected))

    def by_key(self) -> dict[str, DueItem]:
        return {item.key: item for item in self.due_items}
