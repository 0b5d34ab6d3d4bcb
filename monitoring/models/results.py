"""What came back: antibodies, MRI, laboratory values, examinations?

Four dates: requested, done, reported, seen. A correction is a new row that supersedes the old one.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from certification.models import Patient, Site, User

STRUCK_OUT = Q(reported_on__isnull=True, supersedes__isnull=False)
"""Stands in the place of a result that was taken out, and has none of its own."""


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)

    def standing(self) -> Self:
        """Reported and not superseded by a correction.

        Asked as a question to each row: a join on corrections, of which there are few, makes SQLite
        read the whole table once it has counted them.
        """
        corrections = Result.objects.filter(supersedes=OuterRef("pk"))
        return self.filter(~Exists(corrections), reported_on__isnull=False)

    def awaited(self) -> Self:
        """Requested or done, and not reported yet."""
        return self.filter(reported_on__isnull=True).exclude(STRUCK_OUT)

    def to_see(self) -> Self:
        """Reported, and nobody has confirmed having seen it."""
        return self.standing().filter(seen_at__isnull=True)


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)


class ImportBatch(models.Model):
    """One CSV file of results that was taken in. The same file twice changes nothing.

    ``report``: what became of each line, as plain data.
    """

    sha256 = models.CharField(max_length=64)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    report = models.JSONField(default=list, blank=True)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return self.file_name


class CheckedFileQuerySet(models.QuerySet["CheckedFile"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)

    def waiting(self) -> Self:
        """Checked, and neither imported nor put aside: the content is still there."""
        return self.filter(finished_at__isnull=True)


class CheckedFile(models.Model):
    """A CSV file whose report somebody has before their eyes, so that exactly it can be imported.

    The content is kept only until it is imported or put aside.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    content = models.BinaryField(blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CheckedFileQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(content=b""),
                name="content_only_until_finished",
            ),
            models.CheckConstraint(
                condition=Q(batch__isnull=True) | Q(finished_at__isnull=False),
                name="imported_means_finished",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Result(models.Model):
    """One result of one test. ``facts``: the values by fact key, as the engine reads them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="results")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    test = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, blank=True)
    requested_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    reported_on = models.DateField(null=True, blank=True)
    seen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    correction_reason = models.CharField(max_length=240, blank=True)
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="results"
    )
    import_key = models.CharField(max_length=64, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["-done_on", "-entered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_by__isnull=True, seen_at__isnull=True)
                | Q(seen_by__isnull=False, seen_at__isnull=False, reported_on__isnull=False),
                name="seen_by_and_at_after_report",
            ),
            models.CheckConstraint(
                condition=Q(reported_on__isnull=True) | Q(done_on__isnull=False),
                name="reported_means_done",
            ),
            models.CheckConstraint(
                condition=Q(reported_on__isnull=True) | Q(reported_on__gte=F("done_on")),
                name="reported_after_done",
            ),
            models.CheckConstraint(
                condition=Q(requested_on__isnull=True)
                | Q(done_on__isnull=True)
                | Q(done_on__gte=F("requested_on")),
                name="done_after_requested",
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | ~Q(correction_reason=""),
                name="correction_says_why",
            ),
            models.UniqueConstraint(
                fields=["site", "import_key"],
                condition=~Q(import_key=""),
                name="imported_once",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "test", "-done_on"], name="result_of_patient"),
            models.Index(
                fields=["site", "reported_on", "id", "patient", "test"],
                condition=Q(seen_at__isnull=True, reported_on__isnull=False),
                name="result_to_see",
            ),
        ]

    def __str__(self) -> str:
        return self.test

    @property
    def is_struck_out(self) -> bool:
        return self.reported_on is None and self.supersedes_id is not None
