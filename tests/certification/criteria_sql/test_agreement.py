"""The database and the pure engine agree on random criteria and facts, nulls included."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.criteria.derived import Completer
from certification.criteria.evaluation import interpret
from certification.criteria.facts import FactSet
from certification.criteria.interpreter import Known, truth_of
from certification.criteria.tree import Truth
from certification.criteria_sql.statement import (
    MET,
    NOT_MET,
    UNKNOWN,
    Side,
    required_criteria,
)
from certification.criteria_sql.stored import read, store
from tests.certification.criteria.worlds import AS_OF, World, answers, worlds

from .asking import ask

pytestmark = pytest.mark.django_db
CHECKED = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
LETTERS = {Truth.MET: MET, Truth.NOT_MET: NOT_MET, Truth.UNKNOWN: UNKNOWN}


def plainly(world: World, facts: FactSet) -> tuple[str, str]:
    """The same from the pure engine."""
    criteria = world.criteria_set.criteria
    evaluation = interpret(world.criteria_set, world.vocabulary, facts, AS_OF)
    completed = Completer(world.vocabulary).complete(facts, AS_OF)
    known = Known(world.vocabulary, completed.facts, AS_OF, completed.not_applicable)
    marks = "".join(LETTERS[truth_of(one.node, known)] for one in required_criteria(criteria))
    return evaluation.recommendation.value, marks


@CHECKED
@given(worlds(questions=6, leaves=12), st.data())
def test_the_database_agrees_with_the_interpreter(world: World, data: st.DataObject) -> None:
    people: list[FactSet] = [world.facts, {}]
    people += [
        {key: data.draw(answers(key)) for key in world.vocabulary if data.draw(st.integers(0, 3))}
        for _ in range(4)
    ]
    found = ask([Side(world.vocabulary, world.criteria_set.criteria)], people, AS_OF)
    assert found == [plainly(world, facts) for facts in people]


@CHECKED
@given(worlds(questions=6, leaves=3))
def test_stored_facts_are_read_back_as_they_were(world: World) -> None:
    facts = {key: fact for key, fact in world.facts.items() if key in world.vocabulary}
    assert read(world.vocabulary, store(facts)) == facts
