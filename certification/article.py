"""Where in the content does each statement of the founding article live?

A citation of the article names the statement that it leans on ("article statement P1"), so the
homes of a statement are read from the content itself: criteria, precautions, rules of protocols,
the entries of drugs, other statements. Versions of criteria and of protocols are read alike, in
whichever app they stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from certification.criteria.tree import Citation
from certification.lint.claims import Claim, claim_of_statement, claims_in_data
from certification.models import CriteriaVersion, EditorialModel, Reference, Statement, Therapy
from certification.source_checks import claims_of_version, version_kinds
from certification.workflow import ContentStatus

# Letter, subject and number of the statements, in the article's order.
SUBJECTS = (
    ("T", "Therapies", 4),
    ("I", "Indications", 4),
    ("M", "Monitoring", 4),
    ("P", "Pitfalls", 4),
    ("J", "Why certification is justified", 4),
)
_NAMES_STATEMENTS = re.compile(r"article statements? ")
_STATEMENT = re.compile(r"\b[TIMPJ]\d\b")


class Kind(StrEnum):
    CRITERION = "criterion"
    PRECAUTION = "precaution"
    RULE = "rule"
    DRUG = "drug"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Home:
    """A claim that leans on a statement, and the content in which it stands."""

    kind: Kind
    content: Any
    claim: Claim


def statements_named(cite: Iterable[Citation], article: Collection[str]) -> set[str]:
    """The statements that citations name. ``article``: the references which the article numbers."""
    return {
        statement
        for citation in cite
        if citation.ref in article and _NAMES_STATEMENTS.match(citation.at)
        for statement in _STATEMENT.findall(citation.at)
    }


def kind_of(claim: Claim) -> Kind:
    if claim.kind == "criteria":
        return Kind.CRITERION if claim.decides else Kind.PRECAUTION
    return {"protocol": Kind.RULE, "therapy": Kind.DRUG, "statement": Kind.STATEMENT}[claim.kind]


def homes(on: date) -> dict[str, list[Home]]:
    """The homes of every statement. Of a set of criteria or a protocol, in the version in force on
    the day; without one, in the newest."""
    article = set(
        Reference.objects.exclude(seed_number=None).values_list("key", flat=True)
    )  # fmt: skip
    found: dict[str, list[Home]] = {}
    for content, claim in _claims(on):
        for statement in statements_named(claim.cite, article):
            found.setdefault(statement, []).append(Home(kind_of(claim), content, claim))
    return found


def _claims(on: date) -> Iterator[tuple[Any, Claim]]:
    for version in read_versions(on):
        for claim in claims_of_version(version):
            yield version, claim
    for therapy in Therapy.objects.exclude(status=ContentStatus.RETIRED):
        for claim in claims_in_data("therapy", therapy.key, therapy.details):
            yield therapy, claim
    statements = Statement.objects.exclude(status=ContentStatus.RETIRED)
    for row in statements.prefetch_related("citations__reference"):
        cite = tuple(Citation(c.reference.key, c.at, c.note) for c in row.citations.all())
        yield row, claim_of_statement(row.key, row.says, cite, row.verified)


def read_versions(on: date) -> list[EditorialModel]:
    """Of each set of criteria and each protocol the version that a reader is shown."""
    shown: dict[tuple[type, str], Any] = {}
    for model in version_kinds():
        manager: Any = model._default_manager
        for version in (*manager.in_force(on), *manager.exclude(status="retired").order_by("-id")):
            shown.setdefault((model, _set_of(version)), version)
    return sorted(shown.values(), key=lambda v: (not isinstance(v, CriteriaVersion), v.title))


def _set_of(version: Any) -> str:
    return getattr(version, "set_key", "") or version.key
