"""Whom, and which course, is a page of monitoring about?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from certification.policies import Change
from certification.presenters.cases import born_words, content_state
from certification.presenters.wording import capitalised, day_words
from certification.turnaround import local_date
from monitoring.models import InfusionCourse, Visit


@dataclass(frozen=True, slots=True)
class CourseHead:
    """The line above every page of a course."""

    patient: str
    patient_url: str
    person_url: str
    born: str
    record_number: str
    is_synthetic: bool
    therapy: str
    url: str
    state: str
    state_word: str
    since: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What somebody else changed while the page was open."""

    what: str
    old: str
    new: str
    by: str


def course_head(course: InfusionCourse, now: datetime) -> CourseHead:
    patient = course.patient
    running = course.is_running
    return CourseHead(
        patient=str(patient),
        patient_url=reverse("certification:patient", args=[patient.pk]),
        person_url=reverse("monitoring:person", args=[patient.pk]),
        born=born_words(patient, now, course.site.time_zone),
        record_number=patient.record_number,
        is_synthetic=patient.is_synthetic,
        therapy=capitalised(str(course.therapy)),
        url=reverse("monitoring:course", args=[course.pk]),
        state="running" if running else "stopped",
        state_word="Running" if running else f"Stopped {day_words(course.stopped_on)}",
        since=day_words(course.start_on),
        content=content_state(course.protocol_version, local_date(now, course.site.time_zone)),
    )


def change_lines(changes: Iterable[Change]) -> tuple[ChangeLine, ...]:
    return tuple(
        ChangeLine(
            change.key.replace("_", " ").capitalize(),
            _said(change.old),
            _said(change.new),
            change.by,
        )
        for change in changes
    )


def _said(value: Any) -> str:
    """A stored value as a person reads it: the word of a state, else as it stands."""
    if isinstance(value, dict):
        value = value.get("value")
    if value in (None, "", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(dict(Visit.State.choices).get(str(value), value))
