"""What is wrong with the sources of the content in the database?

The rules are those of ``certification.lint``; here their material is read from rows. Versions of
criteria and of protocols are checked as the documents that they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q

from certification.criteria.codec import read_document
from certification.criteria.tree import Citation as TreeCitation
from certification.lint.claims import (
    Claim,
    Material,
    Review,
    Source,
    claim_of_statement,
    claims_in_data,
    claims_of_criteria,
)
from certification.lint.findings import Finding, Level, Notice, find, normal_doi
from certification.models import (
    EditorialModel,
    Reference,
    ReferenceNotice,
    Statement,
    Therapy,
)
from certification.workflow import ContentStatus


def all_findings(as_of: date) -> list[Finding]:
    """Everything that is wrong with the content that is not retired."""
    sources = {source.key: source for source in _sources(Reference.objects.all())}
    material = Material(sources, tuple(_claims()), tuple(_reviews()))
    return find(material, as_of=as_of, notices=_notices(sources.values()))


def version_findings(version: EditorialModel, as_of: date) -> list[Finding]:
    """What is wrong with the sources of one version. Raises ``CriteriaError`` when its document
    cannot be read."""
    return _findings(version, tuple(claims_of_version(version)), as_of)


def quarantine_of(version: EditorialModel, as_of: date) -> list[tuple[str, Finding]]:
    """What of a version is in quarantine: the sentence that it is about, and the finding.

    Raises ``CriteriaError`` when the document cannot be read.
    """
    claims = tuple(claims_of_version(version))
    sentences = {claim.place: claim.says for claim in claims}
    found = quarantined(_findings(version, claims, as_of))
    return [(sentences.get(one.place, ""), one) for one in found]


def _findings(version: EditorialModel, claims: tuple[Claim, ...], as_of: date) -> list[Finding]:
    cited = {citation.ref for claim in claims for citation in claim.cite}
    rows = Reference.objects.filter(Q(key__in=cited) | Q(same_as__key__in=cited)).distinct()
    sources = {source.key: source for source in _sources(rows)}
    material = Material(sources, claims, tuple(_review_of(version)))
    found = find(material, as_of=as_of, notices=_notices(sources.values()))
    return [one for one in found if one.kind != "reference"]


def quarantined(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep a version from being approved."""
    return [finding for finding in findings if finding.level is Level.ERROR]


def version_kinds() -> list[type[EditorialModel]]:
    """Criteria and protocols, in whichever app they stand."""
    kinds = (model for model in apps.get_models() if issubclass(model, EditorialModel))
    return [model for model in kinds if model.IS_VERSION]


def _versions() -> Iterator[EditorialModel]:
    """Every version of criteria and of protocols that is not retired."""
    for model in version_kinds():
        rows: Any = model._default_manager.exclude(status=ContentStatus.RETIRED)
        yield from rows


def _claims() -> Iterator[Claim]:
    for version in _versions():
        yield from claims_of_version(version)
    statements = Statement.objects.exclude(status=ContentStatus.RETIRED)
    for row in statements.prefetch_related("citations__reference"):
        cite = tuple(TreeCitation(c.reference.key, c.at, c.note) for c in row.citations.all())
        yield claim_of_statement(row.key, row.says, cite, row.verified)
    for therapy in Therapy.objects.exclude(status=ContentStatus.RETIRED):
        yield from claims_in_data("therapy", therapy.key, therapy.details)


def claims_of_version(version: Any) -> Iterator[Claim]:
    """What a version of criteria or of a protocol says, and on which sources."""
    if "criteria_set" in version.document:
        yield from claims_of_criteria(*read_document(version.document))
    else:
        yield from claims_in_data("protocol", _name(version), version.document["protocol"])


def _reviews() -> Iterator[Review]:
    for model in apps.get_models():
        if issubclass(model, EditorialModel):
            rows: Any = model._default_manager.exclude(status=ContentStatus.RETIRED)
            if model.IS_VERSION:
                rows = rows.defer("document")
            for row in rows.exclude(next_review_on=None):
                yield from _review_of(row)


def _review_of(row: Any) -> Iterator[Review]:
    if row.next_review_on is not None:
        kind = str(row._meta.verbose_name).split(" ")[0]
        yield Review(kind, _name(row), row.next_review_on)


def _name(row: Any) -> str:
    """The key of a row, with its version where it has one; as findings in a pack name it."""
    key = getattr(row, "set_key", "") or row.key
    return f"{key} {row.version}" if row.IS_VERSION else key


def _sources(rows: Iterable[Reference]) -> Iterator[Source]:
    keys = dict(Reference.objects.values_list("pk", "key"))
    for row in rows:
        yield Source(
            key=row.key,
            title=row.title,
            doi=row.doi,
            pmid=row.pmid,
            listed=bool(row.title),
            secondary=row.secondary,
            caution=row.caution,
            superseded_by=keys.get(row.superseded_by_id or 0, ""),
            identified_as=keys.get(row.identified_as_id or 0, ""),
        )


def _notices(sources: Iterable[Source]) -> list[Notice]:
    """The announcements that concern any of these sources."""
    known = list(sources)
    rows = ReferenceNotice.objects.standing().filter(
        Q(doi__in={normal_doi(s.doi) for s in known if s.doi})
        | Q(pmid__in={s.pmid for s in known if s.pmid})
    )
    return [Notice(row.kind, row.doi, row.pmid, row.noticed_on, row.says) for row in rows]
