"""The ways through a case, as short steps for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from certification.actions.cases import Entry, refer_case, save_answers
from certification.actions.determinations import sign, sign_determination
from certification.models import Case, Determination, User
from tests.factories import PASSWORD, DeterminationReasonFactory

# Answers with which the made-up criteria recommend certifying.
MEETS: dict[str, Any] = {
    "diagnosis_confirmed": Entry("yes", source="record"),
    "phenotype": Entry("RRMS", source="clinician"),
    "edss": Entry("4.5", date(2027, 1, 4), "clinician"),
    "antibody": Entry("negative", date(2026, 12, 1), "laboratory"),
    "active_infection": Entry("no", source="clinician"),
}
# A course that is not indicated: the criterion "course" is not met.
MISSES = MEETS | {"phenotype": Entry("PPMS", source="clinician")}


def answer(case: Case, by: User, now: datetime, entries: Mapping[str, Entry]) -> Case:
    case.refresh_from_db()
    save_answers(by=by, now=now, case=case, revision=case.revision, entries=entries)
    case.refresh_from_db()
    return case


def refer(case: Case, by: User, now: datetime) -> Case:
    refer_case(by=by, now=now, case=case, revision=case.revision, reason="Not met.")
    case.refresh_from_db()
    return case


def decide(case: Case, by: User, now: datetime, outcome: str, **terms: Any) -> Determination:
    """Signs with the right password on the newest revision."""
    case.refresh_from_db()
    return sign_determination(
        by=by,
        now=now,
        case=case,
        revision=terms.pop("revision", case.revision),
        signature=sign(user=by, password=PASSWORD, now=now),
        outcome=outcome,
        **terms,
    )


def adverse_terms(**changes: Any) -> dict[str, Any]:
    """Everything an adverse determination needs."""
    terms = {
        "reason": DeterminationReasonFactory(),
        "rationale": "The notes show progression from onset without relapses.",
        "unmet_criteria": ["course"],
        "would_reverse": "A documented relapse, or new lesions on MRI.",
    }
    return terms | changes


def modified_terms(**changes: Any) -> dict[str, Any]:
    terms = {
        "reason": DeterminationReasonFactory(kind="modified", label="Shorter period"),
        "rationale": "Review after the next MRI.",
        "months": 6,
    }
    return terms | changes
