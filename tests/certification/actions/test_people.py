"""Registering people and keeping their registration right."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from certification.actions.people import register_patient, set_prior_therapies, update_patient
from certification.models import AuditEvent, Patient, Site, User
from certification.policies import Refused, Stale
from tests.factories import FactFactory, SiteFactory, UserFactory

PERSON: dict[str, Any] = {
    "record_number": "A-1",
    "given_name": "Ada",
    "family_name": "Example",
    "birth_date": date(1985, 3, 14),
    "sex": "female",
}


def test_registered_with_what_was_given(nurse: User, site: Site, now: datetime) -> None:
    patient = register_patient(
        by=nurse, now=now, site=site, **PERSON | {"given_name": "  Ada \t Maria "}
    )
    assert Patient.objects.get() == patient
    assert patient.given_name == "Ada Maria"
    event = AuditEvent.objects.get()
    assert event.patient_id == patient.pk
    assert event.data["changed"]["birth_date"] == {"old": None, "new": "1985-03-14"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"record_number": " "}, "record_number"),
        ({"record_number": "x" * 41}, "record_number"),
        ({"given_name": ""}, "given_name"),
        ({"family_name": "Ex\x00ample"}, "family_name"),
        ({"family_name": "Ex\u202eample"}, "family_name"),
        ({"birth_date": date(2027, 1, 12)}, "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date"),
        ({"sex": "unsure"}, "sex"),
        ({"onset_on": date(1984, 1, 1)}, "onset_on"),
        ({"onset_on": date(2027, 2, 1)}, "onset_on"),
        ({"onset_on": date(2020, 2, 1), "diagnosed_on": date(2019, 1, 1)}, "diagnosed_on"),
        ({"ms_course": "unheard_of"}, "ms_course"),
        ({"icd10cm_code": "G35"}, "icd10cm_code"),
    ],
)
def test_bad_registration_is_refused_at_its_field(
    nurse: User, site: Site, now: datetime, changes: dict[str, Any], field: str
) -> None:
    FactFactory(key="phenotype", choices=[{"value": "RRMS", "label": "Relapsing-remitting"}])
    FactFactory(
        key="icd10cm_code",
        choices=[
            {"value": "G35.A", "label": "G35.A", "valid_from": "2025-10-01"},
            {"value": "G35", "label": "G35", "valid_until": "2025-09-30"},
        ],
    )
    with pytest.raises(Refused) as refusal:
        register_patient(by=nurse, now=now, site=site, **PERSON | changes)
    assert refusal.value.field == field
    assert not Patient.objects.exists()
    assert not AuditEvent.objects.exists()


def test_record_number_is_unique_at_a_site_only(nurse: User, site: Site, now: datetime) -> None:
    register_patient(by=nurse, now=now, site=site, **PERSON)
    with pytest.raises(Refused, match="registered at this site already"):
        register_patient(by=nurse, now=now, site=site, **PERSON)
    other = SiteFactory()
    elsewhere = UserFactory(roles=["nurse_reviewer"], sites=[other])
    register_patient(by=elsewhere, now=now, site=other, **PERSON)


def test_update_keeps_old_and_new_value(nurse: User, patient: Patient, now: datetime) -> None:
    old = patient.family_name
    changed = update_patient(
        by=nurse, now=now, patient=patient, revision=1, family_name="Newname", sex=patient.sex
    )
    assert changed.revision == 2
    event = AuditEvent.objects.get()
    assert event.data["changed"] == {"family_name": {"old": old, "new": "Newname"}}


def test_two_people_at_one_registration(
    nurse: User, patient: Patient, site: Site, now: datetime
) -> None:
    other = UserFactory(roles=["nurse_reviewer"], sites=[site], name="Second Nurse")
    update_patient(by=other, now=now, patient=patient, revision=1, family_name="Theirs")
    with pytest.raises(Stale) as stale:
        update_patient(by=nurse, now=now, patient=patient, revision=1, family_name="Mine")
    (change,) = stale.value.changed
    assert (change.key, change.new, change.by) == ("family_name", "Theirs", "Second Nurse")
    # Another field, and the same value, are no clash.
    update_patient(by=nurse, now=now, patient=patient, revision=1, given_name="Mine")
    update_patient(by=nurse, now=now, patient=patient, revision=1, family_name="Theirs")
    patient.refresh_from_db()
    assert (patient.given_name, patient.family_name) == ("Mine", "Theirs")


def test_unknown_field_is_a_programming_error(nurse: User, patient: Patient, now: datetime) -> None:
    with pytest.raises(TypeError, match="site"):
        update_patient(by=nurse, now=now, patient=patient, revision=1, site=None)


def test_history_is_replaced_as_a_whole(nurse: User, patient: Patient, now: datetime) -> None:
    first = {"agent": "first_drug", "started_on": date(2020, 1, 1), "stopped_on": date(2021, 1, 1)}
    set_prior_therapies(by=nurse, now=now, patient=patient, rows=[first, {"agent": "second_drug"}])
    set_prior_therapies(by=nurse, now=now, patient=patient, rows=[{"agent": "second_drug"}])
    assert [t.agent for t in patient.prior_therapies.all()] == ["second_drug"]
    newest = AuditEvent.objects.first()
    assert newest is not None
    assert len(newest.data["changed"]["prior_therapies"]["old"]) == 2


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"agent": ""}, "rows.1.agent"),
        ({"agent": "unheard_of"}, "rows.1.agent"),
        ({"agent": "first_drug", "started_on": date(1980, 1, 1)}, "rows.1.started_on"),
        ({"agent": "first_drug", "stopped_on": date(2030, 1, 1)}, "rows.1.stopped_on"),
        (
            {"agent": "first_drug", "started_on": date(2021, 1, 1), "stopped_on": date(2020, 1, 1)},
            "rows.1.stopped_on",
        ),
        ({"agent": "first_drug", "months": -1}, "rows.1.months"),
        ({"agent": "first_drug", "dose": "1"}, "rows.1"),
    ],
)
def test_bad_history_row_is_refused(
    nurse: User, patient: Patient, now: datetime, row: dict[str, Any], field: str
) -> None:
    FactFactory(
        key="prior_dmts",
        type="rows",
        rules={"fields": [{"key": "agent", "choices": [{"value": "first_drug"}]}]},
    )
    with pytest.raises(Refused) as refusal:
        set_prior_therapies(by=nurse, now=now, patient=patient, rows=[row])
    assert refusal.value.field == field


def test_stale_history_is_refused(nurse: User, patient: Patient, now: datetime) -> None:
    set_prior_therapies(by=nurse, now=now, patient=patient, rows=[{"agent": "a"}], revision=1)
    with pytest.raises(Stale):
        set_prior_therapies(
            by=nurse, now=now + timedelta(minutes=1), patient=patient, rows=[], revision=1
        )
