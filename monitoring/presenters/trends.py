"""Which values of a person are drawn over time, and what does each band of values mean?

The protocol decides: every number for which it has thresholds, once there is a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from certification.criteria.facts import FactDefinition
from certification.criteria.tree import Citation
from certification.presenters.citations import Cite, Sources
from certification.presenters.wording import capitalised, day_words
from monitoring.charts.trends import Band, Reading, Trend, trend
from monitoring.models import InfusionCourse
from monitoring.planning import planner_of
from monitoring.presenters.history import Records
from monitoring.schedule.bands import ValueBand, banded_facts, bands_of
from monitoring.schedule.rules import Interpretation

ACTS = {"inform": "", "alert": "raises an alert", "hold": "stops the next infusion"}
Bands = Sequence[ValueBand[tuple[Interpretation, ...]]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a band means. ``act``: what follows from such a result."""

    says: str
    act: str
    verified: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band in words; ``newest``: the newest value lies in it."""

    words: str
    meanings: tuple[Meaning, ...]
    newest: bool


@dataclass(frozen=True, slots=True)
class ValueLine:
    key: str
    day: str
    text: str
    band: str
    source: str


@dataclass(frozen=True, slots=True)
class TrendPanel:
    key: str
    title: str
    unit: str
    drawing: Trend
    bands: tuple[BandLine, ...]
    values: tuple[ValueLine, ...]


class Value(NamedTuple):
    key: str
    day: date
    number: Decimal
    source: str


def values_cited(courses: Iterable[InfusionCourse]) -> Iterator[Citation]:
    """What the meanings of all bands cite, in reading order."""
    for course in courses:
        conditions = planner_of(course.protocol_version).conditions
        tests = {test for test, _ in banded_facts(conditions)}
        for one in conditions.protocol.interpretations:
            if one.test in tests:
                yield from one.cite


def trend_panels(
    records: Records, courses: Iterable[InfusionCourse], today: date, sources: Sources
) -> list[TrendPanel]:
    """One for each value with thresholds, by the newest course that has them."""
    panels: dict[str, TrendPanel] = {}
    for course in courses:
        conditions = planner_of(course.protocol_version).conditions
        for test, fact in banded_facts(conditions):
            values = sorted(_values(records, fact), key=lambda one: (one.day, one.key))
            if values and fact not in panels:
                bands = bands_of(conditions, test, fact, today)
                panels[fact] = _panel(conditions.vocabulary[fact], bands, values, today, sources)
    return list(panels.values())


def _panel(
    definition: FactDefinition, bands: Bands, values: list[Value], today: date, sources: Sources
) -> TrendPanel:
    newest = _band_of(bands, values[-1].number)
    return TrendPanel(
        definition.key,
        capitalised(definition.label),
        definition.unit,
        trend(
            [Reading(one.key, one.day, float(one.number)) for one in values],
            [Band(_float(band.low), _float(band.high), band.words) for band in bands],
            today,
        ),
        tuple(
            BandLine(
                capitalised(band.words),
                tuple(
                    Meaning(one.says, ACTS[one.act], one.verified, sources.cites(one.cite))
                    for one in band.meaning
                ),
                band is newest,
            )
            for band in bands
        ),
        tuple(
            ValueLine(
                one.key, day_words(one.day), str(one.number), _band_of(bands, one.number).words,
                one.source,
            )
            for one in reversed(values)
        ),
    )  # fmt: skip


def _band_of(bands: Bands, number: Decimal) -> ValueBand[tuple[Interpretation, ...]]:
    return next(
        band
        for band in bands
        if band.high is None or number < band.high or (number == band.high and band.holds_high)
    )


def _values(records: Records, fact: str) -> Iterator[Value]:
    """From results, and from cases on days of which there is no result."""
    days = set()
    for result in records.results:
        number = _decimal(result.facts.get(fact))
        if result.done_on and result.reported_on and number is not None:
            days.add(result.done_on)
            yield Value(f"result-{result.pk}", result.done_on, number, "Result")
    dated_by = records.vocabulary[fact].dated_by if fact in records.vocabulary else ""
    given = {(one.case_id, one.fact_key): one for one in records.answers}
    for answer in records.answers:
        if answer.fact_key != fact:
            continue
        dated = given.get((answer.case_id, dated_by))
        day = date.fromisoformat(str(dated.value)) if dated else answer.observed_on
        number = _decimal(answer.value)
        if day is not None and number is not None and day not in days:
            days.add(day)
            yield Value(f"case-{answer.case_id}", day, number, f"Case {answer.case.number}")


def _decimal(raw: object) -> Decimal | None:
    try:
        return Decimal(str(raw)) if raw is not None else None
    except InvalidOperation:
        return None


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
