"""How is a long question put to a database, one stage after the other?

Columns are worked out from other columns. Each is known by what it says, so that what two documents
of criteria have in common is one column, and stands in the earliest stage that has all it reads. A
stage is a select from the one before it that adds columns and carries on only what is still read:
most facts are gone after the first few. Stages are materialized, so that nothing is worked out
twice. Columns are numbered; nothing of the content is ever the name of one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlglot import exp

from certification.criteria_sql.words import Expression

Name = tuple[Hashable, ...]

_ANY_COLUMN = "SELECT 1 "


class _Column(NamedTuple):
    """``reads``: the columns that it is worked out from; none when it reads the source."""

    text: str
    reads: frozenset[str]
    level: int


class Stages:
    """All columns over one source: a select from a table, of which the columns do not matter."""

    def __init__(self, source: exp.Select, dialect: str) -> None:
        self._dialect = dialect
        plain = source.select(exp.Literal.number(1), append=False)
        self._source = plain.sql(dialect).removeprefix(_ANY_COLUMN)
        self._named: dict[str, str] = {}
        self._columns: dict[str, _Column] = {}

    def add(self, expression: Expression) -> Expression:
        """The column of an expression. Constants and columns stay as they are."""
        if isinstance(expression, exp.Literal | exp.Boolean | exp.Null):
            return expression
        if isinstance(expression, exp.Column) and expression.name in self._columns:
            return expression
        text = self.text(expression)
        if text not in self._named:
            reads = self._read_by(expression)
            name = self._named[text] = f"c{len(self._columns) + 1}"
            self._columns[name] = _Column(text, reads, self._level(reads))
        return exp.column(self._named[text])

    def text(self, expression: Expression) -> str:
        return expression.sql(self._dialect)

    def gather(
        self, parts: Iterable[Expression], join: Callable[[Sequence[Expression]], Expression]
    ) -> Expression:
        """All parts joined, those of each stage as soon as they are there."""
        by_level: dict[int, list[Expression]] = {}
        for part in parts:
            by_level.setdefault(self._level(self._read_by(part)), []).append(part)
        found: list[Expression] = []
        for _, group in sorted(by_level.items()):
            found = [self.add(join([*found, *group]))]
        return found[0] if found else join(())

    def statement(
        self, wanted: Sequence[Expression], apart: Expression, wanted_apart: Sequence[Expression]
    ) -> str:
        """SQL whose rows are ``wanted``, ordered by the first of it. Where ``apart`` holds, which
        is never unknown, ``wanted_apart`` is worked out instead."""
        first, again = self._columns_in(wanted), self._columns_in(wanted_apart)
        if isinstance(apart, exp.Boolean):
            chain = _Chain(self._columns, "s", self._source, self._behind(first), first)
            ends = [f"SELECT {self._list(wanted)} {chain.end}"]
            return self._with(chain.stages, ends)
        # Both ways begin in a trunk. What only a few rows need waits until they stand apart.
        is_apart = self._columns_in([apart])
        last = max(self._columns[name].level for name in is_apart)
        for_all, for_few = self._behind(first | is_apart), self._behind(again)
        in_trunk = {name for name in for_all if self._columns[name].level <= last}
        in_trunk |= {name for name in for_few if not self._columns[name].reads}
        left = [for_all - in_trunk, for_few - in_trunk]
        read = {one for names in left for name in names for one in self._columns[name].reads}
        kept = (first | again | is_apart | read) & in_trunk
        trunk = _Chain(self._columns, "s", self._source, in_trunk, kept)
        way = trunk.end
        most = _Chain(self._columns, "m", f"{way} WHERE NOT {self.text(apart)}", left[0], first)
        few = _Chain(self._columns, "f", f"{way} WHERE {self.text(apart)}", left[1], again)
        return self._with(
            [*trunk.stages, *most.stages, *few.stages],
            [
                f"SELECT {self._list(wanted)} {most.end}",
                f"SELECT {self._list(wanted_apart)} {few.end}",
            ],
        )

    def _with(self, stages: Sequence[tuple[str, str]], ends: Sequence[str]) -> str:
        written = ", ".join(f"{name} AS MATERIALIZED ({select})" for name, select in stages)
        return f"WITH {written} {' UNION ALL '.join(ends)} ORDER BY 1"

    def _list(self, wanted: Sequence[Expression]) -> str:
        return ", ".join(self.text(one) for one in wanted)

    def _read_by(self, expression: Expression) -> frozenset[str]:
        return frozenset(self._columns_in([expression]))

    def _columns_in(self, expressions: Iterable[Expression]) -> set[str]:
        found = {column.name for one in expressions for column in one.find_all(exp.Column)}
        return found & self._columns.keys()

    def _level(self, reads: Iterable[str]) -> int:
        return max((self._columns[name].level + 1 for name in reads), default=0)

    def _behind(self, names: Iterable[str]) -> set[str]:
        """The columns with all that they are worked out from."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._columns[name].reads
        return found


class _Chain:
    """Stages that work out ``names`` one after the other and end with ``kept``."""

    def __init__(
        self,
        columns: Mapping[str, _Column],
        prefix: str,
        source: str,
        names: Iterable[str],
        kept: Iterable[str],
    ) -> None:
        self.stages: list[tuple[str, str]] = []
        self.end = source
        levels: dict[str, int] = {}
        for name in sorted(names, key=lambda one: columns[one].level):
            below = [levels[one] for one in columns[name].reads if one in levels]
            levels[name] = max(below, default=-1) + 1
        by_level: dict[int, list[str]] = {}
        for name, level in levels.items():
            by_level.setdefault(level, []).append(name)
        # What is read after each stage, from the last one back.
        wanted, read_later = set(kept), {}
        for level in sorted(by_level, reverse=True):
            read_later[level] = set(wanted)
            wanted -= set(by_level[level])
            wanted |= {one for name in by_level[level] for one in columns[name].reads}
        for level in sorted(by_level):
            new = set(by_level[level])
            carried = sorted(read_later[level] - new, key=lambda name: int(name[1:]))
            written = [f"{columns[name].text} AS {name}" for name in by_level[level]]
            select = f"SELECT {', '.join([*carried, *written])} {self.end}"
            self.stages.append((f"{prefix}{level}", select))
            self.end = f"FROM {prefix}{level}"


class Names:
    """What is known at one point: a name such as ``("value", "age")`` leads to its column."""

    def __init__(self, stages: Stages, live: Mapping[Name, Expression] | None = None) -> None:
        self.stages = stages
        self._live = dict(live or {})

    def put(self, columns: Mapping[Name, Expression]) -> None:
        """A name that was there before gets the new value."""
        self._live |= {name: self.stages.add(expression) for name, expression in columns.items()}

    def column(self, *name: Hashable) -> Expression:
        return self._live[name].copy()

    def has(self, *name: Hashable) -> bool:
        return name in self._live

    def here(self) -> list[Name]:
        return list(self._live)

    def copy(self) -> Names:
        return Names(self.stages, self._live)
