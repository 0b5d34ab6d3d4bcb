"""How does the content of the database become a reference pack again?

One file a subject and one a set of criteria. Loading the export gives the same content hashes, as
long as no question has changed since its criteria were written; ``stale_sets`` names the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from certification.criteria.codec import content_hash
from certification.models import (
    Citation,
    CriteriaVersion,
    DeterminationReason,
    Fact,
    FactGroup,
    Reference,
    Statement,
    Therapy,
    TurnaroundProfile,
)
from certification.packs.pack import Pack
from certification.workflow import ContentStatus

Files = Mapping[str, dict[str, list[dict[str, Any]]]]


def export_pack(as_of: date) -> Files:
    """Every row as the entries of a pack, by the name of its file.

    Of each set of criteria the version in force on ``as_of``, else the newest one.
    """
    files: dict[str, dict[str, list[dict[str, Any]]]] = {
        "references.yaml": {"references": [_reference(row) for row in _references()]},
        "facts.yaml": {
            "fact_groups": [
                _kept(key=row.key, title=row.title, intro=row.intro, order=row.order)
                for row in FactGroup.objects.all()
            ],
            "facts": [_fact(row) for row in Fact.objects.select_related("group")],
        },
        "therapies.yaml": {"therapies": [_therapy(row) for row in Therapy.objects.all()]},
        "statements.yaml": {"statements": [_statement(row) for row in Statement.objects.all()]},
        "determinations.yaml": {
            "turnaround_profiles": [_profile(row) for row in TurnaroundProfile.objects.all()],
            "determination_reasons": [
                _kept(key=row.key, kind=row.kind, label=row.label, says=row.says, plain=row.plain)
                for row in DeterminationReason.objects.all()
            ],
        },
    }
    for version in versions_to_export(as_of):
        files[f"criteria/{version.set_key}.yaml"] = {
            "criteria_sets": [version.document["criteria_set"]]
        }
    return {name: lists for name, lists in files.items() if any(lists.values())}


def versions_to_export(as_of: date) -> list[CriteriaVersion]:
    chosen: dict[str, CriteriaVersion] = {}
    for version in CriteriaVersion.objects.in_force(as_of):
        chosen.setdefault(version.set_key, version)
    others = CriteriaVersion.objects.exclude(status=ContentStatus.RETIRED).order_by("-id")
    for version in others:
        chosen.setdefault(version.set_key, version)
    return [chosen[key] for key in sorted(chosen)]


def stale_sets(pack: Pack, as_of: date) -> list[str]:
    """The exported versions that would get another content hash, read back as ``pack``."""
    return [
        f"{version.set_key} {version.version}"
        for version in versions_to_export(as_of)
        if content_hash(pack.document(version.set_key)) != version.content_hash
    ]


def _references() -> Any:
    return Reference.objects.select_related("superseded_by", "identified_as")


def _reference(row: Reference) -> dict[str, Any]:
    return _kept(
        key=row.key,
        kind="" if row.kind == Reference.Kind.UNLISTED else row.kind,
        title=row.title,
        authors=row.authors,
        container=row.container,
        year=row.year,
        doi=row.doi,
        pmid=row.pmid,
        url=row.url,
        accessed_on=row.accessed_on.isoformat() if row.accessed_on else None,
        note=row.note,
        caution=row.caution,
        secondary=row.secondary,
        verified=row.verified,
        seed_number=row.seed_number,
        superseded_by=row.superseded_by.key if row.superseded_by else None,
        identified_as=row.identified_as.key if row.identified_as else None,
    ) | ({} if row.listed_in_seed is None else {"listed_in_seed": row.listed_in_seed})


def _fact(row: Fact) -> dict[str, Any]:
    data = row.definition_data()
    if row.type == Fact.Type.DECIMAL:
        limits = ("minimum", "maximum", "step")
        data |= {name: Decimal(data[name]) for name in limits if name in data}
    return data


def _therapy(row: Therapy) -> dict[str, Any]:
    return (
        _kept(
            key=row.key,
            generic=row.generic,
            brands=[brand for brand in row.brands.split(", ") if brand],
            route=row.route,
            efficacy=row.efficacy,
            off_label=row.off_label,
            cite=_citations(therapy=row),
        )
        | _kept(**{"class": row.therapy_class})
        | row.details
    )


def _statement(row: Statement) -> dict[str, Any]:
    return _kept(
        key=row.key,
        says=row.says,
        plain=row.plain,
        audience=row.audience,
        topic=row.topic,
        cite=_citations(statement=row),
        seed=row.seed,
        note=row.note,
        verified=row.verified,
    )


def _profile(row: TurnaroundProfile) -> dict[str, Any]:
    return _kept(
        key=row.key,
        title=row.title,
        urgency=row.urgency,
        hours=row.hours,
        calendar=row.calendar,
        cite=_citations(turnaround_profile=row),
        note=row.note,
        verified=row.verified,
    )


def _citations(**subject: Any) -> list[dict[str, str]]:
    rows = Citation.objects.filter(place="", **subject).select_related("reference")
    return [_kept(ref=row.reference.key, at=row.at, note=row.note) for row in rows]


def _kept(**values: Any) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", [], False)}
