"""What do two documents of criteria say of the same people, and what made the difference?

Both are applied inside the database, a slice of stored facts at a time. When both ask the same
questions in the same words of meaning, the facts are completed once for both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from sqlglot import exp

from certification.criteria.codec import read_document
from certification.criteria.facts import Choice, FactDefinition, Vocabulary
from certification.criteria.needs import needed_facts
from certification.criteria.tree import CriteriaSet
from certification.criteria_sql.dialects import dialect
from certification.criteria_sql.statement import (
    MET,
    NOT_MET,
    UNKNOWN,
    Required,
    required_criteria,
    statement,
)
from certification.models import ImpactStudy, StoredFacts

_KEPT = 16
GONE = "-"
"""The mark of a criterion that one of the two documents does not have."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What both say of one record."""

    id: int
    kind: str
    case_id: Any
    patient_id: Any
    site_id: int
    as_of: date
    before: str
    marks_before: str
    after: str
    marks_after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Flip:
    """A criterion that had a part in a change. ``before`` and ``after`` are marks, or ``GONE``."""

    id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """``statements``: one for both documents, or one for each."""

    base: tuple[Required, ...]
    draft: tuple[Required, ...]
    statements: tuple[str, ...]

    def verdicts(self, study: ImpactStudy, after_id: int, size: int) -> list[Verdict]:
        """The next slice of stored facts of a study."""
        rows = list(slice_of(study).filter(pk__gt=after_id).order_by("pk")[:size])
        if not rows:
            return []
        bounds = {"after": after_id, "last": rows[-1].pk}
        answers = [self._ask(sql, study, bounds) for sql in self.statements]
        if len(answers) == 2:
            both = [(*one, *other[1:]) for one, other in zip(*answers, strict=True)]
        else:
            both = answers[0]
        told = {row[0]: row[1:] for row in both}
        return [
            Verdict(
                row.pk, row.kind, row.case_id, row.patient_id, row.site_id, row.as_of,
                *told[row.pk],
            )
            for row in rows
            if row.pk in told
        ]  # fmt: skip

    def _ask(self, sql: str, study: ImpactStudy, bounds: Mapping[str, int]) -> list[Any]:
        for name, number in {**bounds, "study": study.pk.int}.items():
            sql = sql.replace(_PLACES[name], _literal(name, number))
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def flips(self, marks_before: str, marks_after: str) -> list[Flip]:
        """What differs among the criteria that stand in the way before or after."""
        before = _by_id(self.base, marks_before)
        after = _by_id(self.draft, marks_after)
        found = []
        for name in dict.fromkeys((*after, *before)):
            old, new = before.get(name), after.get(name)
            in_the_way = any(one is not None and one[1] for one in (old, new))
            marks = (old[0] if old else GONE), (new[0] if new else GONE)
            if in_the_way and marks[0] != marks[1]:
                found.append(Flip(name, *marks))
        return found


def _by_id(required: Sequence[Required], marks: str) -> dict[str, tuple[str, bool]]:
    """The mark of each criterion, and whether it stands in the way of certifying."""
    return {
        one.node.id: (mark, mark != (NOT_MET if one.bars else MET))
        for one, mark in zip(required, marks, strict=True)
    }


def slice_of(study: ImpactStudy) -> Any:
    """The stored facts that a study counts."""
    shared = StoredFacts.objects.filter(set_key=study.set_key, study__isnull=True)
    rows = shared | StoredFacts.objects.filter(set_key=study.set_key, study=study)
    if study.last_id is not None:
        rows = rows.filter(pk__lte=study.last_id)
    return rows.only("kind", "case_id", "patient_id", "site_id", "as_of")


def comparison_of(study: ImpactStudy) -> Comparison:
    """Kept by content: writing the statements takes longer than a slice."""
    return _comparison(_Pair(study), study.set_key, connection.vendor)


class _Pair:
    """Carries two documents past the cache, which knows them by their hashes."""

    def __init__(self, study: ImpactStudy) -> None:
        self.study = study
        self.key = (study.base.content_hash, study.content_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pair) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=_KEPT)
