"""What happened to a person, as events that a chart can draw and a table can list?

Each event is made once, from one row, with its words; the drawing and the table take the same
events. What a case of certification documented is here too, so that the time before monitoring is
not empty. Results that a correction has replaced are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from certification.criteria.facts import FactError, Vocabulary, parse_value
from certification.criteria.tree_words import value_text
from certification.models import Answer, Case, Determination, Patient
from certification.presenters.wording import capitalised, day_words
from certification.turnaround import local_date
from certification.workflow import Outcome
from monitoring.charts.lanes import Event
from monitoring.models import Hold, InfusionCourse, Result, Visit
from monitoring.schedule.rules import MonitoredTest

# The fixed keys of the questions and tests that have a lane of their own.
EDSS, EDSS_ON, RELAPSE_ON = "edss", "edss_date", "relapse_onset_date"
MRI, JCV = "brain_mri", "jcv_antibody"
LANES = (
    ("infusion", "Infusions"),
    ("relapse", "Relapses"),
    ("edss", "EDSS"),
    ("mri", "MRI"),
    ("jcv", "JCV antibody"),
    ("laboratory", "Laboratory"),
    ("hold", "Holds"),
    ("certification", "Certifications"),
)
TITLES = dict(LANES)
VISIT_SHAPES = {
    Visit.State.INFUSED: ("given", "infused"),
    Visit.State.SCHEDULED: ("booked", "infusion booked"),
    Visit.State.MISSED: ("missed", "infusion missed"),
    Visit.State.NOT_INFUSED: ("not-given", "not infused"),
}
MARKS = (
    ("given", "infused"),
    ("booked", "infusion booked"),
    ("missed", "infusion missed"),
    ("not-given", "came, not infused"),
    ("stop", "treatment stopped"),
    ("relapse", "relapse"),
    ("mri", "MRI"),
    ("jcv", "antibody test, with its index if known"),
    ("laboratory", "laboratory, examination"),
    ("asked", "requested or not reported yet"),
)
CERTIFYING = (Outcome.CERTIFIED, Outcome.CERTIFIED_MODIFIED)


@dataclass(frozen=True, slots=True)
class Point:
    """One event: how it is drawn, what it says, where it is documented."""

    event: Event
    says: str
    source: str = ""
    url: str = ""
    flag: str = ""

    @property
    def key(self) -> str:
        return self.event.key

    @property
    def lane(self) -> str:
        return TITLES[self.event.lane]

    @property
    def days(self) -> str:
        event = self.event
        if event.until is None or event.until == event.day:
            return day_words(event.day)
        return f"{day_words(event.day)} to {day_words(event.until)}"

    @property
    def title(self) -> str:
        """The whole event in one line, as the drawing says it."""
        flag = f" ({self.flag})" if self.flag else ""
        return f"{self.lane}, {self.days}: {self.says}{flag}"


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of one person, read once. ``vocabulary`` and ``tests`` put words to results."""

    patient: Patient
    courses: list[InfusionCourse]
    results: list[Result]
    holds: list[Hold]
    determinations: list[Determination]
    answers: list[Answer]
    vocabulary: Vocabulary
    tests: Mapping[str, list[MonitoredTest]]

    def test_label(self, test: str) -> str:
        known = self.tests.get(test)
        return capitalised(known[0].label if known else test.replace("_", " "))

    def values(self, facts: Mapping[str, Any]) -> str:
        """The values of a result in words, as far as the questions are known."""
        return ", ".join(
            f"{self.vocabulary[key].label}: {words}"
            for key, raw in facts.items()
            if (words := self.value(key, raw))
        )

    def value(self, key: str, raw: Any) -> str:
        definition = self.vocabulary.get(key)
        if definition is None or raw is None:
            return ""
        try:
            return value_text(definition, parse_value(definition, raw))
        except FactError:
            return str(raw)


def history(records: Records, today: date, *, may_view_cases: bool) -> list[Point]:
    """Everything, in no particular order; each thing once."""
    points = [
        *_infusions(records.courses),
        *_results(records),
        *_documented(records, may_view_cases),
        *_told(records, may_view_cases),
        *_holds(records, today),
        *_certifications(records, may_view_cases),
    ]
    seen: dict[tuple[str, date, str], Point] = {}
    for point in points:
        # The same value of the same day is told once, by the first that has it.
        event = point.event
        told = event.key if event.lane in ("infusion", "hold", "certification") else point.says
        seen.setdefault((event.lane, event.day, told), point)
    return list(seen.values())


def _infusions(courses: Iterable[InfusionCourse]) -> Iterator[Point]:
    for course in courses:
        therapy = capitalised(str(course.therapy))
        url = reverse("monitoring:course", args=[course.pk])
        for visit in course.visits.all():
            if visit.state == Visit.State.CANCELLED:
                continue
            shape, word = VISIT_SHAPES[Visit.State(visit.state)]
            grades = sorted(one.grade for one in visit.reactions.all())
            parts = [f"{therapy} {word}", visit.dose, visit.reason]
            yield Point(
                Event(
                    f"visit-{visit.pk}", "infusion", visit.infused_on or visit.scheduled_on, shape
                ),
                ", ".join(part for part in parts if part),
                "Infusion visit",
                reverse("monitoring:visit", args=[visit.pk]),
                f"reaction grade {grades[-1]}" if grades else "",
            )
        if course.stopped_on is not None:
            yield Point(
                Event(f"stop-{course.pk}", "infusion", course.stopped_on, "stop"),
                f"{therapy} stopped: {course.stop_reason}",
                "Course",
                url,
            )


