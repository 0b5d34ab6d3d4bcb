"""Which criteria are in force for a therapy on a day?

A criteria version is one self-contained document (trees, worked examples, and every question it
needs), its content hash, and its editorial life. Once approved the document is sealed.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from certification.models.editorial import ANSWERS_SINCE, EditorialModel
from certification.models.therapies import Therapy
from certification.workflow import ContentStatus


class RequestType(models.TextChoices):
    INITIAL = "initial", "Initial"
    RENEWAL = "renewal", "Renewal"
    ACUTE_COURSE = "acute_course", "Acute course"


class CriteriaVersionQuerySet(models.QuerySet["CriteriaVersion"]):
    def approved(self) -> Self:
        return self.filter(status=ContentStatus.APPROVED)

    def in_force(self, on: date) -> Self:
        """Approved, started, not expired on ``on``; of each set the one that started last comes
        first."""
        return (
            self.approved()
            .filter(Q(effective_on__isnull=True) | Q(effective_on__lte=on))
            .filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on))
            .order_by("set_key", ANSWERS_SINCE.desc(), "-approved_at", "-id")
        )

    def current(self, set_key: str, on: date) -> CriteriaVersion | None:
        """The version of one set that answers on ``on``."""
        return self.in_force(on).filter(set_key=set_key).first()


class CriteriaVersion(EditorialModel):
    """One version of the criteria for one therapy and one type of request."""

    SEALED_FIELDS = (
        "set_key", "therapy_id", "request_type", "title", "version", "document", "content_hash",
        "signer", "certification_months", "quantity_limit", "policy_organisation",
    )  # fmt: skip

    IS_VERSION = True

    set_key = models.SlugField(max_length=100, db_index=True)
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="criteria_versions")
    request_type = models.CharField(max_length=20, choices=RequestType.choices)
    title = models.CharField(max_length=240)
    version = models.CharField(max_length=40)
    policy_organisation = models.CharField(max_length=160, blank=True)
    signer = models.CharField(max_length=20, blank=True)
    certification_months = models.PositiveSmallIntegerField(null=True, blank=True)
    quantity_limit = models.JSONField(null=True, blank=True)
    document = models.JSONField()
    content_hash = models.CharField(max_length=64, db_index=True)
    effective_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    objects = CriteriaVersionQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["set_key", "-version"]
        constraints = [
            *EditorialModel.Meta.constraints,
            models.UniqueConstraint(fields=["set_key", "version"], name="one_row_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    def get_absolute_url(self) -> str:
        return reverse("certification:criteria-version", args=[self.pk])

    @property
    def needs_physician(self) -> bool:
        return self.signer == "physician"
