"""What does a protocol read from a result, in words, with its source and how sure it is?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from certification.criteria.codec_nodes import citation_to_data
from certification.criteria.tree import Citation
from certification.presenters.citations import Cite
from monitoring.actions.findings import findings_of
from monitoring.models import InfusionCourse, Result
from monitoring.planning import plan_record, record_of, result_facts
from monitoring.presenters.citing import Cited
from monitoring.protocols import compiled
from monitoring.schedule.rules import Interpretation, Keep
from monitoring.schedule.thresholds import Act

ACTS = {
    Act.INFORM: ("plain", "Means"),
    Act.ALERT: ("precaution", "Alert"),
    Act.HOLD: ("hold", "Hold"),
}
"""The tag and the word of what follows from a reading."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One interpretation: what it does (``tag`` and ``word``), what it says, on what it rests."""

    tag: str
    word: str
    says: str
    cites: tuple[Cite, ...]
    verified: str


def reading_of(interpretation: Interpretation, cited: Cited) -> Reading:
    tag, word = ACTS[Act(interpretation.act)]
    return Reading(
        tag,
        word,
        interpretation.says,
        cites_of(interpretation.cite, cited),
        interpretation.verified,
    )


def cites_of(citations: Iterable[Citation], cited: Cited) -> tuple[Cite, ...]:
    return cited.cites(citation_to_data(one) for one in citations)


def readings_of_result(
    result: Result, courses: Iterable[InfusionCourse], cited: Cited
) -> list[Reading]:
    """What a result means by the protocols of these courses; the same is said once.

    What lasts whatever a later result says comes first.
    """
    lasting: dict[str, Reading] = {}
    found: dict[tuple[str, str], Reading] = {}
    for course in courses:
        for keep in _kept(result, course):
            lasting[keep.says] = Reading(
                "precaution", "Not used", keep.says, cites_of(keep.cite, cited), keep.verified
            )
        for finding in findings_of(result, course):
            reading = reading_of(finding.interpretation, cited)
            found.setdefault((finding.id, finding.says), reading)
    return [*lasting.values(), *found.values()]


def verified_of(rule: str, course: InfusionCourse | None) -> str:
    """How sure the interpretation or rule is that raised an alert or a hold."""
    if course is None or not rule:
        return ""
    protocol = compiled(course.protocol_version).planner.protocol
    parts: tuple[Any, ...] = (*protocol.interpretations, *protocol.rules)
    return next((part.verified for part in parts if part.id == rule), "")


def _kept(result: Result, course: InfusionCourse) -> list[Keep]:
    """What was known already and stays, although this result says otherwise."""
    used = compiled(course.protocol_version)
    facts = result_facts(result, used.vocabulary)
    asked = [
        keep
        for keep in used.planner.protocol.keeps
        if keep.fact in facts and facts[keep.fact].value != keep.value
    ]
    if not asked or result.done_on is None:
        return []
    known = plan_record(record_of(course, result.done_on)).record.latest
    return [keep for keep in asked if keep.fact in known and known[keep.fact].value == keep.value]
