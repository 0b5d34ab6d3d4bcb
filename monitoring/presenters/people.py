"""One person at a glance: what happened, what is due and why, how high is the risk?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from certification.models import Answer, Determination, Patient, User
from certification.presenters.cases import born_words, content_state
from certification.presenters.citations import Cite, Source, Sources
from certification.presenters.wording import capitalised, counted, day_words, moment_words
from certification.turnaround import local_date
from config.access import has_permission
from config.roles import Permission
from monitoring.charts.lanes import Shape, Timeline, timeline
from monitoring.clearing import Readiness, clear_to_infuse_each
from monitoring.models import Alert, DueItem, Hold, InfusionCourse, Result, Visit
from monitoring.planning import (
    plan_record,
    planner_of,
    record_of,
    results_of,
    vocabulary_for,
)
from monitoring.policies import can_monitor_patient
from monitoring.presenters.due_lines import DueLine, cited, due_lines
from monitoring.presenters.history import (
    EDSS,
    EDSS_ON,
    JCV,
    LANES,
    MARKS,
    MRI,
    RELAPSE_ON,
    Point,
    Records,
    history,
)
from monitoring.presenters.risk import RiskPanel, risk_panel
from monitoring.presenters.trends import TrendPanel, trend_panels, values_cited
from monitoring.schedule.bands import banded_facts
from monitoring.schedule.items import Plan
from monitoring.schedule.months import add_months

RANGES = {"1": "1 year", "2": "2 years", "5": "5 years", "all": "All"}
USUAL_RANGE = "2"
MONTHS_AHEAD = 3
ITEMS_SHOWN = 6
NOTICES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Range:
    key: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A point in the drawing, with its words."""

    shape: Shape
    point: Point


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course in one line: ``answer`` is yes, no, or empty when it is no longer given."""

    url: str
    therapy: str
    period: str
    given: str
    answer: str
    answer_word: str
    why: str
    next_act: str
    next_visit: str
    visit_url: str
    budget: str
    renewal: str
    tail: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that waits for somebody: a hold, an alert, a result to see."""

    kind: str
    word: str
    says: str
    when: str
    url: str
    action: str
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonPage:
    patient: Patient
    born: str
    courses: list[CourseLine]
    notices: list[Notice]
    later_notices: list[Notice]
    due: list[DueLine]
    later_due: list[DueLine]
    nothing_due: list[str]
    ranges: list[Range]
    drawing: Timeline
    drawn: list[Drawn]
    key: tuple[tuple[str, str], ...]
    points: list[Point]
    outside: int
    trends: list[TrendPanel]
    risks: list[RiskPanel]
    references: list[Source]
    may_monitor: bool
    today: str


def person_page(patient: Patient, user: User, now: datetime, chosen: str) -> PersonPage:
    """A fixed number of queries, however many courses and years."""
    today = local_date(now, patient.site.time_zone)
    records = _records(patient, today)
    watched = [one for one in records.courses if _is_watched(one, today)]
    results = results_of([patient.pk]).get(patient.pk, [])
    plans = {one.pk: plan_record(record_of(one, today, results)) for one in watched}
    ready = clear_to_infuse_each({one.pk: today for one in records.courses if one.is_running})
    items = list(
        DueItem.objects.open().filter(patient=patient).select_related("course__therapy")
        .order_by("due_on", "pk")
    )  # fmt: skip
    alerts = list(Alert.objects.open().filter(patient=patient))
    sources = _sources(records.courses, watched, items, alerts)
    may_view_cases = has_permission(user, Permission.VIEW_CASES)
    may_monitor = can_monitor_patient(user, patient)
    points = history(records, today, may_view_cases=may_view_cases)
    chosen = chosen if chosen in RANGES else USUAL_RANGE
    drawing = timeline([p.event for p in points], LANES, *_days(chosen, points, today), today)
    by_key = {point.key: point for point in points}
    drawn = [Drawn(shape, by_key[shape.key]) for shape in drawing.shapes]
    panels = [risk_panel(one, plans[one.pk].record, results, sources) for one in watched]
    stale = {one.pk: plans[one.pk] for one in watched if _is_stale(one, today)}
    due = due_lines(records, items, stale, today, sources, may_monitor=may_monitor)
    notices = list(_notices(records, alerts, sources, may_monitor))
    return PersonPage(
        patient=patient,
        born=born_words(patient, now, patient.site.time_zone),
        courses=[_course_line(one, ready.get(one.pk), today) for one in records.courses],
        notices=notices[:NOTICES_SHOWN],
        later_notices=notices[NOTICES_SHOWN:],
        due=due[:ITEMS_SHOWN],
        later_due=due[ITEMS_SHOWN:],
        nothing_due=[] if due else list(_why_nothing(plans.values())),
        ranges=[Range(key, title, key == chosen) for key, title in RANGES.items()],
        drawing=drawing,
        drawn=drawn,
        key=MARKS,
        points=sorted((one.point for one in drawn), key=_newest_first, reverse=True),
        outside=len(points) - len(drawn),
        trends=trend_panels(records, records.courses, today, sources),
        risks=[panel for panel in panels if panel is not None],
        references=sources.listed(),
        may_monitor=may_monitor,
        today=day_words(today),
    )


