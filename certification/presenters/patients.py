"""What does a page say about a person?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from certification.actions.revisions import changes_since
from certification.forms.patients import PatientForm, initial_patient
from certification.models import AuditEvent, Case, Determination, Patient, PriorTherapy, User
from certification.policies import Stale, can_edit_patient, can_open_case
from certification.presenters.audit import EventLine, event_line, fact_labels
from certification.presenters.cases import CaseRow, born_words, case_row
from certification.presenters.wording import counted, day_words
from certification.registration import (
    HISTORY_FACT,
    PATIENT_FACTS,
    months_taken,
    offered_choices,
    offered_columns,
)
from certification.turnaround import local_date

PATIENTS_A_PAGE = 30
DAY_FIELDS = ("birth_date", "onset_on", "diagnosed_on")
CASES_SHOWN = 20
EVENTS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class PatientRow:
    url: str
    name: str
    record_number: str
    born: str
    site: str
    course: str
    is_synthetic: bool


@dataclass(frozen=True, slots=True)
class TherapyLine:
    """A row of the treatment history, worded."""

    agent: str
    efficacy: str
    period: str
    months: str
    stop_reason: str
    adherent: str
    note: str


@dataclass(frozen=True, slots=True)
class InForce:
    """A certification that holds today."""

    url: str
    therapy: str
    outcome: str
    outcome_word: str
    until: str


@dataclass(frozen=True, slots=True)
class PatientPage:
    patient: Patient
    born: str
    identity: list[dict[str, str]]
    disease: list[dict[str, str]]
    history: list[TherapyLine]
    cases: list[CaseRow]
    more_cases: bool
    in_force: list[InForce]
    events: list[EventLine]
    may_edit: bool
    may_open_case: bool


def patient_row(patient: Patient, now: datetime) -> PatientRow:
    return PatientRow(
        reverse("certification:patient", args=[patient.pk]),
        str(patient),
        patient.record_number,
        born_words(patient, now, patient.site.time_zone),
        patient.site.name,
        patient.ms_course,
        patient.is_synthetic,
    )


def patient_page(patient: Patient, user: User, now: datetime) -> PatientPage:
    """A fixed number of queries, however long the history."""
    today = local_date(now, patient.site.time_zone)
    cases = _cases(patient)
    events = list(AuditEvent.objects.filter(patient_id=patient.pk)[:EVENTS_SHOWN])
    labels = fact_labels(events)
    return PatientPage(
        patient=patient,
        born=born_words(patient, now, patient.site.time_zone),
        identity=[
            {"label": "Record number", "value": patient.record_number},
            {"label": "Date of birth", "value": born_words(patient, now, patient.site.time_zone)},
            {"label": "Sex for clinical rules", "value": patient.get_sex_display()},
            {"label": "Site", "value": patient.site.name},
        ],
        disease=_disease(patient, today),
        history=therapy_lines(patient, today),
        cases=[case_row(case, now) for case in cases[:CASES_SHOWN]],
        more_cases=len(cases) > CASES_SHOWN,
        in_force=_in_force(patient, today),
        events=[event_line(event, patient.site.time_zone, labels) for event in events],
        may_edit=can_edit_patient(user, patient),
        may_open_case=can_open_case(user, patient),
    )


def _cases(patient: Patient) -> list[Case]:
    found = patient.cases.select_related(
        "site", "patient", "therapy", "turnaround_profile", "criteria_version"
    )
    found = found.defer("criteria_version__document")
    return list(found.order_by("-opened_at", "-id")[: CASES_SHOWN + 1])


def _disease(patient: Patient, today: date) -> list[dict[str, str]]:
    courses = offered_choices(PATIENT_FACTS["ms_course"], today) or {}
    return [
        {"label": "MS course", "value": courses.get(patient.ms_course, patient.ms_course)},
        {"label": "ICD-10-CM code", "value": patient.icd10cm_code},
        {"label": "First symptom", "value": day_words(patient.onset_on)},
        {"label": "Diagnosed", "value": day_words(patient.diagnosed_on)},
    ]


def therapy_lines(patient: Patient, today: date) -> list[TherapyLine]:
    words = therapy_columns(today)
    return [_therapy_line(row, words, today) for row in patient.prior_therapies.all()]


def _therapy_line(
    row: PriorTherapy, words: Mapping[str, Mapping[str, str]], today: date
) -> TherapyLine:
    months = months_taken(row, today)
    stopped = day_words(row.stopped_on) or "still taken" if row.started_on else ""
    period = f"{day_words(row.started_on)} to {stopped}" if row.started_on else "Dates not stated"
    return TherapyLine(
        agent=_word(words, "agent", row.agent),
        efficacy=_word(words, "efficacy_class", row.efficacy_class),
        period=period,
        months="" if months is None else counted(months, "month"),
        stop_reason=_word(words, "stop_reason", row.stop_reason),
        adherent={True: "Yes", False: "No", None: ""}[row.adherent],
        note=row.note,
    )


def _word(words: Mapping[str, Mapping[str, str]], column: str, value: str) -> str:
    return words.get(column, {}).get(value, value)


def _in_force(patient: Patient, today: date) -> list[InForce]:
    found = (
        Determination.objects.in_force(today)
        .filter(case__patient=patient)
        .select_related("case__therapy")
        .defer("record")
    )
    return [
        InForce(
            reverse("certification:determination", args=[one.pk]),
            str(one.case.therapy),
            one.outcome,
            one.outcome_title,
            day_words(one.period_end_on),
        )
        for one in found
    ]


def therapy_columns(today: date) -> dict[str, dict[str, str]]:
    return offered_columns(HISTORY_FACT, today)


def registration_choices(today: date) -> dict[str, Mapping[str, str] | None]:
    return {
        field: offered_choices(PATIENT_FACTS[field], today)
        for field in ("ms_course", "icd10cm_code")
    }


def registration_seen(patient: Patient, revision: str) -> dict[str, Any]:
    """The registration as it stood when the form was filled: what differs from it was typed."""
    seen = initial_patient(patient)
    if revision.isdigit() and int(revision) < patient.revision:
        for key, change in changes_since(patient, int(revision)).items():
            if key in seen:
                is_day = key in DAY_FIELDS and change.old
                seen[key] = date.fromisoformat(change.old) if is_day else change.old
    return seen


def registration_clashes(form: PatientForm, stale: Stale) -> list[dict[str, Any]]:
    """Both versions of each field that two people changed; saving again keeps the choice."""
    return [
        {
            "name": change.key,
            "label": form.fields[change.key].label or change.key.replace("_", " ").capitalize(),
            "by": change.by,
            "theirs": change.new or "Not stated",
            "mine": form.data.get(change.key) or "Not stated",
        }
        for change in stale.changed
        if change.key in form.fields
    ]
