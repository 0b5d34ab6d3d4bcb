"""Which requests are being reviewed, what has been documented, and when is an answer due?"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from certification.models.criteria import CriteriaVersion, RequestType
from certification.models.people import Patient, Site, User
from certification.models.therapies import Therapy, TurnaroundProfile
from certification.workflow import (
    DETERMINED_STATUSES,
    OPEN_STATUSES,
    STATUS_TITLES,
    CaseStatus,
)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)

    def at_sites_of(self, user_id: Any) -> Self:
        """What ``visible_to`` gives, in one question that needs no user at hand."""
        return self.filter(site__users=user_id)

    def open(self) -> Self:
        return self.filter(status__in=OPEN_STATUSES)

    def determined(self) -> Self:
        return self.filter(status__in=DETERMINED_STATUSES)

    def overdue(self, *, now: datetime) -> Self:
        """Open, clock running, and past the time by which an answer was due."""
        return self.open().filter(due_at__lt=now)


class Case(models.Model):
    """A request to certify one infusion therapy for one person, pinned to one criteria version.

    The clock: ``due_at`` is set while it runs; while pended ``due_at`` is empty and
    ``time_left`` keeps what remained. ``revision`` is the optimistic lock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cases")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="cases")
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="cases")
    request_type = models.CharField(max_length=20, choices=RequestType.choices)
    criteria_version = models.ForeignKey(
        CriteriaVersion, on_delete=models.PROTECT, related_name="cases"
    )
    status = models.CharField(
        max_length=20,
        choices=[(s.value, title) for s, title in STATUS_TITLES.items()],
        default=CaseStatus.IN_REVIEW,
    )
    ordering_clinician = models.CharField(max_length=120)
    ordering_clinician_number = models.CharField(
        "ordering clinician's NPI", max_length=20, blank=True
    )
    service_on = models.DateField("planned start of service")
    turnaround_profile = models.ForeignKey(TurnaroundProfile, on_delete=models.PROTECT)
    urgency = models.CharField(max_length=20, choices=TurnaroundProfile.Urgency.choices)
    due_at = models.DateTimeField(null=True, blank=True)
    time_left = models.DurationField(null=True, blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["in_review", "referred"])
                | Q(due_at__isnull=False, time_left__isnull=True),
                name="running_case_has_a_due_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="pended") | Q(due_at__isnull=True, time_left__isnull=False),
                name="pended_case_keeps_its_time_left",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["in_review", "pended", "referred"], closed_at__isnull=True)
                | Q(
                    status__in=["certified", "certified_modified", "not_certified", "withdrawn"],
                    closed_at__isnull=False,
                ),
                name="closed_case_has_a_closing_time",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "status", "due_at", "id"], name="case_worklist"),
            models.Index(fields=["patient", "-opened_at"], name="case_of_patient"),
            models.Index(fields=["site", "-opened_at", "id"], name="case_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def status_title(self) -> str:
        return STATUS_TITLES[CaseStatus(self.status)]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_determined(self) -> bool:
        return self.status in DETERMINED_STATUSES


class Answer(models.Model):
    """What is documented for one question of one case.

    ``invalid`` keeps what was typed but could not be accepted, so that nothing typed is lost; it
    never reaches the engine.
    """

    class State(models.TextChoices):
        GIVEN = "given", "Documented"
        NOT_KNOWN = "not_known", "Asked, not known"
        INVALID = "invalid", "Typed, not accepted"

    class Source(models.TextChoices):
        RECORD = "record", "Medical record"
        LABORATORY = "laboratory", "Laboratory report"
        IMAGING = "imaging", "Imaging report"
        CLINICIAN = "clinician", "Ordering clinician"
        PATIENT = "patient", "Patient"
        EARLIER_CASE = "earlier_case", "Earlier case, confirmed"
        REGISTRATION = "registration", "Patient registration"
        MONITORING = "monitoring", "From monitoring, confirmed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="answers")
    fact_key = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices)
    value = models.JSONField(null=True, blank=True)
    typed = models.JSONField(null=True, blank=True)
    observed_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20, choices=Source.choices, blank=True)
    note = models.CharField(max_length=400, blank=True)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["fact_key"]
        constraints = [
            models.UniqueConstraint(fields=["case", "fact_key"], name="one_answer_a_question"),
            models.CheckConstraint(
                condition=~Q(state="given") | Q(value__isnull=False), name="given_has_a_value"
            ),
            models.CheckConstraint(
                condition=Q(state="given") | Q(value__isnull=True), name="only_given_has_a_value"
            ),
        ]

    def __str__(self) -> str:
        return self.fact_key


class InformationRequest(models.Model):
    """A pend: the exact facts that were asked for, of whom, and when the answer came."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="information_requests")
    fact_keys = models.JSONField()
    message = models.TextField(blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    resumed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resumed_by__isnull=True, resumed_at__isnull=True)
                | Q(resumed_by__isnull=False, resumed_at__isnull=False),
                name="resumed_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(resumed_at__isnull=True) | Q(resumed_at__gte=F("asked_at")),
                name="resumed_after_asked",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(resumed_at__isnull=True),
                name="one_open_request_a_case",
            ),
        ]

    def __str__(self) -> str:
        return f"Information request of {self.asked_at:%Y-%m-%d}"


class Referral(models.Model):
    """Why a case was referred to a physician, and by whom."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    reason = models.TextField()
    unmet = models.JSONField(default=list)
    referred_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    referred_at = models.DateTimeField()

    class Meta:
        ordering = ["-referred_at", "-id"]

    def __str__(self) -> str:
        return f"Referral of {self.referred_at:%Y-%m-%d}"
