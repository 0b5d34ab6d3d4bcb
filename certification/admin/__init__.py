"""The admin: content is edited, reviewed and approved here, and accounts are administered."""

from certification.admin import (
    criteria,
    criteria_drafts,
    dashboard,
    events,
    evidence,
    fact_groups,
    notices,
    people,
    question_drafts,
    questions,
    therapies,
)

__all__ = [
    "criteria",
    "criteria_drafts",
    "dashboard",
    "events",
    "evidence",
    "fact_groups",
    "notices",
    "people",
    "question_drafts",
    "questions",
    "therapies",
]
