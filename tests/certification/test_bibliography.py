"""References as the National Library of Medicine writes them."""

from __future__ import annotations

from typing import Any

import pytest

from certification.bibliography import csl_item, in_order, snapshot, vancouver
from tests.factories import ReferenceFactory

EMPTY: dict[str, Any] = {
    "key": "k", "kind": "trial", "title": "", "authors": [], "container": "", "year": None,
    "doi": "", "pmid": "", "url": "", "accessed_on": "", "caution": "", "verified": "",
    "seed_number": None, "listed_in_seed": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "entry"),
    [
        (
            {"title": "A trial", "authors": ["Polman CH", "O'Connor PW", "et al."],
             "container": "N Engl J Med 354(9):899-910", "year": 2006, "doi": "10.1/x",
             "pmid": "165"},
            "Polman CH, O'Connor PW, et al. A trial. N Engl J Med. 2006;354(9):899–910. "
            "doi:10.1/x. PubMed PMID: 165.",
        ),
        (
            {"title": "A review", "container": "Cochrane Database Syst Rev (12):CD006921",
             "year": 2012},
            "A review. Cochrane Database Syst Rev. 2012;(12):CD006921.",
        ),
        (
            {"kind": "label", "title": "EXEMPLA label", "authors": ["Maker (Group)"],
             "container": "A regulator", "year": 2025, "url": "https://a.example/b_c",
             "accessed_on": "2026-01-02"},
            "Maker (Group). EXEMPLA label [Internet]. A regulator; 2025 [cited 2026 Jan 2]. "
            "Available from: https://a.example/b_c",
        ),
        (
            {"kind": "guideline", "title": "Is it indicated?", "container": "A publisher 628631"},
            "Is it indicated? A publisher 628631.",
        ),
        (
            {"kind": "unlisted", "seed_number": 7},
            "Cited by the founding article as number 7, not listed in its references.",
        ),
        (
            {"kind": "cohort", "title": "A series", "container": "Annual meeting, 2013",
             "year": 2013},
            "A series. Annual meeting, 2013; 2013.",
        ),
        ({}, "No bibliographic details are recorded."),
        (
            {"kind": "standard", "title": "<b>Codes</b> & {names}", "container": "An office"},
            "<b>Codes</b> & {names}. An office.",
        ),
    ],
)  # fmt: skip
def test_vancouver(data: dict[str, Any], entry: str) -> None:
    assert vancouver(EMPTY | data) == entry


def test_numbers_in_order_of_appearance() -> None:
    assert in_order(["b", "a", "b", "c"]) == {"b": 1, "a": 2, "c": 3}


@pytest.mark.django_db
def test_a_snapshot_holds_everything_an_entry_needs() -> None:
    data = snapshot(ReferenceFactory())
    assert set(data) == set(EMPTY)
    item = csl_item(data)
    assert item["author"][:2] == [
        {"family": "Doe", "given": "J A"},
        {"family": "Roe", "given": "B"},
    ]
    assert (item["volume"], item["issue"], item["page"]) == ("354", "9", "899-910")
