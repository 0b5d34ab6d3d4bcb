"""Do worked examples come out as their author says?

An example is a synthetic person and what the criteria must say of them. Only what it names is
compared; lists are compared without regard to their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.criteria.evaluation import Evaluation, Evaluator
from certification.criteria.facts import FactError, Vocabulary, read_facts
from certification.criteria.tree import CriteriaSet, Example
from certification.packs.pack import Pack
from certification.packs.problems import Problem

COMPARED = (
    *("recommendation", "indications", "contraindications"),
    *("unmet", "missing", "shortest", "precautions"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One point on which an example and the criteria disagree."""

    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How an example came out. ``evaluation`` is None when its facts cannot be right."""

    example: Example
    evaluation: Evaluation | None
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


def run_examples(
    criteria_set: CriteriaSet, vocabulary: Vocabulary, as_of: date
) -> list[ExampleResult]:
    """Every example of a set, in order; one without a date of its own is run at ``as_of``."""
    evaluator = Evaluator(criteria_set, vocabulary)
    return [_run(evaluator, vocabulary, example, as_of) for example in criteria_set.examples]


def _run(
    evaluator: Evaluator, vocabulary: Vocabulary, example: Example, as_of: date
) -> ExampleResult:
    day = example.as_of or as_of
    try:
        evaluation = evaluator.evaluate(read_facts(vocabulary, example.facts, day), day)
    except FactError as error:
        wrong = Difference("facts", "facts that can be right", str(error))
        return ExampleResult(example, None, (wrong,))
    return ExampleResult(example, evaluation, tuple(_differences(example, evaluation)))


def _differences(example: Example, evaluation: Evaluation) -> Iterator[Difference]:
    for what in COMPARED:
        if what in example.expect:
            expected, got = example.expect[what], getattr(evaluation, what)
            if _comparable(expected) != _comparable(got):
                yield Difference(what, _shown(expected), _shown(got))


def _comparable(value: Any) -> Any:
    return str(value) if isinstance(value, str) else sorted(value)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str) else ", ".join(value) or "nothing"


def check_examples(pack: Pack, as_of: date) -> list[Problem]:
    """Every example of a pack that comes out otherwise, where it stands."""
    problems: list[Problem] = []
    for key, criteria_set in pack.criteria_sets.items():
        found = pack.entries.criteria_sets[key]
        for number, result in enumerate(run_examples(criteria_set, pack.vocabulary, as_of)):
            for difference in result.differences:
                got = f"{difference.what}: {difference.got}"
                expected = f"{difference.what}: {difference.expected}"
                says = f"{expected}, says the example {result.example.name!r}"
                problems.append(found.problem(("examples", number), got, says))
    return problems
