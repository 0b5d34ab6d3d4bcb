"""How does a version of a protocol read: what is due, what stops an infusion, what results mean?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.criteria.codec_nodes import citation_to_data
from certification.criteria.tree import Citation
from certification.presenters.cases import content_state
from certification.presenters.citations import Cite, Source
from monitoring.models import ProtocolVersion
from monitoring.planning import protocol_of
from monitoring.presenters.citing import Cited
from monitoring.schedule.rules import Protocol

ACTS = {
    "inform": "Is told",
    "alert": "Alerts somebody",
    "hold": "Holds the next infusion",
}


@dataclass(frozen=True, slots=True)
class ProtocolLine:
    """``id``: the anchor; empty for a line that nothing points to."""

    id: str
    title: str
    says: str
    note: str
    verified: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class ProtocolPart:
    anchor: str
    title: str
    lines: tuple[ProtocolLine, ...]


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    version: ProtocolVersion
    content: dict[str, Any]
    note: str
    parts: tuple[ProtocolPart, ...]
    references: list[Source]


def protocol_page(version: ProtocolVersion, today: date) -> ProtocolPage:
    protocol = protocol_of(version)
    cited = Cited()
    made = [
        ProtocolPart("infusions", "Infusions", tuple(_infusions(protocol, cited))),
        ProtocolPart("rules", "What is due, and when", tuple(_rules(protocol, cited))),
        ProtocolPart("clearance", "What stops the next infusion", tuple(_clear(protocol, cited))),
        ProtocolPart("meanings", "What results mean", tuple(_meanings(protocol, cited))),
    ]
    return ProtocolPage(
        version,
        content_state(version, today),
        protocol.note,
        tuple(part for part in made if part.lines),
        cited.listed(),
    )


def _infusions(protocol: Protocol, cited: Cited) -> Iterator[ProtocolLine]:
    if protocol.infusions is None:
        return
    rule = protocol.infusions.rule
    yield ProtocolLine(
        "infusions", rule.name, rule.says, rule.note, rule.verified, _cites(rule.cite, cited)
    )
    if protocol.infusions.missed:
        yield ProtocolLine("", "When one is missed", protocol.infusions.missed, "", "", ())


def _rules(protocol: Protocol, cited: Cited) -> Iterator[ProtocolLine]:
    for rule in protocol.rules:
        yield ProtocolLine(
            rule.id, rule.name, rule.says, rule.note, rule.verified, _cites(rule.cite, cited)
        )


def _clear(protocol: Protocol, cited: Cited) -> Iterator[ProtocolLine]:
    for one in protocol.clearance:
        yield ProtocolLine(one.id, "", one.says, "", one.verified, _cites(one.cite, cited))


def _meanings(protocol: Protocol, cited: Cited) -> Iterator[ProtocolLine]:
    for kept in protocol.keeps:
        yield ProtocolLine("", "", kept.says, "", kept.verified, _cites(kept.cite, cited))
    for one in protocol.interpretations:
        title = ACTS[str(one.act)]
        yield ProtocolLine(one.id, title, one.says, "", one.verified, _cites(one.cite, cited))


def _cites(citations: Iterable[Citation], cited: Cited) -> tuple[Cite, ...]:
    return cited.cites(citation_to_data(cite) for cite in citations)
