"""How does each database read a value out of stored facts, and a day out of a date?

Everything else is the same in both, and written by sqlglot.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import sqlglot
from sqlglot import exp

from certification.criteria.facts import FactType
from certification.criteria_sql.words import Expression, as_type, call, literal

# The number of the day before 1 January of the year 1, as SQLite counts days.
_BEFORE_DAY_ONE = "1721424.5"
_DAY_ONE = "0001-01-01"

_TYPES = {
    FactType.BOOLEAN: "BOOLEAN",
    FactType.INTEGER: "DECIMAL",
    FactType.DECIMAL: "DECIMAL",
    FactType.DATE: "INT",
}


class Dialect(ABC):
    """``holder`` is a column with a JSON object, ``place`` the name of a value in it."""

    name: str

    @abstractmethod
    def value(self, kind: FactType, holder: Expression, place: str) -> Expression:
        """The value that lies there, or NULL."""

    @abstractmethod
    def each_row(self, rows: Expression) -> exp.Select:
        """A select from the rows: ``r.value`` is a row, ``r.key`` its place."""

    @abstractmethod
    def names_in(self, holder: Expression) -> exp.Select:
        """A select from the names in an object: ``n.key``."""

    @abstractmethod
    def day_number(self, of: Expression) -> Expression:
        """The number of the day of a date column."""

    @abstractmethod
    def part(self, unit: str, day: Expression) -> Expression:
        """YEAR, MONTH or DAY of a numbered day."""


class Sqlite(Dialect):
    name = "sqlite"

    def value(self, kind: FactType, holder: Expression, place: str) -> Expression:
        return call("JSON_EXTRACT", holder, literal(f'$."{place}"'))

    def each_row(self, rows: Expression) -> exp.Select:
        return _select_from(self.name, "JSON_EACH(x) AS r", rows)

    def names_in(self, holder: Expression) -> exp.Select:
        return _select_from(self.name, "JSON_EACH(x) AS n", holder)

    def day_number(self, of: Expression) -> Expression:
        julian = exp.Sub(this=call("JULIANDAY", of), expression=literal_number(_BEFORE_DAY_ONE))
        return as_type(julian, "INT")

    def part(self, unit: str, day: Expression) -> Expression:
        format_of = {"YEAR": "%Y", "MONTH": "%m", "DAY": "%d"}[unit]
        julian = exp.Add(this=day, expression=literal_number(_BEFORE_DAY_ONE))
        return as_type(call("STRFTIME", literal(format_of), julian), "INT")


class Postgresql(Dialect):
    name = "postgres"

    def value(self, kind: FactType, holder: Expression, place: str) -> Expression:
        if kind is FactType.ROWS:
            return call("JSONB_EXTRACT_PATH", holder, literal(place))
        text = call("JSONB_EXTRACT_PATH_TEXT", holder, literal(place))
        return as_type(text, _TYPES[kind]) if kind in _TYPES else text

    def each_row(self, rows: Expression) -> exp.Select:
        source = "JSONB_ARRAY_ELEMENTS(x) WITH ORDINALITY AS r(value, key)"
        return _select_from(self.name, source, rows)

    def names_in(self, holder: Expression) -> exp.Select:
        return _select_from(self.name, "JSONB_OBJECT_KEYS(x) AS n(key)", holder)

    def day_number(self, of: Expression) -> Expression:
        since = exp.Sub(this=of, expression=_day_one())
        return exp.Add(this=since, expression=literal(1))

    def part(self, unit: str, day: Expression) -> Expression:
        later = exp.paren(exp.Sub(this=day, expression=literal(1)))
        on = exp.paren(exp.Add(this=_day_one(), expression=later))
        return as_type(exp.Extract(this=exp.var(unit), expression=on), "INT")


def dialect(vendor: str) -> Dialect:
    """For Django's name of a database."""
    return Postgresql() if vendor == "postgresql" else Sqlite()


def literal_number(text: str) -> Expression:
    return exp.Literal.number(text)


def _day_one() -> Expression:
    return exp.cast(exp.Literal.string(_DAY_ONE), "DATE")


def _select_from(name: str, source: str, of: Expression) -> exp.Select:
    """A select from a table function of ``x``, with an expression in the place of ``x``."""
    found = sqlglot.parse_one(f"SELECT 1 FROM {source}", read=name)  # noqa: S608 - fixed texts of this module

    def put(node: exp.Expr) -> exp.Expr:
        is_place = isinstance(node, exp.Column) and node.name == "x"
        return of.copy() if is_place else node

    found = found.transform(put)
    if not isinstance(found, exp.Select):
        raise TypeError(f"{source} is not a source of rows")
    return found
