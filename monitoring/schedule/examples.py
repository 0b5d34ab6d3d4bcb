"""Do the worked examples of a protocol come out as their author says?

An example is a synthetic person and what the plan must hold; only what it names is compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certification.criteria.facts import Vocabulary
from certification.packs.entries import Found
from certification.packs.pack import Pack
from certification.packs.problems import Problem
from certification.packs.tree_rules import as_problem, as_written
from monitoring.schedule.clearance import Clearance, clear_to_infuse
from monitoring.schedule.codec import CriteriaError, protocol_from_data
from monitoring.schedule.generator import Planner
from monitoring.schedule.items import DueItem, Plan
from monitoring.schedule.months import add_months
from monitoring.schedule.reading import PersonError, read_person
from monitoring.schedule.rules import Example, Protocol


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How an example came out. ``plan`` is None when its input cannot be right."""

    example: Example
    plan: Plan | None
    clearance: Clearance | None
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


def tests_of(protocols: Collection[Protocol]) -> frozenset[str]:
    """Every test that any of the protocols knows: a person's results may be of all of them."""
    return frozenset(key for protocol in protocols for key in protocol.tests)


def run_examples(
    planner: Planner, vocabulary: Vocabulary, tests: Collection[str]
) -> list[ExampleResult]:
    """Every example of a protocol, in order."""
    return [_run(planner, vocabulary, tests, one) for one in planner.protocol.examples]


def _run(
    planner: Planner, vocabulary: Vocabulary, tests: Collection[str], example: Example
) -> ExampleResult:
    as_of = example.as_of
    try:
        person = read_person(example.input, vocabulary, tests, as_of)
    except PersonError as error:
        return ExampleResult(example, None, None, (f"input that can be right, got {error}",))
    plan = planner.generate(
        anchors=person.anchors,
        doses=person.doses,
        results=person.results,
        facts=person.facts,
        horizon=add_months(as_of, example.horizon_months),
        as_of=as_of,
    )
    clearance = clear_to_infuse(planner.conditions, plan)
    differences = tuple(_differences(example, plan, clearance))
    return ExampleResult(example, plan, clearance, differences)


def _differences(example: Example, plan: Plan, clearance: Clearance) -> Iterator[str]:
    for expected in example.expect:
        if not any(_matches(expected, item, plan) for item in plan.due_items):
            near = [_shown(item, plan) for item in plan.due_items if _near(expected, item)]
            wanted = ", ".join(f"{key} {value}" for key, value in expected.items())
            yield f"an item with {wanted}, got {'; '.join(near) or 'none of that test'}"
    for item in plan.open_items:
        if item.test in example.nothing_for:
            yield f"nothing open for {item.test}, got {_shown(item, plan)}"
    if example.clear_to_infuse and clearance.answer != example.clear_to_infuse:
        said = " | ".join(obstacle.named for obstacle in clearance.obstacles)
        yield f"clear_to_infuse {example.clear_to_infuse}, got {clearance.answer} {said}".strip()
    for reason in example.reasons:
        if not any(reason in obstacle.named for obstacle in clearance.obstacles):
            said = " | ".join(obstacle.named for obstacle in clearance.obstacles)
            yield f"the reason {reason!r}, got {said or 'no reason'}"


def _near(expected: Mapping[str, Any], item: DueItem) -> bool:
    return expected.get("test", item.test) == item.test and (
        expected.get("rule", item.rule.id) == item.rule.id or "test" in expected
    )


def _matches(expected: Mapping[str, Any], item: DueItem, plan: Plan) -> bool:
    return all(
        str(value) in item.because if key == "because" else _field(item, key, plan) == str(value)
        for key, value in expected.items()
    )


def _field(item: DueItem, key: str, plan: Plan) -> str:
    match key:
        case "rule":
            return item.rule.id
        case "state":
            return item.state(plan.as_of).value
        case _:
            return str(getattr(item, key))


def _shown(item: DueItem, plan: Plan) -> str:
    done = f" on {item.done_on}" if item.done_on else ""
    return f"{item.key} due {item.due_on} {item.state(plan.as_of)}{done}"


def read_protocols(pack: Pack) -> dict[str, Protocol]:
    """The protocols of a sound pack. Raises ``CriteriaError``."""
    return {
        key: protocol_from_data(as_written(found.entry), "", pack.vocabulary)
        for key, found in pack.entries.protocols.items()
    }


def check_protocols(pack: Pack) -> list[Problem]:
    """Every example of the protocols of a pack that comes out otherwise, where it stands."""
    problems: list[Problem] = []
    protocols: dict[str, tuple[Protocol, Found[Any]]] = {}
    for key, found in pack.entries.protocols.items():
        try:
            protocol = protocol_from_data(as_written(found.entry), "", pack.vocabulary)
        except CriteriaError as error:
            problems.append(as_problem(found, (), error))
        else:
            protocols[key] = protocol, found
    tests = tests_of([protocol for protocol, _ in protocols.values()])
    for protocol, found in protocols.values():
        results = run_examples(Planner(protocol), pack.vocabulary, tests)
        for number, result in enumerate(results):
            for difference in result.differences:
                wanted, _, got = difference.partition(", got ")
                allowed = f"{wanted}, says the example {result.example.name!r}"
                problems.append(found.problem(("examples", number), got, allowed))
    return problems
