"""Does the engine agree with a slow one that looks at every single day?

The engine evaluates conditions only on the days on which they can change, remembers verdicts, and
counts long runs of dates at once. Here the criteria engine is asked again on each day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from certification.criteria.tree import Truth
from monitoring.schedule.items import DueItem, Plan
from monitoring.schedule.rules import Kind, ProtocolRule
from tests.monitoring.schedule.conftest import desk
from tests.monitoring.schedule.lives import FACTS

NATALIZUMAB = desk("natalizumab")
CONDITIONS = NATALIZUMAB.planner.conditions
JCV_KEYS = ("jcv_antibody_status", "jcv_index", "prior_immunosuppressant")
A_DAY = timedelta(1)


@st.composite
def on_treatment(draw: st.DrawFn) -> dict[str, Any]:
    """Somebody on natalizumab for up to 4 years, with MRI and antibody results that change."""
    start = draw(st.dates(date(2023, 1, 1), date(2026, 12, 31)))
    as_of = start + timedelta(draw(st.integers(0, 1500)))
    results = []
    for _ in range(draw(st.integers(0, 6))):
        on = draw(st.dates(start - timedelta(60), as_of)).isoformat()
        if draw(st.booleans()):
            results.append({"test": "brain_mri", "on": on})
            continue
        facts = {key: draw(st.sampled_from(FACTS[key])) for key in JCV_KEYS if draw(st.booleans())}
        results.append({"test": "jcv_antibody", "on": on, "facts": facts})
    return {"as_of": as_of, "start_on": start.isoformat(), "results": results}


def in_force(rule: ProtocolRule, plan: Plan, day: date) -> bool:
    """By the facts known at ``as_of``, evaluated afresh on that very day."""
    record = plan.record
    if not rule.conditional:
        return True
    index = CONDITIONS.index[rule.id]
    facts = record.latest
    if day <= plan.as_of:
        facts = [known for since, known in record.changes if since <= max(day, record.start_on)][-1]
    verdicts = CONDITIONS._judge(facts, record.start_on, record.doses, day)
    return verdicts[index].truth is not Truth.NOT_MET


def wanted_on(rule: ProtocolRule, plan: Plan, base: date) -> date | None:
    """The first day from ``base`` on which the rule wants the test, day by day."""
    record = plan.record
    day = max(base + months(rule), record.start_on)
    for _ in range(1100):
        if in_force(rule, plan, day):
            following = day
            while following <= plan.as_of and in_force(rule, plan, following):
                following += A_DAY
            if following > plan.as_of:
                return day
            day = following
        day += A_DAY
    return None


def taken_over(rules: list[ProtocolRule], plan: Plan, base: date, day: date) -> date:
    """Since when the family has waited, going back day by day while some rule was in force."""
    waiting = day
    while day > plan.record.start_on:
        day -= A_DAY
        active = [rule for rule in rules if rule.interval and in_force(rule, plan, day)]
        if not active:
            break
        if any(day >= base + months(rule) for rule in active):
            waiting = day
    return waiting


def months(rule: ProtocolRule) -> relativedelta:
    assert rule.interval is not None
    return relativedelta(months=rule.interval.months, days=rule.interval.days)


def open_item(plan: Plan, family: str) -> DueItem | None:
    found = [item for item in plan.open_items if item.rule.family == family]
    return found[0] if found else None


@settings(deadline=None, max_examples=25)
@given(on_treatment(), st.sampled_from(["mri", "jcv"]))
def test_the_tightest_rule_of_a_family(person: dict[str, Any], family: str) -> None:
    as_of = person.pop("as_of")
    plan = NATALIZUMAB.plan(as_of, 30, **person)
    rules = [r for r in NATALIZUMAB.planner.protocol.rules if r.family == family]
    test, start = rules[0].test, plan.record.start_on
    results = [on for on in plan.record.results.get(test, ()) if on >= start]
    if not results:
        ages = [rule.max_age.before(start) for rule in rules if rule.max_age]
        earlier = [on for on in plan.record.results.get(test, ()) if on >= max(ages)]
        results = earlier or [start]
    days = []
    for rule in rules:
        if rule.kind is Kind.ONCE:
            assert rule.offset is not None
            on = rule.offset.after(start)
            closing = [r for r in plan.record.results.get(test, ()) if r >= start]
            if not any(r >= on - rule.window.opens_before for r in closing):
                days.append(on)
        elif (wanted := wanted_on(rule, plan, results[-1])) is not None:
            counted = max(results[-1] + months(rule), start)
            if wanted > counted:
                wanted = max(counted, taken_over(rules, plan, results[-1], wanted))
            days.append(wanted)
    item = open_item(plan, family)
    expected = min(days, default=None)
    if expected is None or expected > plan.horizon:
        assert item is None
    else:
        assert item is not None
        assert item.due_on == expected


@settings(deadline=None, max_examples=60)
@given(
    st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    st.lists(st.integers(1, 900), min_size=1, max_size=6, unique=True),
)
def test_early_and_late_results_move_a_chain(start: date, days: list[int]) -> None:
    """While negative: always 6 calendar months after the last test, whenever that was."""
    results = sorted(start + timedelta(day) for day in days)
    negative = {"jcv_antibody_status": "negative"}
    plan = NATALIZUMAB.plan(
        results[-1],
        60,
        start_on=start.isoformat(),
        facts=negative,
        results=[{"test": "jcv_antibody", "on": day.isoformat()} for day in results],
    )
    items = [i for i in plan.due_items if i.rule.id == "nat_jcv_negative_6m"]
    done = [item for item in items if item.done]
    assert [item.done_on for item in done] == results
    for item, base in zip(done, [start, *results], strict=False):
        assert item.due_on == base + relativedelta(months=6)
    ahead = [item.due_on for item in items if not item.done]
    assert ahead == [results[-1] + relativedelta(months=6 * n) for n in range(1, len(ahead) + 1)]
    assert len(ahead) == 10


@settings(deadline=None, max_examples=60)
@given(
    st.dates(date(2022, 1, 1), date(2026, 1, 1)),
    st.lists(st.integers(1, 700), max_size=8, unique=True),
    st.integers(0, 700),
)
def test_results_do_not_move_a_grid(start: date, days: list[int], seen_after: int) -> None:
    """Monthly from the first infusion, whatever was done when; a month is closed at most once."""
    as_of = start + timedelta(seen_after)
    results = sorted({start + timedelta(day) for day in days if day <= seen_after})
    plan = desk("alemtuzumab").plan(
        as_of,
        24,
        start_on=start.isoformat(),
        doses=[start.isoformat()] if start <= as_of else [],
        results=[{"test": "cbc", "on": day.isoformat()} for day in results],
    )
    items = [item for item in plan.due_items if item.rule.id == "alem_cbc_monthly"]
    assert [item.due_on for item in items] == [
        start + relativedelta(months=n) for n in range(1, len(items) + 1)
    ]
    assume(items)
    closed = [item for item in items if item.done]
    assert closed == items[: len(closed)], "the first open one ends the row of closed ones"
    assert {item.done_on for item in closed} <= set(results)
    for item in closed:
        assert item.done_on is not None
        assert item.done_on >= item.window_opens_on
    if results and closed:
        gap = items[len(closed)].due_on - results[-1]
        assert gap >= timedelta(0) or results[-1] - items[len(closed) - 1].due_on <= timedelta(31)


@settings(deadline=None, max_examples=60)
@given(
    st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
)
def test_a_late_infusion_moves_those_after_it(start: date, delays: list[int]) -> None:
    """Every 6 months after the one before, never less than 5 months apart."""
    doses = [start, start + timedelta(14)]
    due = start + relativedelta(months=6)
    for delay in delays:
        doses.append(due + timedelta(delay))
        due = doses[-1] + relativedelta(months=6)
    plan = desk("ocrelizumab_iv").plan(
        doses[-1], 30, start_on=start.isoformat(), doses=[day.isoformat() for day in doses]
    )
    items = [item for item in plan.due_items if item.test == "infusion"]
    assert [item.done_on for item in items if item.done] == doses
    ahead = [item.due_on for item in items if not item.done]
    assert ahead == [doses[-1] + relativedelta(months=6 * n) for n in range(1, len(ahead) + 1)]
    for item, delay in zip(items[2:], delays, strict=False):
        assert item.done_on is not None
        assert (item.done_on - item.due_on).days == delay
