"""What must a sealed determination hold, so that it can be understood and recomputed years later?

Everything: who asked for what and for whom, the facts with their sources and dates, the criteria
document, the explanation, the references as they stood, the decision, and the signature. Letters
are made from the record alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from certification.bibliography import snapshot, vancouver
from certification.case_facts import typed_facts, vocabulary_of
from certification.criteria.codec import explanation_to_data
from certification.criteria.explanation import Explanation
from certification.criteria.tree import Truth
from certification.criteria.tree_words import value_text
from certification.models import (
    UNVERIFIED,
    Case,
    CriteriaVersion,
    DeterminationReason,
    Reference,
    RequestType,
    Statement,
    User,
)
from certification.seals import RECORD_FORMAT, instant
from config.roles import ROLES, Role

# How a citation names a statement of the founding article, and what its number looks like.
ARTICLE_PLACE = "article statement"
_STATEMENT_NUMBER = re.compile(r"\b[A-Z]\d\b")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, in full. The same fields stand in the determination's columns."""

    outcome: str
    recommendation: str
    as_of: date
    period_start_on: date | None = None
    period_end_on: date | None = None
    months: int | None = None
    dose: str = ""
    interval: str = ""
    infusions: int | None = None
    reason: DeterminationReason | None = None
    rationale: str = ""
    unmet_criteria: tuple[str, ...] = ()
    would_reverse: str = ""

    @property
    def principal_criterion(self) -> str:
        return self.unmet_criteria[0] if self.unmet_criteria else ""

    def as_data(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "recommendation": self.recommendation,
            "as_of": self.as_of.isoformat(),
            "period_start_on": _iso(self.period_start_on),
            "period_end_on": _iso(self.period_end_on),
            "months": self.months,
            "dose": self.dose,
            "interval": self.interval,
            "infusions": self.infusions,
            "reason": _reason(self.reason),
            "rationale": self.rationale,
            "principal_criterion": self.principal_criterion,
            "unmet_criteria": list(self.unmet_criteria),
            "would_reverse": self.would_reverse,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """The references and evidence statements that a record carries, as they stood that day."""

    references: Mapping[str, dict[str, Any]]
    statements: tuple[dict[str, Any], ...] = ()


def evidence_for(explained: Mapping[str, Any]) -> Evidence:
    """All that the criteria cite, and the approved statements of the founding article to which
    the criteria that apply point ("article statement T1")."""
    numbers = _article_statements(explained)
    statements = tuple(
        {
            "key": statement.key,
            "seed": statement.seed,
            "says": statement.says,
            "plain": statement.plain,
            "audience": list(statement.audience),
            "verified": statement.verified,
            "cite": [
                {"ref": citation.reference.key, "at": citation.at}
                for citation in statement.citations.all()
            ],
        }
        for statement in Statement.objects.approved()
        .filter(seed__in=numbers)
        .order_by("seed", "key")
        .prefetch_related("citations__reference")
    )
    keys = set(cited_keys(explained))
    keys.update(cite["ref"] for statement in statements for cite in statement["cite"])
    references = {
        reference.key: snapshot(reference) | {"text": vancouver(snapshot(reference))}
        for reference in Reference.objects.filter(key__in=keys).order_by("key")
    }
    return Evidence(references, statements)


def _article_statements(explained: Mapping[str, Any]) -> set[str]:
    return {
        number
        for node in nodes(explained)
        if node["truth"] == Truth.MET
        for cite in node_cites(node)
        if cite.get("at", "").startswith(ARTICLE_PLACE)
        for number in _STATEMENT_NUMBER.findall(cite["at"])
    }


def build_record(
    *,
    determination_id: str,
    case: Case,
    raw: Mapping[str, Mapping[str, Any]],
    explanation: Explanation,
    decision: Decision,
    evidence: Evidence,
    notices: list[dict[str, Any]],
    signer: User,
    signer_role: Role,
    meaning: str,
    signed_at: datetime,
) -> dict[str, Any]:
    """The record as plain JSON data. ``notices``: see ``case_notices``; left out when there are
    none."""
    version = case.criteria_version
    explained = explanation_to_data(explanation)
    return {
        "format": RECORD_FORMAT,
        "determination": {"id": determination_id, **decision.as_data()},
        "case": _case(case),
        "patient": _patient(case),
        "therapy": _therapy(case),
        "facts": facts_with_words(case, raw),
        **({"notices": notices} if notices else {}),
        "criteria": {
            "set_key": version.set_key,
            "version": version.version,
            "title": version.title,
            "policy_organisation": version.policy_organisation,
            "certification_months": version.certification_months,
            "quantity_limit": version.quantity_limit,
            "content_hash": version.content_hash,
            "document": version.document,
        },
        "content": _content(version, explained),
        "explanation": explained,
        "statements": list(evidence.statements),
        "references": evidence.references,
        "signature": {
            "user_id": signer.pk,
            "name": signer.signing_name,
            "licence_number": signer.licence_number,
            "role": signer_role.value,
            "role_title": ROLES[signer_role].title,
            "demo": signer.is_demo,
            "signed_at": instant(signed_at),
            "meaning": meaning,
        },
    }


def facts_with_words(case: Case, raw: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The documented facts, each with its label, its value in words, and its wizard order."""
    vocabulary = vocabulary_of(case.criteria_version)
    typed = typed_facts(vocabulary, raw)
    facts = {}
    for order, (key, definition) in enumerate(vocabulary.items()):
        if key not in raw:
            continue
        value = typed[key].value
        said = "Asked, not known" if value is None else value_text(definition, value)
        facts[key] = {**raw[key], "label": definition.label, "text": said, "order": order}
    return facts


def cited_keys(explained: Mapping[str, Any]) -> list[str]:
    """The references that an explanation cites, each once, in reading order."""
    return list(
        dict.fromkeys(cite["ref"] for node in nodes(explained) for cite in node_cites(node))
    )


def nodes(explained: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every node of the plain explanation, depth first: both trees, then each precaution."""
    trees = explained["trees"]
    yield from _walk(trees["indications"])
    yield from _walk(trees["contraindications"])
    for precaution in trees["precautions"]:
        yield precaution
        yield from _walk(precaution["when"])


def node_cites(node: Mapping[str, Any]) -> list[dict[str, str]]:
    return list(node.get("cite", ()))


def _walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("children", ()):
        yield from _walk(child)


def _case(case: Case) -> dict[str, Any]:
    site = case.site
    return {
        "id": str(case.pk),
        "number": case.number,
        "revision": case.revision,
        "request_type": case.request_type,
        "request_title": RequestType(case.request_type).label,
        "urgency": case.urgency,
        "service_on": case.service_on.isoformat(),
        "opened_at": instant(case.opened_at),
        "ordering_clinician": case.ordering_clinician,
        "ordering_clinician_number": case.ordering_clinician_number,
        "site": {
            "key": site.key,
            "name": site.name,
            "address": site.address,
            "time_zone": site.time_zone,
            "appeal_instructions": site.appeal_instructions,
        },
    }


def _patient(case: Case) -> dict[str, Any]:
    patient = case.patient
    return {
        "id": str(patient.pk),
        "record_number": patient.record_number,
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "birth_date": patient.birth_date.isoformat(),
        "is_synthetic": patient.is_synthetic,
    }


def _therapy(case: Case) -> dict[str, Any]:
    therapy = case.therapy
    return {
        "key": therapy.key,
        "generic": therapy.generic,
        "brands": therapy.brands,
        "route": therapy.route,
        "off_label": therapy.off_label,
    }


def _content(version: CriteriaVersion, explained: Mapping[str, Any]) -> dict[str, Any]:
    """How far the content behind this determination had been reviewed when it was signed."""
    return {
        "status": version.status,
        "status_title": version.status_title,
        "approved_by": version.approved_by.signing_name if version.approved_by else "",
        "approved_at": instant(version.approved_at) if version.approved_at else "",
        "approved_in_demo": version.approved_in_demo,
        "next_review_on": _iso(version.next_review_on),
        "unverified": [
            node["id"] for node in nodes(explained) if node.get("verified", "") in UNVERIFIED
        ],
    }


def _reason(reason: DeterminationReason | None) -> dict[str, str] | None:
    if reason is None:
        return None
    return {
        "key": reason.key,
        "kind": reason.kind,
        "label": reason.label,
        "says": reason.says,
        "plain": reason.plain,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
