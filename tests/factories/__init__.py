"""Rows for tests, one factory a model. Everything is synthetic."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast

from certification.models import (
    Answer,
    AuditEvent,
    Case,
    Citation,
    CriteriaDraft,
    CriteriaVersion,
    Determination,
    DeterminationReason,
    Fact,
    FactGroup,
    InformationRequest,
    Letter,
    Patient,
    PriorTherapy,
    QuestionDraft,
    Reference,
    ReferenceNotice,
    Referral,
    Site,
    Statement,
    Therapy,
    TurnaroundProfile,
    User,
)
from tests.factories import cases, content, people
from tests.factories.people import PASSWORD

Row = TypeVar("Row", covariant=True)


class Maker(Protocol[Row]):
    """What calling a factory gives: a stored row, or one that is not stored."""

    def __call__(self, **fields: Any) -> Row: ...

    def build(self, **fields: Any) -> Row: ...


SiteFactory = cast("Maker[Site]", people.SiteFactory)
UserFactory = cast("Maker[User]", people.UserFactory)
PatientFactory = cast("Maker[Patient]", people.PatientFactory)
PriorTherapyFactory = cast("Maker[PriorTherapy]", people.PriorTherapyFactory)

TherapyFactory = cast("Maker[Therapy]", content.TherapyFactory)
CriteriaVersionFactory = cast("Maker[CriteriaVersion]", content.CriteriaVersionFactory)
CriteriaDraftFactory = cast("Maker[CriteriaDraft]", content.CriteriaDraftFactory)
QuestionDraftFactory = cast("Maker[QuestionDraft]", content.QuestionDraftFactory)
TurnaroundProfileFactory = cast("Maker[TurnaroundProfile]", content.TurnaroundProfileFactory)
DeterminationReasonFactory = cast("Maker[DeterminationReason]", content.DeterminationReasonFactory)
ReferenceFactory = cast("Maker[Reference]", content.ReferenceFactory)
ReferenceNoticeFactory = cast("Maker[ReferenceNotice]", content.ReferenceNoticeFactory)
StatementFactory = cast("Maker[Statement]", content.StatementFactory)
CitationFactory = cast("Maker[Citation]", content.CitationFactory)
FactGroupFactory = cast("Maker[FactGroup]", content.FactGroupFactory)
FactFactory = cast("Maker[Fact]", content.FactFactory)

CaseFactory = cast("Maker[Case]", cases.CaseFactory)
AnswerFactory = cast("Maker[Answer]", cases.AnswerFactory)
InformationRequestFactory = cast("Maker[InformationRequest]", cases.InformationRequestFactory)
ReferralFactory = cast("Maker[Referral]", cases.ReferralFactory)
DeterminationFactory = cast("Maker[Determination]", cases.DeterminationFactory)
LetterFactory = cast("Maker[Letter]", cases.LetterFactory)
AuditEventFactory = cast("Maker[AuditEvent]", cases.AuditEventFactory)

__all__ = [
    "PASSWORD",
    "AnswerFactory",
    "AuditEventFactory",
    "CaseFactory",
    "CitationFactory",
    "CriteriaDraftFactory",
    "CriteriaVersionFactory",
    "DeterminationFactory",
    "DeterminationReasonFactory",
    "FactFactory",
    "FactGroupFactory",
    "InformationRequestFactory",
    "LetterFactory",
    "PatientFactory",
    "PriorTherapyFactory",
    "QuestionDraftFactory",
    "ReferenceFactory",
    "ReferenceNoticeFactory",
    "ReferralFactory",
    "SiteFactory",
    "StatementFactory",
    "TherapyFactory",
    "TurnaroundProfileFactory",
    "UserFactory",
]
