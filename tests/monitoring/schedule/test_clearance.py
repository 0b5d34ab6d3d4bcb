"""Does "clear to infuse" need everything, and does it name what is missing?"""

from __future__ import annotations

from typing import Any

import pytest

from monitoring.schedule.clearance import Clearance
from tests.monitoring.schedule.conftest import Desk, desk

READY: dict[str, Any] = {
    "start_on": "2026-01-15",
    "next_infusion_on": "2026-07-17",
    "doses": ["2026-01-15", "2026-06-19"],
    "facts": {"pml_suspected": False, "active_infection": False},
    "results": [
        {"test": "jcv_antibody", "on": "2026-01-02", "facts": {"jcv_antibody_status": "negative"}},
        {"test": "jcv_antibody", "on": "2026-07-10", "facts": {"jcv_antibody_status": "negative"}},
        {"test": "brain_mri", "on": "2025-12-20"},
        {"test": "rems_status", "on": "2026-04-15"},
        {"test": "preinfusion_checklist", "on": "2026-07-16"},
    ],
}


def cleared(desk_: Desk, as_of: str = "2026-07-17", **changes: Any) -> Clearance:
    return desk_.clearance(desk_.plan(as_of, **{**READY, **changes}))


def kinds(clearance: Clearance) -> list[tuple[str, str]]:
    return [(one.kind, one.source) for one in clearance.obstacles]


def test_everything_done(natalizumab: Desk) -> None:
    clearance = cleared(natalizumab)
    assert clearance.answer == "yes"
    assert clearance.clear
    assert clearance.day.isoformat() == "2026-07-17"


@pytest.mark.parametrize("left_out", range(5))
def test_each_result_is_needed(natalizumab: Desk, left_out: int) -> None:
    """All but the January test, which the one of July makes good for (late)."""
    results = [r for number, r in enumerate(READY["results"]) if number != left_out]
    clearance = cleared(natalizumab, results=results)
    if left_out == 0:
        assert clearance.answer == "yes"
        return
    assert clearance.answer == "no"
    assert [one.test for one in clearance.obstacles] == [READY["results"][left_out]["test"]]


@pytest.mark.parametrize(
    ("fact", "value", "kind", "source"),
    [
        ("pml_suspected", None, "not_documented", "pml_suspected_now"),
        ("active_infection", None, "not_documented", "infection_now"),
        ("active_infection", True, "barred", "infection_now"),
        ("pml_history", True, "barred", "pml_ever"),
        ("immunocompromised", True, "barred", "immune_system_weakened"),
        ("life_threatening_reaction_to_requested_drug", True, "barred", "allergy"),
    ],
)
def test_each_fact_against_it(
    natalizumab: Desk, fact: str, value: object, kind: str, source: str
) -> None:
    clearance = cleared(natalizumab, facts={**READY["facts"], fact: value})
    assert clearance.answer == "no"
    assert (kind, source) in kinds(clearance)
    assert all(one.says and one.cite for one in clearance.obstacles)


def test_suspected_pml_stops_it_and_asks_for_an_mri(natalizumab: Desk) -> None:
    facts = {**READY["facts"], "pml_suspected": {"value": True, "observed_on": "2026-07-17"}}
    found = kinds(cleared(natalizumab, facts=facts))
    assert ("barred", "pml_suspected_now") in found
    assert ("not_done", "nat_mri_pml_suspected") in found


def test_due_is_not_overdue(natalizumab: Desk) -> None:
    results = [r for r in READY["results"] if r["on"] != "2026-07-10"]
    ready = {**READY, "results": results, "next_infusion_on": "2026-07-16"}
    assert natalizumab.clearance(natalizumab.plan("2026-07-16", **ready)).answer == "yes"
    assert natalizumab.clearance(natalizumab.plan("2026-07-17", **ready)).answer == "no"


def test_yesterdays_checklist_is_good_an_older_one_is_not(natalizumab: Desk) -> None:
    for on, answer in (("2026-07-17", "yes"), ("2026-07-16", "yes"), ("2026-07-15", "no")):
        results = [*READY["results"][:4], {"test": "preinfusion_checklist", "on": on}]
        assert cleared(natalizumab, results=results).answer == answer


def test_the_checklist_of_the_last_infusion_is_not_for_this_one(natalizumab: Desk) -> None:
    """Booked for the day after the last infusion: its checklist is used up."""
    results = [*READY["results"][:4], {"test": "preinfusion_checklist", "on": "2026-07-16"}]
    doses = [*READY["doses"], "2026-07-16"]
    found = kinds(cleared(natalizumab, results=results, doses=doses))
    assert found == [("not_done", "nat_preinfusion_checklist")]


def test_a_slower_blocking_rule_is_not_hidden_by_a_tighter_advisory_one(natalizumab: Desk) -> None:
    """Intermediate risk: the 6-monthly MRI is advice, the yearly one behind it blocks."""
    facts = {
        **READY["facts"],
        **{"jcv_antibody_status": "positive", "jcv_index": 1.2, "prior_immunosuppressant": "no"},
    }
    person = {
        "start_on": "2024-01-15",
        "doses": ["2024-01-15", "2026-06-19"],
        "facts": facts,
        "results": [{"test": "brain_mri", "on": "2025-09-01"}],
    }
    for as_of, blocked in (("2026-03-20", False), ("2026-09-15", False), ("2026-09-16", True)):
        early = {**person, "doses": ["2024-01-15"]} if as_of < "2026-06-19" else person
        plan = natalizumab.plan(as_of, **early)
        item = next(i for i in plan.open_items if i.rule.family == "mri")
        assert item.rule.id == "nat_mri_intermediate_6m"
        assert item.state(plan.as_of).value == "overdue"
        tests = [one.test for one in natalizumab.clearance(plan).obstacles]
        assert ("brain_mri" in tests) is blocked


def test_stopped_is_the_only_reason_it_needs(natalizumab: Desk) -> None:
    clearance = cleared(natalizumab, stopped_on="2026-07-01")
    assert [one.says for one in clearance.obstacles] == ["Treatment was stopped on 1 Jul 2026."]


def test_not_before_the_distance_of_the_label() -> None:
    ocrelizumab = desk("ocrelizumab_iv")
    person = {"start_on": "2025-01-10", "doses": ["2025-01-10", "2025-01-24", "2025-07-10"]}
    for as_of, expected in (("2025-12-09", True), ("2025-12-10", False)):
        plan = ocrelizumab.plan(as_of, **person)
        found = [kind for kind, _ in kinds(ocrelizumab.clearance(plan))]
        assert ("spacing" in found) is expected


def test_within_a_course_the_distance_does_not_count(alemtuzumab: Desk) -> None:
    plan = alemtuzumab.plan("2026-01-06", start_on="2026-01-05", doses=["2026-01-05"])
    assert "spacing" not in [kind for kind, _ in kinds(alemtuzumab.clearance(plan))]
    sources = [source for _, source in kinds(alemtuzumab.clearance(plan))]
    assert "alem_cbc_before" not in sources, "the course has begun"
    assert "alem_infection_check" in sources


def test_overdue_monthly_tests_block_the_next_course(alemtuzumab: Desk) -> None:
    plan = alemtuzumab.plan("2026-12-20", start_on="2026-01-05", doses=["2026-01-05"])
    says = [o.says for o in alemtuzumab.clearance(plan).obstacles if o.source == "alem_cbc_monthly"]
    assert says == [
        "Blood count: overdue, was due on 5 Feb 2026 (and 10 later). Blood count with "
        "differential every month (immune thrombocytopenia)."
    ]
