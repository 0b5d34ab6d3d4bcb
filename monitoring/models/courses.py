"""Who receives which infusion therapy, what has been given, and what is booked?

Visits are events. Whether a course is active, in its tail or over, how much of its budget is left
and whether a booked visit was forgotten are computed from them and never stored.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from certification.models import Case, Determination, Patient, Site, Therapy, User


class CourseQuerySet(models.QuerySet["InfusionCourse"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)

    def running(self) -> Self:
        """Not stopped. People in the tail after stopping are watched too; see ``watched``."""
        return self.filter(stopped_on__isnull=True)

    def watched(self, *, as_of: date) -> Self:
        """Running, or stopped but still inside the time that the protocol goes on watching."""
        return self.filter(Q(watch_until_on__isnull=True) | Q(watch_until_on__gte=as_of))

    def of_nurse(self, user_id: int) -> Self:
        """The people of one nurse: courses that she opened, booked visits for or recorded."""
        visits = Visit.objects.filter(
            Q(booked_by=user_id) | Q(recorded_by=user_id), course=OuterRef("pk")
        )
        return self.filter(Q(opened_by=user_id) | Exists(visits))

    def stale(self, *, as_of: date) -> Self:
        """The schedule no longer holds because time has passed, or was never worked out."""
        return self.filter(
            Q(planned_through_on__lt=as_of)
            | Q(planned_through_on__isnull=True, watch_until_on__isnull=True)
            | Q(planned_through_on__isnull=True, watch_until_on__gte=as_of)
        )


class InfusionCourse(models.Model):
    """One therapy for one person, from its first planned infusion to the end of its tail.

    ``watch_until_on`` is empty while the course runs or its tail has no end; it is written when the
    course is stopped, from the protocol's tail. ``planned_through_on``, ``nothing_due_because`` and
    ``renew_from_on`` are written with the schedule, in one transaction. ``revision`` is the
    optimistic lock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="courses")
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="courses")
    protocol_version = models.ForeignKey(
        "monitoring.ProtocolVersion", on_delete=models.PROTECT, related_name="courses"
    )
    start_on = models.DateField("first infusion planned or given on")
    stopped_on = models.DateField(null=True, blank=True)
    stop_reason = models.CharField(max_length=400, blank=True)
    stopped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stopped_at = models.DateTimeField(null=True, blank=True)
    watch_until_on = models.DateField(null=True, blank=True)
    facts = models.JSONField(
        default=dict, blank=True, help_text="What is known beside results, by fact key."
    )
    planned_through_on = models.DateField(
        null=True,
        blank=True,
        help_text="The schedule has been worked out up to this day; later it is worked out anew.",
    )
    nothing_due_because = models.CharField(
        max_length=400, blank=True, help_text="Why the schedule holds no open item, if it does not."
    )
    renew_from_on = models.DateField(
        null=True, blank=True, help_text="From this day on a renewal is prompted."
    )
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["-start_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stopped_on__isnull=True, stopped_by__isnull=True,
                            stopped_at__isnull=True, stop_reason="")
                | (Q(stopped_on__isnull=False, stopped_by__isnull=False, stopped_at__isnull=False)
                   & ~Q(stop_reason="")),
                name="stopped_by_at_and_why",
            ),
            models.CheckConstraint(
                condition=Q(watch_until_on__isnull=True) | Q(stopped_on__isnull=False),
                name="tail_only_after_stop",
            ),
            models.UniqueConstraint(
                fields=["patient", "therapy"],
                condition=Q(stopped_on__isnull=True),
                name="one_running_course_a_therapy",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["site", "planned_through_on", "watch_until_on", "id"], name="course_replan"
            ),
            models.Index(fields=["site", "nothing_due_because", "id"], name="course_without_items"),
            models.Index(
                fields=["site", "renew_from_on", "id"],
                condition=Q(stopped_on__isnull=True),
                name="course_renewing",
            ),
            # With the therapy, so that lists of one therapy find the person in the index alone.
            models.Index(fields=["patient", "-start_on", "therapy"], name="course_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.therapy} from {self.start_on:%Y-%m-%d}"

    @property
    def is_running(self) -> bool:
        return self.stopped_on is None


class CourseAuthorization(models.Model):
    """A certified determination that this course may spend: its period and its infusions."""

    course = models.ForeignKey(
        InfusionCourse, on_delete=models.PROTECT, related_name="authorizations"
    )
    determination = models.OneToOneField(
        Determination, on_delete=models.PROTECT, related_name="course_authorization"
    )
    start_on = models.DateField()
    end_on = models.DateField()
    infusions = models.PositiveSmallIntegerField(null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["start_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__gt=F("start_on")), name="authorization_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.start_on:%Y-%m-%d} to {self.end_on:%Y-%m-%d}"


class RelapseAnswer(models.Model):
    """Does the relapse that this course treated change the therapy? Answered once, by name.

    ``case``: the request that came of a yes. Until one is opened, a nurse reviewer is asked to.
    """

    course = models.OneToOneField(
        InfusionCourse, on_delete=models.PROTECT, related_name="relapse_answer"
    )
    changes_therapy = models.BooleanField()
    note = models.CharField(max_length=400, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True) | Q(changes_therapy=True),
                name="only_a_yes_has_a_case",
            )
        ]

    def __str__(self) -> str:
        return "changes the therapy" if self.changes_therapy else "does not change the therapy"


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(course__site_id__in=user.site_ids)

    def given(self) -> Self:
        return self.filter(state=Visit.State.INFUSED)

    def booked(self) -> Self:
        return self.filter(state=Visit.State.SCHEDULED)


