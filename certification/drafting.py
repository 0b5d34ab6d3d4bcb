"""How does a draft of criteria stand today: its questions, its mistakes, its worked examples?

Worked out anew from the draft each time; nothing about it is stored, so nothing about it is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.criteria.facts import Vocabulary
from certification.criteria.mistakes import Mistake, mistakes_in, readable_set
from certification.criteria.tree import CriteriaSet
from certification.models import CriteriaDraft, Reference
from certification.packs.examples import ExampleResult, run_examples
from certification.vocabulary import current_vocabulary


@dataclass(frozen=True, slots=True)
class DraftStanding:
    """``criteria_set`` None: the engine cannot read the draft yet, and no example was run.

    ``results``: how each example that can be read comes out, by its number.
    """

    vocabulary: Vocabulary
    references: Mapping[str, str]
    mistakes: tuple[Mistake, ...]
    criteria_set: CriteriaSet | None
    results: Mapping[int, ExampleResult]

    @property
    def failing(self) -> int:
        return sum(not result.passed for result in self.results.values())


def standing_of_draft(draft: CriteriaDraft, content: Any, as_of: date) -> DraftStanding:
    """``content``: what the draft holds, or what it would hold. Two queries, three for a draft that
    is based on a version."""
    vocabulary = vocabulary_of_draft(draft)
    references = library()
    mistakes = mistakes_in(content, vocabulary, references)
    criteria_set, results = None, {}
    if not mistakes:
        criteria_set, mistakes = readable_set(content, vocabulary)
    if criteria_set is not None:
        unreadable = {mistake.place for mistake in mistakes}
        readable = [
            number
            for number in range(len(content["examples"]))
            if f"examples.{number}" not in unreadable
        ]
        run = run_examples(criteria_set, vocabulary, as_of)
        results = dict(zip(readable, run, strict=True))
    return DraftStanding(vocabulary, references, tuple(mistakes), criteria_set, results)


def vocabulary_of_draft(draft: CriteriaDraft) -> Vocabulary:
    """The questions of today. A version that came with another publisher's pack brings its own
    questions along, where there is none of the same name."""
    return current_vocabulary(besides=draft.based_on.document["facts"] if draft.based_on else ())


def library() -> dict[str, str]:
    """The title of every reference by key."""
    rows = Reference.objects.order_by("key").only("key", "title", "seed_number")
    return {row.key: str(row) for row in rows}
