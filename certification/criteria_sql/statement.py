"""Which question put to a database tells what criteria say of very many people?

One statement reads stored facts and answers with one row a person: the recommendation of each set
of criteria, and its marks: one character for each required criterion, in the order of ``required``,
``1`` met, ``0`` not met, ``?`` not documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from certification.criteria.compiled import required
from certification.criteria.facts import Vocabulary
from certification.criteria.tree import AllOf, AnyOf, Criteria, Node, Recommendation
from certification.criteria_sql.dialects import Dialect
from certification.criteria_sql.following import Following
from certification.criteria_sql.stages import Name
from certification.criteria_sql.words import (
    Expression,
    all_of,
    any_of,
    case,
    choose,
    is_false,
    is_true,
    literal,
)

MET, NOT_MET, UNKNOWN = "1", "0", "?"


@dataclass(frozen=True, slots=True)
class Required:
    """One criterion that stands in the answer by itself. ``bars``: a contraindication."""

    node: Node
    bars: bool


def required_criteria(criteria: Criteria) -> tuple[Required, ...]:
    """The criteria asked for one by one: down through ``all`` of the indications, and down through
    ``any`` of the contraindications. The marks follow this order."""
    return (
        *(Required(node, False) for node in required(criteria.indications, AllOf)),
        *(Required(node, True) for node in required(criteria.contraindications, AnyOf)),
    )


def statement(
    vocabulary: Vocabulary, sets: Sequence[Criteria], dialect: Dialect, source: exp.Select
) -> str:
    """SQL whose rows are the id, then recommendation and marks of each set, ordered by id.

    ``vocabulary`` is enough for each of the sets; ``source`` selects the columns id, as_of,
    answers, seen and asked of the people who are asked about.
    """
    trees = [tree for c in sets for tree in (c.indications, c.contraindications)]
    following = Following(vocabulary, trees, dialect, source)
    stages = following.complete()
    wanted = [required_criteria(criteria) for criteria in sets]
    truths = following.truths.of_all([one.node for found in wanted for one in found])
    columns: dict[Name, Expression] = {}
    for number, found in enumerate(wanted):
        for place, _ in enumerate(found):
            columns["truth", number, place] = truths.pop(0)
    stages.keep([("id",)])
    stages.put(columns)
    select = exp.select(stages.column("id"))
    for number, found in enumerate(wanted):
        marks = [stages.column("truth", number, place) for place in range(len(found))]
        select = select.select(_recommendation(found, marks), _marks(marks))
    statement = stages.finish(select).order_by(stages.column("id"))
    return statement.sql(dialect.name, copy=False)


def _recommendation(found: Sequence[Required], marks: Sequence[Expression]) -> Expression:
    pairs = list(zip(found, marks, strict=True))
    indicated = all_of([mark.copy() for one, mark in pairs if not one.bars])
    barred = any_of([mark.copy() for one, mark in pairs if one.bars])
    refer = any_of([is_true(barred), is_false(indicated)])
    certify = all_of([is_true(indicated.copy()), is_false(barred.copy())])
    return case(
        [
            (refer, literal(Recommendation.REFER.value)),
            (certify, literal(Recommendation.CERTIFY.value)),
        ],
        literal(Recommendation.PEND.value),
    )


def _marks(marks: Sequence[Expression]) -> Expression:
    letters = [
        choose(mark.copy(), [(exp.true(), literal(MET)), (exp.false(), literal(NOT_MET))],
               literal(UNKNOWN))
        for mark in marks
    ]  # fmt: skip
    if not letters:
        return literal("")
    text = letters[0]
    for letter in letters[1:]:
        text = exp.DPipe(this=text, expression=letter)
    return text
