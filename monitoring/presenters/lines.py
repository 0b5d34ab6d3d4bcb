"""How does one row of the worklist look: who, what, since when, and what is the next act?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from certification.criteria.facts import Vocabulary
from certification.criteria.tree_words import value_text
from certification.models import Site
from certification.presenters.wording import capitalised, counted, day_words, moment_words
from certification.turnaround import local_date
from monitoring.budgets import course_budget
from monitoring.models import Alert, DueItem, Hold, InfusionCourse, ProtocolVersion, Result, Visit
from monitoring.planning import CHECKLIST, protocol_of, result_facts
from monitoring.schedule.rules import INFUSION
from monitoring.worklist import Days, Group

_PATIENT = ("patient__given_name", "patient__family_name", "patient__birth_date")
_COURSE = (
    "course__patient_id", "course__site_id", "course__therapy__generic",
    *(f"course__{name}" for name in _PATIENT),
)  # fmt: skip


class Flag(NamedTuple):
    tag: str
    word: str


BLOCKS = Flag("locked", "Blocks the infusion")


@dataclass(frozen=True, slots=True)
class Line:
    """``tag`` and ``word``: the state; ``when``: the date that matters, explained by ``why``."""

    key: str
    patient: str
    patient_url: str
    born: str
    site: str
    therapy: str
    what: str
    tag: str
    word: str
    when: str
    says: str
    why: str
    values: str
    act_url: str
    act: str
    flags: tuple[Flag, ...] = ()

    @property
    def name(self) -> str:
        """What a screen reader and a refusal call the row."""
        return f"{self.patient}: {self.what}"


@dataclass(frozen=True, slots=True)
class Context:
    """What every line of a page needs beside its row. ``labels``: tests by key."""

    days: Days
    vocabulary: Vocabulary
    labels: Mapping[str, str]

    def today(self, site_id: int) -> date:
        return self.days.today[site_id]

    def site(self, site_id: int) -> Site:
        return next(site for site in self.days.sites if site.pk == site_id)

    def site_name(self, site_id: int) -> str:
        """Named only where people of several sites stand together."""
        return self.site(site_id).name if len(self.days.sites) > 1 else ""

    def label(self, test: str) -> str:
        return self.labels.get(test) or capitalised(test.replace("_", " "))


def label_of(version: ProtocolVersion, test: str) -> str:
    """What a test is called in the protocol of a course."""
    if test == INFUSION:
        return "Infusion"
    named = protocol_of(version).tests.get(test)
    return capitalised(named.label if named else test.replace("_", " "))


# What a line shows of its row, in one query -------------------------------------------------------


def select_items(rows: QuerySet[DueItem]) -> QuerySet[DueItem]:
    return rows.select_related("patient", "course__therapy", "course__protocol_version").only(
        *("test", "level", "window_opens_on", "due_on", "overdue_on", "because", "closed", "end"),
        *(
            "site_id",
            "course__therapy__generic",
            "course__protocol_version__content_hash",
            *_PATIENT,
        ),
    )


def select_holds(rows: QuerySet[Hold]) -> QuerySet[Hold]:
    return rows.select_related("course__patient", "course__therapy", "placed_by").only(
        *("reason", "placed_at", "placed_by__name", "placed_by__username"),
        *("placed_by__credentials", *_COURSE),
    )


def select_results(rows: QuerySet[Result]) -> QuerySet[Result]:
    return (
        rows.select_related("patient")
        .only(*("test", "facts", "done_on", "reported_on", "site_id", "note", *_PATIENT))
        .annotate(
            raised_alert=Exists(Alert.objects.filter(result=OuterRef("pk"))),
            placed_hold=Exists(Hold.objects.active().filter(result=OuterRef("pk"))),
        )
    )


def select_alerts(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    return rows.select_related("patient", "result", "course__therapy").only(
        *("says", "raised_at", "site_id", "result__test", "result__done_on"),
        *("course__therapy__generic", *_PATIENT),
    )


def select_visits(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    return rows.select_related("course__patient", "course__therapy").only("scheduled_on", *_COURSE)


def select_courses(rows: QuerySet[InfusionCourse]) -> QuerySet[InfusionCourse]:
    return rows.select_related("patient", "therapy").only(
        *("planned_through_on", "nothing_due_because", "stopped_on", "watch_until_on", "site_id"),
        *("therapy__generic", *_PATIENT),
    )


def select_renewals(rows: QuerySet[InfusionCourse]) -> QuerySet[InfusionCourse]:
    return (
        rows.select_related("patient", "therapy", "protocol_version")
        .only(
            *("start_on", "stopped_on", "renew_from_on", "site_id", "therapy__generic"),
            *("protocol_version__content_hash", *_PATIENT),
        )
        .prefetch_related("authorizations", "visits")
    )


# Lines --------------------------------------------------------------------------------------------


def item_line(item: DueItem, context: Context) -> Line:
    today = context.today(item.site_id)
    state = item.state_on(today)
    course = reverse("monitoring:course", args=[item.course_id])
    act_url, act = course, "Open the course"
    if item.test not in (INFUSION, CHECKLIST):
        query = urlencode({"test": item.test})
        act_url = f"{reverse('monitoring:result-new', args=[item.patient_id])}?{query}"
        act = "Enter the result"
    return _line(
        context, item, item.patient, item.site_id, str(item.course.therapy),
        what=label_of(item.course.protocol_version, item.test),
        tag=state,
        word=state.capitalize(),
        when=f"Due {day_words(item.due_on)}",
        says=_due_words(item, state, today),
        why=item.because,
        act_url=act_url,
        act=act,
        flags=(BLOCKS,) if item.level == DueItem.Level.BLOCKING else (),
    )  # fmt: skip


def hold_line(hold: Hold, context: Context) -> Line:
    course, zone = hold.course, context.site(hold.course.site_id).time_zone
    held = (context.today(course.site_id) - local_date(hold.placed_at, zone)).days
    return _line(
        context, hold, course.patient, course.site_id, str(course.therapy),
        what=hold.reason,
        tag="hold",
        word="On hold",
        when=f"Since {moment_words(hold.placed_at, zone)}",
        says=f"by {hold.placed_by}, {_ago(held)}",
        act_url=reverse("monitoring:hold-release", args=[hold.pk]),
        act="Release the hold",
    )  # fmt: skip


def result_line(result: Any, context: Context) -> Line:
    """``result`` carries what ``select_results`` adds."""
    values = [
        f"{context.vocabulary[key].label}: {value_text(context.vocabulary[key], fact.value)}"
        for key, fact in result_facts(result, context.vocabulary).items()
    ]
    flags = [
        (Flag("precaution", "Raised an alert"), result.raised_alert),
        (Flag("hold", "Placed a hold"), result.placed_hold),
    ]
    waits = (context.today(result.site_id) - result.reported_on).days
    return _line(
        context, result, result.patient, result.site_id, "",
        what=context.label(result.test),
        tag="submitted",
        word="To see",
        when=f"Reported {day_words(result.reported_on)}",
        says=f"done {day_words(result.done_on)}, reported {_ago(waits)}",
        values="; ".join(values) or result.note or "No values were entered.",
        act_url=reverse("monitoring:result", args=[result.pk]),
        act="Open the result",
        flags=tuple(flag for flag, raised in flags if raised),
    )  # fmt: skip


def alert_line(alert: Alert, context: Context) -> Line:
    zone = context.site(alert.site_id).time_zone
    result, course = alert.result, alert.course
    url = reverse("monitoring:person", args=[alert.patient_id])
    about = ""
    if result is not None:
        url = reverse("monitoring:result", args=[result.pk])
        about = f"{context.label(result.test)} of {day_words(result.done_on)}"
    return _line(
        context, alert, alert.patient, alert.site_id, str(course.therapy) if course else "",
        what=alert.says,
        tag="precaution",
        word="Alert",
        when=f"Raised {moment_words(alert.raised_at, zone)}",
        says=about,
        act_url=url,
        act="Open the result" if result else "Open the person",
    )  # fmt: skip


def visit_line(visit: Visit, context: Context) -> Line:
    course = visit.course
    days = (context.today(course.site_id) - visit.scheduled_on).days
    return _line(
        context, visit, course.patient, course.site_id, str(course.therapy),
        what="Nothing is recorded of this visit",
        tag="overdue",
        word="Not recorded",
        when=f"Booked for {day_words(visit.scheduled_on)}",
        says=_ago(days),
        act_url=reverse("monitoring:visit", args=[visit.pk]),
        act="Record the visit",
    )  # fmt: skip


def nothing_line(course: InfusionCourse, context: Context) -> Line:
    watched = "Stopped, still watched" if course.stopped_on else "Treated"
    until = course.watch_until_on
    return _course_line(
        context, course,
        what=course.nothing_due_because,
        tag="plain",
        word=watched,
        when=f"Watched until {day_words(until)}" if until else "Watched without an end",
        says=_planned(course),
    )  # fmt: skip


def stale_line(course: InfusionCourse, context: Context) -> Line:
    return _course_line(
        context, course,
        what="The schedule has to be worked out anew",
        tag="stale",
        word="Not up to date",
        when=_planned(course),
        says="",
    )  # fmt: skip


def renewal_line(course: InfusionCourse, context: Context) -> Line:
    today = context.today(course.site_id)
    budget = course_budget(course, today)
    infusions = budget.infusions_left
    left = (
        "infusions not limited" if infusions is None else f"{counted(infusions, 'infusion')} left"
    )
    ends = f"Until {day_words(budget.ends_on)}" if budget.ends_on else "No certification in force"
    return _course_line(
        context, course,
        what=budget.renewal_prompt,
        tag="due" if budget.in_force else "overdue",
        word="Renew" if budget.in_force else "Not certified",
        when=ends,
        says=f"{counted(budget.days_left, 'day')} and {left}" if budget.in_force else "",
    )  # fmt: skip


LINES: dict[
    Group, tuple[Callable[[QuerySet[Any]], QuerySet[Any]], Callable[[Any, Context], Line]]
] = {
    Group.STALE: (select_courses, stale_line),
    Group.OVERDUE: (select_items, item_line),
    Group.HOLDS: (select_holds, hold_line),
    Group.RESULTS: (select_results, result_line),
    Group.ALERTS: (select_alerts, alert_line),
    Group.DUE: (select_items, item_line),
    Group.VISITS: (select_visits, visit_line),
    Group.UPCOMING: (select_items, item_line),
    Group.RENEWALS: (select_renewals, renewal_line),
    Group.NOTHING: (select_courses, nothing_line),
}


def _line(
    context: Context,
    row: Any,
    patient: Any,
    site_id: int,
    therapy: str,
    *,
    why: str = "",
    values: str = "",
    **words: Any,
) -> Line:
    return Line(
        key=str(row.pk),
        patient=str(patient),
        patient_url=reverse("monitoring:person", args=[patient.pk]),
        born=day_words(patient.birth_date),
        site=context.site_name(site_id),
        therapy=capitalised(therapy),
        why=why,
        values=values,
        **words,
    )


def _course_line(context: Context, course: InfusionCourse, **words: Any) -> Line:
    return _line(
        context, course, course.patient, course.site_id, str(course.therapy),
        act_url=reverse("monitoring:course", args=[course.pk]),
        act="Open the course",
        **words,
    )  # fmt: skip


def _planned(course: InfusionCourse) -> str:
    if course.planned_through_on is None:
        return "Never worked out"
    return f"Worked out up to {day_words(course.planned_through_on)}"


def _due_words(item: DueItem, state: str, today: date) -> str:
    days = (item.due_on - today).days
    if state == "overdue":
        return f"{counted(-days, 'day')} late"
    if state == "upcoming":
        return f"window opens {day_words(item.window_opens_on)}"
    if days < 0:
        return f"{_ago(-days)}, grace until {day_words(item.overdue_on)}"
    return "today" if not days else f"in {counted(days, 'day')}"


def _ago(days: int) -> str:
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"
