"""Which uploaded lists has somebody before their eyes, so that exactly what was read comes in?

The content is kept only until it is imported or put aside, or a day.
"""

from __future__ import annotations

import uuid
import zlib
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from certification.models.people import User

KEPT = timedelta(days=1)


class UploadedListQuerySet(models.QuerySet["UploadedList"]):
    def waiting(self) -> UploadedListQuerySet:
        """Neither imported nor put aside: the content is still there."""
        return self.filter(finished_at__isnull=True)

    def too_old(self, *, now: datetime) -> UploadedListQuerySet:
        return self.waiting().filter(uploaded_at__lt=now - KEPT)


class UploadedList(models.Model):
    """A file of references, of notices or of a pack between its preview and its confirmation.

    ``outcome``: what became of it, in numbers; empty when it was put aside.
    """

    class Purpose(models.TextChoices):
        REFERENCES = "references", "References"
        NOTICES = "notices", "Notices about references"
        PACK = "pack", "Reference pack"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    file_name = models.CharField(max_length=120)
    packed = models.BinaryField(blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict, blank=True)

    objects = UploadedListQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(packed=b""),
                name="list_kept_until_finished",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def content(self) -> bytes:
        return zlib.decompress(self.packed) if self.packed else b""

    @content.setter
    def content(self, content: bytes) -> None:
        self.packed = zlib.compress(content, 1)
