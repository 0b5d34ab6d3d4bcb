"""Which stratum of risk is this person in, from when, and what do published tables say of it?

The stratum is a derived fact of the content; the tables are content with their source and flag.
An estimate never comes without them: the whole table is there, with the place that concerns this
person, and it is the risk of a group, not of one person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from certification.criteria.derived import months_between
from certification.criteria.interpreter import Known, means_unknown
from certification.criteria.tree import FactTest, Operator, Truth
from certification.criteria.tree_words import value_text
from monitoring.schedule.conditions import Conditions, judge, unknown_labels
from monitoring.schedule.record import Record
from monitoring.schedule.rules import Risk, RiskColumn, RiskRow, RiskTable


class Stratum(NamedTuple):
    """The stratum from the day ``first`` on. ``value`` is empty when it cannot be worked out; then
    ``unknown`` names what would have to be documented.
    """

    first: date
    value: str
    label: str
    unknown: tuple[str, ...] = ()


class Estimate(NamedTuple):
    """One table, with the row and the column that concern this person, as far as they are known.

    ``text`` is the cell as it was published; empty when row or column is not known.
    """

    table: RiskTable
    row: RiskRow | None
    column: RiskColumn | None
    unknown: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        if self.row is None or self.column is None:
            return ""
        return self.row.values.get(self.column.key, "")


@dataclass(frozen=True, slots=True)
class RiskView:
    """The stratum on a day, how it will change if nothing else does, and the estimates."""

    months: int
    now: Stratum
    changes: tuple[Stratum, ...]
    estimates: tuple[Estimate, ...]


def risk_of(conditions: Conditions, record: Record, until: date) -> RiskView | None:
    """The risk on ``record.as_of`` and its changes up to ``until``. None without a risk table."""
    risk = conditions.protocol.risk
    if risk is None:
        return None
    days = conditions.change_days(record.latest, record.start_on, record.doses)
    following = sorted(day for day in days if record.as_of < day <= until)
    course: list[Stratum] = []
    for day in (record.as_of, *following):
        stratum = _stratum(risk, conditions, _known(conditions, record, day))
        if not course or (stratum.value, stratum.unknown) != (course[-1].value, course[-1].unknown):
            course.append(stratum)
    known = _known(conditions, record, record.as_of)
    months = months_between(record.start_on, record.as_of)
    estimates = tuple(_estimate(table, known, months) for table in risk.tables)
    return RiskView(max(months, 0), course[0], tuple(course[1:]), estimates)


def _known(conditions: Conditions, record: Record, day: date) -> Known:
    facts = conditions.supply(record.latest, record.start_on, record.doses, day)
    return conditions.known(facts, day)


def _stratum(risk: Risk, conditions: Conditions, known: Known) -> Stratum:
    definition = conditions.vocabulary[risk.fact]
    fact = known.facts.get(risk.fact)
    if fact is None or means_unknown(definition, fact.value):
        test = FactTest("", risk.fact, Operator.IS_KNOWN)
        labels = tuple(dict.fromkeys(unknown_labels(test, known)))
        return Stratum(known.as_of, "", "Cannot be worked out", labels)
    return Stratum(known.as_of, fact.value, value_text(definition, fact.value))


def _estimate(table: RiskTable, known: Known, months: int) -> Estimate:
    """``months`` of treatment are completed: the person is in the month after them."""
    row = next((row for row in table.rows if row.first <= months + 1 <= row.last), None)
    unknown: Sequence[str] = ()
    for column in table.columns:
        verdict = judge(column.when, known)
        if verdict.truth is Truth.MET:
            return Estimate(table, row, column)
        if verdict.truth is Truth.UNKNOWN:
            unknown = (*unknown, *verdict.unknown)
    return Estimate(table, row, None, tuple(dict.fromkeys(unknown)))
