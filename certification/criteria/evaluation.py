"""What do the criteria say of this person today, and why?

An ``Evaluator`` is made once for a criteria set and used for many people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from certification.criteria.derived import Completed, Completer
from certification.criteria.explanation import Evaluation, Explanation, explain
from certification.criteria.facts import FactSet, Vocabulary
from certification.criteria.information import Information
from certification.criteria.interpreter import Known, truth_of
from certification.criteria.needs import needed_facts
from certification.criteria.tree import AllOf, AnyOf, CriteriaSet, Node, Recommendation, Truth

__all__ = ["Evaluation", "Evaluator", "Explanation", "recommend"]


def recommend(indications: Truth, contraindications: Truth) -> Recommendation:
    """Certify when indicated and nothing stands against it; refer when a physician must look."""
    if contraindications is Truth.MET or indications is Truth.NOT_MET:
        return Recommendation.REFER
    if indications is Truth.MET and contraindications is Truth.NOT_MET:
        return Recommendation.CERTIFY
    return Recommendation.PEND


class Evaluator:
    """Evaluates one criteria set. ``vocabulary`` holds only the facts that the set needs."""

    def __init__(self, criteria_set: CriteriaSet, vocabulary: Vocabulary) -> None:
        self.criteria_set = criteria_set
        self.vocabulary = needed_facts(criteria_set, vocabulary)
        self._completer = Completer(self.vocabulary)
        self._information = Information(criteria_set.criteria, self.vocabulary)

    def complete(self, facts: FactSet, as_of: date) -> Completed:
        """The facts with everything that follows from them."""
        return self._completer.complete(facts, as_of)

    def evaluate(self, facts: FactSet, as_of: date) -> Evaluation:
        """The recommendation and what it rests on. ``facts`` come from ``read_facts``."""
        completed = self.complete(facts, as_of)
        return self._evaluate(self._known(completed, as_of), completed)

    def explain(self, facts: FactSet, as_of: date) -> Explanation:
        """The evaluation with the whole tree behind it."""
        completed = self.complete(facts, as_of)
        known = self._known(completed, as_of)
        return explain(self.criteria_set, known, completed, self._evaluate(known, completed))

    def _known(self, completed: Completed, as_of: date) -> Known:
        return Known(self.vocabulary, completed.facts, as_of, completed.not_applicable)

    def _evaluate(self, known: Known, completed: Completed) -> Evaluation:
        criteria = self.criteria_set.criteria
        indications = truth_of(criteria.indications, known)
        contraindications = truth_of(criteria.contraindications, known)
        recommendation = recommend(indications, contraindications)
        missing: tuple[str, ...] = ()
        shortest: tuple[str, ...] = ()
        if recommendation is Recommendation.PEND:
            missing, shortest = self._information.decide(known, completed)
        return Evaluation(
            indications,
            contraindications,
            recommendation,
            tuple(unmet(criteria.indications, criteria.contraindications, known)),
            missing,
            shortest,
            tuple(
                item.id for item in criteria.precautions if truth_of(item.when, known) is Truth.MET
            ),
            completed.conflicts,
            completed.contradictions,
        )


def unmet(indications: Node, contraindications: Node, known: Known) -> Iterator[str]:
    """The criteria that stand in the way: see ``Evaluation.unmet``."""
    yield from _at_fault(indications, AllOf, Truth.NOT_MET, known)
    yield from _at_fault(contraindications, AnyOf, Truth.MET, known)


def _at_fault(
    node: Node, through: type[AllOf | AnyOf], truth: Truth, known: Known
) -> Iterator[str]:
    if truth_of(node, known) is not truth:
        return
    if isinstance(node, through):
        for child in node.of:
            yield from _at_fault(child, through, truth, known)
    else:
        yield node.id
