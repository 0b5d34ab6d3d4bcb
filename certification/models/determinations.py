"""What was determined, on what grounds, and by whose signature?

A determination and its letters are sealed the moment they exist: no update, no delete, neither
through the ORM nor in SQL. An adverse determination cannot exist without a named physician, a coded
reason, a rationale and a criterion; the database holds that rule too.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Never, Self

from django.db import models
from django.db.models import F, Q

from certification.models.cases import Case
from certification.models.criteria import CriteriaVersion
from certification.models.people import User
from certification.models.therapies import DeterminationReason
from certification.workflow import STATUS_TITLES, CaseStatus, Outcome


class SealedError(Exception):
    """Somebody tried to change or delete a sealed record."""


class SealedQuerySet(models.QuerySet[Any]):
    """Rows can be added and read, nothing else."""

    def update(self, **kwargs: Any) -> Never:
        raise SealedError("Sealed records are never changed; a correction supersedes.")

    def delete(self) -> Never:
        raise SealedError("Sealed records are never deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Never:
        raise SealedError("Sealed records are never changed; a correction supersedes.")


class DeterminationQuerySet(SealedQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(case__site_id__in=user.site_ids)

    def in_force(self, on: date) -> Self:
        """Certified, and its certification period contains ``on``."""
        return self.filter(
            outcome__in=[Outcome.CERTIFIED, Outcome.CERTIFIED_MODIFIED],
            period_start_on__lte=on,
            period_end_on__gte=on,
        )


class SealedModel(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise SealedError("Sealed records are never changed; a correction supersedes.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise SealedError("Sealed records are never deleted.")


class Determination(SealedModel):
    """The signed answer to a case. ``record`` is the sealed evidence: facts, criteria document,
    explanation, signature; ``seal`` is one SHA-256 over all of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="determination")
    criteria_version = models.ForeignKey(
        CriteriaVersion, on_delete=models.PROTECT, related_name="determinations"
    )
    outcome = models.CharField(max_length=20, choices=[(o.value, o.value) for o in Outcome])
    recommendation = models.CharField(max_length=10)
    as_of = models.DateField()
    period_start_on = models.DateField(null=True, blank=True)
    period_end_on = models.DateField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    dose = models.CharField(max_length=120, blank=True)
    interval = models.CharField(max_length=120, blank=True)
    infusions = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.ForeignKey(
        DeterminationReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    principal_criterion = models.CharField(max_length=160, blank=True)
    unmet_criteria = models.JSONField(default=list, blank=True)
    would_reverse = models.TextField(blank=True)
    rationale = models.TextField(blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="determinations")
    signed_at = models.DateTimeField()
    signer_name = models.CharField(max_length=220)
    signer_role = models.CharField(max_length=40)
    signature_meaning = models.TextField()
    content_hash = models.CharField(max_length=64)
    record = models.JSONField()
    seal = models.CharField(max_length=64)

    objects = DeterminationQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="not_certified")
                | (
                    Q(signer_role="physician_reviewer", reason__isnull=False)
                    & ~Q(signer_name="")
                    & ~Q(rationale="")
                    & ~Q(principal_criterion="")
                    & ~Q(would_reverse="")
                ),
                name="adverse_has_physician_reason_criterion",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="certified_modified")
                | (Q(signer_role="physician_reviewer", reason__isnull=False) & ~Q(rationale="")),
                name="modified_has_physician_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(signer_role__in=["nurse_reviewer", "physician_reviewer"]),
                name="signed_by_a_reviewer",
            ),
            models.CheckConstraint(
                condition=~Q(signer_role="nurse_reviewer")
                | Q(outcome="certified", recommendation="certify"),
                name="nurse_certifies_only_when_recommended",
            ),
            models.CheckConstraint(
                condition=~Q(signer_role="physician_reviewer")
                | Q(recommendation="certify", outcome="certified")
                | ~Q(rationale=""),
                name="physician_gives_a_rationale",
            ),
            models.CheckConstraint(
                condition=Q(outcome="not_certified")
                | Q(
                    period_start_on__isnull=False,
                    period_end_on__isnull=False,
                    months__isnull=False,
                    period_end_on__gt=F("period_start_on"),
                ),
                name="certified_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["certified", "certified_modified", "not_certified"]),
                name="outcome_is_known",
            ),
        ]
        indexes = [models.Index(fields=["-signed_at", "id"], name="determination_newest")]

    def __str__(self) -> str:
        return f"{self.case.number}: {self.outcome_title}"

    @property
    def outcome_title(self) -> str:
        return STATUS_TITLES[CaseStatus(self.outcome)]

    @property
    def is_adverse(self) -> bool:
        return self.outcome == Outcome.NOT_CERTIFIED


class Letter(SealedModel):
    """A letter as it was produced: its bytes and their SHA-256. Downloads give these bytes."""

    class Audience(models.TextChoices):
        CLINICIAN = "clinician", "Clinician"
        PATIENT = "patient", "Patient"

    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="letters"
    )
    audience = models.CharField(max_length=10, choices=Audience.choices)
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ["audience"]
        constraints = [
            models.UniqueConstraint(
                fields=["determination", "audience"], name="one_letter_an_audience"
            )
        ]

    def __str__(self) -> str:
        return f"Letter for the {self.audience}"
