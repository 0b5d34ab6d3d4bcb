"""What does a monitoring protocol consist of?

A protocol is content: rules with their anchors, intervals and windows, the infusions themselves,
what stands against the next infusion, and what results mean. No clinical number and no drug stands
in Python.

Conditions (``applies_when``, ``ends_when`` and the like) are criteria trees, evaluated by the
criteria engine. A rule whose condition is unknown stays scheduled, and its items say so; only an
event must be documented to count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from certification.criteria.facts import FactDefinition
from certification.criteria.tree import Citation, Node
from monitoring.schedule.months import Period

INFUSION = "infusion"
"""The test key of the infusions themselves."""


class Kind(StrEnum):
    """What makes an item due.

    ``once``          one item, counted from its anchor
    ``recurring``     again and again while the treatment (and ``until``) lasts
    ``per_infusion``  before each infusion, or before each course
    ``event``         when something was documented; with ``interval`` again and again after it
    ``tail``          after treatment has stopped, counted from the last infusion
    ``blackout``      no such test in the time after an event: the test moves to the end of it
    ``validation``    not before so much time has passed since the anchor
    """

    ONCE = "once"
    RECURRING = "recurring"
    PER_INFUSION = "per_infusion"
    EVENT = "event"
    TAIL = "tail"
    BLACKOUT = "blackout"
    VALIDATION = "validation"


class Anchor(StrEnum):
    """What a rule counts from; any other anchor is the key of a date fact.

    ``start``        the first infusion (or the planned start, before it)
    ``baseline``     the same day, for what must be done before it
    ``last_dose``    the last infusion
    ``last_course``  the first day of the last course of infusions
    ``last_result``  the last result of the same test: early and late results move the next date
    """

    START = "start"
    BASELINE = "baseline"
    LAST_DOSE = "last_dose"
    LAST_COURSE = "last_course"
    LAST_RESULT = "last_result"


class Level(StrEnum):
    """``blocking``: the next infusion waits while it is not done, or overdue."""

    BLOCKING = "blocking"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True)
class Window:
    """Due from ``opens_before`` ahead of the date; overdue after ``overdue_after`` of grace."""

    opens_before: timedelta
    overdue_after: timedelta


@dataclass(frozen=True, slots=True)
class Until:
    """How long a rule goes on after treatment has stopped. ``open``: no end is known."""

    months_after_last_dose: int | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class ProtocolRule:
    """One thing that is due. ``title`` is its short name, ``label`` the name of its test.

    ``family``: of the rules of one family the tightest wins, so that nobody is asked twice.
    ``max_age``: an earlier result counts for a baseline, or for an infusion, only when it is not
    older than this. ``each``: ``per_infusion`` means each ``dose`` or each ``course``.
    ``after_stop``: only once treatment has stopped, as for every ``tail``.
    ``satisfied_when``: what is documented counts as done, also without a date.
    ``lasts`` and ``distrust`` belong to a blackout: how long, and which results taken in it are
    not used (all, when there is no tree).
    """

    id: str
    test: str
    kind: Kind
    says: str
    level: Level = Level.ADVISORY
    title: str = ""
    label: str = ""
    anchor: str = ""
    anchor_label: str = ""
    each: str = "dose"
    offset: Period | None = None
    interval: Period | None = None
    window: Window = Window(timedelta(0), timedelta(0))
    max_age: Period | None = None
    lasts: Period | None = None
    until: Until | None = None
    family: str = ""
    after_stop: bool = False
    applies_when: Node | None = None
    ends_when: Node | None = None
    satisfied_when: Node | None = None
    distrust: Node | None = None
    plain: str = ""
    cite: tuple[Citation, ...] = ()
    note: str = ""
    verified: str = ""

    @property
    def name(self) -> str:
        return self.title or self.label

    @property
    def conditional(self) -> bool:
        return self.applies_when is not None or self.ends_when is not None


@dataclass(frozen=True, slots=True)
class MonitoredTest:
    """A test by its fixed key, and the facts that show that it was done.

    ``dates``: date facts that are the day of such a test. ``shown_by``: groups of facts; a group
    in which every fact is known is a result, on the day on which they were observed.
    """

    key: str
    label: str
    dates: tuple[str, ...] = ()
    shown_by: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Infusions:
    """When infusions are due. ``first`` and ``later``: the days of a course, from its day 0.

    The next course is due ``interval`` after the first day of the last one; ``courses`` limits
    their number. A dose more than ``course_gap`` after the first day of a course begins the next
    one. ``missed`` is what to do when a dose is overdue.
    """

    rule: ProtocolRule
    interval: Period | None = None
    first: tuple[int, ...] = (0,)
    later: tuple[int, ...] = (0,)
    courses: int | None = None
    course_gap: Period | None = None
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Blocker:
    """Stands against the next infusion when ``when`` is met.

    When it is unknown the answer is no as well ("not documented"), unless ``unknown_blocks`` is
    off: then another item of the protocol makes sure of it.
    """

    id: str
    when: Node
    says: str
    unknown_blocks: bool = True
    cite: tuple[Citation, ...] = ()
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Keep:
    """Once ``fact`` was ``value``, it stays so: a later result that differs is not used for it.

    Nor is it used for the facts in ``along``, which belong to the value that is kept.
    """

    fact: str
    value: Any
    along: tuple[str, ...]
    says: str
    cite: tuple[Citation, ...] = ()
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a result of ``test`` means when ``when`` is met. ``act``: inform, alert or hold."""

    id: str
    test: str
    when: Node
    says: str
    act: str = "inform"
    plain: str = ""
    cite: tuple[Citation, ...] = ()
    verified: str = ""


@dataclass(frozen=True, slots=True)
class RiskColumn:
    key: str
    label: str
    when: Node


@dataclass(frozen=True, slots=True)
class RiskRow:
    """Months ``first`` to ``last`` of treatment (both included) and the estimate by column."""

    first: int
    last: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RiskTable:
    """A published table of estimates, shown as it was published and never as one number."""

    key: str
    title: str
    unit: str
    columns: tuple[RiskColumn, ...]
    rows: tuple[RiskRow, ...]
    cite: tuple[Citation, ...]
    verified: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """The fact that names the stratum, and the tables that go with it."""

    fact: str
    tables: tuple[RiskTable, ...]


@dataclass(frozen=True, slots=True)
class CoursesWithin:
    """``fact`` counts the courses that began in the last ``months`` months."""

    fact: str
    months: int


@dataclass(frozen=True, slots=True)
class Supplies:
    """The facts that follow from the infusions: first date, last date, number; and those of other
    cases that count the courses."""

    first_dose: str = ""
    last_dose: str = ""
    dose_count: str = ""
    courses_within: tuple[CoursesWithin, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A synthetic person and what the plan must say of them. See ``examples``."""

    name: str
    input: Mapping[str, Any]
    as_of: date
    horizon_months: int = 12
    expect: tuple[Mapping[str, Any], ...] = ()
    nothing_for: tuple[str, ...] = ()
    clear_to_infuse: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one therapy is monitored. ``vocabulary`` holds the facts that it needs."""

    key: str
    therapy: str
    version: str
    title: str
    vocabulary: Mapping[str, FactDefinition]
    rules: tuple[ProtocolRule, ...]
    tests: Mapping[str, MonitoredTest]
    infusions: Infusions | None = None
    stopped_when: Node | None = None
    supplies: Supplies = field(default_factory=Supplies)
    keeps: tuple[Keep, ...] = ()
    clearance: tuple[Blocker, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()
    risk: Risk | None = None
    next_review_on: date | None = None
    note: str = ""
    examples: tuple[Example, ...] = ()
