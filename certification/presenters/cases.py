"""How does a case look in a list, and at the head of its pages?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from certification.models import Case, Patient
from certification.presenters.clocks import Clock, clock_of
from certification.presenters.links import record_url
from certification.presenters.wording import capitalised, day_words
from certification.turnaround import local_date
from certification.workflow import CaseStatus

NEXT_ACTS = {
    CaseStatus.IN_REVIEW: "Continue",
    CaseStatus.PENDED: "Waiting for information",
    CaseStatus.REFERRED: "Waiting for a physician",
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of a list of cases."""

    url: str
    number: str
    patient: str
    born: str
    therapy: str
    request: str
    criteria: str
    status: str
    status_word: str
    urgency: str
    urgency_word: str
    clock: Clock
    next_act: str
    opened: str


@dataclass(frozen=True, slots=True)
class CaseHead:
    """Who and what a page is about."""

    number: str
    patient: str
    patient_url: str
    born: str
    record_number: str
    is_synthetic: bool
    therapy: str
    request: str
    status: str
    status_word: str
    urgency: str
    urgency_word: str
    clock: Clock
    clock_source: str
    content: dict[str, Any]
    url: str


def case_row(case: Case, now: datetime) -> CaseRow:
    """Reads site, patient, therapy and turnaround profile: select them with the case."""
    return CaseRow(
        url=record_url("certification:case", case.pk),
        number=case.number,
        patient=str(case.patient),
        born=day_words(case.patient.birth_date),
        therapy=capitalised(str(case.therapy)),
        request=case.get_request_type_display(),
        criteria=case.criteria_version.policy_organisation,
        status=case.status,
        status_word=case.status_title,
        urgency=case.urgency,
        urgency_word=case.get_urgency_display(),
        clock=clock_of(case, now),
        next_act=NEXT_ACTS.get(CaseStatus(case.status), ""),
        opened=day_words(local_date(case.opened_at, case.site.time_zone)),
    )


def case_head(case: Case, now: datetime) -> CaseHead:
    patient, profile = case.patient, case.turnaround_profile
    return CaseHead(
        number=case.number,
        patient=str(patient),
        patient_url=record_url("certification:patient", patient.pk),
        born=born_words(patient, now, case.site.time_zone),
        record_number=patient.record_number,
        is_synthetic=patient.is_synthetic,
        therapy=capitalised(str(case.therapy)),
        request=case.get_request_type_display(),
        status=case.status,
        status_word=case.status_title,
        urgency=case.urgency,
        urgency_word=case.get_urgency_display(),
        clock=clock_of(case, now),
        clock_source=profile.title,
        content=content_state(case.criteria_version, local_date(now, case.site.time_zone)),
        url=record_url("certification:case", case.pk),
    )


def born_words(patient: Patient, now: datetime, time_zone: str) -> str:
    """Date of birth and age, on the date that the site has at ``now``."""
    age = patient.age_on(local_date(now, time_zone))
    return f"{day_words(patient.birth_date)} ({age})"


def content_state(content: Any, today: date) -> dict[str, Any]:
    """What the banner of a piece of content says."""
    approver = content.approved_by
    return {
        "status": content.status,
        "word": content.status_title,
        "updated_on": content.updated_at,
        "next_review_on": content.next_review_on,
        "review_overdue": bool(content.next_review_on and content.next_review_on < today),
        "approved_by": approver.signing_name if approver else "",
        "demo_approval": content.approved_in_demo,
        "days": _days_words(content, today) if content.IS_VERSION and content.is_approved else "",
    }


def _days_words(version: Any, today: date) -> str:
    """From when to when an approved version answers, where that is not simply "now"."""
    if version.effective_on and version.effective_on > today:
        return f"It starts on {day_words(version.effective_on)}."
    if version.expires_on and version.expires_on < today:
        return f"It expired on {day_words(version.expires_on)}."
    return f"Its last day is {day_words(version.expires_on)}." if version.expires_on else ""
