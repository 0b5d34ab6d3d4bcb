"""Due items generated on one core, beside what relativedelta needs for the bare dates.

A mixed cohort on all shipped protocols, five years ahead, with histories of up to three years. The
bare dates are one ``anchor + relativedelta(...)`` for each due item; an item has three dates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from time import process_time
from typing import Any

from dateutil.relativedelta import relativedelta

from certification.criteria.facts import Vocabulary
from certification.packs.pack import folders_of, read_pack
from monitoring.schedule.clearance import clear_to_infuse
from monitoring.schedule.examples import read_protocols, tests_of
from monitoring.schedule.generator import Planner
from monitoring.schedule.items import Plan
from monitoring.schedule.months import add_months
from monitoring.schedule.reading import Person, read_person

WANTED = 1_000_000
BATCH = 200
AS_OF = date(2026, 11, 2)
HORIZON = add_months(AS_OF, 60)
PROTOCOLS = (
    *("natalizumab", "ocrelizumab_iv", "ocrelizumab_sc", "ublituximab"),
    *("alemtuzumab", "mitoxantrone", "rituximab", "methylprednisolone_ivmp"),
)
STEPS = {"natalizumab": 28, "mitoxantrone": 91, "alemtuzumab": 365}


def _raw(rng: random.Random, therapy: str) -> dict[str, Any]:
    """One synthetic person with a start, infusions on time, and results now and then."""
    start = AS_OF - timedelta(days=rng.randrange(10, 1100))
    step = STEPS.get(therapy, 182)
    doses = [start]
    while (following := doses[-1] + timedelta(step + rng.randrange(-2, 9))) <= AS_OF:
        doses.append(following)
    facts: dict[str, Any] = {"sex": rng.choice(["female", "male"])}
    results: list[dict[str, Any]] = [
        {"test": "brain_mri", "on": (start - timedelta(20)).isoformat()}
    ]
    if therapy == "natalizumab":
        status = rng.choice(["negative", "positive"])
        jcv: dict[str, Any] = {"jcv_antibody_status": status, "prior_immunosuppressant": "no"}
        if status == "positive":
            jcv["jcv_index"] = rng.choice([0.5, 0.8, 1.1, 1.4, 1.7, 2.6])
        day = start - timedelta(30)
        while day <= AS_OF:
            results.append({"test": "jcv_antibody", "on": day.isoformat(), "facts": jcv})
            day += timedelta(rng.randrange(170, 200))
    if therapy == "alemtuzumab":
        day = start + timedelta(30)
        while day <= AS_OF:
            results.append({"test": "cbc", "on": day.isoformat()})
            day += timedelta(rng.randrange(26, 40))
    return {
        "start_on": start.isoformat(),
        "doses": [dose.isoformat() for dose in doses],
        "facts": facts,
        "results": results,
    }


def _people(
    planners: dict[str, Planner], vocabulary: Vocabulary
) -> Iterator[tuple[Planner, list[Person]]]:
    rng = random.Random(20261102)
    tests = tests_of([planner.protocol for planner in planners.values()])
    while True:
        for therapy, planner in planners.items():
            raws = [_raw(rng, therapy) for _ in range(BATCH)]
            yield planner, [read_person(raw, vocabulary, tests, AS_OF) for raw in raws]


def _bare_dates(plan: Plan) -> float:
    """Seconds for one date an item, as relativedelta works it out from the anchor."""
    counted = []
    for item in plan.due_items:
        period = item.rule.interval or item.rule.offset
        months = period.months * item.times if period else 0
        days = period.days * item.times if period else 0
        counted.append((item.anchor_on, months, days))
    started = process_time()
    for anchor, months, days in counted:
        anchor + relativedelta(months=months, days=days)
    return process_time() - started


def run() -> list[tuple[str, float, str]]:
    pack = read_pack(*folders_of(["shipped"]))
    protocols = read_protocols(pack)
    planners = {therapy: Planner(protocols[f"{therapy}-monitoring"]) for therapy in PROTOCOLS}
    items = people = read = cleared = 0
    ours = bare = sentences = clearance = 0.0
    for planner, batch in _people(planners, pack.vocabulary):
        for number, person in enumerate(batch):
            started = process_time()
            plan = planner.generate(
                anchors=person.anchors,
                doses=person.doses,
                results=person.results,
                facts=person.facts,
                horizon=HORIZON,
                as_of=AS_OF,
            )
            ours += process_time() - started
            bare += _bare_dates(plan)
            items += len(plan.due_items)
            people += 1
            if number % 20 == 0:
                started = process_time()
                read += sum(len(item.because) > 0 for item in plan.due_items)
                sentences += process_time() - started
                started = process_time()
                cleared += bool(clear_to_infuse(planner.conditions, plan))
                clearance += process_time() - started
        if items >= WANTED:
            break
    return [
        ("due items generated, a second", items / ours, "/s"),
        ("people planned five years ahead, a second", people / ours, "/s"),
        ("seconds for 1,000,000 due items", ours / items * WANTED, "s"),
        ("seconds for their bare dates by relativedelta", bare / items * WANTED, "s"),
        ("ratio (at most 1)", ours / bare, "x"),
        ("sentences read, a second", read / sentences, "/s"),
        ("answers whether it is clear to infuse, a second", cleared / clearance, "/s"),
    ]


if __name__ == "__main__":
    for name, figure, unit in run():
        print(f"{name:<60} {figure:>12,.2f} {unit}")  # noqa: T201
