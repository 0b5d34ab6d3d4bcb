"""Which steps does a case have, and how far is it?

Steps follow from the fact groups that the pinned criteria need; how far a case is follows from its
answers. Nothing about progress is stored, so nothing about it can be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from certification.case_facts import compiled, raw_facts, typed_facts
from certification.criteria.derived import Completed, inputs
from certification.criteria.evaluation import Evaluation, Evaluator, Explanation
from certification.criteria.facts import FactSet, Vocabulary
from certification.criteria.needs import asked_facts
from certification.criteria.tree import (
    Citation,
    CriteriaSet,
    FactTest,
    Node,
    children,
    fact_keys,
    walk,
)
from certification.criteria.tree_words import sentence
from certification.models import Answer, Case, CriteriaVersion

QUESTIONS_A_STEP = 8


@dataclass(frozen=True, slots=True)
class Step:
    """A page of questions: one fact group, or a part of a long one. ``part`` counts from 1."""

    slug: str
    group: str
    part: int
    parts: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bearing:
    """One criterion that an answer bears on. ``via``: the fact worked out from the answer."""

    node_id: str
    says: str
    cite: tuple[Citation, ...]
    verified: str
    bars: bool
    via: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a criteria version says about asking. ``places``: the step of each question.
    ``max_age_days``: the strictest limit on the age of each fact's value. ``precautions``: ids of
    the precautions that each fact bears on. ``references``: the number of each reference, in order
    of appearance, the same on every page."""

    content_hash: str
    criteria_set: CriteriaSet
    vocabulary: Vocabulary
    evaluator: Evaluator
    steps: tuple[Step, ...]
    places: Mapping[str, Step]
    bearings: Mapping[str, tuple[Bearing, ...]]
    max_age_days: Mapping[str, int]
    precautions: Mapping[str, frozenset[str]]
    references: Mapping[str, int]

    def step(self, slug: str) -> Step | None:
        return next((step for step in self.steps if step.slug == slug), None)

    def step_of(self, fact_key: str) -> Step | None:
        return self.places.get(fact_key)


@dataclass(frozen=True, slots=True)
class Standing:
    """A case on a day: what is documented, what follows from it, and what the criteria say."""

    as_of: date
    plan: Plan
    answers: Mapping[str, Answer]
    given: FactSet
    completed: Completed
    explanation: Explanation

    @property
    def evaluation(self) -> Evaluation:
        return self.explanation.evaluation


class _Version:
    """Carries a version past the cache, which knows it by its content hash alone."""

    def __init__(self, version: CriteriaVersion) -> None:
        self.version = version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Version)

    def __hash__(self) -> int:
        return 0


def plan_of(version: CriteriaVersion) -> Plan:
    """The plan of a criteria version; kept by content hash."""
    return _plan(version.content_hash, _Version(version))


@lru_cache(maxsize=256)
def _plan(content_hash: str, holder: _Version) -> Plan:
    criteria_set, vocabulary, evaluator = compiled(holder.version)
    asked = asked_facts(criteria_set, vocabulary)
    steps = tuple(_steps(asked))
    return Plan(
        content_hash=content_hash,
        criteria_set=criteria_set,
        vocabulary=vocabulary,
        evaluator=evaluator,
        steps=steps,
        places={key: step for step in steps for key in step.keys},
        bearings=_bearings(criteria_set, asked),
        max_age_days=_age_limits(criteria_set),
        precautions=_precautions(criteria_set, asked),
        references=reference_numbers(criteria_set),
    )


def standing_of(case: Case, as_of: date) -> Standing:
    """Reads the answers, the registration and the treatment history of a case: three queries."""
    plan = plan_of(case.criteria_version)
    given = typed_facts(plan.vocabulary, raw_facts(case, as_of))
    explanation = plan.evaluator.explain(given, as_of)
    return Standing(
        as_of=as_of,
        plan=plan,
        answers={answer.fact_key: answer for answer in case.answers.all()},
        given=given,
        completed=explanation.completed,
        explanation=explanation,
    )


def open_keys(step: Step, standing: Standing) -> tuple[str, ...]:
    """The questions of a step whose answer can still change the recommendation."""
    missing = standing.evaluation.missing
    return tuple([key for key in step.keys if key in missing]) if missing else ()


def troubled_keys(step: Step, standing: Standing) -> tuple[str, ...]:
    """The questions of a step that need mending: not accepted as typed, or contradictory."""
    return tuple(
        key
        for key in step.keys
        if key in standing.completed.set_aside
        or (key in standing.answers and standing.answers[key].state == Answer.State.INVALID)
    )


