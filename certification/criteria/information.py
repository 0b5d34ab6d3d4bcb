"""Which missing facts can still decide, and what is the shortest way to an answer?

A fact is *open* when a test that the recommendation rests on is unknown because of it: it is not
documented, asked and not known, too old, undated, or contradictory. An open fact can be answered
(as of today) in every way its definition allows, or be left as it is. A fact that does not apply is
not answered, and answers that contradict each other count as unknown, as they always do.

``missing``   every open fact that decides for some answers to the other open facts, any of which
              may be left as they are: with an answer to it certify or refer is recommended, and
              something else without.
``shortest``  the smallest set of open facts that some answers turn into certify; of equal sets the
              one that comes first in wizard order.

Both are exact for every tree. A derived fact is a question of its own, answered directly. The
method: a question has finitely many kinds of answers (``answers``), and the recommendation becomes
a decision diagram over the open questions (``diagram``), in which only questions remain that make
a difference. Its size adds up over independent parts of a tree; only facts that are tested in
several distant places, or can contradict each other, multiply it.
"""

from __future__ import annotations

from certification.criteria.derived import Completed
from certification.criteria.facts import Vocabulary
from certification.criteria.groundwork import Groundwork
from certification.criteria.interpreter import Known
from certification.criteria.open_questions import OpenQuestions
from certification.criteria.tree import Criteria


class Information:
    """Answers ``missing`` and ``shortest`` for one criteria set and many people."""

    def __init__(self, criteria: Criteria, vocabulary: Vocabulary) -> None:
        self.groundwork = Groundwork(criteria, vocabulary)

    def decide(self, known: Known, completed: Completed) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """``missing`` and ``shortest`` for one person, both as fact keys in wizard order."""
        return OpenQuestions(self.groundwork, known, completed).answer()
