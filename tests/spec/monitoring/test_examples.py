"""Does every worked example of every shipped protocol come out as its author says?"""

from __future__ import annotations

import pytest

from monitoring.schedule.examples import ExampleResult, check_protocols, run_examples
from tests.monitoring.schedule.conftest import KEYS, known_tests, planners, shipped

RESULTS = [
    pytest.param(result, id=f"{key}: {result.example.name}")
    for key in KEYS
    for result in run_examples(planners()[key], shipped().vocabulary, known_tests())
]


@pytest.mark.parametrize("result", RESULTS)
def test_example(result: ExampleResult) -> None:
    assert not result.differences


def test_content_check_runs_them() -> None:
    assert check_protocols(shipped()) == []


def test_every_therapy_has_a_protocol_with_examples() -> None:
    therapies = {planner.protocol.therapy for planner in planners().values()}
    assert therapies == set(shipped().entries.therapies)
    for key, planner in planners().items():
        assert key == f"{planner.protocol.therapy}-monitoring"
        assert planner.protocol.version == "2026.1"
        assert len(planner.protocol.examples) >= 4


def test_every_rule_is_cited_and_flagged() -> None:
    for planner in planners().values():
        protocol = planner.protocol
        assert protocol.infusions is not None
        parts = [
            *protocol.rules, *protocol.keeps, *protocol.clearance, *protocol.interpretations,
            protocol.infusions.rule, *(protocol.risk.tables if protocol.risk else ()),
        ]  # fmt: skip
        for part in parts:
            assert part.cite, part
            assert part.verified, part
