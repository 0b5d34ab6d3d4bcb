"""Is a sealed determination still exactly what was signed, and does it still compute?

The evaluation is done again from the record alone: its facts, its criteria document, its date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.case_facts import typed_facts
from certification.criteria.codec import (
    canonical_bytes,
    content_hash,
    explanation_to_data,
    read_document,
)
from certification.criteria.evaluation import Evaluator
from certification.models import AuditEvent, Determination, Letter
from certification.seals import RECORD_FORMAT, hash_of, instant, seal_of

COLUMNS = (
    "outcome", "recommendation", "as_of", "period_start_on", "period_end_on", "months", "dose",
    "interval", "infusions", "rationale", "principal_criterion", "unmet_criteria", "would_reverse",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """``differences``: one sentence for each thing that is not as it was sealed."""

    matches: bool
    differences: tuple[str, ...] = ()


def replay(determination: Determination) -> ReplayResult:
    """Recomputes everything and compares it with what is stored. Never raises on bad data."""
    differences: list[str] = []
    try:
        # One by one: what was found before a part that cannot be read is told as well.
        for difference in _differences(determination):
            differences.append(difference)  # noqa: PERF402
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        differences.append(f"The record cannot be read: {error!r}.")
    return ReplayResult(not differences, tuple(differences))


def _differences(determination: Determination) -> Iterator[str]:
    record = determination.record
    if record["format"] != RECORD_FORMAT:
        yield f"The record has format {record['format']}; this version reads {RECORD_FORMAT}."
        return
    if seal_of(record) != determination.seal:
        yield "The seal does not fit the record."
    yield from _column_differences(determination, record)
    yield from _evaluation_differences(determination, record)
    yield from _letter_differences(determination)


def _column_differences(determination: Determination, record: dict[str, Any]) -> Iterator[str]:
    sealed = record["determination"]
    for column in COLUMNS:
        value = getattr(determination, column)
        plain = value.isoformat() if isinstance(value, date) else value
        if plain != sealed[column]:
            yield f"{column} is {plain!r}; sealed was {sealed[column]!r}."
    signature = record["signature"]
    pairs = [
        ("id", str(determination.pk), sealed["id"]),
        ("case", str(determination.case_id), record["case"]["id"]),
        ("signed_by", determination.signed_by_id, signature["user_id"]),
        ("signed_at", instant(determination.signed_at), signature["signed_at"]),
        ("signer_name", determination.signer_name, signature["name"]),
        ("signer_role", determination.signer_role, signature["role"]),
        ("signature_meaning", determination.signature_meaning, signature["meaning"]),
    ]
    for name, stored, was in pairs:
        if stored != was:
            yield f"{name} is {stored!r}; sealed was {was!r}."


def _evaluation_differences(determination: Determination, record: dict[str, Any]) -> Iterator[str]:
    document = record["criteria"]["document"]
    digest = content_hash(document)
    if digest != record["criteria"]["content_hash"] or digest != determination.content_hash:
        yield "The criteria document does not have the content hash that was signed."
    criteria_set, vocabulary = read_document(document)
    explanation = Evaluator(criteria_set, vocabulary).explain(
        typed_facts(vocabulary, record["facts"]),
        date.fromisoformat(record["determination"]["as_of"]),
    )
    again = explanation_to_data(explanation)
    if canonical_bytes(again) != canonical_bytes(record["explanation"]):
        yield "Evaluating the same facts again gives another explanation."
    if again["recommendation"] != determination.recommendation:
        yield (
            f"Evaluating the same facts again recommends {again['recommendation']}; "
            f"recorded was {determination.recommendation}."
        )


def _letter_differences(determination: Determination) -> Iterator[str]:
    event = AuditEvent.objects.filter(
        object_type="determination",
        object_id=str(determination.pk),
        verb="signed determination",
    ).first()
    if event is None:
        yield "The audit trail has no event of the signing."
    elif event.data.get("seal") != determination.seal:
        yield "The audit trail has another seal."
    noted = event.data.get("letters", {}) if event else {}
    letters = {letter.audience: letter for letter in determination.letters.all()}
    for audience in Letter.Audience.values:
        letter = letters.get(audience)
        if letter is None:
            yield f"The letter for the {audience} is missing."
        elif hash_of(bytes(letter.pdf)) != letter.sha256:
            yield f"The letter for the {audience} does not have its hash."
        elif event is not None and noted.get(audience) != letter.sha256:
            yield f"The audit trail has another hash of the letter for the {audience}."
