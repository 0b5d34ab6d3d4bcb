"""How does a draft of a question's rules stand today: can the engine read it, and what is wrong?

Worked out anew from the draft each time; nothing about it is stored, so nothing about it is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certification.criteria.facts import FactDefinition, Vocabulary
from certification.criteria.mistakes import Mistake
from certification.criteria.rule_mistakes import read_rules, rule_mistakes
from certification.drafting import library
from certification.models import Fact
from certification.vocabulary import current_vocabulary


@dataclass(frozen=True, slots=True)
class QuestionStanding:
    """``definition``: the question as it is, or as it would be when the draft has no mistakes.
    ``failing``: questions have no worked examples."""

    vocabulary: Vocabulary
    references: Mapping[str, str]
    mistakes: tuple[Mistake, ...]
    definition: FactDefinition
    failing: int = 0


def standing_of_question(question: Fact, content: Mapping[str, Any]) -> QuestionStanding:
    """``content``: what the draft holds, or what it would hold."""
    vocabulary, references = current_vocabulary(), library()
    mistakes = tuple(rule_mistakes(question.key, content, vocabulary, references))
    definition = vocabulary[question.key]
    if not mistakes:
        definition = read_rules(question.key, content, vocabulary)
    return QuestionStanding(vocabulary, references, mistakes, definition)
