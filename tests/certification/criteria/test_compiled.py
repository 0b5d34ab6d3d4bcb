"""The compiled evaluator and the compiled explanation against the plain ones."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.criteria.codec import canonical_bytes, explanation_to_data
from certification.criteria.evaluation import Evaluator, interpret
from certification.criteria.explanation import Explanation

from .worlds import AS_OF, QUESTIONS, World, answers, worlds

CHECKED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@CHECKED
@given(worlds(questions=6, leaves=14))
def test_compiled_evaluation_equals_the_interpreter(world: World) -> None:
    evaluator = Evaluator(world.criteria_set, world.vocabulary)
    plain = interpret(world.criteria_set, world.vocabulary, world.facts, AS_OF)
    assert evaluator.evaluate(world.facts, AS_OF) == plain
    evaluator.compile()
    for _ in range(2):  # the second time from what is remembered
        assert evaluator.evaluate(world.facts, AS_OF) == plain
    assert evaluator.recommend(world.facts, AS_OF) == plain[:3]


@CHECKED
@given(worlds(questions=6, leaves=14))
def test_compiled_explanation_equals_the_explained_nodes(world: World) -> None:
    evaluator = Evaluator(world.criteria_set, world.vocabulary)
    evaluator.compile()
    written = explanation_to_data(evaluator.explain(world.facts, AS_OF))
    plain = explanation_to_data(
        Explanation(
            world.criteria_set,
            evaluator.vocabulary,
            evaluator.complete(world.facts, AS_OF),
            AS_OF,
            evaluator.evaluate(world.facts, AS_OF),
        )
    )
    assert written == plain
    before = canonical_bytes(written)
    assert before == canonical_bytes(plain)
    _spoil(written)
    assert canonical_bytes(explanation_to_data(evaluator.explain(world.facts, AS_OF))) == before


def _spoil(data: Any) -> None:
    """Change every part of the data that can be changed."""
    if isinstance(data, dict):
        for value in data.values():
            _spoil(value)
        data["spoilt"] = True
    elif isinstance(data, list):
        for value in data:
            _spoil(value)
        data.append("spoilt")


@CHECKED
@given(worlds(questions=6, leaves=14), st.data())
def test_what_is_remembered_of_one_person_is_right_for_the_next(
    world: World, data: st.DataObject
) -> None:
    evaluator = Evaluator(world.criteria_set, world.vocabulary)
    evaluator.compile()
    facts = world.facts
    for _ in range(4):
        plain = interpret(world.criteria_set, world.vocabulary, facts, AS_OF)
        assert evaluator.evaluate(facts, AS_OF) == plain
        key = data.draw(st.sampled_from(sorted(QUESTIONS)))
        facts = {name: value for name, value in facts.items() if name != key}
        if key in world.vocabulary and data.draw(st.booleans()):
            facts[key] = data.draw(answers(key))