def _results(records: Records) -> Iterator[Point]:
    for result in records.results:
        label, values = records.test_label(result.test), records.values(result.facts)
        day = result.done_on or result.requested_on
        if day is None:
            continue
        lane = {MRI: "mri", JCV: "jcv"}.get(result.test, "laboratory")
        says = f"{label}, {values}" if values else label
        shape, flag = lane, _flag(result)
        if result.reported_on is None:
            shape = "asked"
            says += ", done and not reported yet" if result.done_on else ", requested"
        yield Point(
            Event(
                f"result-{result.pk}", lane, day, shape, _chip(records, result.facts, lane)
            ),
            says,
            "Result",
            reverse("monitoring:result", args=[result.pk]),
            flag,
        )  # fmt: skip
        if EDSS in result.facts:
            score = str(result.facts[EDSS])
            yield Point(
                Event(f"edss-{result.pk}", "edss", day, "edss", score), f"EDSS {score}", "Result",
                reverse("monitoring:result", args=[result.pk]),
            )  # fmt: skip


def _flag(result: Result) -> str:
    if result.holds.all():
        return "placed a hold"
    return "raised an alert" if result.alerts.all() else ""


def _chip(records: Records, facts: Mapping[str, Any], lane: str) -> str:
    """The short words that stand on the mark of an antibody test: its index, else its finding."""
    if lane != "jcv":
        return ""
    shown = [records.value(key, facts[key]) for key in facts]
    numbers = [words for words in shown if words[:1].isdigit()]
    return next(iter([*numbers, *shown]), "")[:14]


def _documented(records: Records, may_view_cases: bool) -> Iterator[Point]:
    """EDSS, relapses, MRI and antibody tests as cases documented them."""
    done = {(result.test, result.done_on) for result in records.results}
    for case, answers in _by_case(records.answers).items():
        source = f"Case {case.number}"
        url = reverse("certification:case", args=[case.pk]) if may_view_cases else ""
        if EDSS in answers:
            day = _day(answers, EDSS_ON) or answers[EDSS].observed_on
            if day is not None:
                score = str(answers[EDSS].value)
                event = Event(f"edss-{case.pk}", "edss", day, "edss", score)
                yield Point(event, f"EDSS {score}", source, url)
        if day := _day(answers, RELAPSE_ON):
            event = Event(f"relapse-{case.pk}", "relapse", day, "relapse")
            yield Point(event, "Relapse began", source, url)
        for test, lane in ((MRI, "mri"), (JCV, "jcv")):
            for date_key in {key for one in records.tests.get(test, ()) for key in one.dates}:
                day = _day(answers, date_key)
                if day is None or (test, day) in done:
                    continue
                facts = _dated_by(records, answers, date_key)
                values = records.values(facts)
                label = records.test_label(test)
                chip = _chip(records, facts, lane)
                event = Event(f"{test}-{date_key}-{case.pk}", lane, day, lane, chip)
                yield Point(event, f"{label}, {values}" if values else label, source, url)


def _by_case(answers: Iterable[Answer]) -> dict[Case, dict[str, Answer]]:
    found: dict[Case, dict[str, Answer]] = {}
    for answer in answers:
        found.setdefault(answer.case, {})[answer.fact_key] = answer
    return found


def _day(answers: Mapping[str, Answer], key: str) -> date | None:
    """The answer to a question for a date."""
    if key not in answers:
        return None
    try:
        return date.fromisoformat(str(answers[key].value))
    except ValueError:
        return None


def _dated_by(records: Records, answers: Mapping[str, Answer], key: str) -> dict[str, Any]:
    """The answers that were observed on the day that ``key`` gives."""
    return {
        name: answer.value
        for name, answer in answers.items()
        if name in records.vocabulary and records.vocabulary[name].dated_by == key
    }


def _told(records: Records, may_view_cases: bool) -> Iterator[Point]:
    """EDSS and relapses that were documented in a course itself."""
    for course in records.courses:
        url = reverse("monitoring:course", args=[course.pk])
        given = course.facts.get(RELAPSE_ON) or {}
        if isinstance(given.get("value"), str):
            day = date.fromisoformat(given["value"])
            event = Event(f"relapse-{course.pk}", "relapse", day, "relapse")
            yield Point(event, "Relapse began", "Course", url)
        given = course.facts.get(EDSS) or {}
        if given.get("value") is not None and given.get("observed_on"):
            day, score = date.fromisoformat(given["observed_on"]), str(given["value"])
            event = Event(f"edss-{course.pk}", "edss", day, "edss", score)
            yield Point(event, f"EDSS {score}", "Course", url)


def _holds(records: Records, today: date) -> Iterator[Point]:
    zone = records.patient.site.time_zone
    for hold in records.holds:
        placed_on = local_date(hold.placed_at, zone)
        released_on = local_date(hold.released_at, zone) if hold.released_at else None
        says = hold.reason if released_on else f"{hold.reason} Not released yet."
        shape = "released" if released_on else "held"
        words = "Released" if released_on else "On hold"
        yield Point(
            Event(f"hold-{hold.pk}", "hold", placed_on, shape, words, released_on or today),
            says,
            "Hold",
            reverse("monitoring:course", args=[hold.course_id]),
        )


def _certifications(records: Records, may_view_cases: bool) -> Iterator[Point]:
    zone = records.patient.site.time_zone
    for one in records.determinations:
        therapy = capitalised(str(one.case.therapy))
        url = reverse("certification:determination", args=[one.pk]) if may_view_cases else ""
        signed_on, key = local_date(one.signed_at, zone), f"determination-{one.pk}"
        source, says = f"Case {one.case.number}", f"{therapy}, {one.outcome_title.lower()}"
        if one.outcome in CERTIFYING and one.period_start_on:
            event = Event(
                key, "certification", one.period_start_on, "certified", therapy, one.period_end_on
            )
        else:
            event = Event(key, "certification", signed_on, "not-certified")
        yield Point(event, says, source, url)
