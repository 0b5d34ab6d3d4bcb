"""``missing`` and ``shortest`` against every way of answering the open questions."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from certification.criteria.evaluation import Evaluator
from certification.criteria.tree import Recommendation

from .worlds import AS_OF, World, worlds

CHECKED = settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@CHECKED
@given(worlds())
def test_missing_and_shortest_equal_brute_force(world: World) -> None:
    evaluation = Evaluator(world.criteria_set, world.vocabulary).evaluate(world.facts, AS_OF)
    if evaluation.recommendation is not Recommendation.PEND:
        assert evaluation.missing == evaluation.shortest == ()
        return
    world = world.worked_out()
    keys = world.open_facts()
    outcomes = {tuple(sorted(given.items())): (given, was) for given, was in world.outcomes(keys)}
    missing = set()
    for given_answers, then in outcomes.values():
        if then is Recommendation.PEND:
            continue
        for key in given_answers:
            without = {name: value for name, value in given_answers.items() if name != key}
            before = outcomes.get(tuple(sorted(without.items())))
            if before is not None and before[1] is not then:
                missing.add(key)
    reaching = [
        [key for key in keys if key in answered]
        for answered, then in outcomes.values()
        if then is Recommendation.CERTIFY
    ]
    least = min(
        reaching, key=lambda names: (len(names), [keys.index(name) for name in names]), default=[]
    )
    assert list(evaluation.missing) == [key for key in keys if key in missing]
    assert list(evaluation.shortest) == least


@CHECKED
@given(worlds())
def test_every_completion_agrees_with_a_settled_recommendation(world: World) -> None:
    world = world.worked_out()
    settled = world.recommendation(world.facts)
    assume(settled is not Recommendation.PEND)
    not_documented = [key for key in world.open_facts() if key not in world.facts]
    evaluator = Evaluator(world.criteria_set, world.vocabulary)
    before = evaluator.complete(world.facts, AS_OF).contradictions
    for answered, then in world.outcomes(not_documented):
        facts = world.facts | World.as_facts(answered)
        if evaluator.complete(facts, AS_OF).contradictions == before:
            assert then is settled