class Visit(models.Model):
    """One infusion visit: booked, infused, not infused with a reason, or missed."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        INFUSED = "infused", "Infused"
        NOT_INFUSED = "not_infused", "Not infused"
        MISSED = "missed", "Missed"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(InfusionCourse, on_delete=models.PROTECT, related_name="visits")
    scheduled_on = models.DateField()
    scheduled_time = models.TimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    reason = models.CharField(max_length=400, blank=True)
    infused_on = models.DateField(null=True, blank=True)
    dose = models.CharField(max_length=60, blank=True)
    batch = models.CharField("batch or lot number", max_length=60, blank=True)
    batch_expires_on = models.DateField(null=True, blank=True)
    rate = models.CharField(max_length=120, blank=True)
    premedication = models.CharField(max_length=240, blank=True)
    observed_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    vitals = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    checklist = models.JSONField(default=dict, blank=True)
    checklist_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checklist_at = models.DateTimeField(null=True, blank=True)
    booked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["scheduled_on", "scheduled_time", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="infused")
                | (Q(infused_on__isnull=False) & ~Q(dose="") & ~Q(batch="")),
                name="infused_has_day_dose_and_batch",
            ),
            models.CheckConstraint(
                condition=Q(state="infused") | Q(infused_on__isnull=True),
                name="only_infused_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["not_infused", "missed", "cancelled"]) | ~Q(reason=""),
                name="not_infused_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="scheduled", recorded_by__isnull=True, recorded_at__isnull=True)
                | (~Q(state="scheduled") & Q(recorded_by__isnull=False, recorded_at__isnull=False)),
                name="recorded_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(checklist_by__isnull=True, checklist_at__isnull=True)
                | Q(checklist_by__isnull=False, checklist_at__isnull=False),
                name="checklist_by_and_at",
            ),
            models.UniqueConstraint(
                fields=["course", "scheduled_on"],
                condition=Q(state="scheduled"),
                name="one_booking_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "scheduled_on", "id"], name="visit_board"),
            # Whose people they are: see ``worklist.few_courses``.
            models.Index(fields=["booked_by", "course"], name="visit_booked_by"),
            models.Index(fields=["recorded_by", "course"], name="visit_recorded_by"),
        ]

    def __str__(self) -> str:
        return f"Visit of {self.scheduled_on:%Y-%m-%d}"


class Reaction(models.Model):
    """An infusion reaction: its CTCAE grade, what was seen and what was done."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="reactions")
    grade = models.PositiveSmallIntegerField("CTCAE grade")
    symptoms = models.CharField(max_length=240)
    began_minutes = models.PositiveSmallIntegerField(
        "minutes after the start", null=True, blank=True
    )
    treatment = models.CharField(max_length=400, blank=True)
    outcome = models.CharField(max_length=240, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__gte=1, grade__lte=5), name="ctcae_grade_1_to_5"
            )
        ]

    def __str__(self) -> str:
        return f"Grade {self.grade}: {self.symptoms}"
