"""What does the page of a step consist of, also when saving was refused?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from certification.actions.answers import Entry
from certification.case_facts import prefill
from certification.criteria.facts import FactDefinition, FactError, parse_value
from certification.criteria.tree_words import value_text
from certification.models import Answer, Case, User
from certification.policies import Change, Refused, Stale, can_answer_case
from certification.presenters.cases import CaseHead, case_head
from certification.presenters.citations import Sources
from certification.presenters.drawing import (
    drawn_answers,
    drawn_known,
    drawn_reading_from,
    drawn_references,
)
from certification.presenters.links import (
    StepLink,
    Titles,
    step_links,
    step_url,
)
from certification.presenters.questions import Clash, Questions
from certification.presenters.steps import (
    Panel,
    StepPage,
    panel_of,
    step_page,
)
from certification.wizard import Standing, Step


@dataclass(frozen=True, slots=True)
class StepView:
    head: CaseHead
    step: StepPage
    reading_from: SafeString
    answers: SafeString
    known: SafeString
    not_applicable: SafeString
    panel: Panel
    links: list[StepLink]
    references: str
    revision: int
    may_answer: bool
    previous_url: str
    zone: str
    refusal: str = ""
    has_clash: bool = False


def step_view(
    case: Case,
    user: User,
    standing: Standing,
    step: Step,
    *,
    asked: str = "",
    typed: Mapping[str, Entry] | None = None,
    clashes: Mapping[str, Change] | None = None,
    refusal: str = "",
    revision: int | None = None,
) -> StepView:
    """``asked``: a question that the reviewer wants to answer although nobody has to. ``typed``,
    ``clashes`` and ``refusal``: after a save that was refused."""
    titles, sources = Titles(), Sources(standing.plan.references, _cited(standing, step))
    unanswered = [key for key in step.keys if key not in standing.answers]
    offers = prefill(case.patient, unanswered, standing.as_of, exclude=case)
    content = step_page(case, standing, step, titles, sources, offers, forced=asked)
    if typed:
        content = _as_typed(content, case, standing, sources, typed, clashes or {})
    may_answer = can_answer_case(user, case)
    return StepView(
        head=case_head(case, timezone.now()),
        step=content,
        reading_from=drawn_reading_from(),
        answers=drawn_answers(content.questions, content.optional),
        known=drawn_known(content.known, "Answer differently" if may_answer else ""),
        not_applicable=drawn_known(
            content.not_applicable, "Answer all the same" if may_answer else ""
        ),
        panel=panel_of(case, standing),
        links=step_links(case, standing, titles, step),
        references=drawn_references(sources.listed()),
        revision=case.revision if revision is None else revision,
        may_answer=may_answer,
        previous_url=_previous_url(case, standing, step),
        zone=case.site.time_zone,
        refusal=refusal,
        has_clash=bool(clashes),
    )


def refused_view(
    case: Case,
    user: User,
    standing: Standing,
    step: Step,
    entries: Mapping[str, Entry],
    refused: Refused,
) -> StepView:
    """The page after a refusal: nothing was saved, everything typed stands there still."""
    stale = refused if isinstance(refused, Stale) else None
    return step_view(
        case,
        user,
        standing,
        step,
        typed=entries,
        clashes={change.key: change for change in stale.changed} if stale else {},
        refusal=refused.sentence,
        revision=stale.revision if stale else None,
    )


def _as_typed(
    content: StepPage,
    case: Case,
    standing: Standing,
    sources: Sources,
    typed: Mapping[str, Entry],
    clashes: Mapping[str, Change],
) -> StepPage:
    made = Questions(standing, sources, case.service_on)
    shown = []
    for question in content.shown:
        if question.key not in typed:
            shown.append(question)
            continue
        entry = typed[question.key]
        clash = None
        if question.key in clashes:
            definition = standing.plan.vocabulary[question.key]
            change = clashes[question.key]
            clash = Clash(
                change.by, answer_words(definition, change.new), _entry_words(definition, entry)
            )
        shown.append(made.typed(question.key, entry, clash))
    main = {question.key for question in content.questions} | set(clashes)
    return replace(
        content,
        questions=tuple(q for q in shown if q.key in main),
        optional=tuple(q for q in shown if q.key not in main),
    )


def answer_words(definition: FactDefinition, data: Any) -> str:
    """An answer as the audit trail keeps it, in words."""
    if data is None:
        return "No answer"
    if data["state"] == Answer.State.NOT_KNOWN:
        return "Asked, not known"
    value = data["value"]
    if data["state"] == Answer.State.INVALID:
        return f"“{data['typed'].get('value')}” (not accepted)"
    words = _value_words(definition, value)
    return f"{words}, observed {data['observed_on']}" if data.get("observed_on") else words


def _entry_words(definition: FactDefinition, entry: Entry) -> str:
    if entry.not_known:
        return "Asked, not known"
    if entry.typed in (None, ""):
        return "No answer"
    words = _value_words(definition, entry.typed)
    return f"{words}, observed {entry.observed_on}" if entry.observed_on else words


def _value_words(definition: FactDefinition, value: Any) -> str:
    if value in ("yes", "no"):
        value = value == "yes" if definition.type == "boolean" else value
    try:
        return value_text(definition, parse_value(definition, value))
    except FactError:
        return str(value)


def _cited(standing: Standing, step: Step) -> list[str]:
    """The references that the questions and precautions of a step name."""
    plan = standing.plan
    bearings = (b for key in step.keys for b in plan.bearings.get(key, ()))
    cited = [citation.ref for bearing in bearings for citation in bearing.cite]
    shown = set(standing.evaluation.precautions)
    concerned = shown.intersection(*[frozenset().union(*(plan.precautions[k] for k in step.keys))])
    for precaution in plan.criteria_set.criteria.precautions:
        if precaution.id in concerned:
            cited += [citation.ref for citation in precaution.cite]
    return cited


def _previous_url(case: Case, standing: Standing, step: Step) -> str:
    index = standing.plan.steps.index(step)
    return step_url(case, standing.plan.steps[index - 1]) if index else ""
