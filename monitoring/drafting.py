"""How does a draft of a protocol stand today: its questions, its mistakes, its worked examples?

Worked out anew from the draft each time; nothing about it is stored, so nothing about it is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certification.criteria.facts import Vocabulary
from certification.criteria.mistakes import Mistake
from certification.drafting import library
from certification.vocabulary import current_vocabulary
from certification.workflow import ContentStatus
from monitoring.models import ProtocolDraft, ProtocolVersion
from monitoring.schedule.drafts import Content, tests_named
from monitoring.schedule.examples import ExampleResult, run_examples
from monitoring.schedule.generator import Planner
from monitoring.schedule.mistakes import mistakes_in, readable_protocol

USUAL = ("window_defaults", "supplies")


@dataclass(frozen=True, slots=True)
class ProtocolStanding:
    """``planner`` None: the protocol cannot be read yet, and no example was run.

    ``tests``: every test that a rule can ask for, by key, as protocols define it. ``used_tests``:
    those that something names already, here or in another protocol. ``facts``: the
    questions of the protocol. ``document``: what would be stored.
    """

    vocabulary: Vocabulary
    references: Mapping[str, str]
    tests: Mapping[str, Mapping[str, Any]]
    used_tests: frozenset[str]
    mistakes: tuple[Mistake, ...]
    planner: Planner | None
    facts: Vocabulary
    document: Mapping[str, Any]
    results: tuple[ExampleResult, ...]

    @property
    def failing(self) -> int:
        return sum(not result.passed for result in self.results)


def standing_of_protocol(draft: ProtocolDraft, content: Content) -> ProtocolStanding:
    """``content``: what the draft holds, or what it would hold."""
    based_on = draft.based_on
    vocabulary = current_vocabulary(besides=based_on.document["facts"] if based_on else ())
    references = library()
    elsewhere = known_tests()
    tests = elsewhere | {test["key"]: test for test in content["tests"] if test["label"]}
    used = elsewhere.keys() | tests_named(content)
    mistakes = mistakes_in(content, vocabulary, references)
    planner: Planner | None = None
    facts: Vocabulary = {}
    document: Mapping[str, Any] = {}
    results: list[ExampleResult] = []
    if not mistakes:
        read = readable_protocol(content, vocabulary)
        if isinstance(read, Mistake):
            mistakes = [read]
        else:
            protocol, facts, document = read
            planner = Planner(protocol)
            results = run_examples(planner, facts, tests)
    return ProtocolStanding(
        vocabulary, references, tests, frozenset(used), tuple(mistakes), planner, facts, document,
        tuple(results),
    )  # fmt: skip


def known_tests() -> dict[str, Mapping[str, Any]]:
    """Every test of every protocol by key, defined as in the newest version that has it."""
    listed = _living().order_by("id").values_list("document__protocol__tests", flat=True)
    return {test["key"]: test for tests in listed for test in tests or ()}


def usual_terms() -> dict[str, Any]:
    """What most protocols say of windows and of the facts that follow from infusions: a new one
    begins with it."""
    found: dict[str, Any] = {}
    for name in USUAL:
        said = [
            one for one in _living().values_list(f"document__protocol__{name}", flat=True) if one
        ]
        if said:
            found[name] = max(said, key=said.count)
    supplies = found.get("supplies", {})
    found["supplies"] = {k: v for k, v in supplies.items() if k != "courses_within"}
    windows = found.get("window_defaults", {})
    found["window_defaults"] = {k: v for k, v in windows.items() if k != "note"}
    return found


def _living() -> Any:
    return ProtocolVersion.objects.exclude(status=ContentStatus.RETIRED)
