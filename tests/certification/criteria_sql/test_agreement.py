"""The database and the pure engine agree on random criteria and facts, nulls included."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from certification.criteria.derived import Completer, CycleError, dependency_order
from certification.criteria.evaluation import interpret
from certification.criteria.facts import FactSet
from certification.criteria.interpreter import Known, truth_of
from certification.criteria.needs import needed_facts
from certification.criteria.tree import AllOf, AnyOf, Truth
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


def edited(world: World, other: World, data: st.DataObject) -> World:
    """A world with some of its questions and criteria taken from another one."""
    vocabulary = dict(world.vocabulary)
    for key, definition in other.vocabulary.items():
        if key not in vocabulary or data.draw(st.booleans()):
            named = (
                replace(definition, applies_when=None) if data.draw(st.booleans()) else definition
            )
            vocabulary[key] = named
    criteria = world.criteria_set.criteria
    trees = [criteria.indications, criteria.contraindications]
    for place, added in enumerate(
        [other.criteria_set.criteria.indications, other.criteria_set.criteria.contraindications]
    ):
        change = data.draw(st.sampled_from(["none", "more", "other"]))
        if change == "more":
            group = AnyOf if place else AllOf
            trees[place] = group("", (trees[place], added))
        elif change == "other":
            trees[place] = added
    criteria = replace(criteria, indications=trees[0], contraindications=trees[1])
    criteria_set = replace(world.criteria_set, criteria=criteria)
    try:
        dependency_order(vocabulary)
    except CycleError:
        reject()
    return World(needed_facts(criteria_set, vocabulary), criteria_set, world.facts)


@CHECKED
@given(worlds(questions=6, leaves=8), worlds(questions=6, leaves=8), st.data())
def test_two_documents_in_one_statement_are_two_documents(
    base: World, other: World, data: st.DataObject
) -> None:
    """Columns that both share, and questions of which the meaning differs, never mix."""
    draft = edited(base, other, data)
    keys = {**base.vocabulary, **draft.vocabulary}
    people: list[FactSet] = [base.facts, other.facts]
    people += [
        {key: data.draw(answers(key)) for key in keys if data.draw(st.integers(0, 3))}
        for _ in range(4)
    ]
    sides = [Side(one.vocabulary, one.criteria_set.criteria) for one in (base, draft)]
    found = ask(sides, people, AS_OF)
    for facts, row in zip(people, found, strict=True):
        one, two = (
            plainly(world, {key: facts[key] for key in facts if key in world.vocabulary})
            for world in (base, draft)
        )
        assert row == (*one, *two)


@CHECKED
@given(worlds(questions=6, leaves=3))
def test_stored_facts_are_read_back_as_they_were(world: World) -> None:
    facts = {key: fact for key, fact in world.facts.items() if key in world.vocabulary}
    assert read(world.vocabulary, store(facts)) == facts
