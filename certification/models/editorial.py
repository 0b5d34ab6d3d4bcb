"""Where does a piece of content stand on its way from draft to use?

Submitted, under review, approved, returned, retired. Nobody approves what they submitted. The
content of an approved row cannot change while it stays approved: the database refuses it too.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate

from certification.models.people import User
from certification.workflow import CONTENT_STATUS_TITLES, ContentStatus

ANSWERS_SINCE = Coalesce("effective_on", TruncDate("approved_at"))
"""The first day of an approved version, for querysets; ``answering.start_of`` for a row."""


class EditorialQuerySet(models.QuerySet["EditorialModel"]):
    def approved(self) -> Self:
        return self.filter(status=ContentStatus.APPROVED)

    def awaiting_review(self) -> Self:
        return self.filter(status__in=[ContentStatus.SUBMITTED, ContentStatus.UNDER_REVIEW])

    def review_overdue(self, *, as_of: date) -> Self:
        return self.filter(next_review_on__lt=as_of).exclude(status=ContentStatus.RETIRED)


class EditorialModel(models.Model):
    """The editorial life of one piece of content."""

    # The columns that an approved row keeps unchanged; the database trigger is made from them.
    SEALED_FIELDS: ClassVar[tuple[str, ...]] = ()
    # Whether a row is one version of something: once approved it is never revised, another follows.
    IS_VERSION: ClassVar[bool] = False

    status = models.CharField(
        max_length=20,
        choices=[(s.value, title) for s, title in CONTENT_STATUS_TITLES.items()],
        default=ContentStatus.SUBMITTED,
        db_index=True,
        editable=False,
    )
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    return_reason = models.TextField(blank=True, editable=False)
    next_review_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="approved")
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="%(class)s_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="%(class)s_approval_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(approved_by=F("submitted_by")),
                name="%(class)s_not_approved_by_submitter",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | ~Q(return_reason=""),
                name="%(class)s_returned_with_reason",
            ),
        ]

    @property
    def status_title(self) -> str:
        return CONTENT_STATUS_TITLES[ContentStatus(self.status)]

    def why_not_ready(self, as_of: date) -> str:
        """What keeps this from being approved, as a sentence; empty when nothing does.

        ``as_of``: the day for worked examples that name none.
        """
        return ""

    @property
    def is_approved(self) -> bool:
        return self.status == ContentStatus.APPROVED

    @property
    def approved_in_demo(self) -> bool:
        """Whether the approval was made by a demonstration account: shown wherever it counts."""
        return bool(self.approved_by_id and self.approved_by and self.approved_by.is_demo)


class Confidence(models.TextChoices):
    """How a figure or a reference was confirmed. The last four are shown as unverified."""

    STORED = "stored", "Read in the source"
    STORED_PARTIAL = "stored_partial", "Core read in the source, details not"
    SEED = "seed", "Stated by the founding article only"
    MEMORY_HIGH = "memory_high", "Not read, believed right"
    MEMORY_LOW = "memory_low", "Not read, check before use"
    PROPOSED = "proposed", "Our proposal, no clinical source"


UNVERIFIED = frozenset(
    {Confidence.MEMORY_HIGH, Confidence.MEMORY_LOW, Confidence.PROPOSED, Confidence.SEED}
)
