"""Which rows stand on this page of a long list, and how does one get to the next?

Keyset paging: a page begins after (or before) a row, named by its id. Nothing is counted and
nothing is skipped over, so the last page costs what the first costs. The address carries an id
only, never the values by which the list is sorted: these can be names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of the order. Empty values of a ``nullable`` column come last."""

    field: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """``after`` and ``before`` are the ids that the neighbouring pages begin with, if any."""

    rows: list[Row]
    after: str
    before: str


def page_of(
    queryset: QuerySet[Row],
    order: tuple[SortKey, ...],
    *,
    size: int,
    after: str = "",
    before: str = "",
    parts: Sequence[Q] = (),
) -> Page[Row]:
    """One page of ``queryset`` in ``order``, whose last column must be unique.

    An id that is not in the list (any more) gives the first page: a stale link is no error.

    ``parts`` cut the list into pieces that an index holds in order, such as one site each: no
    database merges these by itself, it sorts everything. The first rows of each piece are looked
    up, then the page among them. In a piece a nullable column is empty in all rows or in none.
    """
    anchor = _row(queryset, after or before)
    backwards = bool(before) and anchor is not None
    if anchor is not None:
        queryset = queryset.filter(_beyond(order, anchor, backwards=backwards))
    if len(parts) > 1:
        queryset = queryset.filter(pk__in=_first_of_each(queryset, order, parts, size, backwards))
    elif parts:
        queryset = queryset.filter(parts[0])
    found = list(queryset.order_by(*_columns(order, backwards=backwards))[: size + 1])
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    has_older = more or backwards
    has_newer = (anchor is not None and not backwards) or (backwards and more)
    return Page(
        rows,
        after=str(rows[-1].pk) if has_older else "",
        before=str(rows[0].pk) if has_newer else "",
    )


def _first_of_each(
    queryset: QuerySet[Row],
    order: tuple[SortKey, ...],
    parts: Sequence[Q],
    size: int,
    backwards: bool,
) -> list[Any]:
    plain = [f"{'-' if key.descending is not backwards else ''}{key.field}" for key in order]
    ids: list[Any] = []
    for part in parts:
        piece = queryset.filter(part).select_related(None).order_by(*plain)
        ids += piece.values_list("pk", flat=True)[: size + 1]
    return ids


def _row(queryset: QuerySet[Row], pk: str) -> Row | None:
    if not pk:
        return None
    try:
        return queryset.filter(pk=pk).first()
    except (ValidationError, ValueError):
        return None


def _columns(order: tuple[SortKey, ...], *, backwards: bool) -> list[Any]:
    columns = []
    for key in order:
        descending = key.descending is not backwards
        empty: dict[str, bool] = {}
        if key.nullable:
            empty = {"nulls_first" if backwards else "nulls_last": True}
        columns.append(F(key.field).desc(**empty) if descending else F(key.field).asc(**empty))
    return columns


def _beyond(order: tuple[SortKey, ...], anchor: Model, *, backwards: bool) -> Q:
    """Rows on the far side of ``anchor``: (a > x) or (a = x and b > y) or ...

    The bound on the first column says nothing new, but an index can begin its walk there.
    """
    beyond, same = Q(pk__in=[]), Q()
    for key in order:
        value = _value(anchor, key.field)
        beyond |= same & _past(key, value, backwards=backwards)
        same &= Q(**{f"{key.field}__isnull": True}) if value is None else Q(**{key.field: value})
    first = order[0]
    if first.nullable:
        return beyond
    bound = "lte" if first.descending is not backwards else "gte"
    return Q(**{f"{first.field}__{bound}": _value(anchor, first.field)}) & beyond


def _past(key: SortKey, value: Any, *, backwards: bool) -> Q:
    if value is None:
        return Q(**{f"{key.field}__isnull": False}) if backwards else Q(pk__in=[])
    comparison = "lt" if key.descending is not backwards else "gt"
    past = Q(**{f"{key.field}__{comparison}": value})
    if key.nullable and not backwards:
        past |= Q(**{f"{key.field}__isnull": True})
    return past


def _value(row: Model, field: str) -> Any:
    for name in field.split("__"):
        row = getattr(row, name)
    return row
