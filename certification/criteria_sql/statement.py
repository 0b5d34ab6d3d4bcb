"""Which question put to a database tells what criteria say of very many people?

One statement reads stored facts and answers with one row a person: what each of some documents of
criteria recommends. Another one tells the marks as well: one character for each required criterion,
in the order of ``required_criteria``, ``1`` met, ``0`` not met, ``?`` not documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from certification.criteria.compiled import required
from certification.criteria.facts import Vocabulary
from certification.criteria.tree import AllOf, AnyOf, Criteria, Node, Recommendation
from certification.criteria_sql.dialects import Dialect
from certification.criteria_sql.following import Following
from certification.criteria_sql.stages import Stages
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


class Side(NamedTuple):
    """One document that is asked about. ``vocabulary`` is enough for its criteria."""

    vocabulary: Vocabulary
    criteria: Criteria


def recommendations(
    sides: Sequence[Side], dialect: Dialect, source: exp.Select, beside: Sequence[str] = ()
) -> str:
    """SQL whose rows are the id, the recommendation of each side, and the columns ``beside`` of the
    source, ordered by id.

    ``source`` selects from the people who are asked about, with the columns id, as_of, answers,
    seen and asked. What sides have in common is worked out once, and criteria that are settled
    early are drawn together at once.
    """
    stages = Stages(source, dialect.name)
    first, flagged, again = _truths(sides, dialect, stages)
    answers = _gathered(stages, sides, [*first, *again])
    told = [stages.add(_recommendation(*answer)) for answer in answers]
    return _statement(stages, told[: len(sides)], flagged, told[len(sides) :], beside)


def marked(
    sides: Sequence[Side], dialect: Dialect, source: exp.Select, beside: Sequence[str] = ()
) -> str:
    """The same with the marks of each side: id, recommendation, marks, recommendation, marks."""
    stages = Stages(source, dialect.name)
    first, flagged, again = _truths(sides, dialect, stages)
    told: list[list[Expression]] = []
    for found in (first, again):
        told.append([])
        for side, truths in zip(sides, found, strict=True):
            marks = [stages.add(truth) for truth in truths]
            of_kind: dict[bool, list[Expression]] = {False: [], True: []}
            for one, mark in zip(required_criteria(side.criteria), marks, strict=True):
                of_kind[one.bars].append(mark.copy())
            together = all_of(of_kind[False]), any_of(of_kind[True])
            told[-1] += [stages.add(_recommendation(*together)), stages.add(_marks(marks))]
    return _statement(stages, told[0], flagged, told[1], beside)


def _statement(
    stages: Stages,
    first: Sequence[Expression],
    flagged: Expression,
    again: Sequence[Expression],
    beside: Sequence[str],
) -> str:
    row, *more = [stages.add(exp.column(name)) for name in ("id", *beside)]
    return stages.statement([row, *first, *more], flagged, [row, *again, *more])


def _truths(
    sides: Sequence[Side], dialect: Dialect, stages: Stages
) -> tuple[list[list[Expression]], Expression, list[list[Expression]]]:
    """The truth of each required criterion of each side: at first, and where a side is flagged."""
    first, again, flags = [], [], []
    for side in sides:
        trees = [side.criteria.indications, side.criteria.contraindications]
        completed = Following(side.vocabulary, trees, dialect, stages).complete()
        nodes = [one.node for one in required_criteria(side.criteria)]
        first.append([completed.first.of(node) for node in nodes])
        again.append([completed.again.of(node) for node in nodes])
        if not isinstance(completed.flagged, exp.Boolean):
            flags.append(completed.flagged)
    return first, stages.add(any_of(flags)), again


def _gathered(
    stages: Stages, sides: Sequence[Side], answers: Sequence[Sequence[Expression]]
) -> list[tuple[Expression, Expression]]:
    """Indicated and barred, for each answer. What stands in the same answers is joined first."""
    truth_of: dict[tuple[bool, str], Expression] = {}
    used_by: dict[tuple[bool, str], set[int]] = {}
    for number, truths in enumerate(answers):
        found = required_criteria(sides[number % len(sides)].criteria)
        for one, truth in zip(found, truths, strict=True):
            key = one.bars, stages.text(truth)
            truth_of[key] = truth
            used_by.setdefault(key, set()).add(number)
    groups: dict[tuple[bool, frozenset[int]], list[Expression]] = {}
    for key, users in used_by.items():
        groups.setdefault((key[0], frozenset(users)), []).append(truth_of[key])
    joined: list[tuple[list[Expression], list[Expression]]] = [([], []) for _ in answers]
    for (bars, numbers), parts in groups.items():
        together = stages.gather(parts, any_of if bars else all_of)
        for number in numbers:
            joined[number][bars].append(together.copy())
    return [(all_of(indicated), any_of(barred)) for indicated, barred in joined]


def _recommendation(indicated: Expression, barred: Expression) -> Expression:
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
