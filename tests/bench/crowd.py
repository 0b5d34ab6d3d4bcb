"""A large installation for measuring: invented people, cases, determinations and audit events.

A few hundred cases are whole and made by the actions; the others are rows that make lists long.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from certification.models import (
    AuditEvent,
    Case,
    CriteriaVersion,
    Determination,
    Patient,
    Site,
    TurnaroundProfile,
    User,
)
from certification.workflow import OPEN_STATUSES, CaseStatus, Outcome

NOW = datetime.now(UTC).replace(microsecond=0)
BATCH = 2_000
FAMILY = [a + b.lower() for a in "BCDFGHJKLM" for b in ("Arlo", "Erin", "Imra", "Ondo", "Ulma")]
STATUSES = [*[CaseStatus.CERTIFIED] * 6, *CaseStatus]

Row = TypeVar("Row", bound=Model)


def grow(*, patients: int, cases: int) -> None:
    """Adds rows until there are so many people and cases."""
    chance = random.Random(patients)
    sites = list(Site.objects.order_by("pk"))
    nurse = User.objects.get(username="nurse")
    _write(Patient, _patients(patients - Patient.objects.count(), chance, sites))
    people = list(Patient.objects.order_by("record_number").values_list("pk", "site_id"))
    wanted = cases - Case.objects.count()
    _write(Case, _cases(wanted, chance, people, nurse))
    _write(Determination, _determinations(nurse))
    _write(AuditEvent, _openings(wanted, chance, people, nurse))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write(model: type[Row], rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, BATCH)):
        model._default_manager.bulk_create(batch)


def _patients(count: int, chance: random.Random, sites: list[Site]) -> Iterator[Patient]:
    start = Patient.objects.count()
    for number in range(start, start + count):
        yield Patient(
            site=sites[number % len(sites)],
            record_number=f"BULK-{number:07d}",
            given_name=chance.choice(FAMILY),
            family_name=f"{chance.choice(FAMILY)}-{number % 1000}",
            birth_date=date(1950, 1, 1) + timedelta(days=chance.randint(0, 18_000)),
            sex=chance.choice(Patient.Sex.values),
            is_synthetic=True,
        )


def _cases(
    count: int, chance: random.Random, people: list[tuple[Any, int]], nurse: User
) -> Iterator[Case]:
    versions = list(CriteriaVersion.objects.defer("document"))
    profiles = list(TurnaroundProfile.objects.all())
    start = Case.objects.count()
    for number in range(start, start + count):
        patient_id, site_id = chance.choice(people)
        version, profile = chance.choice(versions), chance.choice(profiles)
        status = chance.choice(STATUSES)
        opened = NOW - timedelta(minutes=chance.randint(10, 60 * 24 * 900))
        is_open, is_pended = status in OPEN_STATUSES, status == CaseStatus.PENDED
        yield Case(
            number=f"B-{number:07d}",
            site_id=site_id,
            patient_id=patient_id,
            therapy_id=version.therapy_id,
            request_type=version.request_type,
            criteria_version=version,
            status=status,
            ordering_clinician="Dr Sample-Orderer",
            service_on=opened.date() + timedelta(days=10),
            turnaround_profile=profile,
            urgency=profile.urgency,
            due_at=None if is_pended else opened + timedelta(hours=profile.hours),
            time_left=timedelta(hours=5) if is_pended else None,
            opened_by=nurse,
            opened_at=opened,
            closed_at=None if is_open else opened + timedelta(hours=3),
        )


def _determinations(nurse: User) -> Iterator[Determination]:
    """A row for every certified case that has none. Only what lists read of it is filled in."""
    cases = Case.objects.filter(status=CaseStatus.CERTIFIED, determination__isnull=True)
    for case in list(cases.only("pk", "criteria_version_id", "service_on", "closed_at")):
        yield Determination(
            case=case,
            criteria_version_id=case.criteria_version_id,
            outcome=Outcome.CERTIFIED,
            recommendation="certify",
            as_of=case.service_on,
            period_start_on=case.service_on,
            period_end_on=case.service_on + timedelta(days=365),
            months=12,
            signed_by=nurse,
            signed_at=case.closed_at or NOW,
            signer_name=nurse.signing_name,
            signer_role="nurse_reviewer",
            signature_meaning="For measuring.",
            content_hash="0" * 64,
            record={},
            seal="0" * 64,
        )


def _openings(
    count: int, chance: random.Random, people: list[tuple[Any, int]], nurse: User
) -> Iterator[AuditEvent]:
    for _ in range(count):
        patient_id, site_id = chance.choice(people)
        yield AuditEvent(
            at=NOW - timedelta(minutes=chance.randint(10, 60 * 24 * 900)),
            actor_id=nurse.pk,
            actor_name=nurse.signing_name,
            actor_roles="nurse_reviewer",
            verb="opened",
            object_type="patient",
            object_id=str(patient_id),
            site_id=site_id,
            patient_id=patient_id,
        )
