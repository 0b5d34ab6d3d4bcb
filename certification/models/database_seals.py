"""How does the database itself refuse to change what is sealed, on SQLite and on PostgreSQL?

Migrations hand over tables and columns; the triggers are made here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Refusal:
    """One trigger: before ``event`` on ``table``, when ``condition`` holds, say ``sentence``.

    ``elsewhere``: the condition reads another table, which PostgreSQL allows in a body only.
    """

    name: str
    table: str
    event: str
    condition: str
    sentence: str
    elsewhere: bool = False


class Ended(NamedTuple):
    """Rows that are sealed once ``column`` says that they ended, with rows that belong to them.

    ``parts`` leads from a table to its column with the id of the row it belongs to: such rows are
    never changed, and none comes or goes after the end.
    """

    column: str
    states: tuple[str, ...]
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Seals:
    """``sealed``: rows are added, never changed or deleted.

    ``editorial``: these columns of an approved row cannot change while it stays approved, and an
    approved row cannot be deleted. ``permanent``: once approved, also when retired later, these
    columns never change again. ``ended``: see ``Ended``.
    """

    sealed: tuple[str, ...] = ()
    editorial: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    permanent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ended: Mapping[str, Ended] = field(default_factory=dict)

    def refusals(self) -> Iterator[Refusal]:
        for table in self.sealed:
            yield Refusal(
                f"{table}_no_update", table, "UPDATE", "", "sealed records are never changed"
            )
            yield Refusal(
                f"{table}_no_delete", table, "DELETE", "", "sealed records are never deleted"
            )
        for table, columns in self.editorial.items():
            yield Refusal(
                f"{table}_approved", table, "UPDATE",
                f"OLD.status = 'approved' AND NEW.status = 'approved' AND ({_changed(columns)})",
                "approved content is sealed; submit a revision",
            )  # fmt: skip
            yield Refusal(
                f"{table}_approved_delete", table, "DELETE", "OLD.status = 'approved'",
                "approved content is never deleted; retire it",
            )  # fmt: skip
        for table, columns in self.permanent.items():
            yield Refusal(
                f"{table}_approved", table, "UPDATE",
                "OLD.status IN ('approved', 'retired') AND "
                f"(NEW.status NOT IN ('approved', 'retired') OR {_changed(columns)})",
                "an approved version is sealed for good; write a new version",
            )  # fmt: skip
            yield Refusal(
                f"{table}_approved_delete", table, "DELETE",
                "OLD.status IN ('approved', 'retired')",
                "an approved version is never deleted; retire it",
            )  # fmt: skip
        for table, ended in self.ended.items():
            yield from _of_ended(table, ended)

    def install(self, apps: Any, schema_editor: Any) -> None:
        """Makes the triggers. Also called again by a migration that rebuilds a sealed table."""
        make = _make_on_sqlite if _is_sqlite(schema_editor) else _make_on_postgresql
        for refusal in self.refusals():
            for statement in make(refusal):
                schema_editor.execute(statement)

    def remove(self, apps: Any, schema_editor: Any) -> None:
        for refusal in self.refusals():
            if _is_sqlite(schema_editor):
                schema_editor.execute(f'DROP TRIGGER IF EXISTS "seal_{refusal.name}"')
            else:
                schema_editor.execute(
                    f'DROP TRIGGER IF EXISTS "seal_{refusal.name}" ON "{refusal.table}"'
                )
                schema_editor.execute(f'DROP FUNCTION IF EXISTS "seal_{refusal.name}"()')


def _of_ended(table: str, ended: Ended) -> Iterator[Refusal]:
    states = ", ".join(f"'{state}'" for state in ended.states)
    has_ended = f"OLD.{ended.column} IN ({states})"
    for event, says in (("UPDATE", "changed"), ("DELETE", "deleted")):
        sentence = f"what has ended is never {says}"
        yield Refusal(f"{table}_ended_{event.lower()}", table, event, has_ended, sentence)
    for part, column in ended.parts.items():
        yield Refusal(f"{part}_no_update", part, "UPDATE", "", "parts are never changed")
        for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
            whole = f"whole.id = {row}.{column} AND whole.{ended.column} IN ({states})"
            condition = f"EXISTS (SELECT 1 FROM {table} AS whole WHERE {whole})"  # noqa: S608
            sentence = "what has ended keeps its parts as they are"
            name = f"{part}_ended_{event.lower()}"
            yield Refusal(name, part, event, condition, sentence, elsewhere=True)


def _changed(columns: tuple[str, ...]) -> str:
    return " OR ".join(f'OLD."{c}" {{differs}} NEW."{c}"' for c in columns)


def _is_sqlite(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "sqlite")


def _make_on_sqlite(refusal: Refusal) -> list[str]:
    when = f"WHEN {refusal.condition.format(differs='IS NOT')}" if refusal.condition else ""
    return [
        f'CREATE TRIGGER "seal_{refusal.name}" BEFORE {refusal.event} ON "{refusal.table}" '
        f"FOR EACH ROW {when} BEGIN SELECT RAISE(ABORT, '{refusal.sentence}'); END"
    ]


def _make_on_postgresql(refusal: Refusal) -> list[str]:
    condition = refusal.condition.format(differs="IS DISTINCT FROM")
    body = f"RAISE EXCEPTION '{refusal.sentence}' USING ERRCODE = '23514';"
    if refusal.elsewhere:
        row = "OLD" if refusal.event == "DELETE" else "NEW"
        body = f"IF {condition} THEN {body} END IF; RETURN {row};"
    when = f"WHEN ({condition})" if condition and not refusal.elsewhere else ""
    return [
        f'CREATE FUNCTION "seal_{refusal.name}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$$ BEGIN {body} END $$",
        f'CREATE TRIGGER "seal_{refusal.name}" BEFORE {refusal.event} ON "{refusal.table}" '
        f'FOR EACH ROW {when} EXECUTE FUNCTION "seal_{refusal.name}"()',
    ]
