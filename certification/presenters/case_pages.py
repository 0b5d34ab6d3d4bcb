"""What do the pages around the wizard say: overview, check-answers, history?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from certification.criteria.tree import Recommendation
from certification.criteria.tree_words import value_text
from certification.models import Answer, AuditEvent, Case, InformationRequest, User
from certification.policies import can_answer_case
from certification.presenters.audit import EventLine, event_line, fact_labels
from certification.presenters.decisions import ActLink, acts_of
from certification.presenters.links import (
    FactLink,
    StepLink,
    Titles,
    fact_links,
    step_links,
    step_url,
)
from certification.presenters.trees import source_words
from certification.presenters.wording import age_words, counted, day_words, moment_words
from certification.wizard import Standing, Step, next_step, open_keys
from certification.workflow import CaseStatus

EVENTS_SHOWN = 8
EVENTS_LISTED = 200


@dataclass(frozen=True, slots=True)
class NextAct:
    """The one thing to do next, and where."""

    title: str
    says: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A pend: what was asked for, when, and whether it has come."""

    by: str
    at: str
    message: str
    facts: tuple[FactLink, ...]
    answered: str
    resumed: str


@dataclass(frozen=True, slots=True)
class Referred:
    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class CasePage:
    next_act: NextAct
    steps: list[StepLink]
    acts: list[ActLink]
    request: list[dict[str, str]]
    asked: list[Asked]
    referred: list[Referred]
    events: list[EventLine]
    determination_url: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One fact on the check-answers page. ``state``: given, not_known, invalid, known, missing,
    not_applicable, empty."""

    key: str
    label: str
    text: str
    state: str
    says: str
    observed: str
    note: str
    decides: bool
    url: str
    trouble: str


@dataclass(frozen=True, slots=True)
class CheckGroup:
    title: str
    url: str
    rows: tuple[CheckRow, ...]
    empty: tuple[FactLink, ...]
    inapplicable: tuple[FactLink, ...]


@dataclass(frozen=True, slots=True)
class CheckPage:
    groups: list[CheckGroup]
    missing: list[FactLink]
    shortest: list[FactLink]
    troubles: int
    summary: str
    steps: list[StepLink]
    may_answer: bool
    recommendation_url: str


def case_page(case: Case, user: User, standing: Standing, now: datetime) -> CasePage:
    zone = case.site.time_zone
    labels = {key: d.label for key, d in standing.plan.vocabulary.items()}
    events = AuditEvent.objects.filter(case_id=case.pk)[:EVENTS_SHOWN]
    titles = Titles()
    determination_url = ""
    if case.is_determined:
        determination_url = reverse("certification:determination", args=[case.determination.pk])
    return CasePage(
        next_act=_next_act(case, standing, titles, determination_url),
        steps=step_links(case, standing, titles),
        acts=acts_of(user, case, standing.evaluation.recommendation),
        request=[
            {"label": "Ordering clinician", "value": _clinician(case)},
            {"label": "Planned start of service", "value": day_words(case.service_on)},
            {"label": "Criteria", "value": str(case.criteria_version)},
            {"label": "Turnaround", "value": case.turnaround_profile.title},
            {"label": "Opened", "value": f"{moment_words(case.opened_at, zone)}"},
        ],
        asked=[
            _asked(case, standing, request, zone)
            for request in case.information_requests.select_related("asked_by", "resumed_by")
        ],
        referred=[
            Referred(r.referred_by.signing_name, moment_words(r.referred_at, zone), r.reason)
            for r in case.referrals.select_related("referred_by")
        ],
        events=[event_line(event, zone, labels) for event in events],
        determination_url=determination_url,
    )


def _clinician(case: Case) -> str:
    number = case.ordering_clinician_number
    return f"{case.ordering_clinician} (NPI {number})" if number else case.ordering_clinician


def _next_act(case: Case, standing: Standing, titles: Titles, determination_url: str) -> NextAct:
    recommendation = reverse("certification:case-recommendation", args=[case.pk])
    check = reverse("certification:case-check", args=[case.pk])
    if case.is_determined:
        return NextAct(
            case.status_title, "Signed and sealed.", determination_url, "Open the determination"
        )
    if not case.is_open:
        return NextAct("Withdrawn", "Nothing is left to do.", check, "Look at the answers")
    step = next_step(standing)
    if case.status == CaseStatus.PENDED:
        says = "The clock stands still. When the answer has come, document it and resume the case."
        url = step_url(case, step) if step else check
        return NextAct("Waiting for information", says, url, "Document what came")
    if case.status == CaseStatus.REFERRED:
        return NextAct(
            "A physician reviewer decides", "The nurse's work is done.", recommendation,
            "See the recommendation",
        )  # fmt: skip
    if step is None:
        if standing.evaluation.recommendation is Recommendation.PEND:
            says = "No answer is left that could decide it."
        else:
            says = "Nothing that is still open can change the recommendation."
        return NextAct("Ready to decide", says, check, "Check the answers")
    count = len(open_keys(step, standing))
    says = (
        f"{counted(count, 'question')} there can still decide."
        if count
        else "Something there has to be put right."
    )
    return NextAct(f"Continue with {titles.title(step)}", says, step_url(case, step), "Continue")


def _asked(case: Case, standing: Standing, request: InformationRequest, zone: str) -> Asked:
    known, missing = standing.completed.facts, set(standing.evaluation.missing)
    have = sum(1 for key in request.fact_keys if key in known and key not in missing)
    resumed = ""
    if request.resumed_by is not None:
        resumed = f"{request.resumed_by.signing_name}, {moment_words(request.resumed_at, zone)}"
    return Asked(
        by=request.asked_by.signing_name,
        at=moment_words(request.asked_at, zone),
        message=request.message,
        facts=tuple(fact_links(case, standing, request.fact_keys)),
        answered=f"{have} of {len(request.fact_keys)} documented by now",
        resumed=resumed,
    )


def case_trail(case: Case) -> list[EventLine]:
    """The newest acts on a case and openings of it."""
    events = list(AuditEvent.objects.filter(case_id=case.pk)[:EVENTS_LISTED])
    labels = fact_labels(events)
    return [event_line(event, case.site.time_zone, labels) for event in events]


def check_page(case: Case, user: User, standing: Standing) -> CheckPage:
    titles = Titles()
    evaluation = standing.evaluation
    groups = [_check_group(case, standing, titles, step) for step in standing.plan.steps]
    troubles = sum(1 for group in groups for row in group.rows if row.trouble)
    given = sum(1 for answer in standing.answers.values() if answer.state == Answer.State.GIVEN)
    summary = f"{counted(given, 'answer')} documented in this case"
    if evaluation.missing:
        summary += f", {counted(len(evaluation.missing), 'fact')} can still decide"
    return CheckPage(
        groups=groups,
        missing=list(fact_links(case, standing, evaluation.missing)),
        shortest=list(fact_links(case, standing, evaluation.shortest)),
        troubles=troubles,
        summary=f"{summary}.",
        steps=step_links(case, standing, titles),
        may_answer=can_answer_case(user, case),
        recommendation_url=reverse("certification:case-recommendation", args=[case.pk]),
    )


def _check_group(case: Case, standing: Standing, titles: Titles, step: Step) -> CheckGroup:
    rows, empty, inapplicable = [], [], []
    for key in step.keys:
        row = check_row(case, standing, step, key)
        link = FactLink(key, row.label, row.url)
        match row.state:
            case "empty":
                empty.append(link)
            case "not_applicable":
                inapplicable.append(link)
            case _:
                rows.append(row)
    return CheckGroup(
        titles.title(step), step_url(case, step), tuple(rows), tuple(empty), tuple(inapplicable)
    )


def check_row(case: Case, standing: Standing, step: Step, key: str) -> CheckRow:
    definition = standing.plan.vocabulary[key]
    answer = standing.answers.get(key)
    fact = standing.completed.set_aside.get(key) or standing.completed.facts.get(key)
    text = value_text(definition, fact.value) if fact and fact.value is not None else ""
    observed = fact.observed_on if fact else None
    says = source_words(fact.source) if fact else ""
    state, trouble = "empty", ""
    if answer is not None:
        state = str(answer.state)
        says = answer.get_source_display() or "No source stated"
        if state == Answer.State.INVALID:
            typed = answer.typed.get("value") if isinstance(answer.typed, dict) else answer.typed
            text, trouble = f"“{typed}”", "Typed, but not accepted"
    elif text:
        state = "known"
    elif key in standing.evaluation.missing:
        state = "missing"
    elif key in standing.completed.not_applicable:
        state = "not_applicable"
    if key in standing.completed.set_aside:
        trouble = "Contradicts another answer"
    if state == Answer.State.NOT_KNOWN:
        text = "Asked, not known"
    ask = "" if key in standing.answers or state == "missing" else f"?ask={key}"
    return CheckRow(
        key=key,
        label=definition.label,
        text=text,
        state=state,
        says=says,
        observed=_observed(observed, standing),
        note=answer.note if answer else "",
        decides=key in standing.evaluation.missing,
        url=f"{step_url(case, step)}{ask}#q-{key}",
        trouble=trouble,
    )


def _observed(observed: object, standing: Standing) -> str:
    if observed is None:
        return ""
    days = (standing.as_of - observed).days  # type: ignore[operator]
    return f"{day_words(observed)}, {age_words(days)}" if days else ""  # type: ignore[arg-type]
