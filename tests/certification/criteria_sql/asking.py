"""Stored facts of invented people in a table, and what the database says of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from django.db import connection
from sqlglot import exp

from certification.criteria.facts import FactSet
from certification.criteria_sql.dialects import dialect
from certification.criteria_sql.statement import Side, marked, recommendations
from certification.criteria_sql.stored import Stored, store

COLUMNS = ("id", "as_of", "answers", "seen", "asked")


def ask(
    sides: Sequence[Side], people: Sequence[FactSet | Stored], as_of: date | Sequence[date]
) -> list[tuple[str, ...]]:
    """Recommendation and marks of each side, for each person.

    The statement that tells no marks is held to the one that does.
    """
    days = [as_of] * len(people) if isinstance(as_of, date) else as_of
    source = exp.select(*COLUMNS).from_("people")
    reader = dialect(connection.vendor)
    kind = "jsonb" if connection.vendor == "postgresql" else "text"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS people")
        holders = ", ".join(f"{name} {kind}" for name in COLUMNS[2:])
        cursor.execute(f"CREATE TEMPORARY TABLE people (id integer, as_of date, {holders})")
        for number, (person, day) in enumerate(zip(people, days, strict=True)):
            stored = person if isinstance(person, Stored) else store(person)
            cursor.execute(
                "INSERT INTO people VALUES (%s, %s, %s, %s, %s)",
                [number, day.isoformat(), *(json.dumps(part) for part in stored)],
            )
        cursor.execute(marked(sides, reader, source))
        found = [tuple(row[1:]) for row in cursor.fetchall()]
        cursor.execute(recommendations(sides, reader, source))
        assert [tuple(row[1:]) for row in cursor.fetchall()] == [row[::2] for row in found]
    return found
