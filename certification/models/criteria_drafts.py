"""Which criteria are being written, by whom, and how far are they?

A draft is no version: nothing can be certified on it, and no list of content shows it. It becomes a
version, Submitted, when its author submits it. One draft of a set is open at a time.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from certification.models.criteria import CriteriaVersion, RequestType
from certification.models.people import User
from certification.models.therapies import Therapy


class CriteriaDraftQuerySet(models.QuerySet["CriteriaDraft"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class CriteriaDraft(models.Model):
    """``content``: the set as it is edited (see ``criteria.drafts``). ``revision`` counts the
    changes: whoever saves says which one they saw."""

    set_key = models.SlugField(max_length=100, editable=False)
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="criteria_drafts")
    request_type = models.CharField(max_length=20, choices=RequestType.choices)
    title = models.CharField(max_length=240)
    version = models.CharField(max_length=40)
    content = models.JSONField()
    based_on = models.ForeignKey(
        CriteriaVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    revision = models.PositiveIntegerField(default=1)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    became = models.OneToOneField(
        CriteriaVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="draft"
    )

    objects = CriteriaDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-id"]
        verbose_name = "draft of criteria"
        verbose_name_plural = "drafts of criteria"
        constraints = [
            models.UniqueConstraint(
                fields=["set_key"],
                condition=Q(closed_at__isnull=True),
                name="one_open_draft_a_set",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="draft_closed_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(became__isnull=True) | Q(closed_at__isnull=False),
                name="draft_is_closed_when_submitted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def state(self) -> str:
        """open, submitted or discarded."""
        if self.is_open:
            return "open"
        return "submitted" if self.became_id else "discarded"
