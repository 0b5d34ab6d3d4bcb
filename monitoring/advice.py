"""What should the nurse know before the next infusion, after a missed one or a reaction?

The advice of the founding article stands beside what the label says; all of it is content. It
informs and blocks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certification.criteria.codec_nodes import citation_to_data
from certification.models import Statement, Therapy
from monitoring.models import InfusionCourse, Visit
from monitoring.planning import protocol_of
from monitoring.reactions import reaction_findings
from monitoring.schedule.thresholds import Act

MISSED = ("P4", "M4")
"""Rows of the article that speak of a missed infusion and of pretreatment."""
REACTION = ("M4", "M3")
NOT_GIVEN = (Visit.State.MISSED, Visit.State.NOT_INFUSED)
GRADE_KEY = "infusion_reaction_grade_{grade}"
"""The key of the statement that says what a CTCAE grade asks for."""
HOLDS = "Recording it holds the next infusion until a named person releases the hold."


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice. ``source``: article, label or protocol. ``why``: its occasion, missed or
    reaction. ``seed``: the row of the article."""

    why: str
    source: str
    says: str
    cite: list[dict[str, Any]] = field(default_factory=list)
    verified: str = ""
    note: str = ""
    seed: str = ""


def advice_for(course: InfusionCourse, on: date) -> list[Advice]:
    """What the next visit carries because of what happened since, or at, the last infusion."""
    visits = [visit for visit in course.visits.all() if visit.scheduled_on <= on]
    given = [visit for visit in visits if visit.state == Visit.State.INFUSED]
    last = max(given, key=lambda visit: visit.infused_on or date.min, default=None)
    since = last.infused_on if last and last.infused_on else date.min
    advice: list[Advice] = []
    if any(visit.state in NOT_GIVEN and visit.scheduled_on >= since for visit in visits):
        advice += _article("missed", MISSED)
        advice += _missed(course)
    if last is not None:
        grades = sorted({reaction.grade for reaction in last.reactions.all()}, reverse=True)
        if grades:
            advice += _article("reaction", REACTION)
            advice += _grades(grades)
            advice += _handling(course.therapy)
    if advice:
        advice += _premedication(course.therapy, advice[0].why)
    return advice


def advice_for_grade(course: InfusionCourse, grade: int, on: date) -> list[Advice]:
    """What a CTCAE grade asks for now, whether it holds the next infusion, and what the label of
    the therapy says of reactions."""
    return [*_grades([grade]), *_holding(course, grade, on), *_handling(course.therapy)]


def _article(why: str, seeds: tuple[str, ...]) -> Iterator[Advice]:
    for seed in seeds:
        yield from _statements(why, "article", Statement.objects.filter(seed=seed))


def _grades(grades: Iterable[int]) -> Iterator[Advice]:
    keys = [GRADE_KEY.format(grade=grade) for grade in grades]
    yield from _statements("reaction", "protocol", Statement.objects.filter(key__in=keys))


def _statements(why: str, source: str, statements: Any) -> Iterator[Advice]:
    for row in statements.prefetch_related("citations__reference"):
        cite = [
            {"ref": one.reference.key, "at": one.at, "note": one.note}
            for one in row.citations.all()
        ]
        yield Advice(why, source, row.says, cite, row.verified, row.note, row.seed)


def _holding(course: InfusionCourse, grade: int, on: date) -> Iterator[Advice]:
    for finding in reaction_findings(course.protocol_version, grade, on):
        if finding.act is Act.HOLD:
            cite = [citation_to_data(one) for one in finding.cite]
            says = f"{HOLDS} {finding.says}"
            yield Advice("reaction", "protocol", says, cite, finding.interpretation.verified)


def _missed(course: InfusionCourse) -> Iterator[Advice]:
    infusions = protocol_of(course.protocol_version).infusions
    if infusions is not None and infusions.missed:
        cite = [citation_to_data(one) for one in infusions.rule.cite]
        yield Advice("missed", "protocol", infusions.missed, cite, infusions.rule.verified)
    missed = course.therapy.details.get("missed_dose") or {}
    yield from _label("missed", missed)


def _handling(therapy: Therapy) -> Iterator[Advice]:
    for row in (therapy.details.get("infusion_reactions") or {}).get("handling") or []:
        yield from _label("reaction", row, severity=row.get("severity", ""))


def _premedication(therapy: Therapy, why: str) -> Iterator[Advice]:
    details = therapy.details.get("premedication") or {}
    named = [
        f"{word}: " + "; ".join(_drug(one) for one in details.get(key) or [])
        for key, word in (("required", "Required"), ("optional", "Optional"))
        if details.get(key)
    ]
    said = " ".join([*(f"{one}." for one in named), details.get("says") or ""]).strip()
    yield from _label(why, details | {"says": said})


def _drug(row: dict[str, Any]) -> str:
    minutes = row.get("minutes_before")
    dose = f", {row['dose']}" if row.get("dose") else ""
    return f"{row.get('drug', '')}{dose}" + (f", {minutes} minutes before" if minutes else "")


def _label(why: str, row: dict[str, Any], severity: str = "") -> Iterator[Advice]:
    says = row.get("says")
    if says:
        said = f"{severity[:1].upper()}{severity[1:]}: {says}" if severity else says
        cite = row.get("cite") or []
        yield Advice(why, "label", said, cite, row.get("verified", ""), row.get("note") or "")
