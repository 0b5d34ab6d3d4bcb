"""Where does the founding article live in this software, row by row?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from certification.article import SUBJECTS, Home, Kind, homes
from certification.models import Reference, Statement
from certification.presenters.citations import Cite, Source, source_line
from certification.presenters.evidence import statements_state
from certification.presenters.wording import capitalised, counted
from certification.workflow import ContentStatus

ANCHORS = {Kind.CRITERION: "node", Kind.PRECAUTION: "precaution", Kind.RULE: "rule"}
PARTS = (
    (Kind.CRITERION, "criterion", "criteria"),
    (Kind.PRECAUTION, "precaution", ""),
    (Kind.RULE, "monitoring rule", ""),
    (Kind.DRUG, "entry of a drug", "entries of drugs"),
    (Kind.STATEMENT, "other statement", ""),
)
# What the page of the article has: number, what it is, how it is here, and the page that shows it.
FEATURES = (
    ("F1", "Review status on every piece of content",
     "A banner says what still waits for human review, and that it carries no determination.",
     "evidence", ""),
    ("F2", "Last updated date and editorial policy",
     "Both stand in that banner, on every page that shows content.", "editorial-policy", ""),
    ("F3", "Language by reader",
     "Clinician, nurse or patient: the plain words come first for a patient.", "language", ""),
    ("F4", "Numbered citations and references by kind",
     "Each with the place in the source, whether it was read, and its identifiers.",
     "evidence", "sources-title"),
    ("F5", "Professional disclaimer",
     "At the foot of every page and on every letter.", "editorial-policy", ""),
    ("F6", "A follow-up question",
     "Ask the evidence: approved statements and criteria answer, with their citations.", "ask", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One home. ``within`` names the content, ``says`` what leans on the statement there."""

    url: str
    within: str
    says: str
    status: str
    status_word: str


@dataclass(frozen=True, slots=True)
class Part:
    """The homes of one kind: "12 criteria"."""

    title: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a label or another source says it differently."""

    url: str
    says: str


@dataclass(frozen=True, slots=True)
class ArticleRow:
    number: str
    says: str
    url: str
    cites: tuple[Cite, ...]
    note: str
    status: str
    status_word: str
    verified: str
    count: str
    parts: tuple[Part, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class ArticleSection:
    title: str
    anchor: str
    rows: tuple[ArticleRow, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    number: str
    title: str
    says: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """``missing``: numbers of statements that have no home. ``gaps``: numbers not listed."""

    content: dict[str, Any]
    sections: tuple[ArticleSection, ...]
    features: tuple[Feature, ...]
    references: list[Source]
    gaps: str
    missing: tuple[str, ...]


def article_page(today: date) -> ArticlePage:
    statements = {
        row.seed: row
        for row in Statement.objects.exclude(status=ContentStatus.RETIRED)
        .exclude(seed="")
        .prefetch_related("citations__reference")
    }
    found = homes(today)
    sections = tuple(
        ArticleSection(
            title,
            f"subject-{letter.lower()}",
            tuple(
                _row(number, statements.get(number), found.get(number, ()))
                for number in (f"{letter}{place}" for place in range(1, count + 1))
            ),
        )
        for letter, title, count in SUBJECTS
    )
    references = list(Reference.objects.exclude(seed_number=None).order_by("seed_number"))
    gaps = [str(row.seed_number) for row in references if not row.listed_in_seed]
    return ArticlePage(
        content=statements_state(today),
        sections=sections,
        features=tuple(_features()),
        references=[source_line(row.seed_number or 0, row, row.key) for row in references],
        gaps=", ".join(gaps),
        missing=tuple(row.number for part in sections for row in part.rows if not row.parts),
    )


def _row(number: str, statement: Statement | None, found: Iterable[Home]) -> ArticleRow:
    if statement is None:
        return ArticleRow(number, "", "", (), "", "", "", "", "", (), ())
    others = [home for home in found if home.content != statement]
    differs = [home for home in others if _differs(home)]
    parts = tuple(_parts(home for home in others if not _differs(home)))
    return ArticleRow(
        number=number,
        says=statement.says,
        url=_address(Kind.STATEMENT, statement, ""),
        cites=tuple(_numbers(statement)),
        note=statement.note,
        status=statement.status,
        status_word=statement.status_title,
        verified=statement.verified if statement.is_unverified else "",
        count=counted(sum(len(part.places) for part in parts), "place"),
        parts=parts,
        differences=tuple(
            Difference(_address(Kind.STATEMENT, home.content, ""), home.claim.says)
            for home in differs
        ),
    )


def _differs(home: Home) -> bool:
    return home.kind is Kind.STATEMENT and home.content.is_difference


def _numbers(statement: Statement) -> Iterator[Cite]:
    """The article's own numbers, in its order."""
    cited = {c.reference.seed_number: str(c.reference) for c in statement.citations.all()}
    for number in sorted(number for number in cited if number):
        yield Cite(number, cited[number])


def _parts(found: Iterable[Home]) -> Iterator[Part]:
    by_kind: dict[Kind, list[Place]] = {}
    for home in found:
        by_kind.setdefault(home.kind, []).append(_place(home))
    for kind, one, many in PARTS:
        if kind in by_kind:
            places = by_kind[kind]
            yield Part(counted(len(places), one, many), tuple(places))


def _place(home: Home) -> Place:
    content = home.content
    within = content.topic if home.kind is Kind.STATEMENT else capitalised(str(content))
    return Place(
        _address(home.kind, content, home.claim.place),
        within,
        home.claim.says,
        content.status,
        content.status_title,
    )


def _address(kind: Kind, content: Any, place: str) -> str:
    if kind is Kind.STATEMENT:
        return str(content.get_absolute_url())
    if kind is Kind.DRUG:
        url = reverse("certification:therapy", args=[content.key])
        return f"{url}#{place.split('.')[0]}"
    return f"{content.get_absolute_url()}#{ANCHORS[kind]}-{place}"


def _features() -> Iterator[Feature]:
    for number, title, says, page, anchor in FEATURES:
        url = reverse(f"certification:{page}")
        yield Feature(number, title, says, f"{url}#{anchor}" if anchor else url)
