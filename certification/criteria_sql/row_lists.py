"""What does a list of rows come to, such as the earlier therapies of a person?

The same as in ``criteria.derived``: rows that pass every condition are kept; a row of which that is
not known leaves the whole fact open.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from certification.criteria.facts import Derivation, FactDefinition, RowField, RowFilter
from certification.criteria_sql.dialects import Dialect
from certification.criteria_sql.stored import place_of
from certification.criteria_sql.truths import without
from certification.criteria_sql.words import (
    Expression,
    all_of,
    among,
    case,
    compare,
    first_given,
    is_given,
    is_null,
    literal,
)


def from_rows(
    derivation: Derivation, definition: FactDefinition, rows: Expression, dialect: Dialect
) -> Expression:
    """The fact that a derivation makes of the rows, or NULL."""
    fields = {field.key: field for field in definition.fields}
    passes = all_of([_passes(fields, one, dialect) for one in derivation.where])
    cell = _cell(fields, derivation.field, dialect) if derivation.field else literal(1)
    clear = without(cell.copy(), _unclear(fields.get(derivation.field)))
    kept, open_rows = _count(passes), _count(is_null(passes.copy()))
    vague = _count(all_of([passes.copy(), is_null(clear)]))
    kept_cell = case([(passes.copy(), clear.copy())])
    otherwise = literal(derivation.otherwise)
    settled: list[tuple[Expression, Expression]] = [
        (compare(exp.GT, open_rows, literal(0)), exp.null())
    ]
    match derivation.kind:
        case "count_rows" if not derivation.field:
            answer: Expression = kept
        case "count_rows":
            settled.append((compare(exp.GT, vague, literal(0)), exp.null()))
            answer = exp.Count(this=exp.Distinct(expressions=[kept_cell]))
        case "max_of_rows":
            settled.append((compare(exp.GT, vague, literal(0)), exp.null()))
            settled.append((compare(exp.EQ, kept, literal(0)), otherwise))
            answer = exp.Max(this=kept_cell)
        case _:
            settled.append((compare(exp.EQ, kept, literal(0)), otherwise))
            answer = _last(rows, passes, cell, dialect)
    found = dialect.each_row(rows.copy()).select(case(settled, answer), append=False)
    return case([(is_given(rows.copy()), exp.Subquery(this=found))])


def _last(rows: Expression, passes: Expression, cell: Expression, dialect: Dialect) -> Expression:
    last = dialect.each_row(rows.copy()).select(cell.copy(), append=False)
    place = exp.Ordered(this=exp.column("key", table="r"), desc=True)
    return exp.Subquery(this=last.where(passes.copy()).order_by(place).limit(1))


def _count(condition: Expression) -> Expression:
    return first_given(exp.Sum(this=case([(condition, literal(1))], literal(0))), literal(0))


def _passes(fields: dict[str, RowField], one: RowFilter, dialect: Dialect) -> Expression:
    value = _cell(fields, one.field, dialect)
    if one.op == "gte":
        return compare(exp.GTE, value, literal(one.value))
    named: tuple[Any, ...] = tuple(one.value) if one.op == "in" else (one.value,)
    unclear = [v for v in _unclear(fields.get(one.field)) if v not in named]
    return among(without(value, unclear), named)


def _unclear(field: RowField | None) -> list[str]:
    return [choice.value for choice in field.choices if choice.unknown] if field else []


def _cell(fields: dict[str, RowField], key: str, dialect: Dialect) -> Expression:
    field = fields.get(key)
    if field is None:
        return exp.null()
    return dialect.value(field.type, exp.column("value", table="r"), place_of(field))
