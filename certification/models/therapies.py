"""Which infusion therapies are known, and within which turnaround are requests answered?"""

from __future__ import annotations

from django.db import models

from certification.models.editorial import Confidence, EditorialModel, EditorialQuerySet


class Therapy(EditorialModel):
    """An infusion therapy. ``details`` is the rest of its entry in the reference pack: brands,
    dosing, premedication, screening, each with citations and confidence."""

    SEALED_FIELDS = ("key", "generic", "therapy_class", "route", "efficacy", "off_label", "details")

    class Efficacy(models.TextChoices):
        MODERATE = "moderate", "Moderate efficacy"
        HIGH = "high", "High efficacy"
        NONE = "none", "Relapse treatment"

    key = models.SlugField(unique=True, max_length=60)
    generic = models.CharField("generic name", max_length=120)
    brands = models.CharField(max_length=240, blank=True, help_text="Separated by commas.")
    therapy_class = models.CharField("class", max_length=160, blank=True)
    route = models.CharField(max_length=160, blank=True)
    efficacy = models.CharField(max_length=10, choices=Efficacy.choices)
    off_label = models.BooleanField(default=False)
    details = models.JSONField(default=dict, blank=True)

    objects = EditorialQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["generic", "key"]
        verbose_name_plural = "therapies"

    def __str__(self) -> str:
        return self.generic


class TurnaroundProfile(EditorialModel):
    """How long a request may take, as data with a source. The clock pauses while pended."""

    SEALED_FIELDS = ("key", "title", "urgency", "hours", "calendar", "note", "verified")

    class Urgency(models.TextChoices):
        STANDARD = "standard", "Standard"
        EXPEDITED = "expedited", "Expedited"

    class Calendar(models.TextChoices):
        CLOCK = "clock", "Clock hours"
        WORKING_DAYS = "working_days", "Working days (24 hours each, Monday to Friday)"

    key = models.SlugField(unique=True, max_length=60)
    title = models.CharField(max_length=120)
    urgency = models.CharField(max_length=20, choices=Urgency.choices)
    hours = models.PositiveIntegerField(help_text="Time to a determination, in hours.")
    calendar = models.CharField(max_length=20, choices=Calendar.choices, default=Calendar.CLOCK)
    note = models.TextField(blank=True)
    verified = models.CharField(
        max_length=20, choices=Confidence.choices, default=Confidence.PROPOSED
    )

    objects = EditorialQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["urgency", "hours"]

    def __str__(self) -> str:
        return self.title


class DeterminationReason(EditorialModel):
    """A coded reason for an adverse or a modified determination."""

    SEALED_FIELDS = ("key", "kind", "label", "says", "plain")

    class Kind(models.TextChoices):
        ADVERSE = "adverse", "Not certified"
        MODIFIED = "modified", "Certified, modified"

    key = models.SlugField(unique=True, max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    label = models.CharField(max_length=120)
    says = models.TextField(help_text="What this reason means, for the clinician.")
    plain = models.TextField(blank=True, help_text="The same for the patient, in plain words.")

    objects = EditorialQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["kind", "label"]

    def __str__(self) -> str:
        return self.label
