"""What may happen to a case next, and whose turn is it?

Pure tables: every status stands in each of them, and the diagram in ``docs/`` is drawn from them.
"""

from __future__ import annotations

from enum import StrEnum

from config.roles import Role


class CaseStatus(StrEnum):
    IN_REVIEW = "in_review"
    PENDED = "pended"
    REFERRED = "referred"
    CERTIFIED = "certified"
    CERTIFIED_MODIFIED = "certified_modified"
    NOT_CERTIFIED = "not_certified"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    ANSWER = "answer"
    PEND = "pend"
    RESUME = "resume"
    REFER = "refer"
    CERTIFY = "certify"
    CERTIFY_MODIFIED = "certify_modified"
    NOT_CERTIFY = "not_certify"
    WITHDRAW = "withdraw"


class Outcome(StrEnum):
    """How a determination can end. Only a physician reviewer reaches the last two."""

    CERTIFIED = "certified"
    CERTIFIED_MODIFIED = "certified_modified"
    NOT_CERTIFIED = "not_certified"


STATUS_TITLES: dict[CaseStatus, str] = {
    CaseStatus.IN_REVIEW: "In review",
    CaseStatus.PENDED: "Pended for information",
    CaseStatus.REFERRED: "Referred to a physician",
    CaseStatus.CERTIFIED: "Certified",
    CaseStatus.CERTIFIED_MODIFIED: "Certified, modified",
    CaseStatus.NOT_CERTIFIED: "Not certified",
    CaseStatus.WITHDRAWN: "Withdrawn",
}

OPEN_STATUSES = (CaseStatus.IN_REVIEW, CaseStatus.PENDED, CaseStatus.REFERRED)
DETERMINED_STATUSES = (
    CaseStatus.CERTIFIED,
    CaseStatus.CERTIFIED_MODIFIED,
    CaseStatus.NOT_CERTIFIED,
)

TRANSITIONS: dict[CaseStatus, dict[Act, CaseStatus]] = {
    CaseStatus.IN_REVIEW: {
        Act.ANSWER: CaseStatus.IN_REVIEW,
        Act.PEND: CaseStatus.PENDED,
        Act.REFER: CaseStatus.REFERRED,
        Act.CERTIFY: CaseStatus.CERTIFIED,
        Act.WITHDRAW: CaseStatus.WITHDRAWN,
    },
    CaseStatus.PENDED: {
        Act.ANSWER: CaseStatus.PENDED,
        Act.RESUME: CaseStatus.IN_REVIEW,
        Act.WITHDRAW: CaseStatus.WITHDRAWN,
    },
    CaseStatus.REFERRED: {
        Act.ANSWER: CaseStatus.REFERRED,
        Act.PEND: CaseStatus.PENDED,
        Act.CERTIFY: CaseStatus.CERTIFIED,
        Act.CERTIFY_MODIFIED: CaseStatus.CERTIFIED_MODIFIED,
        Act.NOT_CERTIFY: CaseStatus.NOT_CERTIFIED,
        Act.WITHDRAW: CaseStatus.WITHDRAWN,
    },
    CaseStatus.CERTIFIED: {},
    CaseStatus.CERTIFIED_MODIFIED: {},
    CaseStatus.NOT_CERTIFIED: {},
    CaseStatus.WITHDRAWN: {},
}

# Whose turn it is. A determined or withdrawn case waits for nobody.
OWNERS: dict[CaseStatus, tuple[Role, ...]] = {
    CaseStatus.IN_REVIEW: (Role.NURSE_REVIEWER, Role.PHYSICIAN_REVIEWER),
    CaseStatus.PENDED: (Role.NURSE_REVIEWER, Role.PHYSICIAN_REVIEWER),
    CaseStatus.REFERRED: (Role.PHYSICIAN_REVIEWER,),
    CaseStatus.CERTIFIED: (),
    CaseStatus.CERTIFIED_MODIFIED: (),
    CaseStatus.NOT_CERTIFIED: (),
    CaseStatus.WITHDRAWN: (),
}


class ContentStatus(StrEnum):
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    RETURNED = "returned"
    RETIRED = "retired"


CONTENT_STATUS_TITLES: dict[ContentStatus, str] = {
    ContentStatus.SUBMITTED: "Submitted",
    ContentStatus.UNDER_REVIEW: "Under review",
    ContentStatus.APPROVED: "Approved",
    ContentStatus.RETURNED: "Returned",
    ContentStatus.RETIRED: "Retired",
}

CONTENT_TRANSITIONS: dict[ContentStatus, tuple[ContentStatus, ...]] = {
    ContentStatus.SUBMITTED: (ContentStatus.UNDER_REVIEW, ContentStatus.RETURNED),
    ContentStatus.UNDER_REVIEW: (ContentStatus.APPROVED, ContentStatus.RETURNED),
    ContentStatus.RETURNED: (ContentStatus.SUBMITTED,),
    ContentStatus.APPROVED: (ContentStatus.RETIRED, ContentStatus.SUBMITTED),
    ContentStatus.RETIRED: (),
}


def next_status(status: str, act: Act) -> CaseStatus | None:
    """The status after ``act``, or None when the act is not possible from ``status``."""
    return TRANSITIONS[CaseStatus(status)].get(act)
