"""What do two documents of criteria say of the same people, and what made the difference?

Both are applied inside the database, a slice of stored facts at a time, by one statement in which
all that they have in common is worked out once. A second one tells, for those whose recommendation
differs, what each says of its criteria.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from sqlglot import exp

from certification.criteria.codec import read_document
from certification.criteria_sql.dialects import dialect
from certification.criteria_sql.statement import (
    MET,
    NOT_MET,
    UNKNOWN,
    Required,
    Side,
    marked,
    recommendations,
    required_criteria,
)
from certification.models import ImpactStudy, StoredFacts

_KEPT = 16
_PLACE = re.compile(r"'@(\w+)@'")
_IDS = "{ids}"
GONE = "-"
"""The mark of a criterion that one of the two documents does not have."""


class Verdict(NamedTuple):
    """What both say of one record."""

    id: int
    before: str
    after: str
    kind: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


class Told(NamedTuple):
    """The same with the marks of each criterion (see ``criteria_sql.statement``) and whose record
    it is."""

    id: int
    before: str
    marks_before: str
    after: str
    marks_after: str
    kind: str
    case_id: Any
    patient_id: Any
    site_id: int
    as_of: Any

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Flip:
    """A criterion that had a part in a change. ``before`` and ``after`` are marks, or ``GONE``."""

    id: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """``recommending`` asks for both recommendations, ``marking`` for the marks behind them."""

    base: tuple[Required, ...]
    draft: tuple[Required, ...]
    recommending: Question
    marking: Question

    def verdicts(self, study: ImpactStudy, after_id: int, size: int) -> list[Verdict]:
        """The next slice of stored facts of a study."""
        rows = self.recommending.ask(
            study=ImpactStudy._meta.pk.get_db_prep_value(study.pk, connection),
            after=after_id,
            last=study.last_id,
            size=size,
        )
        return [Verdict._make(row) for row in rows]

    def told(self, ids: Sequence[int]) -> list[Told]:
        """Some records more closely, as they are now: those that are gone are left out."""
        return [Told._make(row) for row in self.marking.ask(ids=ids)] if ids else []

    def flips(self, marks_before: str, marks_after: str) -> list[Flip]:
        """What differs among the criteria that stand in the way before or after."""
        found = []
        for name, old, new in self._beside_each_other:
            before = marks_before[old] if old is not None else GONE
            after = marks_after[new] if new is not None else GONE
            if before == after:
                continue
            wanted = (self.base, old, before), (self.draft, new, after)
            if any(
                place is not None and _is_in_the_way(of[place], mark) for of, place, mark in wanted
            ):
                found.append(Flip(name, before, after))
        return found

    @cached_property
    def _beside_each_other(self) -> list[tuple[str, int | None, int | None]]:
        """Each criterion with its place in both, if it has one."""
        before, after = (
            {one.node.id: place for place, one in enumerate(of)} for of in (self.base, self.draft)
        )
        return [
            (name, before.get(name), after.get(name)) for name in dict.fromkeys((*after, *before))
        ]


def _is_in_the_way(one: Required, mark: str) -> bool:
    return mark != (NOT_MET if one.bars else MET)


class Question:
    """A statement with places for what differs from one slice to the next, such as ``'@last@'``.

    A database reads it once: only a list of ids is written into it.
    """

    def __init__(self, sql: str) -> None:
        self._places: list[str] = _PLACE.findall(sql)
        self._sql = _PLACE.sub(lambda place: _IDS if place[1] == "ids" else "%s", _escaped(sql))

    def ask(self, **given: Any) -> list[tuple[Any, ...]]:
        ids = ", ".join(str(int(one)) for one in given.get("ids", ()))
        values = [given[name] for name in self._places if name != "ids"]
        with _long_question(), connection.cursor() as cursor:
            cursor.execute(self._sql.replace(_IDS, ids), values)
            return list(cursor.fetchall())


@contextmanager
def _long_question() -> Iterator[None]:
    """PostgreSQL would compile a statement of this length, which takes longer than it runs."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        yield


def _escaped(sql: str) -> str:
    return sql.replace("%", "%%")


def slice_of(study: ImpactStudy) -> Any:
    """The stored facts that a study counts."""
    shared = StoredFacts.objects.filter(set_key=study.set_key, study__isnull=True)
    rows = shared | StoredFacts.objects.filter(set_key=study.set_key, study=study)
    if study.last_id is not None:
        rows = rows.filter(pk__lte=study.last_id)
    return rows


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
    sides = []
    for document in (pair.study.base.document, pair.study.document):
        criteria_set, vocabulary = read_document(document)
        sides.append(Side(vocabulary, criteria_set.criteria))
    reader = dialect(vendor)
    return Comparison(
        required_criteria(sides[0].criteria),
        required_criteria(sides[1].criteria),
        Question(recommendations(sides, reader, _slice(set_key), beside=Verdict._fields[3:])),
        Question(marked(sides, reader, _these(), beside=Told._fields[5:])),
    )


def _slice(set_key: str) -> exp.Select:
    """The stored facts that ``slice_of`` tells, from a place on."""
    study, row = exp.column("study_id"), exp.column("id")
    return (
        exp.select("id")
        .from_(StoredFacts._meta.db_table)
        .where(exp.EQ(this=exp.column("set_key"), expression=exp.Literal.string(set_key)))
        .where(exp.GT(this=row, expression=_place("after")))
        .where(exp.LTE(this=row.copy(), expression=_place("last")))
        .where(
            exp.or_(
                exp.Is(this=study, expression=exp.null()),
                exp.EQ(this=study.copy(), expression=_place("study")),
            )
        )
        .order_by(row.copy())
        .limit(_place("size"))
    )


def _these() -> exp.Select:
    row = exp.column("id")
    return (
        exp.select("id")
        .from_(StoredFacts._meta.db_table)
        .where(exp.In(this=row, expressions=[_place("ids")]))
    )


def _place(name: str) -> exp.Literal:
    return exp.Literal.string(f"@{name}@")


def tally(verdicts: Iterable[Verdict | Told]) -> dict[str, Counter[str]]:
    """How many by kind of record, and by pair of recommendations."""
    counts: dict[str, Counter[str]] = {}
    found = Counter((one.kind, one.before, one.after) for one in verdicts)
    for (kind, before, after), count in found.items():
        counts.setdefault(kind, Counter())[f"{before} {after}"] = count
    return counts


def reasons_of(comparison: Comparison, changed: Iterable[Told]) -> Counter[str]:
    """How often each criterion was among what changed: by id, mark before and mark after."""
    found: Counter[str] = Counter()
    pairs = Counter((one.marks_before, one.marks_after) for one in changed)
    for pair, count in pairs.items():
        for flip in comparison.flips(*pair):
            found[f"{flip.before}{flip.after} {flip.id}"] += count
    return found


def read_reasons(reasons: Mapping[str, int]) -> Iterator[tuple[Flip, int]]:
    """What ``reasons_of`` counted, the most frequent first."""
    for name, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        marks, _, node_id = name.partition(" ")
        yield Flip(node_id, marks[0], marks[1]), count


__all__ = ["GONE", "MET", "NOT_MET", "UNKNOWN", "Comparison", "Flip", "Told", "Verdict",
           "comparison_of", "read_reasons", "reasons_of", "slice_of", "tally"]  # fmt: skip
