"""How does the database itself keep its full-text index right, on SQLite and on PostgreSQL?"""

from __future__ import annotations

from typing import Any

TABLE = "certification_searchentry"
TEXT = "certification_searchentry_text"
COLUMNS = "title, says, plain"
# Both ask for exactly this expression, so that PostgreSQL can use its index.
POSTGRES_TEXT = "to_tsvector('english', title || ' ' || says || ' ' || plain)"
POSTGRES_TITLE = "to_tsvector('english', title)"

_GONE = (
    f"INSERT INTO {TEXT}({TEXT}, rowid, {COLUMNS}) "  # noqa: S608 - names of tables, as below
    "VALUES ('delete', OLD.id, OLD.title, OLD.says, OLD.plain);"
)
_COME = (
    f"INSERT INTO {TEXT}(rowid, {COLUMNS}) "  # noqa: S608 - names of tables, nobody's words
    "VALUES (NEW.id, NEW.title, NEW.says, NEW.plain);"
)
SQLITE = (
    f"CREATE VIRTUAL TABLE {TEXT} USING fts5({COLUMNS}, content='{TABLE}', content_rowid='id', "
    "tokenize='porter unicode61')",
    f"CREATE TRIGGER {TEXT}_ai AFTER INSERT ON {TABLE} BEGIN {_COME} END",
    f"CREATE TRIGGER {TEXT}_ad AFTER DELETE ON {TABLE} BEGIN {_GONE} END",
    f"CREATE TRIGGER {TEXT}_au AFTER UPDATE ON {TABLE} BEGIN {_GONE} {_COME} END",
)
SQLITE_AWAY = (
    *(f"DROP TRIGGER IF EXISTS {TEXT}_{event}" for event in ("ai", "ad", "au")),
    f"DROP TABLE IF EXISTS {TEXT}",
)
POSTGRES = (f"CREATE INDEX {TEXT} ON {TABLE} USING gin ({POSTGRES_TEXT})",)
POSTGRES_AWAY = (f"DROP INDEX IF EXISTS {TEXT}",)


def install(apps: Any, editor: Any) -> None:
    _run(editor, POSTGRES if editor.connection.vendor == "postgresql" else SQLITE)


def remove(apps: Any, editor: Any) -> None:
    _run(editor, POSTGRES_AWAY if editor.connection.vendor == "postgresql" else SQLITE_AWAY)


def _run(editor: Any, statements: tuple[str, ...]) -> None:
    for statement in statements:
        editor.execute(statement)
