"""Why is each criterion met, not met or unknown?

An explanation is a tree parallel to the criteria: each node with what it says, its truth, the
facts it used with their source and date, why it is unknown, and its citations. The same facts and
criteria give the same explanation, and the same bytes, years later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from certification.criteria.codec_nodes import citation_to_data
from certification.criteria.derived import Completed, Conflict, FlaggedContradiction, inputs
from certification.criteria.facts import FactValue, Vocabulary
from certification.criteria.interpreter import Known, combine, means_unknown, opposite, test_truth
from certification.criteria.interpreter import usable as usable_for
from certification.criteria.plain import to_data
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Citation,
    CriteriaSet,
    FactTest,
    Node,
    Not,
    Precaution,
    Recommendation,
    Truth,
)
from certification.criteria.tree_words import date_text, sentence, value_text

NOT_DOCUMENTED = "not documented"
ASKED = "asked, not known"
NO_DATE = "date not given"
CONTRADICTORY = "contradictory"
DOES_NOT_APPLY = "does not apply"


class Evaluation(NamedTuple):
    """What the criteria say of one person on one day.

    ``unmet``: ids of the required criteria that are not met (down through ``all``), and of the
    contraindications that are met (down through ``any``). ``missing`` and ``shortest`` are fact
    keys in wizard order, and empty unless the recommendation is ``pend``.
    """

    indications: Truth
    contraindications: Truth
    recommendation: Recommendation
    unmet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    shortest: tuple[str, ...] = ()
    precautions: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    contradictions: tuple[FlaggedContradiction, ...] = ()


class ExplainedFact(NamedTuple):
    """One fact as a test saw it. ``text`` is the value as a person reads it."""

    key: str
    label: str
    value: Any
    text: str
    source: str = ""
    observed_on: date | None = None


class ExplainedNode(NamedTuple):
    """``kind``: test, all, any, at_least (with ``n``) or not."""

    id: str
    kind: str
    says: str
    truth: Truth
    n: int | None = None
    why_unknown: str = ""
    facts: tuple[ExplainedFact, ...] = ()
    cite: tuple[Citation, ...] = ()
    verified: str = ""
    children: tuple[ExplainedNode, ...] = ()


class ExplainedPrecaution(NamedTuple):
    """A precaution and the tree that decides whether the reader is told."""

    id: str
    says: str
    truth: Truth
    cite: tuple[Citation, ...]
    verified: str
    when: ExplainedNode


class Explanation:
    """The whole answer: the summary and the trees behind it, each made when it is asked for.

    ``completed``: the facts with everything that followed from them.
    """

    __slots__ = (
        "_contraindications",
        "_criteria_set",
        "_indications",
        "_precautions",
        "_vocabulary",
        "_write",
        "as_of",
        "completed",
        "evaluation",
    )

    def __init__(
        self,
        criteria_set: CriteriaSet,
        vocabulary: Vocabulary,
        completed: Completed,
        as_of: date,
        evaluation: Evaluation,
        write: Write | None = None,
    ) -> None:
        self._criteria_set = criteria_set
        self._vocabulary = vocabulary
        self.completed = completed
        self._write = write
        self._indications: ExplainedNode | None = None
        self._contraindications: ExplainedNode | None = None
        self._precautions: tuple[ExplainedPrecaution, ...] | None = None
        self.as_of = as_of
        self.evaluation = evaluation

    @property
    def criteria_set(self) -> str:
        """The key of the criteria set."""
        return self._criteria_set.key

    @property
    def version(self) -> str:
        return self._criteria_set.version

    @property
    def title(self) -> str:
        return self._criteria_set.title

    @property
    def indications(self) -> ExplainedNode:
        if self._indications is None:
            self._indications = self._explained(self._criteria_set.criteria.indications)
        return self._indications

    @property
    def contraindications(self) -> ExplainedNode:
        if self._contraindications is None:
            self._contraindications = self._explained(self._criteria_set.criteria.contraindications)
        return self._contraindications

    @property
    def precautions(self) -> tuple[ExplainedPrecaution, ...]:
        if self._precautions is None:
            known, items = self.known(), self._criteria_set.criteria.precautions
            self._precautions = tuple(_precaution(item, known, self.completed) for item in items)
        return self._precautions

    def trees_to_data(self) -> dict[str, Any]:
        """The three trees as plain data, all of it the caller's own."""
        if self._write is not None and not self.completed.set_aside:
            return self._write(self.completed, self._test_to_data)
        return {
            "indications": explained_to_data(self.indications),
            "contraindications": explained_to_data(self.contraindications),
            "precautions": [_precaution_to_data(item) for item in self.precautions],
        }

    def _test_to_data(self, test: FactTest) -> dict[str, Any]:
        return explained_to_data(self._explained(test))

    def known(self) -> Known:
        completed = self.completed
        return Known(self._vocabulary, completed.facts, self.as_of, completed.not_applicable)

    def _explained(self, node: Node) -> ExplainedNode:
        return explain_node(node, self.known(), self.completed)


# Writes the trees of an explanation as data; for a test that is out of the ordinary it asks.
Write = Callable[[Completed, Callable[[FactTest], dict[str, Any]]], dict[str, Any]]


def _precaution(item: Precaution, known: Known, completed: Completed) -> ExplainedPrecaution:
    when = explain_node(item.when, known, completed)
    return ExplainedPrecaution(item.id, item.says, when.truth, item.cite, item.verified, when)


