"""How is a risk by stratum told: always with its source, its confidence and when it changes?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from certification.criteria.derived import months_between
from certification.criteria.tree import Citation
from certification.presenters.citations import Cite, Sources
from certification.presenters.wording import counted, day_words, listed
from monitoring.models import InfusionCourse, Result
from monitoring.planning import plan_record, planner_of, record_of
from monitoring.schedule.months import add_months
from monitoring.schedule.pml_risk import Estimate, RiskView, risk_of
from monitoring.schedule.record import Record

LOOKED_AHEAD_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    here: bool


@dataclass(frozen=True, slots=True)
class TableRow:
    months: str
    here: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A published table as it was published, with the place of this person."""

    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    place: str
    text: str
    note: str
    verified: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class RiskPanel:
    """The risk of the course of one therapy. ``stratum`` is empty when it cannot be worked out."""

    therapy: str
    key: str
    stratum: str
    missing: str
    months: str
    stopped: str
    inputs: tuple[dict[str, str], ...]
    changes: tuple[str, ...]
    alternatives: tuple[str, ...]
    alternatives_title: str
    tables: tuple[Table, ...]
    cites: tuple[Citation, ...]


def risk_panel(
    course: InfusionCourse, record: Record, results: Iterable[Result], sources: Sources
) -> RiskPanel | None:
    """None for a therapy whose protocol has no table of risk. ``record``: the course today;
    ``results``: those of the person, as ``results_of`` gives them."""
    conditions = planner_of(course.protocol_version).conditions
    risk = conditions.protocol.risk
    if risk is None:
        return None
    stopped = ""
    if course.stopped_on is not None and course.stopped_on < record.as_of:
        # Months of treatment are not counted on after the last of them.
        record = plan_record(record_of(course, course.stopped_on, results)).record
        stopped = f"As on {day_words(course.stopped_on)}, the day on which treatment was stopped."
    view = risk_of(conditions, record, add_months(record.as_of, LOOKED_AHEAD_MONTHS))
    if view is None:
        return None
    return RiskPanel(
        therapy=str(course.therapy),
        key=view.now.value,
        stratum=view.now.label if view.now.value else "",
        missing=listed(view.now.unknown),
        months=counted(view.months, "month"),
        stopped=stopped,
        inputs=tuple(
            {"label": one.label, "value": one.text, "note": day_words(one.observed_on)}
            for one in view.inputs
        ),
        changes=() if stopped else tuple(_changes(view, record.start_on)),
        alternatives=tuple(_alternatives(view)),
        alternatives_title=_alternatives_title(view),
        tables=tuple(_table(one, sources) for one in view.estimates),
        cites=tuple(cite for table in risk.tables for cite in table.cite),
    )


def _changes(view: RiskView, start_on: date) -> Iterator[str]:
    for change in view.changes:
        month = months_between(start_on, change.first)
        told = change.label if change.value else f"it {change.label.lower()}"
        yield f"From {day_words(change.first)} (month {month} of treatment): {told}."


def _alternatives_title(view: RiskView) -> str:
    if view.alternatives_on == view.now.first:
        return "Today it would be different if"
    return f"From {day_words(view.alternatives_on)} on it would be different if"


def _alternatives(view: RiskView) -> Iterator[str]:
    for one in view.alternatives:
        would = one.stratum.label
        if not one.stratum.value:
            would = f"cannot be worked out without {listed(one.stratum.unknown)}"
        yield f"{one.label}: {one.becomes}. Then: {would}."


def _table(one: Estimate, sources: Sources) -> Table:
    table = one.table
    return Table(
        table.title,
        table.unit,
        tuple(column.label for column in table.columns),
        tuple(
            TableRow(
                f"{row.first} to {row.last}",
                row == one.row,
                tuple(
                    Cell(row.values.get(column.key, ""), (row, column) == (one.row, one.column))
                    for column in table.columns
                ),
            )
            for row in table.rows
        ),
        _place(one),
        one.text,
        table.note,
        table.verified,
        sources.cites(table.cite),
    )


def _place(one: Estimate) -> str:
    if one.row is None:
        return "The table does not reach this month of treatment."
    months = f"months {one.row.first} to {one.row.last}"
    if one.column is None:
        missing = f" Not documented: {listed(one.unknown)}." if one.unknown else ""
        return f"This person has no column here ({months}).{missing}"
    return f"{one.column.label}, {months}"
