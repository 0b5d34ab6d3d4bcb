"""How does each criterion stand, without its words and without anybody's values?

The states of a node are what an explanation of it depends on beside the criteria themselves: two
people with equal states read the same, but for the values. So a page can keep what it drew.
"""

from __future__ import annotations

from collections.abc import Iterator

from certification.criteria.derived import Completed
from certification.criteria.explanation import ExplainedNode, why_unknown
from certification.criteria.facts import Vocabulary
from certification.criteria.interpreter import Known, combine, opposite, test_truth
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    FactTest,
    Node,
    Not,
    Truth,
    children,
)
from certification.criteria.tree_words import sentence

# The truth of a node and of everything below it, depth first, each with why it is unknown.
States = tuple[tuple[Truth, str], ...]

_KINDS = {FactTest: "test", AllOf: "all", AnyOf: "any", AtLeast: "at_least", Not: "not"}


def states_of(node: Node, known: Known, completed: Completed) -> States:
    if isinstance(node, FactTest):
        truth = test_truth(node, known)
        why = why_unknown(node, known, completed) if truth is Truth.UNKNOWN else ""
        return ((truth, why),)
    parts = [states_of(child, known, completed) for child in children(node)]
    truths = [part[0][0] for part in parts]
    truth = opposite(truths[0]) if isinstance(node, Not) else combine(node, truths)
    return ((truth, ""), *(state for part in parts for state in part))


def explained_by(node: Node, states: States, vocabulary: Vocabulary) -> ExplainedNode:
    """What ``explain_node`` says of a node with these states, without the facts."""
    return _explained(node, iter(states), vocabulary)


def _explained(
    node: Node, states: Iterator[tuple[Truth, str]], vocabulary: Vocabulary
) -> ExplainedNode:
    truth, why = next(states)
    return ExplainedNode(
        node.id,
        _KINDS[type(node)],
        sentence(node, vocabulary),
        truth,
        n=node.n if isinstance(node, AtLeast) else None,
        why_unknown=why,
        cite=node.cite,
        verified=node.verified,
        children=tuple([_explained(child, states, vocabulary) for child in children(node)]),
    )
