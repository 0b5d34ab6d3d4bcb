"""What happened, who did it, and who looked?

Audit events name their objects by key, without foreign keys: history survives its subjects. They
are only ever added; the database refuses anything else.
"""

from __future__ import annotations

from django.db import models

from certification.models.determinations import SealedModel, SealedQuerySet


class AuditEvent(SealedModel):
    """One act or one opening of a record. ``id`` gives the order, ``at`` the clock time."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=220)
    actor_roles = models.CharField(max_length=240, blank=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    site_id = models.BigIntegerField(null=True, db_index=True)
    patient_id = models.UUIDField(null=True, db_index=True)
    case_id = models.UUIDField(null=True, db_index=True)
    data = models.JSONField(default=dict)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="event_of_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type}"
