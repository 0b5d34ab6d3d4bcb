"""Which questions are already answered by a person's registration and treatment history?

Registration speaks of a person; criteria speak of facts. This small table joins the two by key. A
fact that a criteria version does not know, or a value that it does not offer, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from certification.models import Case, Fact, PriorTherapy

# Field of the registration -> key of the fact that it answers.
PATIENT_FACTS: Mapping[str, str] = {
    "birth_date": "birth_date",
    "sex": "sex",
    "ms_course": "phenotype",
    "onset_on": "symptom_onset_date",
    "diagnosed_on": "diagnosis_date",
    "icd10cm_code": "icd10cm_code",
}
HISTORY_FACT = "prior_dmts"
THERAPY_FACT = "requested_drug"
REQUEST_FACT = "request_type"


def registered_facts(case: Case, as_of: date) -> Iterator[tuple[str, Any]]:
    """What the registration and the request say, as raw values by fact key."""
    for key, value in registered_values(case, as_of):
        yield key, value.isoformat() if isinstance(value, date) else value


def registered_values(case: Case, as_of: date) -> Iterator[tuple[str, Any]]:
    """The same with dates as dates.

    ``case.patient`` with its ``prior_therapies`` and ``case.therapy`` are read.
    """
    patient = case.patient
    fields = {field: getattr(patient, field) for field in PATIENT_FACTS}
    history = patient.prior_therapies.all()
    yield from values_of(fields, history, case.therapy.key, case.request_type, as_of)


def values_of(
    fields: Mapping[str, Any],
    history: Iterable[PriorTherapy],
    therapy_key: str,
    request_type: str,
    as_of: date,
) -> Iterator[tuple[str, Any]]:
    """The same from what was read of many people at once."""
    for field, fact_key in PATIENT_FACTS.items():
        if fields[field] not in (None, ""):
            yield fact_key, fields[field]
    rows = [row.as_row(months_taken(row, as_of)) for row in history]
    if rows:
        yield HISTORY_FACT, rows
    yield THERAPY_FACT, therapy_key
    yield REQUEST_FACT, request_type


def months_taken(therapy: PriorTherapy, as_of: date) -> int | None:
    """Whole calendar months of treatment: from the dates, else as documented, else not known."""
    if therapy.started_on is None:
        return therapy.months
    until = therapy.stopped_on or as_of
    passed = relativedelta(until, therapy.started_on)
    return max(0, passed.years * 12 + passed.months)


def offered_choices(fact_key: str, on: date) -> dict[str, str] | None:
    """The choices of a fact that are valid on a day, value to label.

    None when the reference content has no such fact: then nothing can be checked.
    """
    fact = Fact.objects.filter(key=fact_key).only("choices").first()
    return None if fact is None else valid_choices(fact.choices, on)


def offered_columns(fact_key: str, on: date) -> dict[str, dict[str, str]]:
    """The choices of each column of a table fact. Columns without choices are left out."""
    fact = Fact.objects.filter(key=fact_key).only("rules").first()
    fields = fact.rules.get("fields", []) if fact else []
    return {f["key"]: valid_choices(f["choices"], on) for f in fields if f.get("choices")}


def valid_choices(choices: list[dict[str, Any]], on: date) -> dict[str, str]:
    """Those choices, as stored with a fact, that may be chosen on a day."""
    day = on.isoformat()
    return {
        choice["value"]: choice.get("label") or choice["value"]
        for choice in choices
        if (not choice.get("valid_from") or str(choice["valid_from"]) <= day)
        and (not choice.get("valid_until") or str(choice["valid_until"]) >= day)
    }
