"""Every model of monitoring, by subject."""

from monitoring.models.courses import (
    CourseAuthorization,
    InfusionCourse,
    Reaction,
    RelapseAnswer,
    Visit,
)
from monitoring.models.feeds import CalendarFeed
from monitoring.models.holds import Alert, Hold
from monitoring.models.plans import DueItem
from monitoring.models.protocol_drafts import ProtocolDraft
from monitoring.models.protocols import ProtocolVersion
from monitoring.models.results import CheckedFile, ImportBatch, Result

__all__ = [
    "Alert",
    "CalendarFeed",
    "CheckedFile",
    "CourseAuthorization",
    "DueItem",
    "Hold",
    "ImportBatch",
    "InfusionCourse",
    "ProtocolDraft",
    "ProtocolVersion",
    "Reaction",
    "RelapseAnswer",
    "Result",
    "Visit",
]
