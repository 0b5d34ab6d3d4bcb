"""Do states say all that a page may keep of an explanation, and nothing of the person?"""

from __future__ import annotations

import pytest

from certification.criteria.evaluation import Evaluator
from certification.criteria.explanation import ExplainedNode
from certification.criteria.facts import read_facts
from certification.criteria.states import explained_by, states_of
from tests.bench.engine import AS_OF, criteria, people

SET, VOCABULARY = criteria()


def without_facts(node: ExplainedNode) -> ExplainedNode:
    children = tuple(without_facts(child) for child in node.children)
    return node._replace(facts=(), children=children)


@pytest.mark.parametrize("facts", list(people(60)))
def test_the_states_of_a_person_give_their_explanation_without_the_facts(
    facts: dict[str, object],
) -> None:
    evaluator = Evaluator(SET, VOCABULARY)
    explanation = evaluator.explain(read_facts(VOCABULARY, facts, AS_OF), AS_OF)
    root = SET.criteria.indications
    states = states_of(root, explanation.known(), explanation.completed)
    assert explained_by(root, states, evaluator.vocabulary) == without_facts(
        explanation.indications
    )
