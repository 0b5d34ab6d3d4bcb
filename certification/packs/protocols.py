"""What may stand in a monitoring protocol: its rules, its infusions, what results mean?"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from certification.packs.fields import (
    Date,
    Detail,
    Entry,
    Key,
    Label,
    Name,
    NodeId,
    NumberText,
    Scalar,
    Text,
    Title,
    Verified,
)
from certification.packs.trees import Citation, Tree

ANCHORS = ("start", "baseline", "last_dose", "last_course", "last_result")
"""What a rule can count from, besides a date fact."""
RULE_TREES = ("applies_when", "ends_when", "satisfied_when", "distrust")
INFUSION = "infusion"
"""The test key of the infusions themselves."""


class Period(Entry):
    """A length of time in calendar units."""

    days: int | None = Field(default=None, ge=0, le=3660)
    weeks: int | None = Field(default=None, ge=0, le=520)
    months: int | None = Field(default=None, ge=0, le=600)
    years: int | None = Field(default=None, ge=0, le=50)

    @model_validator(mode="after")
    def _is_some_time(self) -> Period:
        if not self.model_fields_set:
            raise PydanticCustomError("pack_period", "days, weeks, months or years")
        return self


class Interval(Period):
    """A length of time that is not zero: what recurs must move on."""

    @model_validator(mode="after")
    def _moves_on(self) -> Interval:
        if not any((self.days, self.weeks, self.months, self.years)):
            raise PydanticCustomError("pack_interval", "at least one day")
        return self


class Offset(Entry):
    """How long after its anchor something is due; before it, when negative."""

    days: int | None = Field(default=None, ge=-3660, le=3660)
    weeks: int | None = Field(default=None, ge=-520, le=520)
    months: int | None = Field(default=None, ge=-600, le=600)


class Window(Entry):
    """From how long before its date something is due, and until how long after it is in time."""

    opens_before_days: int | None = Field(default=None, ge=0, le=3660)
    overdue_after_days: int | None = Field(default=None, ge=0, le=3660)


class WindowDefaults(Entry):
    """For rules without a window of their own. Monthly ones can be stricter."""

    opens_before_days: int = Field(ge=0, le=3660)
    overdue_after_days: int = Field(ge=0, le=3660)
    monthly_overdue_after_days: int | None = Field(default=None, ge=0, le=366)
    note: Text | None = None
    verified: Verified | None = None


class Until(Entry):
    """How long a rule goes on when treatment has stopped; ``open``: no end is known."""

    months_after_last_dose: int | None = Field(default=None, ge=0, le=600)
    open: bool = False

    @model_validator(mode="after")
    def _is_one_end(self) -> Until:
        if (self.months_after_last_dose is None) is not self.open:
            raise PydanticCustomError("pack_until", "months_after_last_dose, or open: true")
        return self


class ProtocolRule(Entry):
    """One thing that is due while a therapy is monitored."""

    id: Key
    test: Key
    title: Title | None = None
    kind: Literal["once", "recurring", "per_infusion", "event", "tail", "blackout", "validation"]
    anchor: Key | None = None
    each: Literal["dose", "course"] | None = None
    offset: Offset | None = None
    interval: Interval | None = None
    lasts: Interval | None = None
    window: Window | None = None
    max_age: Period | None = None
    until: Until | None = None
    family: Key | None = None
    after_stop: bool = False
    level: Literal["blocking", "advisory"] = "advisory"
    applies_when: Tree | None = None
    ends_when: Tree | None = None
    satisfied_when: Tree | None = None
    distrust: Tree | None = None
    says: Text
    plain: Text | None = None
    cite: list[Citation] = []
    note: Text | None = None
    verified: Verified | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> ProtocolRule:
        for name in _NEEDED[self.kind]:
            if getattr(self, name) is None:
                raise PydanticCustomError("pack_rule", f"{name}, for a rule of kind {self.kind}")
        if self.family and self.kind == "recurring" and self.anchor != "last_result":
            raise PydanticCustomError("pack_rule", "anchor: last_result, for a rule of a family")
        if self.family and self.kind == "once" and self.anchor != "start":
            raise PydanticCustomError("pack_rule", "anchor: start, for a rule of a family")
        if self.family and self.kind not in ("recurring", "once"):
            raise PydanticCustomError("pack_rule", "kind: recurring or once, for a family")
        return self


_NEEDED: dict[str, tuple[str, ...]] = {
    "once": ("anchor",),
    "recurring": ("anchor", "interval"),
    "per_infusion": (),
    "event": (),
    "tail": ("anchor",),
    "blackout": ("anchor", "lasts"),
    "validation": ("anchor", "interval"),
}


class MonitoredTest(Entry):
    """A test by its key, and the facts that show that it was done."""

    key: Key
    label: Label
    dates: list[Key] = []
    shown_by: list[list[Key]] = []


class Infusions(Entry):
    """When infusions are due: the days of a course, and from course to course."""

    title: Label | None = None
    interval: Interval | None = None
    first: Annotated[list[Annotated[int, Field(ge=0, le=366)]], Field(min_length=1)] = [0]
    later: Annotated[list[Annotated[int, Field(ge=0, le=366)]], Field(min_length=1)] = [0]
    courses: int | None = Field(default=None, ge=1, le=100)
    course_gap: Period | None = None
    window: Window | None = None
    missed: Text | None = None
    says: Text
    cite: list[Citation] = []
    note: Text | None = None
    verified: Verified | None = None


class CoursesWithin(Entry):
    """A number fact that counts the courses of the therapy of the last ``months`` months."""

    fact: Key
    months: int = Field(ge=1, le=600)


class Supplies(Entry):
    """The facts that follow from the infusions that were given.

    ``courses_within``: offered to another case of the person, to be confirmed.
    """

    first_dose: Key | None = None
    last_dose: Key | None = None
    dose_count: Key | None = None
    courses_within: list[CoursesWithin] = []


class Keep(Entry):
    """A value that stays whatever later results say, with the facts that belong to it."""

    fact: Key
    value: Scalar
    along: list[Key] = []
    says: Text
    cite: list[Citation] = []
    verified: Verified | None = None


class Blocker(Entry):
    """Stands against the next infusion when it is met; also when unknown, if that ``blocks``."""

    id: NodeId
    when: Tree
    says: Text
    unknown: Literal["blocks", "passes"] = "blocks"
    cite: list[Citation] = []
    note: Text | None = None
    verified: Verified | None = None


class Interpretation(Entry):
    """What a result means, and what follows."""

    id: NodeId
    test: Key
    when: Tree
    says: Text
    act: Literal["inform", "alert", "hold"] = "inform"
    plain: Text | None = None
    cite: list[Citation] = []
    note: Text | None = None
    verified: Verified | None = None


class RiskColumn(Entry):
    key: Key
    label: Label
    when: Tree


class RiskRow(Entry):
    """From month ``first`` to month ``last`` of treatment, both included."""

    first: int = Field(ge=1, le=1200)
    last: int = Field(ge=1, le=1200)
    values: dict[Key, NumberText]


class RiskTable(Entry):
    """A published table of risk. It cannot be without its source and how surely it was read."""

    key: Key
    title: Title
    unit: Label
    columns: list[RiskColumn]
    rows: list[RiskRow]
    cite: Annotated[list[Citation], Field(min_length=1)]
    note: Text | None = None
    verified: Verified


class Risk(Entry):
    """The fact that names the stratum of risk, and the tables that go with it."""

    fact: Key
    tables: list[RiskTable] = []


class ExpectedItem(Entry):
    """One item that must be in the plan; only what is named is compared.

    ``because`` is a part of the sentence.
    """

    rule: Key | None = None
    test: Key | None = None
    occurrence: int | None = None
    window_opens_on: Date | None = None
    due_on: Date | None = None
    overdue_on: Date | None = None
    done_on: Date | None = None
    state: Literal["upcoming", "due", "overdue", "done"] | None = None
    because: Text | None = None


class ProtocolExample(Entry):
    """A worked example: a synthetic person, and what the plan must hold.

    ``nothing_for``: tests with no open item. ``reasons``: parts of the reasons against infusing.
    """

    name: Title
    as_of: Date
    horizon_months: int = Field(default=12, ge=0, le=1200)
    input: dict[Name, Detail]
    expect: list[ExpectedItem] = []
    nothing_for: list[Key] = []
    clear_to_infuse: Literal["yes", "no"] | None = None
    reasons: list[Text] = []


class Protocol(Entry):
    """How a therapy is monitored: the rules from which due items are worked out."""

    key: Annotated[Key, Field(max_length=100)]
    therapy: Key
    version: Annotated[NumberText, Field(max_length=40)]
    title: Annotated[Text, Field(max_length=240)]
    next_review_on: Date | None = None
    note: Text | None = None
    window_defaults: WindowDefaults
    stopped_when: Tree | None = None
    supplies: Supplies | None = None
    tests: list[MonitoredTest]
    infusions: Infusions | None = None
    keeps: list[Keep] = []
    rules: list[ProtocolRule]
    clearance: list[Blocker] = []
    interpretations: list[Interpretation] = []
    risk: Risk | None = None
    examples: list[ProtocolExample] = []


def trees_of(protocol: Any) -> list[tuple[Any, tuple[str | int, ...]]]:
    """Every tree of a protocol as its author wrote it, with its path."""
    found: list[tuple[Any, tuple[str | int, ...]]] = [(protocol.stopped_when, ("stopped_when",))]
    for number, rule in enumerate(protocol.rules):
        found += [(getattr(rule, name), ("rules", number, name)) for name in RULE_TREES]
    for section in ("clearance", "interpretations"):
        for number, entry in enumerate(getattr(protocol, section)):
            found.append((entry.when, (section, number, "when")))
    for index, table in enumerate(protocol.risk.tables if protocol.risk else ()):
        for number, column in enumerate(table.columns):
            found.append((column.when, ("risk", "tables", index, "columns", number, "when")))
    return [(tree, path) for tree, path in found if tree is not None]
