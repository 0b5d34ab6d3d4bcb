"""Who works here, at which sites, and who are the people being treated?"""

from __future__ import annotations

import uuid
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from certification.models.prepared import Prepared, is_held
from certification.readers import READERS
from config.roles import Permission, Role, permissions_of


class Site(models.Model):
    """A clinic or reviewing office. People see patients of their own sites only."""

    key = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, default="America/New_York")
    address = models.CharField(max_length=240, blank=True)
    appeal_instructions = models.TextField(
        blank=True, help_text="How and where a determination of this site can be appealed."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Reach(NamedTuple):
    """What a person may do, and whose records they reach."""

    roles: frozenset[str]
    sites: frozenset[int]


class User(AbstractUser):
    """A member of staff. Roles are rows; Django's own permission tables are not used."""

    name = models.CharField("printed name", max_length=150)
    credentials = models.CharField(
        max_length=60, blank=True, help_text="For example RN, MD, PharmD."
    )
    licence_number = models.CharField(max_length=60, blank=True)
    is_demo = models.BooleanField("demo account", default=False)
    reader = models.CharField(
        "how to speak to them", max_length=20, blank=True, default="",
        choices=[(key, title) for key, title in READERS.items() if key], editable=False,
    )  # fmt: skip
    sites = models.ManyToManyField(Site, blank=True, related_name="users")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.signing_name

    @property
    def signing_name(self) -> str:
        """The name as it is printed under a signature, with credentials."""
        name = self.name or self.username
        return f"{name}, {self.credentials}" if self.credentials else name

    @property
    def role_keys(self) -> frozenset[str]:
        return self.reach.roles

    @property
    def site_ids(self) -> frozenset[int]:
        return self.reach.sites

    @cached_property
    def reach(self) -> Reach:
        """Read once for each request."""
        if is_held(self, "role_grants") and is_held(self, "sites"):
            return Reach(
                frozenset(grant.role for grant in self.role_grants.all()),
                frozenset(site.pk for site in self.sites.all()),
            )
        rows = _REACH.rows(user=self.pk)
        return Reach(
            frozenset(role for role, _ in rows if role is not None),
            frozenset(site for _, site in rows if site is not None),
        )

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in permissions_of(self.role_keys)


class RoleGrant(models.Model):
    """One role that one person holds, and who gave it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=40, choices=[(r.value, r.value) for r in Role])
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="role_once_a_person")]

    def __str__(self) -> str:
        return self.role


_REACH: Prepared[tuple[str | None, int | None]] = Prepared(
    lambda user: User.objects.filter(pk=user).order_by().values_list("role_grants__role", "sites"),
    user=User._meta.pk,
)


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)

    def search(self, words: str) -> Self:
        """Every word must begin a name or be the record number."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(family_name__istartswith=word)
                | Q(given_name__istartswith=word)
                | Q(record_number__iexact=word)
            )
        return found


class Patient(models.Model):
    """A person with MS. Addressed by ``id`` only: names and record numbers stay out of URLs."""

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        OTHER = "other", "Other or not stated"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    record_number = models.CharField(max_length=40)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex.choices)
    ms_course = models.CharField(
        max_length=40, blank=True, help_text="A choice of the fact that describes the MS type."
    )
    onset_on = models.DateField("first symptom on", null=True, blank=True)
    diagnosed_on = models.DateField(null=True, blank=True)
    icd10cm_code = models.CharField("ICD-10-CM code", max_length=10, blank=True)
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "record_number"], name="record_once_a_site"),
            models.CheckConstraint(
                condition=Q(onset_on__isnull=True) | Q(onset_on__gte=models.F("birth_date")),
                name="onset_after_birth",
            ),
            models.CheckConstraint(
                condition=Q(diagnosed_on__isnull=True)
                | Q(diagnosed_on__gte=models.F("birth_date")),
                name="diagnosis_after_birth",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "family_name", "given_name", "id"], name="patient_list")
        ]

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_name}"

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def age_on(self, day: date) -> int:
        """Age in completed years on ``day``."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if had_birthday else 1)


class PriorTherapy(models.Model):
    """One earlier disease-modifying therapy of one person: a row of the treatment history.

    ``agent``, ``efficacy_class`` and ``stop_reason`` hold values that the fact ``prior_dmts`` of
    the reference content offers.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="prior_therapies")
    agent = models.CharField(max_length=40)
    efficacy_class = models.CharField(max_length=20, blank=True)
    started_on = models.DateField(null=True, blank=True)
    stopped_on = models.DateField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Months of treatment, when the dates are not known."
    )
    stop_reason = models.CharField(max_length=40, blank=True)
    adherent = models.BooleanField(null=True, blank=True)
    note = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on__isnull=True)
                | Q(stopped_on__isnull=True)
                | Q(stopped_on__gte=models.F("started_on")),
                name="therapy_stops_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.agent

    def as_row(self, months: int | None) -> dict[str, Any]:
        """This therapy as a row of the treatment-history fact. ``months``: from the dates."""
        row: dict[str, Any] = {"agent": self.agent}
        if self.efficacy_class:
            row["efficacy_class"] = self.efficacy_class
        if months is not None:
            row["months"] = months
        if self.stop_reason:
            row["stop_reason"] = self.stop_reason
        if self.adherent is not None:
            row["adherent"] = self.adherent
        return row
