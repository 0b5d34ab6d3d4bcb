"""Does every statement of the founding article have its home in the shipped pack?

The table names each statement and the numbers that the article cites for it. The sentences stand in
the pack only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from certification.article import SUBJECTS, statements_named
from certification.criteria.tree import Citation, CriteriaSet, walk
from certification.lint.claims import claims_in_data
from certification.packs.pack import Pack, folders_of, read_pack

# Statement -> the article's own numbers: therapies, indications, monitoring, pitfalls, reasons.
ARTICLE = {
    "T1": {1}, "T2": {2}, "T3": {1}, "T4": {3, 4},
    "I1": {1}, "I2": {5, 1}, "I3": {5}, "I4": {3},
    "M1": {2}, "M2": {1, 6}, "M3": {5}, "M4": {5},
    "P1": {5, 1}, "P2": {6, 7}, "P3": {1}, "P4": {5},
    "J1": {1, 6}, "J2": {5}, "J3": {1, 2}, "J4": {8},
}  # fmt: skip
# What is done once treatment has begun lives in protocols too.
IN_MONITORING = ("M1", "M2", "M3", "M4", "P3", "P4")
LISTED, NOT_LISTED = range(1, 6), range(6, 9)
PRIMARY = {
    "label", "regulator", "guideline", "trial", "cohort", "systematic_review", "programme",
}  # fmt: skip
NAMED = re.compile(r"\b[TIMPJ]\d\b")


@cache
def pack() -> Pack:
    return read_pack(*folders_of(["shipped"]))


def references() -> dict[str, Any]:
    return {key: found.entry for key, found in pack().entries.references.items()}


def statements() -> dict[str, Any]:
    """The statements of the article by their number."""
    entries = (found.entry for found in pack().entries.statements.values())
    return {entry.seed: entry for entry in entries if entry.seed}


def citations(criteria_set: CriteriaSet) -> Iterator[Citation]:
    """Every citation of a criterion or a precaution."""
    criteria = criteria_set.criteria
    for tree in (criteria.indications, criteria.contraindications):
        for node in walk(tree):
            yield from node.cite
    for precaution in criteria.precautions:
        yield from precaution.cite
        for node in walk(precaution.when):
            yield from node.cite


@cache
def sets_by_statement() -> dict[str, set[str]]:
    """Which sets lean on which statement, with the article's number at the same place."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, criteria_set in pack().criteria_sets.items():
        for citation in citations(criteria_set):
            number = references()[citation.ref].seed_number
            for statement in NAMED.findall(citation.at) if number else ():
                assert number in ARTICLE[statement], f"{key} cites {citation} for {statement}"
                found[statement].add(key)
    return found


def test_nothing_is_left_out_and_nothing_is_added() -> None:
    assert set(statements()) == set(ARTICLE)


@pytest.mark.parametrize("statement", ARTICLE)
def test_a_statement_keeps_the_numbers_that_the_article_cites(statement: str) -> None:
    cited = [references()[cite.ref] for cite in statements()[statement].cite]
    numbers = {reference.seed_number for reference in cited if reference.seed_number}
    assert numbers == ARTICLE[statement]


@pytest.mark.parametrize("statement", ARTICLE)
def test_a_primary_source_stands_beside_the_article(statement: str) -> None:
    cited = [references()[cite.ref] for cite in statements()[statement].cite]
    assert [r.key for r in cited if r.kind in PRIMARY and not r.seed_number]


@pytest.mark.parametrize("statement", ARTICLE)
def test_a_statement_speaks_to_somebody_and_also_plainly(statement: str) -> None:
    entry = statements()[statement]
    assert entry.audience
    assert entry.says.strip()
    assert entry.plain or "patient" not in entry.audience


@pytest.mark.parametrize("statement", ARTICLE)
def test_a_statement_decides_or_warns_in_the_criteria(statement: str) -> None:
    assert sets_by_statement()[statement]


@cache
def rules_by_statement() -> dict[str, set[str]]:
    """Which protocols lean on which statement."""
    article = {key for key, one in references().items() if one.seed_number}
    found_in: dict[str, set[str]] = defaultdict(set)
    for key, found in pack().entries.protocols.items():
        for claim in claims_in_data("protocol", key, found.data):
            for statement in statements_named(claim.cite, article):
                found_in[statement].add(key)
    return found_in


@pytest.mark.parametrize("statement", IN_MONITORING)
def test_a_statement_about_treated_people_is_watched_in_monitoring(statement: str) -> None:
    assert rules_by_statement()[statement]


def test_a_protocol_keeps_the_numbers_that_the_article_cites() -> None:
    for key, found in pack().entries.protocols.items():
        for claim in claims_in_data("protocol", key, found.data):
            for citation in claim.cite:
                number = references()[citation.ref].seed_number
                for statement in NAMED.findall(citation.at) if number else ():
                    assert number in ARTICLE[statement], f"{key} {claim.place}: {citation}"


@pytest.mark.parametrize(
    ("ref", "at", "named"),
    [
        ("seed_1", "article statement P1", {"P1"}),
        ("seed_1", "article statements P1, I2 and J3", {"P1", "I2", "J3"}),
        ("label_a", "article statement P1", set()),
        ("seed_1", "section P1", set()),
        ("seed_1", "the article statement P1", set()),
        ("seed_1", "article statement P11", set()),
        ("seed_1", "", set()),
    ],
)
def test_which_statements_a_citation_names(ref: str, at: str, named: set[str]) -> None:
    assert statements_named([Citation(ref, at)], {"seed_1"}) == named


def test_the_page_has_a_row_for_each_statement_in_its_order() -> None:
    rows = [f"{letter}{n}" for letter, _, count in SUBJECTS for n in range(1, count + 1)]
    assert rows == list(ARTICLE)


@pytest.mark.parametrize(
    ("statement", "therapy"),
    [
        ("T1", "natalizumab"),
        ("T2", "ocrelizumab_iv"),
        ("T3", "alemtuzumab"),
        ("T4", "methylprednisolone_ivmp"),
    ],
)
def test_a_therapy_of_the_article_stands_in_its_own_criteria(statement: str, therapy: str) -> None:
    assert any(key.startswith(f"{therapy}-") for key in sets_by_statement()[statement])


@pytest.mark.parametrize("number", LISTED)
def test_a_listed_reference_is_there_with_its_number(number: int) -> None:
    reference = references()[f"seed_{number}"]
    assert (reference.seed_number, reference.listed_in_seed) == (number, True)
    assert reference.title


@pytest.mark.parametrize("number", NOT_LISTED)
def test_what_is_cited_but_not_listed_is_recorded_and_never_invented(number: int) -> None:
    reference = references()[f"seed_{number}"]
    assert (reference.seed_number, reference.listed_in_seed) == (number, False)
    assert (reference.kind, reference.title, reference.year, reference.doi) == (None,) * 4
    assert not reference.authors
    assert "cited, not listed in the source" in reference.note.casefold()
