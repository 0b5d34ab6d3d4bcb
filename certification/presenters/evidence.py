"""What does the evidence page say, and how much of the content is still unreviewed?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Min
from django.utils.safestring import SafeString

from certification.models import Reference, Statement, User
from certification.presenters.citations import Cite, Source, source_line
from certification.presenters.glossary import Explained
from certification.presenters.wording import listed
from certification.readers import told

KIND_ORDER = [kind.value for kind in Reference.Kind]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """``says`` comes first for the reader who was chosen, ``folded`` is the other way to say it."""

    key: str
    says: SafeString
    folded: SafeString
    folded_title: str
    note: str
    seed: str
    status: str
    status_word: str
    verified: str
    cites: tuple[Cite, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Topic:
    title: str
    anchor: str
    statements: tuple[StatementLine, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class SourceGroup:
    title: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class EvidencePage:
    topics: list[Topic]
    groups: list[SourceGroup]
    content: dict[str, Any]


def evidence_page(reader: str, today: date) -> EvidencePage:
    """A handful of queries. ``reader``: shows only what is written for that kind of reader."""
    statements = Statement.objects.exclude(status="retired").prefetch_related(
        "citations__reference"
    )
    wanted = [s for s in statements if not reader or not s.audience or reader in s.audience]
    chosen = sorted(wanted, key=_reading_order)
    references = list(Reference.objects.exclude(status="retired"))
    numbers = _numbers(chosen, references)
    return EvidencePage(
        topics=_topics(chosen, numbers, reader),
        groups=_groups(references, numbers),
        content=statements_state(today),
    )


def _numbers(statements: list[Statement], references: list[Reference]) -> dict[str, int]:
    """The founding article's sources keep its numbers; the others follow in order of appearance."""
    seeds = {r.seed_number: r.key for r in references if r.seed_number}
    keys = dict.fromkeys(seeds[number] for number in sorted(seeds))
    for statement in statements:
        for citation in statement.citations.all():
            keys.setdefault(citation.reference.key)
    for reference in references:
        keys.setdefault(reference.key)
    return {key: number for number, key in enumerate(keys, start=1)}


def _topics(statements: list[Statement], numbers: Mapping[str, int], reader: str) -> list[Topic]:
    explained = Explained()
    topics: dict[str, list[StatementLine]] = {}
    for statement in statements:
        cites = tuple(
            Cite(numbers[c.reference.key], f"{c.reference}, {c.at}" if c.at else str(c.reference))
            for c in statement.citations.all()
        )
        words = told(statement.says, statement.plain, reader)
        line = StatementLine(
            statement.key,
            explained.marked(words.first),
            explained.marked(words.folded),
            words.folded_title,
            statement.note,
            statement.seed,
            statement.status,
            statement.status_title,
            statement.verified if statement.is_unverified else "",
            cites,
            statement.is_difference,
        )
        topics.setdefault(statement.topic or "Other statements", []).append(line)
    return [
        Topic(title, f"topic-{number}", tuple(lines), lines[0].differs)
        for number, (title, lines) in enumerate(topics.items(), start=1)
    ]


def _reading_order(statement: Statement) -> tuple[bool, str, str]:
    """What the founding article says first, in its own order."""
    order = {"T": "1", "I": "2", "M": "3", "P": "4", "J": "5"}
    letter = statement.seed[:1]
    return (not statement.seed, order.get(letter, "") + statement.seed, statement.key)


def _groups(references: list[Reference], numbers: Mapping[str, int]) -> list[SourceGroup]:
    by_kind: dict[str, list[Reference]] = {}
    for reference in references:
        by_kind.setdefault(reference.kind, []).append(reference)
    kinds = sorted(by_kind, key=KIND_ORDER.index)
    return [
        SourceGroup(
            str(Reference.Kind(kind).label),
            tuple(
                source_line(numbers[row.key], row, row.key)
                for row in sorted(by_kind[kind], key=lambda row: numbers[row.key])
            ),
        )
        for kind in kinds
    ]


def statements_state(today: date) -> dict[str, Any]:
    """How far the statements have been reviewed, taken together."""
    waiting = Statement.objects.awaiting_review().exists()
    dates = Statement.objects.exclude(status="retired").aggregate(
        updated=Max("updated_at"), review=Min("next_review_on")
    )
    approvers = User.objects.filter(
        pk__in=Statement.objects.approved().values("approved_by").distinct()
    )
    names = [(user.signing_name, user.is_demo) for user in approvers]
    status = "submitted" if waiting else "approved"
    return {
        "status": status,
        "word": "Submitted" if waiting else "Approved",
        "updated_on": dates["updated"],
        "next_review_on": dates["review"],
        "review_overdue": bool(dates["review"] and dates["review"] < today),
        "approved_by": listed([name for name, _ in names]),
        "demo_approval": any(is_demo for _, is_demo in names),
    }
