"""What does the page of a result show: its values and days, what they mean, what followed?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from certification.models import AuditEvent, Patient, User
from certification.presenters.cases import born_words
from certification.presenters.citations import Source
from certification.presenters.wording import capitalised, day_words, moment_words
from certification.turnaround import local_date
from monitoring.models import InfusionCourse, Result
from monitoring.planning import vocabulary_for
from monitoring.policies import can_monitor_patient
from monitoring.presenters.citing import Cited
from monitoring.presenters.followed import Followed, Raised, followed_lines, raised_lines
from monitoring.presenters.readings import Reading, readings_of_result
from monitoring.presenters.values import value_words, values_line

ENTERING = ("entered result", "corrected result", "imported result", "struck out result")
EARLIER_SHOWN = 8
STATES = {
    "corrected": ("superseded", "Corrected"),
    "struck_out": ("withdrawn", "Struck out"),
    "seen": ("done", "Seen"),
    "reported": ("due", "Reported, not seen yet"),
    "done": ("upcoming", "Done, report awaited"),
    "requested": ("upcoming", "Requested"),
}


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a result, from the first to the one that stands."""

    values: str
    days: str
    entered: str
    reason: str
    url: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class EarlierLine:
    day: str
    values: str
    url: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    title: str
    tag: str
    state: str
    says: str
    patient: Patient
    born: str
    dates: list[dict[str, str]]
    values: list[dict[str, str]]
    note: str
    readings: list[Reading]
    raised: list[Raised]
    followed: list[Followed]
    versions: list[VersionLine]
    earlier: list[EarlierLine]
    references: list[Source]
    newest_url: str
    report_url: str
    seen_url: str
    correct_url: str
    strike_url: str


def state_of(result: Result, *, corrected: bool) -> str:
    if corrected:
        return "corrected"
    if result.is_struck_out:
        return "struck_out"
    if result.seen_at is not None:
        return "seen"
    if result.reported_on is not None:
        return "reported"
    return "done" if result.done_on is not None else "requested"


def label_of(test: str, tests: Any) -> str:
    known = tests.get(test)
    return capitalised(known[0].label if known else test.replace("_", " "))


def result_page(result: Result, user: User, now: datetime) -> ResultPage:
    """A number of queries that does not grow with the results of the person."""
    patient, zone = result.patient, result.patient.site.time_zone
    vocabulary, tests = vocabulary_for(patient, local_date(now, zone))
    same = _of_the_same_test(result)
    chain, newest = _chain(result, same)
    corrected = newest.pk != result.pk
    state = state_of(result, corrected=corrected)
    courses = {str(course.pk): course for course in _courses(patient)}
    cited, may = Cited(), can_monitor_patient(user, patient)
    counts = result.reported_on is not None and not corrected
    readings = readings_of_result(result, courses.values(), cited) if counts else []
    event = AuditEvent.objects.filter(
        object_type="result", object_id=str(result.pk), verb__in=ENTERING
    ).first()
    upto = chain[: chain.index(result) + 1]
    raised = raised_lines(upto, courses, user, cited, zone)
    here = [result.pk]
    return ResultPage(
        title=label_of(result.test, tests),
        tag=STATES[state][0],
        state=STATES[state][1],
        says=_says(state, bool(courses), event),
        patient=patient,
        born=born_words(patient, now, zone),
        dates=_dates(result, zone),
        values=value_words(result.facts, vocabulary),
        note=result.note,
        readings=[one for one in readings if one.says not in {other.says for other in raised}],
        raised=raised,
        followed=followed_lines(event, courses, cited),
        versions=[_version(one, result, vocabulary, zone) for one in chain]
        if len(chain) > 1
        else [],
        earlier=[
            EarlierLine(
                day_words(one.done_on),
                values_line(one.facts, vocabulary) or one.note,
                reverse("monitoring:result", args=[one.pk]),
            )
            for one in _earlier(result, same, chain)
        ],
        references=cited.listed(),
        newest_url=reverse("monitoring:result", args=[newest.pk]) if corrected else "",
        report_url=reverse("monitoring:result-report", args=here)
        if may and state in ("requested", "done")
        else "",
        seen_url=reverse("monitoring:result-seen", args=here)
        if may and state == "reported"
        else "",
        correct_url=reverse("monitoring:result-correct", args=here)
        if may and state in ("reported", "seen")
        else "",
        strike_url=reverse("monitoring:result-strike-out", args=here)
        if may and state in ("reported", "seen")
        else "",
    )


