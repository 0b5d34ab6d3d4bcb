"""What stands on a page of the wizard, and beside it?"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from certification.case_facts import Prefill
from certification.criteria.derived import inputs
from certification.criteria.states import states_of
from certification.criteria.tree import Node, Recommendation, Truth, children
from certification.criteria.tree_words import sentence, value_text
from certification.models import Case
from certification.presenters.citations import Sources
from certification.presenters.drawing import drawn_branches
from certification.presenters.links import FactLink, Titles, fact_links, record_url, step_url
from certification.presenters.questions import KnownFact, Question, Questions, Warned
from certification.presenters.trees import source_words, summary
from certification.presenters.wording import counted
from certification.wizard import Standing, Step

SHOWN_SHORTEST = 6
RECOMMENDATIONS = {
    Recommendation.CERTIFY: ("Certify", "Every criterion is met and nothing stands against it."),
    Recommendation.REFER: (
        "Refer to a physician",
        "A criterion is not met, or something stands against the therapy. This is never a denial: "
        "a physician looks.",
    ),
    Recommendation.PEND: ("Not decided yet", "What is documented does not decide the case."),
}


@dataclass(frozen=True, slots=True)
class PanelTree:
    """``branches``: drawn, because they look the same for everybody in the same state."""

    title: str
    summary: str
    branches: SafeString


@dataclass(frozen=True, slots=True)
class Panel:
    """Where the case stands: shown beside every step."""

    recommendation: str
    word: str
    says: str
    shortest: tuple[FactLink, ...]
    more_shortest: tuple[FactLink, ...]
    other_missing: tuple[FactLink, ...]
    trees: tuple[PanelTree, ...]
    precautions: int
    url: str


@dataclass(frozen=True, slots=True)
class StepPage:
    title: str
    intro: str
    says: str
    questions: tuple[Question, ...]
    optional: tuple[Question, ...]
    known: tuple[KnownFact, ...]
    not_applicable: tuple[KnownFact, ...]
    precautions: tuple[Warned, ...]

    @property
    def shown(self) -> tuple[Question, ...]:
        return (*self.questions, *self.optional)

    @property
    def troubles(self) -> list[dict[str, str]]:
        return [
            {"href": f"#q-{q.key}", "says": f"{q.label}: {words}"}
            for q in self.shown
            for words in (*((q.error,) if q.error else ()), *q.warnings)
        ]


def step_page(
    case: Case,
    standing: Standing,
    step: Step,
    titles: Titles,
    sources: Sources,
    offers: Mapping[str, Prefill],
    forced: str = "",
) -> StepPage:
    """Sorts the questions of a step: those that matter, known ones, optional ones, and those that
    do not apply. ``forced``: a known or inapplicable question that the reviewer wants to answer."""
    made = Questions(standing, sources, case.service_on)
    questions, optional, known, inapplicable = [], [], [], []
    wanted = _wanted(standing)
    for key in step.keys:
        if _stands_open(key, standing, wanted) or key == forced:
            questions.append(made.question(key, offers.get(key)))
        elif key in standing.completed.facts:
            known.append(_known(case, standing, step, key))
        elif key in standing.completed.not_applicable:
            inapplicable.append(_inapplicable(case, standing, step, key))
        else:
            optional.append(made.question(key, offers.get(key)))
    number = standing.plan.steps.index(step) + 1
    return StepPage(
        title=titles.title(step),
        intro=titles.intro(step),
        says=f"Step {number} of {len(standing.plan.steps)}",
        questions=tuple(questions),
        optional=tuple(optional),
        known=tuple(known),
        not_applicable=tuple(inapplicable),
        precautions=tuple(_warned(standing, sources, step.keys)),
    )


def _stands_open(key: str, standing: Standing, wanted: Container[str]) -> bool:
    return key in standing.answers or key in wanted or key in standing.completed.set_aside


def _wanted(standing: Standing) -> frozenset[str]:
    """What can still decide, what that is worked out from, and what dates it: an undated or
    outdated value counts as missing, and its date is what has to be asked."""
    vocabulary = standing.plan.vocabulary
    wanted: set[str] = set()
    waiting = list(standing.evaluation.missing)
    while waiting:
        key = waiting.pop()
        if key not in wanted and key in vocabulary:
            wanted.add(key)
            waiting += inputs(vocabulary[key])
            if vocabulary[key].dated_by:
                waiting.append(vocabulary[key].dated_by)
    return frozenset(wanted)


def _known(case: Case, standing: Standing, step: Step, key: str) -> KnownFact:
    definition = standing.plan.vocabulary[key]
    fact = standing.completed.facts[key]
    return KnownFact(
        key,
        definition.label,
        value_text(definition, fact.value) if fact.value is not None else "Asked, not known",
        source_words(fact.source),
        _forced_url(case, step, key),
    )


def _inapplicable(case: Case, standing: Standing, step: Step, key: str) -> KnownFact:
    definition = standing.plan.vocabulary[key]
    asked_when = definition.applies_when
    says = f"Asked when: {sentence(asked_when, standing.plan.vocabulary)}" if asked_when else ""
    return KnownFact(key, definition.label, "", says, _forced_url(case, step, key))


def _forced_url(case: Case, step: Step, key: str) -> str:
    return f"{step_url(case, step)}?ask={key}#q-{key}"


def _warned(standing: Standing, sources: Sources, keys: Iterable[str]) -> Iterable[Warned]:
    concerned = frozenset().union(*(standing.plan.precautions.get(k, frozenset()) for k in keys))
    told = concerned.intersection(standing.evaluation.precautions)
    for precaution in standing.plan.criteria_set.criteria.precautions:
        if precaution.id in told:
            yield warned(precaution, sources, precaution.plain)


def warned(precaution: object, sources: Sources, plain: str = "") -> Warned:
    return Warned(
        precaution.id,  # type: ignore[attr-defined]
        precaution.says,  # type: ignore[attr-defined]
        precaution.verified,  # type: ignore[attr-defined]
        sources.cites(precaution.cite),  # type: ignore[attr-defined]
        plain,
        "In plain words" if plain else "",
    )


def panel_of(case: Case, standing: Standing) -> Panel:
    evaluation = standing.evaluation
    word, says = RECOMMENDATIONS[evaluation.recommendation]
    if evaluation.missing:
        says = f"{counted(len(evaluation.missing), 'fact')} can still decide."
    shortest = list(fact_links(case, standing, evaluation.shortest))
    others = [key for key in evaluation.missing if key not in evaluation.shortest]
    criteria = standing.plan.criteria_set.criteria
    return Panel(
        recommendation=evaluation.recommendation.value,
        word=word,
        says=says,
        shortest=tuple(shortest[:SHOWN_SHORTEST]),
        more_shortest=tuple(shortest[SHOWN_SHORTEST:]),
        other_missing=tuple(fact_links(case, standing, others)),
        trees=(
            _panel_tree("Must be met", standing, criteria.indications, bars=False),
            _panel_tree("Must not be present", standing, criteria.contraindications, bars=True),
        ),
        precautions=len(evaluation.precautions),
        url=record_url("certification:case-recommendation", case.pk),
    )


def _panel_tree(title: str, standing: Standing, root: Node, *, bars: bool) -> PanelTree:
    """The criteria below a root by how they stand, without sources and without answers."""
    parts, explanation = children(root) or (root,), standing.explanation
    known = explanation.known()
    states = [states_of(part, known, explanation.completed) for part in parts]
    settled = sum(1 for (truth, _), *_ in states if truth is (Truth.NOT_MET if bars else Truth.MET))
    drawn = drawn_branches(standing.plan, parts, states, bars=bars)
    return PanelTree(title, summary(settled, len(parts), bars=bars), drawn)
