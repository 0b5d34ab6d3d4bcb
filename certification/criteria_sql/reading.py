"""Which stored values count as answers to a question?

Those that fit it: the type, the choices offered, the limits and the step. A value that does not fit
counts as not given, with its date; see ``stored.read``, which says the same in Python.
"""

from __future__ import annotations

from sqlglot import exp

from certification.criteria.facts import FactDefinition, FactType, RowField
from certification.criteria_sql.dialects import Dialect
from certification.criteria_sql.stored import place_of
from certification.criteria_sql.words import (
    Expression,
    all_of,
    among,
    any_of,
    as_type,
    call,
    compare,
    is_false,
    is_null,
    literal,
    opposite,
)

_CLOSE = "0.000000001"


def fits(
    definition: FactDefinition | RowField, value: Expression, dialect: Dialect
) -> Expression | None:
    """Whether a value of the right type keeps to the limits; None when there are none."""
    wanted: list[Expression] = []
    match definition.type:
        case FactType.CHOICE:
            wanted.append(among(value.copy(), [choice.value for choice in definition.choices]))
        case FactType.ROWS if isinstance(definition, FactDefinition):
            wanted.append(_rows_fit(definition, value, dialect))
        case FactType.INTEGER:
            wanted.append(compare(exp.EQ, value.copy(), as_type(value.copy(), "BIGINT")))
    if definition.type in (FactType.INTEGER, FactType.DECIMAL, FactType.DATE):
        if definition.minimum is not None:
            wanted.append(compare(exp.GTE, value.copy(), literal(definition.minimum)))
        if definition.maximum is not None:
            wanted.append(compare(exp.LTE, value.copy(), literal(definition.maximum)))
    step = getattr(definition, "step", None)
    if step is not None and definition.type is FactType.DECIMAL:
        steps = exp.Div(this=value.copy(), expression=exp.Literal.number(str(step)))
        off = exp.Sub(this=exp.paren(steps), expression=call("ROUND", exp.paren(steps.copy())))
        wanted.append(compare(exp.LT, call("ABS", off), exp.Literal.number(_CLOSE)))
    return all_of(wanted) if wanted else None


def _rows_fit(definition: FactDefinition, rows: Expression, dialect: Dialect) -> Expression:
    """No row has a cell that does not fit, lacks one that is required, or has one too many."""
    row = exp.column("value", table="r")
    wrong: list[Expression] = []
    names = [place_of(field) for field in definition.fields]
    for field, name in zip(definition.fields, names, strict=True):
        value = dialect.value(field.type, row.copy(), name)
        good_cell = fits(field, value, dialect)
        if good_cell is not None:
            wrong.append(is_false(good_cell))
        if field.required:
            wrong.append(is_null(value))
    strange = dialect.names_in(row.copy())
    if names:
        key = exp.column("key", table="n")
        strange = strange.where(opposite(among(key, names)))
    wrong.append(exp.Exists(this=strange))
    bad_rows = dialect.each_row(rows.copy()).where(any_of(wrong))
    return all_of([opposite(is_null(rows.copy())), opposite(exp.Exists(this=bad_rows))])
