"""How are people with MS registered, and how is their registration kept right?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from certification.actions.events import record_event
from certification.actions.revisions import changed_data, changes_since
from certification.actions.typed_text import one_line
from certification.models import Patient, PriorTherapy, Site, User
from certification.policies import (
    Refused,
    Stale,
    check_can_edit_patient,
    check_can_register_patient,
)
from certification.registration import (
    HISTORY_FACT,
    PATIENT_FACTS,
    offered_choices,
    offered_columns,
)
from certification.turnaround import local_date

EARLIEST_BIRTH = date(1900, 1, 1)
TEXT_LIMITS = {"record_number": 40, "given_name": 80, "family_name": 80}
EDITABLE = (
    "record_number", "given_name", "family_name", "birth_date", "sex", "ms_course", "onset_on",
    "diagnosed_on", "icd10cm_code",
)  # fmt: skip
HISTORY_COLUMNS = (
    "agent", "efficacy_class", "started_on", "stopped_on", "months", "stop_reason", "adherent",
    "note",
)  # fmt: skip
MOST_THERAPIES = 40
MOST_MONTHS = 1200


@transaction.atomic
def register_patient(
    *,
    by: User,
    now: datetime,
    site: Site,
    record_number: str,
    given_name: str,
    family_name: str,
    birth_date: date,
    sex: str,
    ms_course: str = "",
    onset_on: date | None = None,
    diagnosed_on: date | None = None,
    icd10cm_code: str = "",
    is_synthetic: bool = False,
) -> Patient:
    """Registers a person at one of the reviewer's own sites. Raises ``Refused`` with the field."""
    check_can_register_patient(by, site)
    patient = Patient(
        site=site, record_number=record_number, given_name=given_name, family_name=family_name,
        birth_date=birth_date, sex=sex, ms_course=ms_course, onset_on=onset_on,
        diagnosed_on=diagnosed_on, icd10cm_code=icd10cm_code, is_synthetic=is_synthetic,
    )  # fmt: skip
    _check(patient, EDITABLE, today=local_date(now, site.time_zone))
    _store(patient, adding=True)
    record_event(
        by=by,
        verb="registered patient",
        obj=patient,
        at=now,
        data=changed_data(1, {f: (None, _plain(getattr(patient, f))) for f in EDITABLE}),
    )
    return patient


@transaction.atomic
def update_patient(
    *, by: User, now: datetime, patient: Patient, revision: int, **changes: Any
) -> Patient:
    """Changes registration fields. ``revision``: the one that the form was filled from.

    A field that somebody else changed in the meantime to something different raises ``Stale``.
    """
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not fields of a registration: {', '.join(sorted(unknown))}")
    patient = _locked(patient)
    check_can_edit_patient(by, patient)
    if revision != patient.revision:
        _check_no_clash(patient, revision, changes)
    before = {field: _plain(getattr(patient, field)) for field in changes}
    for field, value in changes.items():
        setattr(patient, field, value)
    _check(patient, changes, today=local_date(now, patient.site.time_zone))
    changed = {
        field: (old, new)
        for field, old in before.items()
        if (new := _plain(getattr(patient, field))) != old
    }
    if changed:
        patient.revision += 1
        _store(patient, adding=False)
    record_event(
        by=by,
        verb="changed patient",
        obj=patient,
        at=now,
        data=changed_data(patient.revision, changed),
    )
    return patient


@transaction.atomic
def set_prior_therapies(
    *,
    by: User,
    now: datetime,
    patient: Patient,
    rows: Iterable[Mapping[str, Any]],
    revision: int | None = None,
) -> list[PriorTherapy]:
    """Replaces the treatment history. A row holds ``HISTORY_COLUMNS``; only ``agent`` is needed.

    ``revision`` None: no form was open. Raises ``Refused`` (field ``rows.N.column``) or ``Stale``.
    """
    patient = _locked(patient)
    check_can_edit_patient(by, patient)
    if revision is not None and revision != patient.revision:
        _check_no_clash(patient, revision, {"prior_therapies": None})
    today = local_date(now, patient.site.time_zone)
    columns = offered_columns(HISTORY_FACT, today)
    therapies = [
        _therapy(patient, row, number, columns, today) for number, row in enumerate(rows, start=1)
    ]
    if len(therapies) > MOST_THERAPIES:
        raise Refused(f"A treatment history has at most {MOST_THERAPIES} rows.", field="rows")
    old = [_history_row(t) for t in patient.prior_therapies.all()]
    patient.prior_therapies.all().delete()
    therapies = PriorTherapy.objects.bulk_create(therapies)
    patient.revision += 1
    patient.save(update_fields=["revision"])
    record_event(
        by=by,
        verb="changed treatment history",
        obj=patient,
        at=now,
        data=changed_data(
            patient.revision, {"prior_therapies": (old, [_history_row(t) for t in therapies])}
        ),
    )
    return therapies


