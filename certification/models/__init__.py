"""Every model of certification, by subject."""

from certification.models.cases import Answer, Case, InformationRequest, Referral
from certification.models.criteria import CriteriaVersion, RequestType
from certification.models.criteria_drafts import CriteriaDraft
from certification.models.determinations import Determination, Letter, SealedError
from certification.models.drafts import Draft, VersionDraft
from certification.models.editorial import UNVERIFIED, Confidence, EditorialModel
from certification.models.events import AuditEvent
from certification.models.evidence import Citation, Fact, FactGroup, Reference, Statement
from certification.models.impact import ImpactChange, ImpactStudy, StoredFacts, StudiedKind
from certification.models.notices import ReferenceNotice
from certification.models.people import Patient, PriorTherapy, RoleGrant, Site, User
from certification.models.question_drafts import QuestionDraft
from certification.models.search import SearchEntry
from certification.models.therapies import DeterminationReason, Therapy, TurnaroundProfile
from certification.models.uploads import UploadedList

__all__ = [
    "UNVERIFIED",
    "Answer",
    "AuditEvent",
    "Case",
    "Citation",
    "Confidence",
    "CriteriaDraft",
    "CriteriaVersion",
    "Determination",
    "DeterminationReason",
    "Draft",
    "EditorialModel",
    "Fact",
    "FactGroup",
    "ImpactChange",
    "ImpactStudy",
    "InformationRequest",
    "Letter",
    "Patient",
    "PriorTherapy",
    "QuestionDraft",
    "Reference",
    "ReferenceNotice",
    "Referral",
    "RequestType",
    "RoleGrant",
    "SealedError",
    "SearchEntry",
    "Site",
    "Statement",
    "StoredFacts",
    "StudiedKind",
    "Therapy",
    "TurnaroundProfile",
    "UploadedList",
    "User",
    "VersionDraft",
]
