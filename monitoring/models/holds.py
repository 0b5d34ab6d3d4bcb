"""What stops the next infusion, and what does somebody have to be told?"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from certification.models import Patient, Site, User
from monitoring.models.courses import InfusionCourse
from monitoring.models.results import Result


class HoldQuerySet(models.QuerySet["Hold"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(course__site_id__in=user.site_ids)

    def active(self) -> Self:
        return self.filter(released_at__isnull=True)


class Hold(models.Model):
    """Stops the next infusion of a course until a named person releases it with a reason."""

    course = models.ForeignKey(InfusionCourse, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=400)
    rule = models.CharField(max_length=100, blank=True)
    cite = models.JSONField(default=list, blank=True)
    result = models.ForeignKey(
        Result, on_delete=models.PROTECT, null=True, blank=True, related_name="holds"
    )
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = models.CharField(max_length=400, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True, released_at__isnull=True, release_reason="")
                | (Q(released_by__isnull=False, released_at__isnull=False)
                   & ~Q(release_reason="")),
                name="released_by_at_and_why",
            ),
            models.UniqueConstraint(
                fields=["course", "rule", "result"],
                condition=~Q(rule="") & Q(released_at__isnull=True),
                name="one_hold_a_finding",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["placed_at", "id"],
                condition=Q(released_at__isnull=True),
                name="hold_active",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)

    def open(self) -> Self:
        return self.filter(acknowledged_at__isnull=True)


class Alert(models.Model):
    """Tells somebody something; stops nothing. Raised once for the same finding."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alerts")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(
        InfusionCourse, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
    )
    result = models.ForeignKey(
        Result, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
    )
    rule = models.CharField(max_length=100)
    says = models.TextField()
    cite = models.JSONField(default=list, blank=True)
    raised_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["result", "rule"], name="one_alert_a_finding"),
            models.CheckConstraint(
                condition=Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="acknowledged_by_and_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "raised_at", "id"],
                condition=Q(acknowledged_at__isnull=True),
                name="alert_open",
            )
        ]

    def __str__(self) -> str:
        return self.says
