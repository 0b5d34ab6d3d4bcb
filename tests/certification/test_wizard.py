"""Steps follow from the criteria, progress from the answers; nothing about it is stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from certification.actions.cases import Entry
from certification.criteria.codec import criteria_set_from_data, document, vocabulary_from_data
from certification.criteria.needs import asked_facts
from certification.models import Case, CriteriaVersion, User
from certification.wizard import (
    QUESTIONS_A_STEP,
    Plan,
    Standing,
    next_step,
    open_keys,
    plan_of,
    standing_of,
    state_of,
    troubled_keys,
)
from tests.certification.actions.flow import MEETS, answer
from tests.factories.content import SET

TODAY = date(2027, 1, 11)


@pytest.fixture
def plan(version: CriteriaVersion) -> Plan:
    return plan_of(version)


def standing(case: Case) -> Standing:
    return standing_of(Case.objects.get(pk=case.pk), TODAY)


def plan_for(facts: list[dict[str, Any]], **changes: Any) -> Plan:
    """The plan of criteria that exist in this test only."""
    vocabulary = vocabulary_from_data(facts)
    data = {key: SET[key] for key in ("key", "therapy", "request_type", "title", "version")}
    data |= changes
    stored = document(criteria_set_from_data(data, "test", vocabulary), vocabulary)
    return plan_of(CriteriaVersion(document=stored, content_hash=repr(stored)))


def yes_no(key: str, group: str = "", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key, "type": "boolean", "group": group} | more


def all_of(*keys: str) -> dict[str, Any]:
    return {"all": [{"fact": key, "op": "is_true"} for key in keys]}


def test_each_question_stands_on_exactly_one_step(plan: Plan) -> None:
    asked = asked_facts(plan.criteria_set, plan.vocabulary)
    on_steps = [key for step in plan.steps for key in step.keys]
    assert on_steps == list(asked)
    assert all(plan.step_of(key) is not None for key in asked)
    assert plan.step_of("no_such_fact") is None
    assert plan.step("no-such-step") is None


def test_long_groups_are_split_into_parts_of_nearly_equal_length() -> None:
    keys = [f"q{n}" for n in range(2 * QUESTIONS_A_STEP + 1)]
    plan = plan_for([yes_no(key, "long") for key in keys], indications=all_of(*keys))
    assert [step.slug for step in plan.steps] == ["long-1", "long-2", "long-3"]
    assert [len(step.keys) for step in plan.steps] == [6, 6, 5]
    assert [(step.part, step.parts) for step in plan.steps] == [(1, 3), (2, 3), (3, 3)]


def test_a_group_that_fits_keeps_its_name_and_groups_keep_their_order() -> None:
    facts = [yes_no("a", "first"), yes_no("b", "second"), yes_no("c", "first")]
    plan = plan_for(facts, indications=all_of("a", "b", "c"))
    assert [(step.slug, step.keys) for step in plan.steps] == [
        ("first", ("a", "c")),
        ("second", ("b",)),
    ]


def test_a_question_knows_the_criteria_it_bears_on(plan: Plan) -> None:
    (course,) = plan.bearings["phenotype"]
    assert course.node_id == "course"
    assert course.says == "The disease has a relapsing course."
    assert [c.ref for c in course.cite] == ["label_a", "guideline_a"]
    assert not course.bars
    (infection,) = plan.bearings["active_infection"]
    assert infection.bars


def test_a_test_without_a_source_takes_that_of_the_criterion_around_it(plan: Plan) -> None:
    (disability,) = plan.bearings["edss"]
    assert [c.ref for c in disability.cite] == ["seed_1"]
    assert disability.verified == "proposed"


def test_a_question_bears_by_way_of_what_is_worked_out_from_it(plan: Plan) -> None:
    (failed,) = plan.bearings["prior_dmts"]
    assert (failed.node_id, failed.via) == ("failed", "Failed drugs")
    (adult,) = plan.bearings["birth_date"]
    assert (adult.node_id, adult.via) == ("adult", "Age")


def test_the_strictest_age_limit_counts() -> None:
    test = {"fact": "a", "op": "is_true"}
    plan = plan_for(
        [yes_no("a"), yes_no("b")],
        indications={"all": [test | {"max_age_days": 90}, {"fact": "b", "op": "is_true"}]},
        contraindications={"any": [test | {"id": "again", "max_age_days": 30}]},
    )
    assert plan.max_age_days == {"a": 30}


def test_references_are_numbered_as_a_reader_meets_them(plan: Plan) -> None:
    assert plan.references == {"guideline_a": 1, "label_a": 2, "seed_1": 3, "trial_a": 4}


def test_a_precaution_concerns_the_questions_it_reads(plan: Plan) -> None:
    assert "antibody_positive" in plan.precautions["antibody"]
    assert "antibody_positive" not in plan.precautions["phenotype"]


@pytest.mark.usefixtures("now")
def test_an_empty_case_has_everything_to_do(case: Case) -> None:
    found = standing(case)
    assert all(state_of(step, found) in {"todo", "done"} for step in found.plan.steps)
    first = next_step(found)
    assert first is not None
    assert "diagnosis_confirmed" in open_keys(first, found)


def test_answers_finish_a_case(case: Case, nurse: User, now: datetime) -> None:
    answer(case, nurse, now, MEETS)
    found = standing(case)
    assert next_step(found) is None
    assert {state_of(step, found) for step in found.plan.steps} == {"done"}


def test_the_next_step_is_looked_for_from_where_one_is(case: Case) -> None:
    found = standing(case)
    todo = [step for step in found.plan.steps if state_of(step, found) == "todo"]
    assert len(todo) == 2
    assert next_step(found, todo[0]) is todo[1]
    assert next_step(found, todo[1]) is todo[0]


def test_what_was_not_accepted_needs_attention(case: Case, nurse: User, now: datetime) -> None:
    answer(case, nurse, now, MEETS | {"edss": Entry("3.3")})
    found = standing(case)
    step = found.plan.step_of("edss")
    assert step is not None
    assert troubled_keys(step, found) == ("edss",)
    assert state_of(step, found) == "attention"
    assert next_step(found) is step


def test_a_plan_is_made_once_for_a_content_hash(version: CriteriaVersion) -> None:
    same = CriteriaVersion.objects.defer("document").get(pk=version.pk)
    assert plan_of(same) is plan_of(version)
    assert "document" in same.get_deferred_fields()
