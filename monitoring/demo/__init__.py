"""What does monitoring add to the demonstration?

``manage.py demo`` calls ``prepare`` after it has made the accounts and approved the content.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from certification.actions.editorial import approve, start_review
from certification.models import User
from certification.workflow import ContentStatus
from monitoring.models import ProtocolVersion


def prepare(*, users: Mapping[str, User], now: datetime) -> None:
    """Approves the loaded protocols with a demonstration account; what people submitted is left."""
    loaded = ProtocolVersion.objects.filter(
        status=ContentStatus.SUBMITTED, submitted_by__isnull=True
    )
    for version in loaded:
        start_review(by=users["approver"], now=now, obj=version)
        approve(by=users["approver"], now=now, obj=version)
