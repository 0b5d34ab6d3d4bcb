"""How are the answers of the evidence laid out: sentences of the content, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from certification.asked_words import Question, Synonyms, marked_pieces
from certification.bibliography import in_order, snapshot, vancouver
from certification.evidence_search import ask, synonyms
from certification.models import UNVERIFIED, Citation, SearchEntry, Statement
from certification.presenters.article import ANCHORS, Kind
from certification.presenters.citations import Cite, Source, source_line
from certification.presenters.evidence import statements_state
from certification.presenters.glossary import terms
from certification.readers import told

MOST_ANSWERS = 20
MOST_SUBJECTS = 6
MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Where:
    """One place where the sentence stands."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Answer:
    kind: str
    says: SafeString
    folded: SafeString
    folded_title: str
    status: str
    status_word: str
    verified: str
    cites: tuple[Cite, ...]
    where: tuple[Where, ...]
    more_where: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class AskedPage:
    """``asked``: whether something was looked for; ``understood`` what it was taken for, where a
    name stands for others. ``waiting`` is for editors; ``waits`` says to all how much there is."""

    content: dict[str, Any]
    text: str
    asked: bool
    understood: tuple[str, ...]
    answers: tuple[Answer, ...]
    count: int
    references: list[Source]
    waits: int
    waiting: tuple[Answer, ...]
    subjects: tuple[str, ...]


def asked_page(text: str, today: date, *, reader: str, edits: bool) -> AskedPage:
    known = synonyms(terms())
    question, found = ask(text, known, today) if text else (Question((), ()), None)
    answers = _same_together(found.approved) if found else []
    waiting = _same_together(found.waiting) if found else []
    shown = answers[:MOST_ANSWERS]
    also = waiting[:MOST_ANSWERS] if edits else []
    citations = _citations(entry for same in (*shown, *also) for entry in same[:1])
    numbers = in_order(c.reference.key for cited in citations.values() for c in cited)
    laid_out = [_answer(same, question, citations[same[0].pk], numbers, reader)
                for same in (*shown, *also)]  # fmt: skip
    rows = {c.reference.key: c.reference for cited in citations.values() for c in cited}
    return AskedPage(
        content=statements_state(today),
        text=text,
        asked=bool(question.words),
        understood=tuple(_understood(question, known)),
        answers=tuple(laid_out[: len(shown)]),
        count=len(answers),
        references=[_source(numbers[key], rows[key]) for key in numbers],
        waits=len(waiting),
        waiting=tuple(laid_out[len(shown) :]),
        subjects=() if question.words else tuple(_subjects()),
    )


def _subjects() -> Iterable[str]:
    """What can be asked about, for whoever does not know how to begin."""
    approved = Statement.objects.approved().exclude(topic="").order_by("topic")
    return approved.values_list("topic", flat=True).distinct()[:MOST_SUBJECTS]


def _understood(question: Question, known: Synonyms) -> Iterable[str]:
    for names in question.words:
        if len(names) > 1:
            yield " or ".join(known.spelled[name] for name in names[:MOST_NAMES])


def _same_together(entries: Iterable[SearchEntry]) -> list[list[SearchEntry]]:
    """The same sentence in several sets of criteria is one answer, where it stands best."""
    together: dict[tuple[str, str], list[SearchEntry]] = {}
    for entry in entries:
        together.setdefault((entry.kind, entry.says), []).append(entry)
    return list(together.values())


def _citations(entries: Iterable[SearchEntry]) -> dict[int, list[Citation]]:
    """The citations of each entry, in its own order. One query."""
    wanted = list(entries)
    by_place: dict[tuple[int | None, int | None, str], list[Citation]] = {}
    rows = Citation.objects.filter(
        statement__in=[entry.statement_id for entry in wanted if entry.statement_id]
    ) | Citation.objects.filter(
        criteria_version__in=[entry.version_id for entry in wanted if entry.version_id]
    )
    for row in rows.select_related("reference"):
        key = (row.statement_id, row.criteria_version_id, row.place)
        by_place.setdefault(key, []).append(row)
    return {
        entry.pk: by_place.get((entry.statement_id, entry.version_id, entry.cited_at), [])
        for entry in wanted
    }


def _answer(
    same: list[SearchEntry],
    question: Question,
    citations: Iterable[Citation],
    numbers: dict[str, int],
    reader: str,
) -> Answer:
    entry = same[0]
    content: Any = entry.statement or entry.version
    words = told(entry.says, entry.plain, reader)
    where = [_where(one) for one in same]
    return Answer(
        kind=entry.get_kind_display(),
        says=_highlighted(words.first, question),
        folded=_highlighted(words.folded, question),
        folded_title=words.folded_title,
        status=content.status,
        status_word=content.status_title,
        verified=entry.verified if entry.verified in UNVERIFIED else "",
        cites=tuple(
            {
                numbers[c.reference.key]: Cite(numbers[c.reference.key], c.at) for c in citations
            }.values()
        ),
        where=tuple(where[:3]),
        more_where=tuple(where[3:]),
    )


def _where(entry: SearchEntry) -> Where:
    if entry.statement is not None:
        return Where(entry.statement.get_absolute_url(), entry.title or "Evidence")
    version: Any = entry.version
    is_criterion = entry.kind == SearchEntry.Kind.CRITERION
    anchor = ANCHORS[Kind.CRITERION if is_criterion else Kind.PRECAUTION]
    return Where(f"{version.get_absolute_url()}#{anchor}-{entry.place}", entry.title)


def _highlighted(text: str, question: Question) -> SafeString:
    """Escaped; the words that were asked for stand out."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", piece) if wanted else piece,)
            for piece, wanted in marked_pieces(text, question)
        ),
    )


def _source(number: int, row: Any) -> Source:
    line = source_line(number, row, row.key)
    return Source(number, vancouver(snapshot(row)), line.kind, line.url, line.verified, line.note,
                  line.status)  # fmt: skip
