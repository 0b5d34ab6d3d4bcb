"""What must a person see before a case is decided?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from certification.criteria.tree import Recommendation, Truth, walk
from certification.criteria.tree_words import value_text
from certification.models import UNVERIFIED, Case, User
from certification.presenters.citations import Source, Sources
from certification.presenters.decisions import (
    ActLink,
    acts_of,
    suggested_rationale,
    suggested_reversal,
)
from certification.presenters.links import (
    FactLink,
    StepLink,
    Titles,
    fact_links,
    step_links,
)
from certification.presenters.questions import Warned
from certification.presenters.steps import (
    RECOMMENDATIONS,
    warned,
)
from certification.presenters.trees import Tree, tree_of
from certification.presenters.wording import counted
from certification.wizard import Standing


@dataclass(frozen=True, slots=True)
class ConflictLine:
    label: str
    given: str
    computed: str


@dataclass(frozen=True, slots=True)
class RecommendationPage:
    key: str
    word: str
    says: str
    indications: Tree
    contraindications: Tree
    precautions: list[Warned]
    unclear_precautions: list[Warned]
    conflicts: list[ConflictLine]
    contradictions: list[str]
    shortest: list[FactLink]
    missing: list[FactLink]
    references: list[Source]
    acts: list[ActLink]
    steps: list[StepLink]
    note: str
    population: str
    unverified: int


class Unmet(NamedTuple):
    says: str
    quarantined: bool


@dataclass(frozen=True, slots=True)
class Grounds:
    """The short form beside a signature. ``refusal``: why this reader cannot sign this now."""

    recommendation: str
    word: str
    says: str
    unmet: list[Unmet]
    precautions: list[Warned]
    quantity: list[dict[str, str]]
    refusal: str


def recommendation_page(
    case: Case, user: User, standing: Standing, marked: Collection[str] = ()
) -> RecommendationPage:
    """``marked``: the criteria in quarantine, by id."""
    evaluation, plan = standing.evaluation, standing.plan
    sources = Sources(plan.references)
    word, says = RECOMMENDATIONS[evaluation.recommendation]
    if evaluation.recommendation is Recommendation.PEND:
        word, says = "Pend for information", _pend_says(standing)
    precautions = standing.explanation.precautions
    plain = {p.id: p.plain for p in standing.plan.criteria_set.criteria.precautions}
    return RecommendationPage(
        key=evaluation.recommendation.value,
        word=word,
        says=says,
        indications=tree_of(standing.explanation.indications, sources, bars=False, marked=marked),
        contraindications=tree_of(
            standing.explanation.contraindications, sources, bars=True, marked=marked
        ),
        precautions=[
            replace(warned(p, sources, plain[p.id]), quarantined=p.id in marked)
            for p in precautions
            if p.truth is Truth.MET
        ],
        unclear_precautions=[
            replace(warned(p, sources, plain[p.id]), quarantined=p.id in marked)
            for p in precautions
            if p.truth is Truth.UNKNOWN
        ],
        conflicts=_conflicts(standing),
        contradictions=list(dict.fromkeys(c.says for c in evaluation.contradictions)),
        shortest=list(fact_links(case, standing, evaluation.shortest)),
        missing=list(fact_links(case, standing, evaluation.missing)),
        references=sources.listed(),
        acts=acts_of(user, case, evaluation.recommendation),
        steps=step_links(case, standing, Titles()),
        note=plan.criteria_set.note,
        population=_population(case),
        unverified=_unverified(standing),
    )


def _unverified(standing: Standing) -> int:
    criteria = standing.plan.criteria_set.criteria
    nodes = (*walk(criteria.indications), *walk(criteria.contraindications))
    return sum(1 for node in nodes if node.verified in UNVERIFIED)


def _pend_says(standing: Standing) -> str:
    missing = len(standing.evaluation.missing)
    if missing:
        return (
            f"{counted(missing, 'fact')} that {'is' if missing == 1 else 'are'} not documented can "
            "still decide. Unknown is never counted as not met."
        )
    return "What is documented does not decide the case. Unknown is never counted as not met."


def _conflicts(standing: Standing) -> list[ConflictLine]:
    vocabulary = standing.plan.vocabulary
    return [
        ConflictLine(
            vocabulary[c.fact].label,
            value_text(vocabulary[c.fact], c.given),
            value_text(vocabulary[c.fact], c.computed),
        )
        for c in standing.evaluation.conflicts
    ]


def _population(case: Case) -> str:
    """For whom these criteria were written, and for whom not: told beside every recommendation."""
    trial = case.therapy.details.get("trial_population")
    if isinstance(trial, str):
        return trial
    if isinstance(trial, dict):
        return str(trial.get("says") or trial.get("summary") or "")
    return ""


def askable_facts(standing: Standing) -> list[tuple[str, Any]]:
    """What a pend can ask for: what decides first, then everything else that is not documented."""
    vocabulary, evaluation = standing.plan.vocabulary, standing.evaluation
    decides = [(key, vocabulary[key].label) for key in evaluation.missing]
    asked = {key for step in standing.plan.steps for key in step.keys}
    others = [
        (key, definition.label)
        for key, definition in vocabulary.items()
        if key in asked
        and key not in evaluation.missing
        and key not in standing.completed.facts
        and key not in standing.completed.not_applicable
        and definition.derived is None
    ]
    groups = [("Can still decide", decides), ("Also not documented", others)]
    return [(title, options) for title, options in groups if options]


def suggested_referral(standing: Standing) -> str:
    if standing.evaluation.recommendation is not Recommendation.REFER:
        return ""
    return suggested_rationale(standing)


def initial_period(case: Case) -> dict[str, Any]:
    return {
        "revision": case.revision,
        "months": case.criteria_version.certification_months,
        "period_start_on": case.service_on,
    }


def initial_modified(case: Case) -> dict[str, Any]:
    limit = case.criteria_version.quantity_limit or {}
    return initial_period(case) | {
        "dose": limit.get("dose", ""),
        "interval": limit.get("interval", ""),
        "infusions": limit.get("count"),
    }


def initial_adverse(case: Case, standing: Standing) -> dict[str, Any]:
    unmet = standing.evaluation.unmet
    return {
        "revision": case.revision,
        "principal_criterion": unmet[0] if unmet else "",
        "unmet_criteria": list(unmet[1:]),
        "rationale": suggested_rationale(standing),
        "would_reverse": suggested_reversal(standing),
    }


def grounds_of(
    case: Case, user: User, standing: Standing, act: str, marked: Collection[str] = ()
) -> Grounds:
    evaluation = standing.evaluation
    word, says = RECOMMENDATIONS[evaluation.recommendation]
    sources = Sources(standing.plan.references)
    links = {link.key: link for link in acts_of(user, case, evaluation.recommendation)}
    sentences = _sentences(standing)
    return Grounds(
        recommendation=evaluation.recommendation.value,
        word=word,
        says=says,
        unmet=[
            Unmet(sentences[one], one in marked) for one in evaluation.unmet if one in sentences
        ],
        precautions=[
            replace(warned(p, sources), quarantined=p.id in marked)
            for p in standing.explanation.precautions
            if p.truth is Truth.MET
        ],
        quantity=quantity_lines(case.criteria_version.quantity_limit),
        refusal=links[act].refusal if act in links else "This case is closed.",
    )


def _sentences(standing: Standing) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = [standing.explanation.indications, standing.explanation.contraindications]
    while waiting:
        node = waiting.pop()
        found[node.id] = node.says
        waiting.extend(node.children)
    return found


def quantity_lines(limit: dict[str, Any] | None) -> list[dict[str, str]]:
    titles = {"dose": "Dose", "interval": "Interval", "count": "Number of infusions"}
    return [
        {"label": titles.get(key, key.replace("_", " ").capitalize()), "value": str(value)}
        for key, value in (limit or {}).items()
        if value not in (None, "")
    ]
