"""Which monitoring protocol is in force for a therapy on a day?"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from certification.criteria.codec import CriteriaError, content_hash
from certification.models import EditorialModel, Therapy
from certification.models.editorial import ANSWERS_SINCE
from certification.workflow import ContentStatus
from monitoring.schedule.codec import read_document
from monitoring.schedule.examples import run_examples
from monitoring.schedule.generator import Planner


class ProtocolVersionQuerySet(models.QuerySet["ProtocolVersion"]):
    def approved(self) -> Self:
        return self.filter(status=ContentStatus.APPROVED)

    def awaiting_review(self) -> Self:
        return self.filter(status__in=[ContentStatus.SUBMITTED, ContentStatus.UNDER_REVIEW])

    def review_overdue(self, *, as_of: date) -> Self:
        return self.filter(next_review_on__lt=as_of).exclude(status=ContentStatus.RETIRED)

    def in_force(self, on: date) -> Self:
        """Approved, started, not expired on ``on``; of each protocol the one that started last
        comes first."""
        return (
            self.approved()
            .filter(Q(effective_on__isnull=True) | Q(effective_on__lte=on))
            .filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on))
            .order_by("key", ANSWERS_SINCE.desc(), "-approved_at", "-id")
        )

    def current(self, key: str, on: date) -> ProtocolVersion | None:
        return self.in_force(on).filter(key=key).first()


class ProtocolVersion(EditorialModel):
    """One version of the monitoring rules of one therapy: a self-contained, sealed document."""

    SEALED_FIELDS = ("key", "therapy_id", "title", "version", "document", "content_hash")

    IS_VERSION = True

    key = models.SlugField(max_length=100, db_index=True)
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="protocol_versions")
    title = models.CharField(max_length=240)
    version = models.CharField(max_length=40)
    document = models.JSONField()
    content_hash = models.CharField(max_length=64, db_index=True)
    effective_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["key", "-version"]
        constraints = [
            *EditorialModel.Meta.constraints,
            models.UniqueConstraint(fields=["key", "version"], name="one_row_a_protocol_version"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    def get_absolute_url(self) -> str:
        return reverse("monitoring:protocol-version", args=[self.pk])

    def why_not_ready(self, as_of: date) -> str:
        """A protocol is approved only when all of its worked examples come out as expected."""
        if content_hash(self.document) != self.content_hash:
            return "The stored protocol is not what was submitted. Load it again."
        try:
            protocol, vocabulary = read_document(self.document)
        except CriteriaError as error:
            return f"The protocol cannot be read: {error}."
        results = run_examples(Planner(protocol), vocabulary, self.known_tests())
        failed = [result for result in results if not result.passed]
        if not failed:
            return ""
        named = "; ".join(f"“{one.example.name}” ({one.differences[0]})" for one in failed[:3])
        more = f"; and {len(failed) - 3} more" if len(failed) > 3 else ""
        return (
            f"{len(failed)} of its worked examples do not come out as expected: {named}{more}. "
            "Return it to its author."
        )

    @classmethod
    def known_tests(cls) -> set[str]:
        """Every test of every protocol: a person of an example may have results of all of them."""
        listed = cls.objects.values_list("document__protocol__tests", flat=True)
        return {test["key"] for tests in listed for test in tests or ()}