def _records(patient: Patient, today: date) -> Records:
    vocabulary, tests = vocabulary_for(patient, today)
    courses = list(
        InfusionCourse.objects.filter(patient=patient)
        .select_related("patient", "site", "therapy", "protocol_version__approved_by")
        .defer("protocol_version__document", "therapy__details")
        .prefetch_related("visits__reactions", "authorizations")
    )
    results = Result.objects.filter(patient=patient, superseded_by__isnull=True)
    wanted = {EDSS, EDSS_ON, RELAPSE_ON}
    for course in courses:
        wanted |= {fact for _, fact in banded_facts(planner_of(course.protocol_version).conditions)}
    wanted |= {key for test in (MRI, JCV) for one in tests.get(test, ()) for key in one.dates}
    dated = {key for key, one in vocabulary.items() if one.dated_by in wanted}
    wanted |= dated | {vocabulary[key].dated_by for key in wanted if key in vocabulary}
    answers = Answer.objects.filter(
        case__patient=patient, state=Answer.State.GIVEN, fact_key__in=wanted
    )
    determinations = Determination.objects.filter(case__patient=patient).defer("record")
    return Records(
        patient=patient,
        courses=courses,
        results=list(results.prefetch_related(
            Prefetch("alerts", Alert.objects.only("id", "result_id")),
            Prefetch("holds", Hold.objects.only("id", "result_id")),
        )),
        holds=list(Hold.objects.filter(course__patient=patient).select_related("placed_by")),
        determinations=list(determinations.select_related("case__therapy")),
        answers=list(answers.select_related("case").order_by("-answered_at", "pk")),
        vocabulary=vocabulary,
        tests=tests,
    )  # fmt: skip


def _is_stale(course: InfusionCourse, today: date) -> bool:
    """Its stored plan has run out of days; the engine is asked what holds today."""
    return course.planned_through_on is None or course.planned_through_on < today


def _is_watched(course: InfusionCourse, today: date) -> bool:
    return course.watch_until_on is None or course.watch_until_on >= today


def _sources(
    courses: Iterable[InfusionCourse],
    watched: Iterable[InfusionCourse],
    items: Iterable[DueItem],
    alerts: Iterable[Alert],
) -> Sources:
    """Numbers the sources as the page meets them."""
    stored = [*(alert.cite for alert in alerts), *(item.cite for item in items)]
    refs = [cite["ref"] for cites in stored for cite in cites]
    refs += [cite.ref for cite in values_cited(courses)]
    for course in watched:
        risk = planner_of(course.protocol_version).conditions.protocol.risk
        refs += [cite.ref for table in (risk.tables if risk else ()) for cite in table.cite]
    return Sources({ref: number for number, ref in enumerate(dict.fromkeys(refs), start=1)})