def state_of(step: Step, standing: Standing) -> str:
    """attention, todo or done."""
    if troubled_keys(step, standing):
        return "attention"
    return "todo" if open_keys(step, standing) else "done"


def next_step(standing: Standing, after: Step | None = None) -> Step | None:
    """The next step that still matters: the first after ``after``, else from the beginning.

    None when nothing on any other step can change the recommendation.
    """
    steps = standing.plan.steps
    start = steps.index(after) + 1 if after is not None else 0
    for step in (*steps[start:], *steps[:start]):
        if step is not after and state_of(step, standing) != "done":
            return step
    return None


def _steps(asked: Vocabulary) -> Iterator[Step]:
    """Groups in wizard order; long ones in parts of nearly equal length."""
    groups: dict[str, list[str]] = {}
    for key, definition in asked.items():
        groups.setdefault(definition.group or "questions", []).append(key)
    for group, keys in groups.items():
        parts = -(-len(keys) // QUESTIONS_A_STEP)
        size, longer = divmod(len(keys), parts)
        start = 0
        for part in range(1, parts + 1):
            end = start + size + (1 if part <= longer else 0)
            slug = group if parts == 1 else f"{group}-{part}"
            yield Step(slug, group, part, parts, tuple(keys[start:end]))
            start = end


def _bearings(criteria_set: CriteriaSet, asked: Vocabulary) -> dict[str, tuple[Bearing, ...]]:
    direct: dict[str, list[Bearing]] = {}
    criteria = criteria_set.criteria
    for tree, bars in ((criteria.indications, False), (criteria.contraindications, True)):
        for test, cite, verified in _tests(tree, (), ""):
            bearing = Bearing(test.id, sentence(test, asked), cite, verified, bars)
            for key in filter(None, (test.fact, test.value_of)):
                direct.setdefault(key, []).append(bearing)
    found: dict[str, tuple[Bearing, ...]] = {}
    for key in asked:
        indirect = [
            Bearing(b.node_id, b.says, b.cite, b.verified, b.bars, via=asked[derived].label)
            for derived in _worked_out_from(key, asked)
            for b in direct.get(derived, ())
        ]
        once = {b.node_id: b for b in (*indirect, *direct.get(key, ()))}
        ordered = sorted(once.values(), key=lambda b: bool(b.via))
        found[key] = tuple(ordered)
    return found


def _tests(
    node: Node, cite: tuple[Citation, ...], verified: str
) -> Iterator[tuple[FactTest, tuple[Citation, ...], str]]:
    """Every test with its own citations, or those of the nearest criterion around it."""
    cite, verified = node.cite or cite, node.verified or verified
    if isinstance(node, FactTest):
        yield node, cite, verified
    for child in children(node):
        yield from _tests(child, cite, verified)


def _worked_out_from(key: str, asked: Vocabulary) -> Iterable[str]:
    """The derived facts into which ``key`` goes, directly or through others."""
    reached: dict[str, None] = {}
    waiting = [key]
    while waiting:
        current = waiting.pop()
        for name, definition in asked.items():
            if name not in reached and current in inputs(definition):
                reached[name] = None
                waiting.append(name)
    return reached


def _age_limits(criteria_set: CriteriaSet) -> dict[str, int]:
    criteria = criteria_set.criteria
    trees = (
        criteria.indications,
        criteria.contraindications,
        *(p.when for p in criteria.precautions),
    )
    limits: dict[str, int] = {}
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, FactTest) and node.max_age_days is not None:
                days = node.max_age_days
                limits[node.fact] = min(days, limits.get(node.fact, days))
    return limits


def reference_numbers(criteria_set: CriteriaSet) -> dict[str, int]:
    """Numbers the references of a set from 1, as a reader of its three trees meets them."""
    criteria = criteria_set.criteria
    keys: dict[str, None] = {}
    for tree in (criteria.indications, criteria.contraindications):
        for node in walk(tree):
            keys.update(dict.fromkeys(citation.ref for citation in node.cite))
    for precaution in criteria.precautions:
        keys.update(dict.fromkeys(citation.ref for citation in precaution.cite))
        for node in walk(precaution.when):
            keys.update(dict.fromkeys(citation.ref for citation in node.cite))
    return {key: number for number, key in enumerate(keys, start=1)}


def _precautions(criteria_set: CriteriaSet, asked: Vocabulary) -> dict[str, frozenset[str]]:
    concerned: dict[str, set[str]] = {key: set() for key in asked}
    for precaution in criteria_set.criteria.precautions:
        for key in fact_keys(precaution.when):
            for origin in (key, *(inputs(asked[key]) if key in asked else ())):
                if origin in concerned:
                    concerned[origin].add(precaution.id)
    return {key: frozenset(ids) for key, ids in concerned.items()}