def explain_node(node: Node, known: Known, completed: Completed) -> ExplainedNode:
    """One node and everything below it."""
    says = sentence(node, known.vocabulary)
    parts: tuple[ExplainedNode, ...]
    match node:
        case FactTest():
            truth = test_truth(node, known)
            return ExplainedNode(
                node.id,
                "test",
                says,
                truth,
                why_unknown=why_unknown(node, known, completed) if truth is Truth.UNKNOWN else "",
                facts=tuple(
                    explain_fact(key, known, completed) for key in (node.fact, node.value_of) if key
                ),
                cite=node.cite,
                verified=node.verified,
            )
        case Not():
            inner = explain_node(node.of, known, completed)
            kind, truth, parts = "not", opposite(inner.truth), (inner,)
        case AllOf() | AnyOf() | AtLeast():
            parts = tuple([explain_node(child, known, completed) for child in node.of])
            truth = combine(node, [part.truth for part in parts])
            kind = {AllOf: "all", AnyOf: "any", AtLeast: "at_least"}[type(node)]
    return ExplainedNode(
        node.id,
        kind,
        says,
        truth,
        n=node.n if isinstance(node, AtLeast) else None,
        cite=node.cite,
        verified=node.verified,
        children=parts,
    )


def explain_fact(key: str, known: Known, completed: Completed) -> ExplainedFact:
    """One fact with its value, or with the words that stand in its place."""
    definition = known.vocabulary[key]
    aside = completed.set_aside.get(key)
    fact = aside or known.facts.get(key)
    if fact is None or fact.value is None:
        if key in known.not_applicable:
            stands = DOES_NOT_APPLY
        else:
            stands = ASKED if fact is not None and fact.asked else NOT_DOCUMENTED
        fact = fact or FactValue(None)
        said = stands[0].upper() + stands[1:]
    else:
        said = value_text(definition, fact.value)
    return ExplainedFact(key, definition.label, fact.value, said, fact.source, fact.observed_on)


def why_unknown(test: FactTest, known: Known, completed: Completed) -> str:
    """Why a test that is unknown is unknown; of two facts compared, the first that is."""
    definition = known.vocabulary[test.fact]
    fact = known.facts.get(test.fact)
    if fact is not None and usable_for(test, definition, fact, known.as_of):
        label = known.vocabulary[test.value_of].label
        return f"{label}: {_why_no_value(test.value_of, known, completed)}"
    if fact is None or means_unknown(definition, fact.value):
        return _why_no_value(test.fact, known, completed)
    if fact.observed_on is None:
        return NO_DATE
    return f"older than {test.max_age_days} days (observed on {date_text(fact.observed_on)})"


def _why_no_value(key: str, known: Known, completed: Completed) -> str:
    if key in completed.set_aside:
        return CONTRADICTORY
    fact = known.facts.get(key)
    if fact is not None:
        return ASKED if fact.asked or fact.value is not None else NOT_DOCUMENTED
    origins = inputs(known.vocabulary[key])
    if any(origin in known.facts or origin in completed.set_aside for origin in origins):
        labels = ", ".join(known.vocabulary[origin].label for origin in origins)
        return f"cannot be worked out from {labels}"
    return NOT_DOCUMENTED


def explanation_to_data(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain data, ready for ``canonical_bytes``."""
    return {
        "criteria_set": explanation.criteria_set,
        "version": explanation.version,
        "title": explanation.title,
        "as_of": explanation.as_of.isoformat(),
        **evaluation_to_data(explanation.evaluation),
        "trees": explanation.trees_to_data(),
    }


def evaluation_to_data(evaluation: Evaluation) -> dict[str, Any]:
    """The summary as plain data; conflicts and contradictions only when there are any."""
    data: dict[str, Any] = {
        "indications": evaluation.indications._value_,
        "contraindications": evaluation.contraindications._value_,
        "recommendation": evaluation.recommendation._value_,
        "unmet": [*evaluation.unmet],
        "missing": [*evaluation.missing],
        "shortest": [*evaluation.shortest],
        "precautions": [*evaluation.precautions],
    }
    if evaluation.conflicts:
        data["conflicts"] = [
            {
                "fact": conflict.fact,
                "given": to_data(conflict.given),
                "computed": to_data(conflict.computed),
            }
            for conflict in evaluation.conflicts
        ]
    if evaluation.contradictions:
        data["contradictions"] = [
            {"fact": flagged.fact, "facts": list(flagged.facts), "says": flagged.says}
            for flagged in evaluation.contradictions
        ]
    return data


def explained_to_data(node: ExplainedNode) -> dict[str, Any]:
    """One explained node and everything below it as plain data."""
    data: dict[str, Any] = {
        "id": node.id,
        "kind": node.kind,
        "says": node.says,
        "truth": node.truth.value,
    }
    if node.n is not None:
        data["n"] = node.n
    if node.why_unknown:
        data["why_unknown"] = node.why_unknown
    if node.facts:
        data["facts"] = [_fact_to_data(fact) for fact in node.facts]
    if node.cite:
        data["cite"] = [citation_to_data(citation) for citation in node.cite]
    if node.verified:
        data["verified"] = node.verified
    if node.kind != "test":
        data["children"] = [explained_to_data(child) for child in node.children]
    return data


def _fact_to_data(fact: ExplainedFact) -> dict[str, Any]:
    data = {"key": fact.key, "label": fact.label, "value": to_data(fact.value), "text": fact.text}
    if fact.source:
        data["source"] = fact.source
    if fact.observed_on is not None:
        data["observed_on"] = fact.observed_on.isoformat()
    return data


def _precaution_to_data(item: ExplainedPrecaution) -> dict[str, Any]:
    data: dict[str, Any] = {"id": item.id, "says": item.says, "truth": item.truth.value}
    if item.cite:
        data["cite"] = [citation_to_data(citation) for citation in item.cite]
    if item.verified:
        data["verified"] = item.verified
    return data | {"when": explained_to_data(item.when)}
