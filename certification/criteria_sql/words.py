"""Which words of SQL is everything built from?

Small functions over sqlglot's syntax tree. They take what they are given into the tree, so that an
expression that is wanted twice is copied by whoever wants it. Truth is SQL's own: TRUE, FALSE and
NULL for unknown. What can be long stands only once in what is built from it, so that a deep tree
does not double with every level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlglot import exp

Expression = exp.Expr


def literal(value: Any) -> Expression:
    """A value of a fact. A date is the number of its day."""
    match value:
        case None:
            return exp.null()
        case bool():
            return exp.true() if value else exp.false()
        case int() | Decimal():
            return exp.Literal.number(str(value))
        case date():
            return exp.Literal.number(str(value.toordinal()))
    return exp.Literal.string(str(value))


def call(name: str, *arguments: Expression) -> Expression:
    return exp.Anonymous(this=name, expressions=list(arguments))


def case(whens: Iterable[tuple[Expression, Expression]], otherwise: Any = None) -> Expression:
    """The first condition that is true decides."""
    found = exp.Case(ifs=[exp.If(this=when, true=then) for when, then in whens])
    if otherwise is not None:
        found.set("default", otherwise)
    return found


def choose(
    of: Expression, whens: Iterable[tuple[Expression, Expression]], otherwise: Any = None
) -> Expression:
    """The same by the value of one expression, which is looked at once."""
    found = case(whens, otherwise)
    found.set("this", _wrapped(of))
    return found


def all_of(parts: Sequence[Expression]) -> Expression:
    return exp.and_(*parts, copy=False) if parts else exp.true()


def any_of(parts: Sequence[Expression]) -> Expression:
    return exp.or_(*parts, copy=False) if parts else exp.false()


def opposite(of: Expression) -> Expression:
    return exp.Not(this=_wrapped(of))


def is_null(of: Expression) -> Expression:
    return exp.Is(this=_wrapped(of), expression=exp.null())


def is_given(of: Expression) -> Expression:
    return opposite(is_null(of))


def is_true(of: Expression) -> Expression:
    """Never unknown."""
    return exp.Is(this=_wrapped(of), expression=exp.true())


def is_false(of: Expression) -> Expression:
    return exp.Is(this=_wrapped(of), expression=exp.false())


def among(of: Expression, values: Iterable[Any]) -> Expression:
    return exp.In(this=_wrapped(of), expressions=[literal(value) for value in values])


def compare(kind: type[exp.Binary], left: Expression, right: Expression) -> Expression:
    return kind(this=_wrapped(left), expression=_wrapped(right))


def first_given(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else exp.Coalesce(this=parts[0], expressions=[*parts[1:]])


def as_type(of: Expression, kind: str) -> Expression:
    return exp.cast(of, kind, copy=False)


def at_least(n: int, parts: Sequence[Expression]) -> Expression:
    """Met when ``n`` parts are met, not met when ``n`` can no longer be reached, else unknown.

    Each part counts 1 when met and ``many`` when unknown; the sum tells how many of each there are.
    """
    many = len(parts) + 1
    values = [
        choose(part, [(exp.true(), literal(1)), (exp.false(), literal(0))], literal(many))
        for part in parts
    ]
    total: Expression = values[0] if values else literal(0)
    for value in values[1:]:
        total = exp.Add(this=total, expression=value)
    settled = []
    for met in range(len(parts) + 1):
        for unknown in range(len(parts) + 1 - met):
            if met >= n:
                settled.append((literal(met + unknown * many), exp.true()))
            elif met + unknown < n:
                settled.append((literal(met + unknown * many), exp.false()))
    return choose(total, settled) if settled else exp.null()


def _wrapped(of: Expression) -> Expression:
    simple = exp.Column | exp.Literal | exp.Boolean | exp.Null | exp.Anonymous | exp.Paren
    return of if isinstance(of, simple) else exp.paren(of, copy=False)
