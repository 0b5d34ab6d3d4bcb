"""Under which number does a source stand, and how is it named?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from certification.bibliography import vancouver
from certification.criteria.tree import Citation
from certification.models import Reference
from certification.models.prepared import Prepared

SHORT = 44
DOI_AT, PMID_AT = "https://doi.org/{}", "https://pubmed.ncbi.nlm.nih.gov/{}/"
SHOWN = (
    "key", "kind", "title", "authors", "container", "year", "doi", "pmid", "url", "note", "caution",
    "verified", "seed_number", "status",
)  # fmt: skip
NOT_LISTED = "Cited by the founding article, which does not list it. Nothing was made up for it."
_REFERENCES: Prepared[Reference] = Prepared(
    lambda keys: Reference.objects.filter(key__in=keys).only(*SHOWN),
    keys=Reference._meta.get_field("key"),
)


@dataclass(frozen=True, slots=True)
class Cite:
    """A numbered citation beside a sentence. ``short``: source and place in a few words."""

    number: int
    short: str = ""
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One line of a reference list."""

    number: int | str
    text: str
    kind: str
    url: str
    verified: str
    note: str
    status: str = ""
    url_label: str = ""


class Sources:
    """The references of a page by key. One query, however many are cited.

    ``wanted``: the keys that the page names in words; without it all that have a number.
    """

    def __init__(self, numbers: Mapping[str, int], wanted: Iterable[str] | None = None) -> None:
        self.numbers = numbers
        self.wanted = list(numbers if wanted is None else dict.fromkeys(wanted))
        self._rows: dict[str, Reference] | None = None

    @property
    def rows(self) -> dict[str, Reference]:
        if self._rows is None:
            self._rows = {row.key: row for row in _REFERENCES.rows(keys=self.wanted)}
        return self._rows

    def cites(self, citations: Iterable[Citation], *, named: int = 0) -> tuple[Cite, ...]:
        """``named``: so many with the source in words, for the place where the question stands."""
        numbered: dict[int, Cite] = {}
        for citation in citations:
            number = self.numbers.get(citation.ref)
            if number is None or number in numbered:
                continue
            short = self._short(citation) if len(numbered) < named else ""
            numbered[number] = Cite(number, short, note=citation.note)
        return tuple(numbered.values())

    def listed(self) -> list[Source]:
        """The reference list of the page, in order of number."""
        keys = sorted(
            (key for key in self.wanted if key in self.numbers), key=self.numbers.__getitem__
        )
        return [source_line(self.numbers[key], self.rows.get(key), key) for key in keys]

    def _short(self, citation: Citation) -> str:
        row = self.rows.get(citation.ref)
        name = shortened(str(row) if row else citation.ref)
        return f"{name}, {citation.at}" if citation.at else name


def shortened(text: str, length: int = SHORT) -> str:
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,.:;(") + "…"


def source_line(number: int | str, row: Reference | None, key: str) -> Source:
    if row is None:
        return Source(number, f"{key} (not in the reference library)", "", "", "", "")
    note = " ".join(part for part in (row.note, row.caution) if part)
    if row.kind == Reference.Kind.UNLISTED:
        note = note or NOT_LISTED
    return Source(
        number,
        reference_text(row),
        row.get_kind_display(),
        _address(row),
        row.verified,
        note,
        row.status,
    )


def reference_text(row: Reference) -> str:
    """The entry of a reference list, as letters have it; its address stands beside it as a link."""
    return _entry(
        row.kind, row.title, json.dumps(row.authors), row.container, row.year, row.doi, row.pmid,
        row.seed_number,
    )  # fmt: skip


@lru_cache(maxsize=2048)
def _entry(
    kind: str,
    title: str,
    authors: str,
    container: str,
    year: int | None,
    doi: str,
    pmid: str,
    seed_number: int | None,
) -> str:
    return vancouver(
        {"key": "entry", "kind": kind, "title": title, "authors": json.loads(authors),
         "container": container, "year": year, "doi": doi, "pmid": pmid, "url": "",
         "accessed_on": "", "seed_number": seed_number}
    )  # fmt: skip


def _address(row: Reference) -> str:
    if row.url or not (row.doi or row.pmid):
        return row.url
    return DOI_AT.format(row.doi) if row.doi else PMID_AT.format(row.pmid)