def _comparison(pair: _Pair, set_key: str, vendor: str) -> Comparison:
    base, base_vocabulary = _needed(pair.study.base.document)
    draft, draft_vocabulary = _needed(pair.study.document)
    reader = dialect(vendor)
    statements: tuple[str, ...]
    if _meaning(base_vocabulary) == _meaning(draft_vocabulary):
        sets = [base.criteria, draft.criteria]
        statements = (statement(draft_vocabulary, sets, reader, _source(set_key)),)
    else:
        statements = (
            statement(base_vocabulary, [base.criteria], reader, _source(set_key)),
            statement(draft_vocabulary, [draft.criteria], reader, _source(set_key)),
        )
    return Comparison(
        required_criteria(base.criteria), required_criteria(draft.criteria), statements
    )


def _needed(document: Any) -> tuple[CriteriaSet, Vocabulary]:
    criteria_set, vocabulary = read_document(document)
    return criteria_set, needed_facts(criteria_set, vocabulary)


def _meaning(vocabulary: Vocabulary) -> dict[str, FactDefinition]:
    """The questions without the words that change no answer."""
    return {
        key: replace(
            definition,
            label="",
            unit="",
            group="",
            help="",
            why="",
            codes=None,
            verified="",
            choices=tuple(Choice(c.value, "", c.unknown) for c in definition.choices),
            fields=tuple(
                replace(field, label="", choices=tuple(
                    Choice(c.value, "", c.unknown) for c in field.choices
                ))
                for field in definition.fields
            ),
        )
        for key, definition in sorted(vocabulary.items())
    }  # fmt: skip


# Numbers that stand in a statement in the place of those of a slice.
_PLACES = {"after": "9000000000000000001", "last": "9000000000000000002", "study": "'@study@'"}


def _literal(name: str, number: int) -> str:
    if name != "study":
        return str(int(number))
    plain = f"{number:032x}"
    if connection.vendor == "postgresql":
        return f"CAST('{plain}' AS uuid)"
    return f"'{plain}'"


def _source(set_key: str) -> exp.Select:
    table = StoredFacts._meta.db_table
    study = exp.column("study_id")
    return (
        exp.select("id", "as_of", "answers", "seen", "asked")
        .from_(table)
        .where(exp.EQ(this=exp.column("set_key"), expression=exp.Literal.string(set_key)))
        .where(exp.GT(this=exp.column("id"), expression=exp.Literal.number(_PLACES["after"])))
        .where(exp.LTE(this=exp.column("id"), expression=exp.Literal.number(_PLACES["last"])))
        .where(
            exp.or_(
                exp.Is(this=study, expression=exp.null()),
                exp.EQ(this=study.copy(), expression=exp.Literal.string("@study@")),
            )
        )
    )


def tally(verdicts: Sequence[Verdict]) -> dict[str, Counter[str]]:
    """How many by kind of record, and by pair of recommendations."""
    counts: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        counts.setdefault(verdict.kind, Counter())[f"{verdict.before} {verdict.after}"] += 1
    return counts


def reasons_of(comparison: Comparison, verdicts: Sequence[Verdict]) -> Counter[str]:
    """How often each criterion was among what changed: by id, mark before and mark after."""
    pairs = Counter((v.marks_before, v.marks_after) for v in verdicts if v.changed)
    found: Counter[str] = Counter()
    for (before, after), count in pairs.items():
        for flip in comparison.flips(before, after):
            found[f"{flip.before}{flip.after} {flip.id}"] += count
    return found


def read_reasons(reasons: Mapping[str, int]) -> Iterator[tuple[Flip, int]]:
    """What ``reasons_of`` counted, the most frequent first."""
    for name, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        marks, _, node_id = name.partition(" ")
        yield Flip(node_id, marks[0], marks[1]), count


__all__ = ["GONE", "MET", "NOT_MET", "UNKNOWN", "Comparison", "Flip", "Verdict", "comparison_of",
           "read_reasons", "reasons_of", "slice_of", "tally"]  # fmt: skip
