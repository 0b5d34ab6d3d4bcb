"""What holds for every plan of anybody under every protocol?"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.schedule.items import Plan, Reason, State
from monitoring.schedule.months import add_months
from monitoring.schedule.rules import INFUSION, Kind
from tests.monitoring.schedule.conftest import KEYS, Desk, planners
from tests.monitoring.schedule.lives import AS_OF, people

PROTOCOLS = st.sampled_from(KEYS)
SILENT_KINDS = (Kind.BLACKOUT, Kind.VALIDATION)


def plan_of(key: str, person: dict[str, Any], months: int = 24, as_of: date = AS_OF) -> Plan:
    return Desk(planners()[key]).plan(as_of, months, **person)


def seen(plan: Plan) -> list[Any]:
    """Everything that a reader sees of a plan."""
    clearance = Desk(planners()[protocol_key(plan)]).clearance(plan)
    items = [(*item, item.because, item.state(plan.as_of)) for item in plan.due_items]
    return [items, [note.says for note in plan.notes], clearance.answer, clearance.obstacles]


def protocol_key(plan: Plan) -> str:
    ids = {item.rule.id for item in plan.due_items} | {n.rule.id for n in plan.notes if n.rule}
    ids.discard(INFUSION)
    return next(key for key in KEYS if ids <= {rule.id for rule in planners()[key].protocol.rules})


@settings(deadline=None, max_examples=60)
@given(PROTOCOLS, people(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    key: str, person: dict[str, Any], rng: random.Random
) -> None:
    shuffled = dict(person)
    for name in ("doses", "results"):
        given_twice = [*person.get(name, []), *person.get(name, [])[: rng.randrange(4)]]
        rng.shuffle(given_twice)
        shuffled[name] = given_twice
    shuffled["facts"] = dict(rng.sample(sorted(person["facts"].items()), len(person["facts"])))
    assert seen(plan_of(key, shuffled)) == seen(plan_of(key, person))


@settings(deadline=None, max_examples=40)
@given(PROTOCOLS, people())
def test_planning_again_changes_nothing(key: str, person: dict[str, Any]) -> None:
    """Nor does what was planned for other people in between (verdicts are remembered)."""
    first = seen(plan_of(key, person))
    planners()[key].conditions._cache.clear()
    assert seen(plan_of(key, person)) == first


@settings(deadline=None, max_examples=120)
@given(PROTOCOLS, people())
def test_every_rule_has_an_item_or_a_reason(key: str, person: dict[str, Any]) -> None:
    plan = plan_of(key, person)
    open_rules = {item.rule.id for item in plan.due_items if not item.done}
    done_rules = {item.rule.id for item in plan.due_items if item.done}
    explained = {note.rule.id for note in plan.notes if note.rule}
    for rule in planners()[key].protocol.rules:
        if rule.kind in SILENT_KINDS:
            continue
        once = rule.kind in (Kind.ONCE, Kind.EVENT) or rule.interval is None
        assert rule.id in open_rules | explained | (done_rules if once else set()), rule.id
    nobody_waits = plan.record.stop is not None or any(
        note.reason is Reason.COMPLETE for note in plan.notes
    )
    infusion_later = any(n.rule and n.rule.id == INFUSION for n in plan.notes)
    assert nobody_waits or INFUSION in open_rules or infusion_later


@settings(deadline=None, max_examples=120)
@given(PROTOCOLS, people())
def test_the_shape_of_items(key: str, person: dict[str, Any]) -> None:
    plan = plan_of(key, person)
    assert [item.due_on for item in plan.due_items] == sorted(i.due_on for i in plan.due_items)
    keys = Counter(item.key for item in plan.due_items)
    assert max(keys.values(), default=1) == 1, keys.most_common(2)
    for item in plan.due_items:
        assert item.window_opens_on <= item.due_on <= item.overdue_on
        assert item.because.endswith((".", ")"))
        if item.projected:
            assert item.due_on > plan.as_of
            assert item.state(plan.as_of) is State.UPCOMING
        if not item.done:
            assert item.due_on <= plan.horizon
        if item.done_on:
            assert item.done_on <= plan.as_of
    families: Counter[str] = Counter(i.rule.family for i in plan.open_items if i.rule.family)
    assert max(families.values(), default=1) == 1


@settings(deadline=None, max_examples=80)
@given(PROTOCOLS, people(), st.integers(1, 500))
def test_time_alone_drops_nothing(key: str, person: dict[str, Any], days: int) -> None:
    """Seen later with nothing new, what was open is still open on its date, or there is a reason:
    the rule has ended, another rule of its family wants the test earlier, or the item moved with
    the day because its event has no date.
    """
    before = plan_of(key, person)
    after = plan_of(key, person, as_of=AS_OF + timedelta(days))
    later = {(item.rule.id, item.due_on) for item in after.open_items}
    reasons = {note.rule.id for note in after.notes if note.rule}
    open_families = {item.rule.family: item.due_on for item in after.open_items if item.rule.family}
    for item in before.open_items:
        if item.due_on > after.horizon or (item.rule.id, item.due_on) in later:
            continue
        if item.rule.family in open_families:
            assert open_families[item.rule.family] <= item.due_on, item.key
            continue
        if item.rule.kind is Kind.EVENT:
            assert item.rule.id in {rule for rule, _ in later} | reasons
            continue
        if item.rule.kind is Kind.PER_INFUSION:
            assert any(i.rule is item.rule for i in after.due_items) or item.rule.id in reasons
            continue
        assert item.rule.id in reasons, item.key


@settings(deadline=None, max_examples=60)
@given(PROTOCOLS, people())
def test_a_longer_horizon_only_adds(key: str, person: dict[str, Any]) -> None:
    short, long = plan_of(key, person, 6), plan_of(key, person, 30)
    kept = [item for item in long.due_items if item.due_on <= short.horizon or item.done]
    assert list(short.due_items) == kept


@pytest.mark.parametrize(
    ("therapy", "months", "endless"),
    [
        ("natalizumab", 12, {"nat_mri_pml_suspected"}),
        ("alemtuzumab", 48, {"alem_skin_yearly", "alem_hpv_yearly"}),
        ("ocrelizumab_iv", 18, set()),
        ("rituximab", 24, set()),
        ("mitoxantrone", 0, {"mitox_lvef_yearly"}),
    ],
)
@settings(deadline=None, max_examples=40)
@given(person=people())
def test_nothing_is_due_after_the_tail(
    therapy: str, months: int, endless: set[str], person: dict[str, Any]
) -> None:
    if not person.get("doses"):
        return
    last = max(person["doses"])
    person = {**person, "stopped_on": max(last, person.get("stopped_on", last))}
    plan = plan_of(f"{therapy}-monitoring", person, 120)
    end = add_months(date.fromisoformat(last), months)
    stop = date.fromisoformat(person["stopped_on"])
    for item in plan.open_items:
        if item.rule.id not in endless and item.rule.kind is not Kind.EVENT:
            assert item.due_on <= max(end, stop), item.key
    if plan.as_of > max(end, stop):
        assert {item.rule.id for item in plan.open_items} <= endless
        assert any(note.reason is Reason.STOPPED for note in plan.notes)
