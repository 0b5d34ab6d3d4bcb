"""Which people would get another recommendation under other criteria, and what was that found from?

An impact study is a row: whoever approves a version reads the same result as whoever had it made.
What is documented about each case is kept in a form that a database can ask as a whole; it is
always told apart from newer answers by the revisions that it was read from.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from certification.models.cases import Case
from certification.models.criteria import CriteriaVersion, RequestType
from certification.models.people import Patient, Site, User
from certification.models.therapies import Therapy


class ImpactStudy(models.Model):
    """One document of criteria (a version, or a draft of one) against a version of the same set.

    While it runs, ``phase`` and ``position`` say what was done last, ``done`` and ``total`` how far
    it is. ``counts`` holds, by kind of record and by pair of recommendations, how many; ``reasons``
    how often each criterion was among what changed.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"

    class Phase(models.TextChoices):
        CASES = "cases", "Reading what is documented"
        MONITORED = "monitored", "Asking monitoring what it knows"
        COUNTING = "counting", "Applying both versions"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    set_key = models.SlugField(max_length=100)
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="+")
    request_type = models.CharField(max_length=20, choices=RequestType.choices)
    title = models.CharField(max_length=240)
    label = models.CharField("version", max_length=40)
    version = models.ForeignKey(
        CriteriaVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="studies"
    )
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)
    base = models.ForeignKey(CriteriaVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.CASES)
    position = models.CharField(max_length=40, blank=True)
    last_id = models.BigIntegerField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "impact study"
        verbose_name_plural = "impact studies"
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_by__isnull=True, cancelled_at__isnull=True)
                | Q(cancelled_by__isnull=False, cancelled_at__isnull=False),
                name="study_cancelled_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(state="finished", finished_at__isnull=False)
                | (~Q(state="finished") & Q(finished_at__isnull=True)),
                name="study_finished_at",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="study_cancelled_at",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="study_never_beyond_its_total"
            ),
        ]
        indexes = [
            models.Index(fields=["set_key", "-started_at"], name="study_of_set"),
            models.Index(fields=["content_hash", "-started_at"], name="study_of_content"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.label})"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_finished(self) -> bool:
        return self.state == self.State.FINISHED


class StudiedKind(models.TextChoices):
    OPEN = "open", "Open case"
    PAST = "past", "Past determination"
    MONITORED = "monitored", "Monitored person"


class StoredFacts(models.Model):
    """What is documented about one case, or about one monitored person for one study.

    ``answers``, ``seen`` and ``asked``: see ``criteria_sql.stored``. The revisions are those that
    were read; an open case is read again when one of them, or the day at its site, has moved on.
    """

    kind = models.CharField(max_length=10, choices=StudiedKind.choices)
    set_key = models.SlugField(max_length=100)
    case = models.OneToOneField(
        Case, on_delete=models.CASCADE, null=True, blank=True, related_name="stored_facts"
    )
    study = models.ForeignKey(
        ImpactStudy, on_delete=models.CASCADE, null=True, blank=True, related_name="people"
    )
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    answers = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    asked = models.JSONField(default=dict)
    case_revision = models.PositiveIntegerField(default=0)
    patient_revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="monitored", study__isnull=False, case__isnull=True)
                | Q(kind__in=["open", "past"], study__isnull=True, case__isnull=False),
                name="facts_of_a_case_or_for_a_study",
            ),
        ]
        indexes = [models.Index(fields=["set_key", "id"], name="facts_of_set")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, as of {self.as_of:%Y-%m-%d}"


class ImpactChange(models.Model):
    """One record whose recommendation differs. ``before`` is what the base says, ``after`` what the
    studied document says; the marks are those of ``criteria_sql.statement``."""

    study = models.ForeignKey(ImpactStudy, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=StudiedKind.choices)
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    marks_before = models.TextField(blank=True)
    marks_after = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["study", "kind", "before", "after", "id"], name="change_list")
        ]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"