def _days(chosen: str, points: Iterable[Point], today: date) -> tuple[date, date]:
    ahead = add_months(today, MONTHS_AHEAD)
    if chosen != "all":
        return add_months(today, -12 * int(chosen)), ahead
    days = [day for p in points for day in (p.event.day, p.event.until) if day is not None]
    first, last = min([*days, add_months(today, -12)]), max([*days, ahead])
    return add_months(first, -1), add_months(last, 1)


def _newest_first(point: Point) -> tuple[date, str]:
    return point.event.day, point.key


def _course_line(course: InfusionCourse, ready: Readiness | None, today: date) -> CourseLine:
    given = [visit for visit in course.visits.all() if visit.state == Visit.State.INFUSED]
    stopped = course.stopped_on
    base: dict[str, Any] = {
        "url": reverse("monitoring:course", args=[course.pk]),
        "therapy": capitalised(str(course.therapy)),
        "period": f"from {day_words(course.start_on)}"
        + (f" to {day_words(stopped)}" if stopped else ""),
        "given": counted(len(given), "infusion"),
        "content": content_state(course.protocol_version, today),
    }
    if ready is None:
        return CourseLine(
            **base, answer="", answer_word="", why=course.stop_reason, next_act="", next_visit="",
            visit_url="", budget="", renewal="", tail=_tail(course, today),
        )  # fmt: skip
    first = ready.reasons[0] if ready.reasons else None
    more = len(ready.reasons) - 1
    booked = min(
        (v for v in course.visits.all() if v.state == Visit.State.SCHEDULED),
        key=lambda visit: visit.scheduled_on,
        default=None,
    )
    budget = ready.budget
    left = "any number of infusions"
    if budget.infusions_left is not None:
        left = counted(budget.infusions_left, "infusion")
    return CourseLine(
        **base,
        answer=ready.answer,
        answer_word="Clear to infuse" if ready.clear else "Not clear to infuse",
        why=(first.says + (f" And {counted(more, 'more reason')}." if more else ""))
        if first
        else f"For {day_words(ready.day)}.",
        next_act=f"{capitalised(first.next_act)} ({first.who})." if first else "",
        next_visit=day_words(booked.scheduled_on) if booked else "",
        visit_url=reverse("monitoring:visit", args=[booked.pk]) if booked else "",
        budget=f"{left} left, until {day_words(budget.ends_on)}" if budget.in_force else "",
        renewal=budget.renewal_prompt,
        tail="",
    )


def _tail(course: InfusionCourse, today: date) -> str:
    until = course.watch_until_on
    if until is None:
        return "Watched on: no end of the watch is known."
    if until < today:
        return f"The watch after stopping ended on {day_words(until)}."
    return f"Watched after stopping until {day_words(until)}."


def _notices(
    records: Records, alerts: Iterable[Alert], sources: Sources, may_monitor: bool
) -> Iterator[Notice]:
    zone = records.patient.site.time_zone
    for hold in records.holds:
        if hold.released_at is None:
            yield Notice(
                "hold", "Hold", hold.reason,
                f"since {moment_words(hold.placed_at, zone)}, by {hold.placed_by}",
                reverse("monitoring:hold-release", args=[hold.pk]) if may_monitor else "",
                "Release",
            )  # fmt: skip
    for alert in alerts:
        url = reverse("monitoring:result", args=[alert.result_id]) if alert.result_id else ""
        yield Notice(
            "precaution", "Alert", alert.says, f"since {moment_words(alert.raised_at, zone)}", url,
            "See the result", cited(alert.cite, sources),
        )  # fmt: skip
    for result in records.results:
        if result.reported_on is not None and result.seen_at is None:
            values = records.values(result.facts)
            label = records.test_label(result.test)
            yield Notice(
                "due", "Result to see", f"{label}, {values}" if values else label,
                f"reported on {day_words(result.reported_on)}",
                reverse("monitoring:result", args=[result.pk]), "Look at it",
            )  # fmt: skip


def _why_nothing(plans: Iterable[Plan]) -> Iterator[str]:
    """A stated reason: an empty list is a promise."""
    for plan in plans:
        yield from dict.fromkeys(note.says for note in plan.notes)
