"""Rows for tests, one factory a model. Everything is synthetic."""

from tests.factories.cases import (
    AnswerFactory,
    AuditEventFactory,
    CaseFactory,
    DeterminationFactory,
    InformationRequestFactory,
    LetterFactory,
    ReferralFactory,
)
from tests.factories.content import (
    CitationFactory,
    CriteriaVersionFactory,
    DeterminationReasonFactory,
    FactFactory,
    FactGroupFactory,
    ReferenceFactory,
    StatementFactory,
    TherapyFactory,
    TurnaroundProfileFactory,
)
from tests.factories.people import (
    PASSWORD,
    PatientFactory,
    PriorTherapyFactory,
    SiteFactory,
    UserFactory,
)

__all__ = [
    "PASSWORD",
    "AnswerFactory",
    "AuditEventFactory",
    "CaseFactory",
    "CitationFactory",
    "CriteriaVersionFactory",
    "DeterminationFactory",
    "DeterminationReasonFactory",
    "FactFactory",
    "FactGroupFactory",
    "InformationRequestFactory",
    "LetterFactory",
    "PatientFactory",
    "PriorTherapyFactory",
    "ReferenceFactory",
    "ReferralFactory",
    "SiteFactory",
    "StatementFactory",
    "TherapyFactory",
    "TurnaroundProfileFactory",
    "UserFactory",
]
