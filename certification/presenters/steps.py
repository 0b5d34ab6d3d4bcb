"""What stands on a page of the wizard, and beside it?"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import reverse

from certification.case_facts import Prefill
from certification.criteria.derived import inputs
from certification.criteria.tree import Recommendation, Truth
from certification.criteria.tree_words import sentence, value_text
from certification.models import Answer, Case, FactGroup
from certification.presenters.citations import Cite, Sources
from certification.presenters.drawing import drawn_branches
from certification.presenters.questions import Question, Questions
from certification.presenters.trees import Tree, source_words, tree_of
from certification.presenters.wording import counted
from certification.wizard import Standing, Step, open_keys, state_of, troubled_keys

SHOWN_SHORTEST = 6
STATE_WORDS = {"done": ", done", "attention": ", needs attention", "todo": ", not started"}
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
class StepLink:
    """One line of the step list. ``state``: done, current, attention, todo."""

    title: str
    url: str
    state: str
    note: str = ""

    @property
    def is_current(self) -> bool:
        return self.state == "current"

    @property
    def state_words(self) -> str:
        """The state for those who do not see the icon."""
        return STATE_WORDS.get(self.state, "")


@dataclass(frozen=True, slots=True)
class FactLink:
    """A fact that is needed, with the way to its question."""

    key: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class KnownFact:
    """An answer that nobody has to type: registered, or worked out from others."""

    key: str
    label: str
    text: str
    says: str
    url: str


@dataclass(frozen=True, slots=True)
class Warned:
    id: str
    says: str
    verified: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class PanelTree:
    """``branches``: drawn, because they look the same for everybody in the same state."""

    title: str
    summary: str
    branches: str


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


class Titles:
    """The titles of the steps. One query."""

    def __init__(self) -> None:
        rows = FactGroup.objects.values_list("key", "title", "intro")
        self.groups = {key: (title, intro) for key, title, intro in rows}

    def title(self, step: Step) -> str:
        unnamed = step.group.replace("_", " ").capitalize()
        title, _ = self.groups.get(step.group, (unnamed, ""))
        return title if step.parts == 1 else f"{title} ({step.part} of {step.parts})"

    def intro(self, step: Step) -> str:
        _, intro = self.groups.get(step.group, ("", ""))
        return intro if step.part == 1 else ""


def step_url(case: Case, step: Step, fact_key: str = "") -> str:
    url = _step_path(case.pk, step.slug)
    return f"{url}#q-{fact_key}" if fact_key else url


@lru_cache(maxsize=4096)
def _step_path(pk: UUID, slug: str) -> str:
    return reverse("certification:case-step", args=[pk, slug])


def step_links(
    case: Case, standing: Standing, titles: Titles, current: Step | None = None
) -> list[StepLink]:
    """The steps, then the two pages that every case ends with."""
    links = []
    for step in standing.plan.steps:
        state = "current" if step is current else state_of(step, standing)
        links.append(
            StepLink(titles.title(step), step_url(case, step), state, _step_note(step, standing))
        )
    return links


def _step_note(step: Step, standing: Standing) -> str:
    if troubled := troubled_keys(step, standing):
        return f"{len(troubled)} to put right"
    if still_open := open_keys(step, standing):
        return f"{len(still_open)} can still decide"
    return ""


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
    for precaution in standing.explanation.precautions:
        if precaution.truth is Truth.MET and precaution.id in concerned:
            yield warned(precaution, sources)


def warned(precaution: object, sources: Sources) -> Warned:
    return Warned(
        precaution.id,  # type: ignore[attr-defined]
        precaution.says,  # type: ignore[attr-defined]
        precaution.verified,  # type: ignore[attr-defined]
        sources.cites(precaution.cite),  # type: ignore[attr-defined]
    )


def panel_of(case: Case, standing: Standing) -> Panel:
    evaluation = standing.evaluation
    word, says = RECOMMENDATIONS[evaluation.recommendation]
    if evaluation.missing:
        says = f"{counted(len(evaluation.missing), 'fact')} can still decide."
    shortest = list(fact_links(case, standing, evaluation.shortest))
    others = [key for key in evaluation.missing if key not in evaluation.shortest]
    wanted, unwanted = standing.explanation.indications, standing.explanation.contraindications
    return Panel(
        recommendation=evaluation.recommendation.value,
        word=word,
        says=says,
        shortest=tuple(shortest[:SHOWN_SHORTEST]),
        more_shortest=tuple(shortest[SHOWN_SHORTEST:]),
        other_missing=tuple(fact_links(case, standing, others)),
        trees=(
            _panel_tree("Must be met", tree_of(wanted, None, bars=False)),
            _panel_tree("Must not be present", tree_of(unwanted, None, bars=True)),
        ),
        precautions=len(evaluation.precautions),
        url=reverse("certification:case-recommendation", args=[case.pk]),
    )


def _panel_tree(title: str, tree: Tree) -> PanelTree:
    return PanelTree(title, tree.summary, drawn_branches(tree.branches))


def fact_links(case: Case, standing: Standing, keys: Iterable[str]) -> Iterable[FactLink]:
    for key in keys:
        step = standing.plan.step_of(key)
        if step is not None:
            label = standing.plan.vocabulary[key].label
            yield FactLink(key, label, step_url(case, step, key))


def answered_count(standing: Standing) -> int:
    return sum(1 for a in standing.answers.values() if a.state == Answer.State.GIVEN)
