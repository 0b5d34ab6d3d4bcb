"""How is a question that every page asks put to the database without writing its SQL again?

Django writes the SQL of a queryset anew each time, which costs several times what the database
takes to answer it. Here it is written once for a process and asked again with other values. Only
the SQL is kept, never a row: every answer is read from the database, and becomes the same objects,
by Django's own reading of rows, that the queryset would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class _Slot(Value):
    """Stands in the SQL for a value that is given later."""

    def __init__(self, name: str, place: int | None, field: Field[Any, Any]) -> None:
        super().__init__((name, place), output_field=field)
        self.name, self.place = name, place

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def filled(self, given: dict[str, Any], connection: Any) -> Any:
        value = given[self.name] if self.place is None else given[self.name][self.place]
        return self.output_field.get_db_prep_value(value, connection)


class _Kept(NamedTuple):
    """``converters``: how each column is read, which Django would look up anew as well."""

    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]
    converters: dict[int, Any]

    def filled(self, given: dict[str, Any]) -> SQLCompiler:
        """The compiler, ready to be asked. A copy: a connection may be shared by threads."""
        compiler = copy(self.compiler)
        parameters = tuple(
            value.filled(given, compiler.connection) if isinstance(value, _Slot) else value
            for value in self.parameters
        )
        compiler.as_sql = lambda *_, **__: (self.sql, parameters)  # type: ignore[method-assign]
        compiler.get_converters = lambda _: self.converters  # type: ignore[assignment,method-assign]
        return compiler


class _Asked:
    """What Django's reading of rows wants to know of a queryset."""

    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> None:
        self.model, self.db, self.query = queryset.model, DEFAULT_DB_ALIAS, self
        self.get_compiler = lambda using: compiler


class Prepared(Generic[Row]):
    """``make`` builds the queryset from one argument for each of ``fields``, which say how its
    value is written for the database. A list is given as a list; its SQL is kept by its length."""

    def __init__(
        self, make: Callable[..., QuerySet[Any, Row]], **fields: Field[Any, Any] | Any
    ) -> None:
        self.make = make
        self.fields = fields
        self._kept: WeakKeyDictionary[
            Any, dict[tuple[int | None, ...], tuple[QuerySet[Any, Row], _Kept | None]]
        ] = WeakKeyDictionary()

    def rows(self, **given: Any) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        kept_here = self._kept.setdefault(connection, {})
        shape = tuple([_length(given[name]) for name in self.fields])
        if shape not in kept_here:
            kept_here[shape] = self._prepare(dict(zip(self.fields, shape, strict=True)))
        queryset, kept = kept_here[shape]
        if kept is None:
            return []
        asked: Any = _Asked(queryset, kept.filled(given))
        read: Any = queryset._iterable_class
        return list(read(asked))

    def first(self, **given: Any) -> Row | None:
        return next(iter(self.rows(**given)), None)

    def _prepare(self, lengths: dict[str, int | None]) -> tuple[QuerySet[Any, Row], _Kept | None]:
        slots = {
            name: _Slot(name, None, self.fields[name])
            if length is None
            else [_Slot(name, place, self.fields[name]) for place in range(length)]
            for name, length in lengths.items()
        }
        queryset = self.make(**slots)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return queryset, None
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        return queryset, _Kept(compiler, sql, tuple(parameters), compiler.get_converters(columns))


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, list | tuple) else None


def is_held(instance: Model, name: str) -> bool:
    """Whether an instance has the rows of a relation at hand."""
    return name in vars(instance).get("_prefetched_objects_cache", ())


def hold(instance: Model, name: str, rows: Iterable[Model]) -> None:
    """Gives an instance the rows of a relation, as ``prefetch_related`` does."""
    relation: Any = instance._meta.get_field(name)
    queryset = relation.related_model._default_manager.get_queryset()
    queryset._result_cache = list(rows)
    queryset._prefetch_done = True
    for row in queryset._result_cache:
        relation.field.set_cached_value(row, instance)
    vars(instance).setdefault("_prefetched_objects_cache", {})[name] = queryset