def _courses(patient: Patient) -> list[InfusionCourse]:
    found = InfusionCourse.objects.filter(patient=patient).select_related(
        "site", "patient", "therapy", "protocol_version"
    )
    return list(found.defer("protocol_version__document").prefetch_related("visits"))


def _of_the_same_test(result: Result) -> list[Result]:
    rows = Result.objects.filter(patient=result.patient_id, test=result.test)
    return list(rows.select_related("entered_by", "seen_by").order_by("entered_at", "id"))


def _chain(result: Result, same: Iterable[Result]) -> tuple[list[Result], Result]:
    """Every version of the result, the oldest first, and the one that stands."""
    rows = {row.pk: row for row in same}
    rows[result.pk] = result
    newer = {row.supersedes_id: row for row in rows.values() if row.supersedes_id}
    first = result
    while first.supersedes_id in rows:
        first = rows[first.supersedes_id]
    chain = [first]
    while chain[-1].pk in newer:
        chain.append(newer[chain[-1].pk])
    return chain, chain[-1]


def _earlier(result: Result, same: Iterable[Result], chain: list[Result]) -> list[Result]:
    """The last reported results of the same test, without versions that were corrected."""
    replaced = {row.supersedes_id for row in same}
    own = {row.pk for row in chain}
    standing = [
        row
        for row in same
        if row.reported_on and row.done_on and row.pk not in replaced and row.pk not in own
    ]
    standing.sort(key=lambda row: (row.done_on, row.entered_at), reverse=True)
    return standing[:EARLIER_SHOWN]


def _version(one: Result, result: Result, vocabulary: Any, zone: str) -> VersionLine:
    return VersionLine(
        values="Struck out"
        if one.is_struck_out
        else values_line(one.facts, vocabulary) or "No values",
        days=", ".join(
            f"{word} {day_words(day)}"
            for word, day in (("done", one.done_on), ("reported", one.reported_on))
            if day
        ),
        entered=f"{one.entered_by}, {moment_words(one.entered_at, zone)}",
        reason=one.correction_reason,
        url=reverse("monitoring:result", args=[one.pk]),
        is_this=one.pk == result.pk,
    )


def _dates(result: Result, zone: str) -> list[dict[str, str]]:
    seen = moment_words(result.seen_at, zone)
    entered = moment_words(result.entered_at, zone)
    batch = f", from {result.batch.file_name}" if result.batch else ""
    return [
        {"label": "Requested", "value": day_words(result.requested_on)},
        {"label": "Done", "value": day_words(result.done_on)},
        {"label": "Reported", "value": day_words(result.reported_on)},
        {"label": "Seen", "value": f"{result.seen_by}, {seen}" if seen else "By nobody yet"},
        {"label": "Entered", "value": f"{result.entered_by}, {entered}{batch}"},
    ]


def _says(state: str, has_course: bool, event: AuditEvent | None) -> str:
    """What to know when nothing followed; empty when what followed speaks for itself."""
    if state == "corrected":
        return "A newer version stands in its place. This one counts no more."
    if state == "struck_out":
        return "A result was taken out here and nothing stands in its place."
    if state in ("requested", "done"):
        return "It counts once it is reported: until then everything stays due as it is."
    if not has_course:
        return "No course of this person is watched, so nothing was due and nothing is raised."
    told = event.data.get("followed", []) if event else []
    if not any(one["what"] == "closed" for one in told):
        return "It closed no item: nothing of this test was open on that day."
    return ""
