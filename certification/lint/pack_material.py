"""What does a reference pack claim? The files of a pack, made ready to be checked."""

from __future__ import annotations

from collections.abc import Iterator

from certification.criteria.tree import Citation
from certification.lint.claims import (
    Claim,
    Material,
    Review,
    Source,
    claim_of_statement,
    claims_in_data,
    claims_of_criteria,
)
from certification.packs.pack import Pack
from certification.packs.schema import Reference
from certification.packs.tree_rules import as_written


def material_of_pack(pack: Pack) -> Material:
    sources = {key: _source(found.entry) for key, found in pack.entries.references.items()}
    return Material(sources, tuple(_claims(pack)), tuple(_reviews(pack)))


def _source(entry: Reference) -> Source:
    return Source(
        key=entry.key,
        title=entry.title or "",
        doi=entry.doi or "",
        pmid=entry.pmid or "",
        listed=bool(entry.title),
        secondary=entry.secondary,
        caution=entry.caution or "",
        superseded_by=entry.superseded_by or "",
        identified_as=entry.identified_as or "",
    )


def _claims(pack: Pack) -> Iterator[Claim]:
    for criteria_set in pack.criteria_sets.values():
        yield from claims_of_criteria(criteria_set, pack.vocabulary)
    for key, protocol in pack.entries.protocols.items():
        name = f"{key} {protocol.entry.version}"
        yield from claims_in_data("protocol", name, as_written(protocol.entry))
    for key, statement in pack.entries.statements.items():
        entry = statement.entry
        cite = tuple(Citation(one.ref, one.at or "", one.note or "") for one in entry.cite)
        yield claim_of_statement(key, entry.says, cite, entry.verified or "")
    for key, therapy in pack.entries.therapies.items():
        yield from claims_in_data("therapy", key, as_written(therapy.entry))


def _reviews(pack: Pack) -> Iterator[Review]:
    for key, criteria_set in pack.criteria_sets.items():
        if criteria_set.next_review_on:
            name = f"{key} {criteria_set.version}"
            yield Review("criteria", name, criteria_set.next_review_on)
    for key, found in pack.entries.protocols.items():
        if found.entry.next_review_on:
            yield Review("protocol", f"{key} {found.entry.version}", found.entry.next_review_on)
