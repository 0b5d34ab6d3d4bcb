"""Which statements and criteria does a question find, best first?

The full-text search of the database says where each word stands: SQLite's FTS5, PostgreSQL's
tsvector, both with the stems of words. The order is made here, so that it is the same on both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from certification.asked_words import (
    Found,
    Name,
    Question,
    Synonyms,
    rank,
    read_question,
    words_held,
)
from certification.models import CriteriaVersion, SearchEntry, Therapy
from certification.models.database_search import POSTGRES_TEXT, POSTGRES_TITLE, TABLE, TEXT
from certification.terms import Terms
from certification.workflow import ContentStatus

# Part of the question: the phrase, or a word by its number; in the title, or anywhere.
PHRASE = -1
_SQLITE_ONE = f"SELECT %s, %s, rowid FROM {TEXT} WHERE {TEXT} MATCH %s"  # noqa: S608 - no one's words


@dataclass(frozen=True, slots=True)
class Answers:
    """``waiting``: what nobody has approved; it is no answer. A version that is approved and not in
    force is neither."""

    approved: list[SearchEntry]
    waiting: list[SearchEntry]


def synonyms(terms: Terms) -> Synonyms:
    """Brands and names of drugs, and what the words of the glossary are called. One query."""
    found = Synonyms()
    for generic, brands in Therapy.objects.values_list("generic", "brands"):
        found.add([generic, *brands.split(",")])
    for term in terms.terms:
        found.add(term.names)
    return found


def ask(text: str, known: Synonyms, on: date) -> tuple[Question, Answers]:
    """The question as it was understood, and what answers it on a day. Three queries at most."""
    question = read_question(text, known)
    if not question.words:
        return question, Answers([], [])
    found = _found(question)
    entries = (
        SearchEntry.objects.filter(pk__in=found)
        .exclude(says="")
        .select_related("statement", "version")
        .defer("version__document")
    )
    best_first = sorted(
        entries,
        key=lambda e: (rank(found[e.pk], question), -words_held(e.says, question), e.pk),
    )
    in_force = set(_in_force(on))
    answers = Answers([], [])
    for entry in best_first:
        status = _status(entry, in_force)
        if status == ContentStatus.APPROVED:
            answers.approved.append(entry)
        elif status != ContentStatus.RETIRED:
            answers.waiting.append(entry)
    return question, answers


def _in_force(on: date) -> Iterator[int]:
    seen: set[str] = set()
    for pk, key in CriteriaVersion.objects.in_force(on).values_list("pk", "set_key"):
        if key not in seen:
            yield pk
        seen.add(key)


def _status(entry: SearchEntry, in_force: set[int]) -> str:
    if entry.statement is not None:
        return entry.statement.status
    version: Any = entry.version
    if version.status == ContentStatus.APPROVED and version.pk not in in_force:
        return ContentStatus.RETIRED
    return str(version.status)


def _found(question: Question) -> dict[int, Found]:
    """Where each entry holds what of the question. One query."""
    parts: list[tuple[int, Sequence[Name]]] = [(PHRASE, [question.phrase])]
    parts += list(enumerate(question.words))
    one = _on_postgres if connection.vendor == "postgresql" else _on_sqlite
    asked = [one(part, names, title) for part, names in parts for title in (True, False)]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(sql for sql, _ in asked), [v for _, given in asked for v in given]
        )
        rows = cursor.fetchall()
    held: dict[int, dict[bool, set[int]]] = {}
    for part, title, pk in rows:
        held.setdefault(pk, {True: set(), False: set()})[bool(title)].add(part)
    return {pk: _as_found(parts[True], parts[False]) for pk, parts in held.items()}


def _as_found(title: set[int], anywhere: set[int]) -> Found:
    return Found(
        PHRASE in title, PHRASE in anywhere, frozenset(title - {PHRASE}),
        frozenset(anywhere - {PHRASE}),
    )  # fmt: skip


def _on_sqlite(part: int, names: Sequence[Name], title: bool) -> tuple[str, list[Any]]:
    """Names hold letters and digits only, and stand in quotes: no operator can come from them."""
    wanted = " OR ".join('"{}"'.format(" ".join(name)) for name in names)
    return _SQLITE_ONE, [part, int(title), f"title : ({wanted})" if title else wanted]


def _on_postgres(part: int, names: Sequence[Name], title: bool) -> tuple[str, list[Any]]:
    wanted = " || ".join("phraseto_tsquery('english', %s)" for _ in names)
    text = POSTGRES_TITLE if title else POSTGRES_TEXT
    sql = f"SELECT %s, %s, id FROM {TABLE} WHERE {text} @@ ({wanted})"  # noqa: S608 - no one's words
    return sql, [part, int(title), *(" ".join(name) for name in names)]
