"""What do drafts of all kinds of content have in common: who writes them, and how far are they?

A draft is no content yet: nothing is decided on it, and no list of content shows it. It becomes
content, Submitted, when its author submits it. ``based_on`` and ``became`` are content.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from certification.models.people import User

CLOSED_BY_AND_AT = Q(closed_by__isnull=True, closed_at__isnull=True) | Q(
    closed_by__isnull=False, closed_at__isnull=False
)
CLOSED_WHEN_SUBMITTED = Q(became__isnull=True) | Q(closed_at__isnull=False)


class DraftQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class Draft(models.Model):
    """``content``: the document as it is edited. ``revision`` counts the changes: whoever saves
    says which one they saw."""

    title = models.CharField(max_length=240)
    content = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def state(self) -> str:
        """open, submitted or discarded."""
        if self.is_open:
            return "open"
        return "submitted" if getattr(self, "became_id", None) else "discarded"


class VersionDraft(Draft):
    """A draft that becomes a version with a number of its own."""

    version = models.CharField(max_length=40)

    class Meta(Draft.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"