def _locked(patient: Patient) -> Patient:
    return Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)


def _check_no_clash(patient: Patient, revision: int, changes: Mapping[str, Any]) -> None:
    clashes = tuple(
        change
        for key, change in changes_since(patient, revision).items()
        if key in changes and _plain(changes[key]) != change.new
    )
    if clashes:
        raise Stale(
            "Somebody changed this registration in the meantime. Nothing was overwritten; look at "
            "what changed and save again.",
            changed=clashes,
            revision=patient.revision,
        )


def _check(patient: Patient, fields: Iterable[str], *, today: date) -> None:
    """Checks the given fields, and the dates against each other. Raises ``Refused``."""
    for field in fields:
        value = getattr(patient, field)
        if field in TEXT_LIMITS:
            limit = TEXT_LIMITS[field]
            setattr(patient, field, one_line(value, field=field, limit=limit, required=True))
        elif field in {"ms_course", "icd10cm_code"} and value:
            _check_offered(field, value, offered_choices(PATIENT_FACTS[field], today))
    if patient.sex not in Patient.Sex.values:
        raise Refused("Choose female, male, or other or not stated.", field="sex")
    if not EARLIEST_BIRTH <= patient.birth_date <= today:
        raise Refused(
            f"The date of birth lies between {EARLIEST_BIRTH.year} and today.", field="birth_date"
        )
    for field, name in (("onset_on", "first symptom"), ("diagnosed_on", "diagnosis")):
        day = getattr(patient, field)
        if day is not None and day < patient.birth_date:
            raise Refused(f"The date of the {name} is before the date of birth.", field=field)
        if day is not None and day > today:
            raise Refused(f"The date of the {name} is in the future.", field=field)
    if patient.onset_on and patient.diagnosed_on and patient.diagnosed_on < patient.onset_on:
        raise Refused("The diagnosis is dated before the first symptom.", field="diagnosed_on")


def _check_offered(field: str, value: str, offered: Mapping[str, str] | None) -> None:
    if offered is not None and value not in offered:
        raise Refused(
            f"“{value}” is not offered today. Choose one of: {', '.join(offered)}.", field=field
        )


def _store(patient: Patient, *, adding: bool) -> None:
    duplicate = Patient.objects.filter(site=patient.site, record_number=patient.record_number)
    refusal = Refused(
        f"Record number {patient.record_number} is registered at this site already.",
        field="record_number",
    )
    if duplicate.exclude(pk=patient.pk).exists():
        raise refusal
    try:
        with transaction.atomic():
            patient.save(force_insert=adding)
    except IntegrityError:
        # Registered by somebody else between the check and here.
        raise refusal from None


def _therapy(
    patient: Patient,
    row: Mapping[str, Any],
    number: int,
    columns: Mapping[str, Mapping[str, str]],
    today: date,
) -> PriorTherapy:
    where = f"rows.{number}"
    unknown = set(row) - set(HISTORY_COLUMNS)
    if unknown:
        raise Refused(f"Row {number}: no such column: {', '.join(sorted(unknown))}.", field=where)
    values: dict[str, Any] = {column: row.get(column) for column in HISTORY_COLUMNS}
    for column, limit in (("agent", 40), ("efficacy_class", 20), ("stop_reason", 40)):
        field = f"{where}.{column}"
        values[column] = one_line(
            values[column] or "", field=field, limit=limit, required=column == "agent"
        )
        if values[column]:
            _check_offered(field, values[column], columns.get(column))
    values["note"] = one_line(values["note"] or "", field=f"{where}.note", limit=240)
    for column in ("started_on", "stopped_on"):
        day = values[column]
        if day is not None and not patient.birth_date <= day <= today:
            raise Refused(
                f"Row {number}: dates lie between birth and today.", field=f"{where}.{column}"
            )
    if (
        values["started_on"]
        and values["stopped_on"]
        and values["stopped_on"] < values["started_on"]
    ):
        raise Refused(f"Row {number}: stopped before it was started.", field=f"{where}.stopped_on")
    if values["months"] is not None and not 0 <= values["months"] <= MOST_MONTHS:
        raise Refused(f"Row {number}: months from 0 to {MOST_MONTHS}.", field=f"{where}.months")
    return PriorTherapy(patient=patient, **values)


def _history_row(therapy: PriorTherapy) -> dict[str, Any]:
    return {column: _plain(getattr(therapy, column)) for column in HISTORY_COLUMNS}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
