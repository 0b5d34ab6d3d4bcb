"""Sites, staff and people with MS."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from certification.models import Patient, PriorTherapy, RoleGrant, Site, User

PASSWORD = "a long password for tests"


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    key = factory.Sequence(lambda n: f"site-{n}")
    name = factory.Sequence(lambda n: f"Review office {n}")
    time_zone = "America/New_York"
    address = "12 Test Street, Springfield"


class UserFactory(DjangoModelFactory):
    """``roles`` and ``sites`` are lists; without them a person may do nothing."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"Person {n}")

    @factory.post_generation
    def password(self: Any, create: bool, extracted: str | None, **kwargs: Any) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save()

    @factory.post_generation
    def roles(self: Any, create: bool, extracted: Iterable[str] | None, **kwargs: Any) -> None:
        if create:
            RoleGrant.objects.bulk_create(
                RoleGrant(user=self, role=str(role)) for role in extracted or ()
            )

    @factory.post_generation
    def sites(self: Any, create: bool, extracted: Iterable[Site] | None, **kwargs: Any) -> None:
        if create:
            self.sites.set(extracted or ())


class PatientFactory(DjangoModelFactory):
    class Meta:
        model = Patient

    site = factory.SubFactory(SiteFactory)
    record_number = factory.Sequence(lambda n: f"MRN-{n:05d}")
    given_name = "Ada"
    family_name = factory.Sequence(lambda n: f"Example{n}")
    birth_date = date(1985, 3, 14)
    sex = Patient.Sex.FEMALE
    is_synthetic = True


class PriorTherapyFactory(DjangoModelFactory):
    class Meta:
        model = PriorTherapy

    patient = factory.SubFactory(PatientFactory)
    agent = "first_drug"
    efficacy_class = "moderate"
    months = 12
    stop_reason = "breakthrough_activity"
    adherent = True
