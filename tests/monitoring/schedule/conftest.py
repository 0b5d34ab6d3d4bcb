"""The shipped protocols, ready to plan with; read once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import pytest

from certification.packs.pack import Pack, folders_of, read_pack
from monitoring.schedule.clearance import Clearance, clear_to_infuse
from monitoring.schedule.examples import read_protocols, tests_of
from monitoring.schedule.generator import Planner
from monitoring.schedule.items import Plan
from monitoring.schedule.months import add_months
from monitoring.schedule.reading import read_person


@cache
def shipped() -> Pack:
    return read_pack(*folders_of(["shipped"]))


@cache
def planners() -> Mapping[str, Planner]:
    return {key: Planner(protocol) for key, protocol in read_protocols(shipped()).items()}


@cache
def known_tests() -> frozenset[str]:
    return tests_of([planner.protocol for planner in planners().values()])


KEYS = tuple(sorted(planners()))


class Desk(NamedTuple):
    """Plans people under one protocol."""

    planner: Planner

    def plan(self, as_of: str | date, months: int = 12, **person: Any) -> Plan:
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        read = read_person(person, shipped().vocabulary, known_tests(), day)
        return self.planner.generate(
            anchors=read.anchors,
            doses=read.doses,
            results=read.results,
            facts=read.facts,
            horizon=add_months(day, months),
            as_of=day,
        )

    def clearance(self, plan: Plan) -> Clearance:
        return clear_to_infuse(self.planner.conditions, plan)


def desk(therapy: str) -> Desk:
    return Desk(planners()[f"{therapy}-monitoring"])


def rows(plan: Plan, test: str) -> list[tuple[str, str, str]]:
    """Rule, due date and state of every item of one test."""
    return [
        (item.rule.id, item.due_on.isoformat(), item.state(plan.as_of).value)
        for item in plan.due_items
        if item.test == test
    ]


@pytest.fixture
def natalizumab() -> Desk:
    return desk("natalizumab")


@pytest.fixture
def ocrelizumab() -> Desk:
    return desk("ocrelizumab_iv")


@pytest.fixture
def alemtuzumab() -> Desk:
    return desk("alemtuzumab")
