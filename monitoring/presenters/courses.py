"""What does the page of a course say: what is given, may the next one be given, what comes next?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from certification.models import User
from certification.presenters.cases import content_state
from certification.presenters.citations import Cite, Source
from certification.presenters.wording import capitalised, counted, day_words, moment_words
from config.access import has_permission
from config.roles import ROLES, Permission, Role
from monitoring.advice import advice_for
from monitoring.clearing import Readiness, clear_to_infuse
from monitoring.models import DueItem, Hold, InfusionCourse, ProtocolVersion, Visit
from monitoring.planning import CHECKLIST, plan_course, protocol_of
from monitoring.policies import can_answer_relapse, can_treat, can_work
from monitoring.presenters.citing import Cited
from monitoring.presenters.due_lines import STATE_WORDS, current_items
from monitoring.presenters.next_acts import ActLink
from monitoring.presenters.readiness import (
    AdvicePart,
    ReadinessPanel,
    advice_parts,
    place_of,
    readiness_panel,
    with_visits,
)
from monitoring.protocols import version_in_force
from monitoring.relapses import (
    THERAPY_REVIEW,
    RelapseQuestion,
    relapse_question,
)
from monitoring.schedule.items import Plan
from monitoring.schedule.months import add_months
from monitoring.schedule.rules import INFUSION, Protocol, ProtocolRule
from monitoring.schedule.wording import without_sources

VISITS_SHOWN = 8
REVIEWER = ROLES[Role.NURSE_REVIEWER].title


@dataclass(frozen=True, slots=True)
class ItemLine:
    """``ends``: until when the rule goes on asking, once no further infusion is planned."""

    name: str
    state: str
    state_word: str
    due: str
    because: str
    ends: str
    blocking: bool
    verified: str
    cites: tuple[Cite, ...]
    links: tuple[ActLink, ...]


@dataclass(frozen=True, slots=True)
class HoldLine:
    reason: str
    placed: str
    url: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class VisitLine:
    url: str
    day: str
    time: str
    state: str
    state_word: str
    says: str
    reactions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelapsePanel:
    """Does the relapse change the therapy? Asked, or how it was answered."""

    says: str
    note: str
    asks: bool
    links: tuple[ActLink, ...]
    who: str


@dataclass(frozen=True, slots=True)
class ProtocolPanel:
    title: str
    version: str
    content: dict[str, Any]
    newer: str
    url: str


@dataclass(frozen=True, slots=True)
class CoursePage:
    readiness: ReadinessPanel
    booked: VisitLine | None
    budget: list[dict[str, str]]
    prompt: str
    prompt_links: tuple[ActLink, ...]
    items: list[ItemLine]
    more_items: int
    holds: list[HoldLine]
    visits: list[VisitLine]
    more_visits: int
    advice: list[AdvicePart]
    relapse: RelapsePanel | None
    protocol: ProtocolPanel
    stopped: list[dict[str, str]]
    acts: list[ActLink]
    references: list[Source]
    may_book: bool


def course_page(course: InfusionCourse, user: User, now: datetime, today: date) -> CoursePage:
    """A fixed number of queries, however long the course."""
    course = with_visits(course)
    cited = Cited()
    visits = sorted(course.visits.all(), key=lambda v: (v.scheduled_on, str(v.pk)))
    booked = next((v for v in visits if v.state == Visit.State.SCHEDULED), None)
    readiness = clear_to_infuse(course, today)
    place = place_of(course, booked)
    panel = readiness_panel(readiness, place, user, cited)
    holds = [_hold(hold, user, cited) for hold in _active_holds(course)]
    advice = advice_parts(advice_for(course, readiness.day), cited)
    past = [v for v in reversed(visits) if v is not booked]
    plan = plan_course(course, today)
    question = relapse_question(course, plan)
    items, more = _items(course, booked, question, plan, user, cited)
    return CoursePage(
        readiness=panel,
        booked=visit_line(booked) if booked else None,
        budget=_budget(readiness),
        prompt=readiness.budget.renewal_prompt,
        prompt_links=tuple(_prompt_links(course, user)),
        items=items,
        more_items=more,
        holds=holds,
        visits=[visit_line(v) for v in past[:VISITS_SHOWN]],
        more_visits=max(0, len(past) - VISITS_SHOWN),
        advice=advice,
        relapse=_relapse(course, user, question) if question else None,
        protocol=protocol_panel(course, today),
        stopped=_stopped(course),
        acts=list(_acts(course, user)),
        references=cited.listed(),
        may_book=can_treat(user, course),
    )


def visit_line(visit: Visit) -> VisitLine:
    said = {
        Visit.State.INFUSED: ", ".join(p for p in (visit.dose, f"batch {visit.batch}") if p),
        Visit.State.SCHEDULED: "Checklist done" if visit.checklist_at else "",
    }.get(Visit.State(visit.state), visit.reason)
    return VisitLine(
        url=reverse("monitoring:visit", args=[visit.pk]),
        day=day_words(visit.infused_on or visit.scheduled_on),
        time=visit.scheduled_time.strftime("%H:%M") if visit.scheduled_time else "",
        state=visit.state,
        state_word=visit.get_state_display(),
        says=said,
        reactions=tuple(f"Grade {r.grade}: {r.symptoms}" for r in visit.reactions.all()),
    )


def protocol_panel(course: InfusionCourse, today: date) -> ProtocolPanel:
    version = course.protocol_version
    newest = version_in_force(course.therapy, today)
    newer = newest.version if newest is not None and newest.pk != version.pk else ""
    url = reverse("monitoring:course-protocol", args=[course.pk])
    return ProtocolPanel(version.title, version.version, content_state(version, today), newer, url)


def rules_of(version: ProtocolVersion) -> Mapping[str, ProtocolRule]:
    """The rules of a version by id, that of the infusions too."""
    protocol: Protocol = protocol_of(version)
    rules = {rule.id: rule for rule in protocol.rules}
    if protocol.infusions is not None:
        rules[INFUSION] = protocol.infusions.rule
    return rules


def _items(
    course: InfusionCourse,
    booked: Visit | None,
    question: RelapseQuestion | None,
    plan: Plan,
    user: User,
    cited: Cited,
) -> tuple[list[ItemLine], int]:
    """What is due or overdue, and the next item of each rule; what follows is only counted."""
    today = plan.as_of
    stale = {course.pk: plan} if _is_stale(course, today) else {}
    stored = list(course.due_items.all().open())
    rows = sorted(current_items(stored, stale), key=lambda item: (item.due_on, item.pk or 0))
    shown: list[DueItem] = []
    for row in rows:
        if row.window_opens_on <= today or row.rule not in {one.rule for one in shown}:
            shown.append(row)
    rules = rules_of(course.protocol_version)
    works = can_work(user, course)
    lines = []
    for item in shown:
        rule = rules.get(item.rule)
        state = item.state_on(today)
        lines.append(
            ItemLine(
                name=capitalised(rule.name if rule else item.test.replace("_", " ")),
                state=state,
                state_word=STATE_WORDS[state],
                due=day_words(item.due_on),
                because=without_sources(item.because),
                ends=_tail_words(rule, plan) if rule else "",
                blocking=item.level == DueItem.Level.BLOCKING,
                verified=rule.verified if rule else "",
                cites=cited.cites(item.cite),
                links=tuple(_item_links(course, booked, question, item)) if works else (),
            )
        )
    return lines, len(rows) - len(lines)


def _tail_words(rule: ProtocolRule, plan: Plan) -> str:
    """The end of a tail after the last infusion, as soon as it is known which one was the last."""
    until, last = rule.until, plan.record.last_dose
    if until is None or last is None or (plan.record.stop is None and plan.next_infusion):
        return ""
    if until.open:
        return "No end is known."
    months = until.months_after_last_dose or 0
    day = day_words(add_months(last, months))
    return f"Asked for until {day}, {counted(months, 'month')} after the last infusion."


def _is_stale(course: InfusionCourse, today: date) -> bool:
    """Watched, and its stored plan has run out of days."""
    watched = course.watch_until_on is None or course.watch_until_on >= today
    return watched and (course.planned_through_on is None or course.planned_through_on < today)


def _item_links(
    course: InfusionCourse,
    booked: Visit | None,
    question: RelapseQuestion | None,
    item: DueItem,
) -> Iterable[ActLink]:
    if item.test in (INFUSION, CHECKLIST) and booked is not None:
        yield ActLink(reverse("monitoring:visit", args=[booked.pk]), "Open the visit")
    elif item.test in (INFUSION, CHECKLIST):
        yield ActLink(reverse("monitoring:course-book", args=[course.pk]), "Book")
    elif item.test == THERAPY_REVIEW and question is not None:
        yield ActLink(reverse("monitoring:course-relapse", args=[course.pk]), "Answer")
    elif item.test in protocol_of(course.protocol_version).tests:
        query = urlencode({"test": item.test})
        url = reverse("monitoring:result-new", args=[course.patient_id])
        yield ActLink(f"{url}?{query}", "Enter result")
    if item.pk:
        yield ActLink(reverse("monitoring:item-waive", args=[item.pk]), "Waive")


def _active_holds(course: InfusionCourse) -> Iterable[Hold]:
    return course.holds.active().select_related("placed_by", "course__site")


def _hold(hold: Hold, user: User, cited: Cited) -> HoldLine:
    course = hold.course
    placed = moment_words(hold.placed_at, course.site.time_zone)
    releasable = can_work(user, course)
    return HoldLine(
        reason=hold.reason,
        placed=f"{hold.placed_by}, {placed}",
        url=reverse("monitoring:hold-release", args=[hold.pk]) if releasable else "",
        cites=cited.cites(hold.cite),
    )


def _budget(readiness: Readiness) -> list[dict[str, str]]:
    budget = readiness.budget
    left = budget.infusions_left
    ends = day_words(budget.ends_on) or "Nothing is in force"
    days = f"{counted(budget.days_left, 'day')} left" if budget.in_force else ""
    infusions = "Not limited in number" if left is None else f"{left} left"
    return [
        {"label": "Certified until", "value": ends, "note": days},
        {"label": "Infusions", "value": infusions if budget.in_force else "None", "note": ""},
    ]


def _prompt_links(course: InfusionCourse, user: User) -> Iterable[ActLink]:
    if has_permission(user, Permission.PREPARE_CASES):
        yield ActLink(reverse("monitoring:course-renew", args=[course.pk]), "Open a renewal case")
    if can_treat(user, course):
        url = reverse("monitoring:course-certification", args=[course.pk])
        yield ActLink(url, "Add a determination")


def _relapse(course: InfusionCourse, user: User, question: RelapseQuestion) -> RelapsePanel:
    answer, links = question.answer, []
    opens = has_permission(user, Permission.PREPARE_CASES)
    case_link = ActLink(
        reverse("monitoring:course-relapse-case", args=[course.pk]), "Yes: open a case"
    )
    if answer is None:
        says = (
            "The relapse course is at its end. Does this relapse change the therapy?"
            if question.due
            else "At the end of the course: does this relapse change the therapy?"
        )
        if can_answer_relapse(user, course):
            links.append(ActLink(reverse("monitoring:course-relapse", args=[course.pk]), "Answer"))
        if opens:
            links.append(case_link)
        return RelapsePanel(says, "", question.due, tuple(links), "")
    when = moment_words(answer.answered_at, course.site.time_zone)
    says = f"{answer.answered_by}, {when}: this relapse {answer}."
    who = ""
    if answer.case is not None:
        url = reverse("certification:case", args=[answer.case_id])
        links.append(ActLink(url, f"Case {answer.case.number}"))
    elif question.waits_for_case:
        who = f"Next: open the case ({REVIEWER})."
        if opens:
            links.append(ActLink(case_link.url, "Open the case"))
    return RelapsePanel(says, answer.note, question.waits_for_case, tuple(links), who)


def _stopped(course: InfusionCourse) -> list[dict[str, str]]:
    if course.is_running:
        return []
    until = day_words(course.watch_until_on) or "No end is known"
    return [
        {"label": "Stopped", "value": day_words(course.stopped_on)},
        {"label": "Reason", "value": course.stop_reason},
        {"label": "Watched until", "value": until},
    ]


def _acts(course: InfusionCourse, user: User) -> Iterable[ActLink]:
    """What can be done with the course by this reader."""
    own = [course.pk]
    if can_treat(user, course):
        yield ActLink(reverse("monitoring:course-book", args=own), "Book a visit")
    if can_work(user, course):
        person = [course.patient_id]
        yield ActLink(reverse("monitoring:result-new", args=person), "Enter a result")
        yield ActLink(reverse("monitoring:course-facts", args=own), "Document a fact")
    if can_treat(user, course):
        yield ActLink(reverse("monitoring:hold-place", args=own), "Place a hold")
        yield ActLink(reverse("monitoring:course-certification", args=own), "Certification")
        yield ActLink(reverse("monitoring:course-stop", args=own), "Stop the course")
