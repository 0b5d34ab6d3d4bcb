"""What leaves as a file comes back as the same reference, in each format."""

from __future__ import annotations

from functools import cache
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.bibliography import snapshot
from certification.models import Reference
from certification.packs.pack import folders_of, read_pack
from certification.reference_files.authors import csl_name
from certification.reference_files.items import JOURNAL_KINDS, KINDS
from certification.reference_files.reading import read_file
from certification.reference_files.writing import FORMATS, write_file

COLUMNS = ("kind", "title", "container", "year", "doi", "pmid")
ADDRESS = ("url", "accessed_on")
EMPTY: dict[str, Any] = {
    "key": "k", "kind": "article", "title": "A trial", "authors": [], "container": "",
    "year": None, "doi": "", "pmid": "", "url": "", "accessed_on": "",
}  # fmt: skip


def round_trip(name: str, references: list[dict[str, Any]]) -> list[dict[str, Any]]:
    _, lines = read_file(write_file(name, references).encode())
    assert not [line.problem or line.read.remarks for line in lines if not line.read]
    return [line.read.data for line in lines]


def same(name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    for column in COLUMNS + (() if name == "pubmed" else ADDRESS):
        assert (after[column] or "") == (before[column] or ""), column
    assert list(map(csl_name, after["authors"])) == list(map(csl_name, before["authors"]))


@cache
def shipped() -> list[dict[str, Any]]:
    entries = read_pack(*folders_of(["shipped"])).entries.references.values()
    rows = [
        Reference(
            key=e.key, kind=e.kind, title=e.title or "", authors=list(e.authors),
            container=e.container or "", year=e.year, doi=e.doi or "", pmid=e.pmid or "",
            url=e.url or "", accessed_on=e.accessed_on,
        )
        for e in (found.entry for found in entries) if e.title and e.kind
    ]  # fmt: skip
    return [snapshot(row) for row in rows]


@pytest.mark.parametrize("name", FORMATS)
def test_the_shipped_references(name: str) -> None:
    after = round_trip(name, shipped())
    assert len(after) == len(shipped()) > 70
    for one, other in zip(shipped(), after, strict=True):
        same(name, one, other)


ODD = [
    {"title": "Braces {MS} \\ and \"quotes\", 50% & $5 _a_ #1 ~ ^ <0.05"},
    {"title": "Ends with a stop."},
    {"title": "Is it?", "container": "Neurology 12 Suppl 3:S1-S9", "doi": "10.1000/a_b%c"},
    {"title": "Étude – Ωmega β", "authors": [{"family": "van den Berg", "given": "Anna-Lena"}]},
    {"authors": [{"literal": "Health Technology Assessment, Office for"}, "Stüve O", "et al."]},
    {"authors": ["NICE", {"literal": "European Agency EMA"}]},
    {"kind": "policy", "container": "Payer & Sons", "url": "https://a.example/x?a=1;b={2}%20#c",
     "accessed_on": "2026-03-01", "year": 2024},
    {"kind": "trial", "container": "Brain (8):e1452-e1462", "pmid": "12345"},
    {"kind": "review", "container": "J Neurol 7(4-5)"},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", FORMATS)
def test_odd_references(name: str, odd: dict[str, Any]) -> None:
    before = EMPTY | odd
    if name == "bibtex":
        before["url"] = before["url"].replace("{2}", "%7B2%7D")
    (after,) = round_trip(name, [EMPTY | odd])
    same(name, before, after)


LETTERS = st.characters(
    codec="utf-8", exclude_characters="<>&",
    categories=["L", "N", "Pc", "Pd", "Pe", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "Zs"],
)  # fmt: skip
WORDS = (
    st.text(LETTERS, min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: any(map(str.isalpha, text)))
)


@settings(max_examples=40, deadline=None)
@given(title=WORDS)
@pytest.mark.parametrize("name", FORMATS)
def test_any_title(name: str, title: str) -> None:
    (after,) = round_trip(name, [EMPTY | {"title": title}])
    assert after["title"] == normalize("NFC", title)


def test_lines_in_a_text_make_no_line_in_a_file() -> None:
    evil = EMPTY | {"title": "A\nER  - \nTY  - JOUR\nTI  - B", "container": "X\n\nPMID- 9"}
    for name in FORMATS:
        (after,) = round_trip(name, [evil])
        assert after["title"] == "A ER - TY - JOUR TI - B"


def test_what_has_no_title_is_left_out() -> None:
    assert round_trip("ris", [EMPTY, EMPTY | {"title": ""}])[0]["title"] == "A trial"


def test_kinds_are_those_of_the_library() -> None:
    assert set(Reference.Kind.values) - {"unlisted"} == KINDS > JOURNAL_KINDS
