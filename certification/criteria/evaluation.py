"""What do the criteria say of this person today, and why?

An ``Evaluator`` is made once for a criteria set and used for many people. ``interpret`` gives the
same evaluation in the plainest way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from certification.criteria.codec import content_hash, document
from certification.criteria.compiled import Functions, compiled, required
from certification.criteria.compiled_explanation import writer
from certification.criteria.derived import Completed, Completer
from certification.criteria.explanation import Evaluation, Explanation, Write
from certification.criteria.facts import FactSet, Vocabulary
from certification.criteria.information import Information
from certification.criteria.interpreter import Known, truth_of
from certification.criteria.needs import needed_facts
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    Criteria,
    CriteriaSet,
    Node,
    Recommendation,
    Truth,
)

__all__ = ["Evaluation", "Evaluator", "Explanation", "Outcome", "interpret", "recommend"]

_NONE: frozenset[str] = frozenset()
_EVALUATED_PLAINLY = 10
_EXPLAINED_PLAINLY = 30
_DAYS_KEPT = 4
_RESIDUES_KEPT = 20_000


def recommend(indications: Truth, contraindications: Truth) -> Recommendation:
    """Certify when indicated and nothing stands against it; refer when a physician must look."""
    if contraindications is Truth.MET or indications is Truth.NOT_MET:
        return Recommendation.REFER
    if indications is Truth.MET and contraindications is Truth.NOT_MET:
        return Recommendation.CERTIFY
    return Recommendation.PEND


# ``missing`` and ``shortest``.
Decided = tuple[tuple[str, ...], tuple[str, ...]]


class Outcome(NamedTuple):
    """The three words of an answer, without what it rests on."""

    indications: Truth
    contraindications: Truth
    recommendation: Recommendation


_TRUTHS = {True: Truth.MET, False: Truth.NOT_MET, None: Truth.UNKNOWN}

_OUTCOMES = {
    (indicated, blocked): Outcome(one, other, recommend(one, other))
    for indicated, one in _TRUTHS.items()
    for blocked, other in _TRUTHS.items()
}


class Evaluator:
    """Evaluates one criteria set. ``vocabulary`` holds only the facts that the set needs, and
    ``all_facts`` those that it was given.

    Made once and used for many people: after some uses the criteria are compiled, which takes some
    milliseconds and changes no answer, and the missing facts of situations that come up again are
    kept, in bounded number.
    """

    def __init__(self, criteria_set: CriteriaSet, vocabulary: Vocabulary) -> None:
        self.criteria_set = criteria_set
        self.all_facts = vocabulary
        self.vocabulary = needed_facts(criteria_set, vocabulary)
        self._completer = Completer(self.vocabulary)
        self._days: dict[date, _Day] = {}
        self._last: tuple[Completed, date, Evaluation] | None = None
        self._evaluated = 0
        self._explained = 0

    @cached_property
    def _information(self) -> Information:
        return Information(self.criteria_set.criteria, self.vocabulary)

    @cached_property
    def _bind(self) -> Callable[[date], Functions]:
        groundwork = self._information.groundwork
        return compiled(self.criteria_set.criteria, self.vocabulary, groundwork)

    @cached_property
    def _bind_writer(self) -> Callable[[date], Write]:
        return writer(self.criteria_set, self.vocabulary)

    @cached_property
    def content_hash(self) -> str:
        """The hash of the set with every definition it needs."""
        return content_hash(document(self.criteria_set, self.all_facts))

    def compile(self) -> None:
        """Compile at the next use, for those who know that many people come."""
        self._evaluated = _EVALUATED_PLAINLY
        self._explained = _EXPLAINED_PLAINLY

    def complete(self, facts: FactSet, as_of: date) -> Completed:
        """The facts with everything that follows from them."""
        return self._completer.complete(facts, as_of)

    def recommend(self, facts: FactSet, as_of: date) -> Outcome:
        """The two truths and the recommendation alone: the fastest question to ask."""
        day = self._day(as_of)
        if self._completer.adds_nothing:
            return _OUTCOMES[day.outcome(facts.get, _NONE)]
        completed = self._completer.complete(facts, as_of)
        return _OUTCOMES[day.outcome(completed.facts.get, completed.not_applicable)]

    def evaluate(self, facts: FactSet, as_of: date) -> Evaluation:
        """The recommendation and what it rests on. ``facts`` come from ``read_facts``."""
        return self._evaluate(self._completer.complete(facts, as_of), as_of)

    def explain(self, facts: FactSet, as_of: date) -> Explanation:
        """The evaluation with the whole tree behind it."""
        completed = self._completer.complete(dict(facts), as_of)
        return Explanation(
            self.criteria_set,
            self.vocabulary,
            completed,
            as_of,
            self._evaluate(completed, as_of),
            self._writer(as_of),
        )

    def _writer(self, as_of: date) -> Write | None:
        self._explained += 1
        if self._explained < _EXPLAINED_PLAINLY:
            return None
        day = self._day(as_of)
        if day.write is None:
            day.write = self._bind_writer(as_of)
        return day.write

    def _known(self, completed: Completed, as_of: date) -> Known:
        return Known(self.vocabulary, completed.facts, as_of, completed.not_applicable)

    def _day(self, as_of: date) -> _Day:
        day = self._days.get(as_of)
        if day is None:
            while len(self._days) >= _DAYS_KEPT:
                self._days.pop(next(iter(self._days)), None)
            day = self._days[as_of] = _Day(self._bind(as_of))
        return day

    def _evaluate(self, completed: Completed, as_of: date) -> Evaluation:
        self._evaluated += 1
        if self._evaluated < _EVALUATED_PLAINLY:
            return self._evaluate_plainly(completed, as_of)
        day = self._day(as_of)
        indicated, blocked, unmet, told = day.answer(completed.facts.get, completed.not_applicable)
        outcome = _OUTCOMES[indicated, blocked]
        missing: tuple[str, ...] = ()
        shortest: tuple[str, ...] = ()
        if outcome.recommendation is Recommendation.PEND:
            missing, shortest = self._missing(day, completed, as_of)
        return Evaluation(
            *outcome,
            unmet,
            missing,
            shortest,
            told,
            completed.conflicts,
            completed.contradictions,
        )

    def _evaluate_plainly(self, completed: Completed, as_of: date) -> Evaluation:
        last = self._last
        if last is not None and last[0] == completed and last[1] == as_of:
            return last[2]
        known = self._known(completed, as_of)
        found = _interpret(self.criteria_set.criteria, known, completed, self._decide)
        self._last = completed, as_of, found
        return found

    def _missing(self, day: _Day, completed: Completed, as_of: date) -> Decided:
        if completed.set_aside:
            return self._decide(self._known(completed, as_of), completed)
        residue = day.residue(completed.facts.get, completed.not_applicable)
        found = day.remembered.get(residue)
        if found is None:
            found = self._decide(self._known(completed, as_of), completed)
            while len(day.remembered) >= _RESIDUES_KEPT:
                day.remembered.pop(next(iter(day.remembered)), None)
            day.remembered[residue] = found
        return found

    def _decide(self, known: Known, completed: Completed) -> Decided:
        return self._information.decide(known, completed)


class _Day:
    """The compiled functions for one day, and what was found with them."""

    __slots__ = ("answer", "outcome", "remembered", "residue", "write")

    def __init__(self, functions: Functions) -> None:
        self.outcome, self.answer, self.residue = functions
        self.write: Write | None = None
        self.remembered: dict[tuple[Any, ...], Decided] = {}


def interpret(
    criteria_set: CriteriaSet, vocabulary: Vocabulary, facts: FactSet, as_of: date
) -> Evaluation:
    """The same evaluation in the plainest way, node by node, remembering nothing."""
    vocabulary = needed_facts(criteria_set, vocabulary)
    completed = Completer(vocabulary).complete(facts, as_of)
    known = Known(vocabulary, completed.facts, as_of, completed.not_applicable)
    information = Information(criteria_set.criteria, vocabulary)
    return _interpret(criteria_set.criteria, known, completed, information.decide)


def _interpret(
    criteria: Criteria,
    known: Known,
    completed: Completed,
    decide: Callable[[Known, Completed], Decided],
) -> Evaluation:
    indications = truth_of(criteria.indications, known)
    contraindications = truth_of(criteria.contraindications, known)
    recommendation = recommend(indications, contraindications)
    missing: tuple[str, ...] = ()
    shortest: tuple[str, ...] = ()
    if recommendation is Recommendation.PEND:
        missing, shortest = decide(known, completed)
    return Evaluation(
        indications,
        contraindications,
        recommendation,
        tuple(_unmet(criteria.indications, criteria.contraindications, known)),
        missing,
        shortest,
        tuple(item.id for item in criteria.precautions if truth_of(item.when, known) is Truth.MET),
        completed.conflicts,
        completed.contradictions,
    )


def _unmet(indications: Node, contraindications: Node, known: Known) -> Iterator[str]:
    """The criteria that stand in the way: see ``Evaluation.unmet``."""
    for node in required(indications, AllOf):
        if truth_of(node, known) is Truth.NOT_MET:
            yield node.id
    for node in required(contraindications, AnyOf):
        if truth_of(node, known) is Truth.MET:
            yield node.id
