"""Which stratum of risk is this person in, from when, and what do published tables say of it?

The stratum is a derived fact of the content; the tables are content with their source and flag.
An estimate never comes without them: the whole table is there, with the place that concerns this
person, and it is the risk of a group, not of one person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from certification.criteria.derived import months_between
from certification.criteria.facts import FactValue
from certification.criteria.interpreter import Known, means_unknown
from certification.criteria.tree import AllOf, FactTest, Node, Operator, Truth, fact_keys
from certification.criteria.tree_words import value_text
from monitoring.schedule.bands import banded, thresholds
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


class Input(NamedTuple):
    """A fact on which the stratum rests, as it is documented. ``text`` is empty when it is not."""

    label: str
    text: str
    observed_on: date | None


class Alternative(NamedTuple):
    """If the fact ``label`` were as ``becomes`` says, this would be the stratum."""

    label: str
    becomes: str
    stratum: Stratum


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
    """The stratum on a day, how it will change if nothing else does, and the estimates.

    ``inputs``: what the stratum rests on. ``alternatives``: what would change it, from the day
    ``alternatives_on``, on which time has changed it for the last time.
    """

    months: int
    now: Stratum
    changes: tuple[Stratum, ...]
    estimates: tuple[Estimate, ...]
    inputs: tuple[Input, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    alternatives_on: date = date.min


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
    return RiskView(
        max(months, 0),
        course[0],
        tuple(course[1:]),
        estimates,
        tuple(_inputs(risk, conditions, known)),
        tuple(_alternatives(risk, conditions, record, course[-1])),
        course[-1].first,
    )


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


def _inputs(risk: Risk, conditions: Conditions, known: Known) -> Iterator[Input]:
    for key in fact_keys(AllOf("", _cases(risk, conditions))):
        definition, fact = conditions.vocabulary[key], known.facts.get(key)
        if fact is None or fact.value is None:
            yield Input(definition.label, "", None)
        else:
            observed_on = None if definition.derived else fact.observed_on
            yield Input(definition.label, value_text(definition, fact.value), observed_on)


def _alternatives(
    risk: Risk, conditions: Conditions, record: Record, otherwise: Stratum
) -> Iterator[Alternative]:
    """Each fact in turn put otherwise: what the stratum would be instead of ``otherwise``.

    A value that is kept for good cannot become another one. A number says nothing when it leaves
    the stratum unknown: it then contradicts the rest.
    """
    day, cases = otherwise.first, _cases(risk, conditions)
    kept = {(keep.fact, keep.value) for keep in conditions.protocol.keeps}

    def stratum(key: str, value: object) -> Stratum:
        facts = {**record.latest, key: FactValue(value, day)}
        given = conditions.supply(facts, record.start_on, record.doses, day)
        return _stratum(risk, conditions, conditions.known(given, day))

    for key in fact_keys(AllOf("", cases)):
        definition, fact = conditions.vocabulary[key], record.latest.get(key)
        current = fact.value if fact else None
        if definition.derived or key in conditions.supplied or (key, current) in kept:
            continue
        for choice in definition.choices:
            if not choice.unknown and choice.value != current:
                found = stratum(key, choice.value)
                if found.value != otherwise.value:
                    yield Alternative(definition.label, choice.label, found)
        if not definition.choices and (cuts := thresholds(cases, key)):
            for band in banded(cuts, partial(stratum, key)):
                if band.meaning.value not in ("", otherwise.value):
                    yield Alternative(definition.label, band.words, band.meaning)


def _cases(risk: Risk, conditions: Conditions) -> tuple[Node, ...]:
    derived = conditions.vocabulary[risk.fact].derived
    return tuple(case.when for case in derived.cases) if derived else ()


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
