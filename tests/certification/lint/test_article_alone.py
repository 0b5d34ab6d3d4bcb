"""Does the founding article alone, as it was printed, show every defect that we know of it?

``article/`` holds its statements with its own citations and nothing beside them.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from certification.lint.findings import Finding, Rule, find
from certification.lint.pack_material import material_of_pack
from certification.packs.pack import folders_of, read_pack
from certification.source_checks import all_findings

ARTICLE = Path(__file__).with_name("article")
AS_OF = date(2026, 11, 25)

# The known defects: what is cited and not listed, what rests on summaries only, where a number has
# no place in a primary source, what was replaced, what says less than it is cited for.
NOT_LISTED = {("M2", "seed_6"), ("P2", "seed_6"), ("P2", "seed_7"), ("J1", "seed_6"),
              ("J4", "seed_8")}  # fmt: skip
SUMMARIES_ONLY = {
    "T1", "T2", "T3", "I1", "I2", "I3", "M1", "M2", "M3", "M4", "P1", "P3", "P4", "J1", "J2", "J3",
}  # fmt: skip
NUMBERS = {"T4", "I1", "M1"}
REPLACED = {("T4", "seed_4")}
CAUTIONED = {"seed_1", "seed_2", "seed_4", "seed_5"}


@cache
def shown() -> list[Finding]:
    return find(material_of_pack(read_pack(ARTICLE)), as_of=AS_OF)


def of(rule: Rule) -> list[Finding]:
    return [one for one in shown() if one.rule is rule]


def statement(finding: Finding) -> str:
    return finding.key.removeprefix("article_").upper()


def test_what_is_cited_and_not_listed() -> None:
    assert {(statement(one), one.ref) for one in of(Rule.DANGLING)} == NOT_LISTED


def test_what_rests_on_summaries_only() -> None:
    assert {statement(one) for one in of(Rule.SECONDARY_ONLY)} == SUMMARIES_ONLY


def test_numbers_without_a_primary_source() -> None:
    assert {statement(one) for one in of(Rule.NO_SOURCE_FOR_NUMBER)} == NUMBERS
    assert {statement(one) for one in of(Rule.UNVERIFIED)} == NUMBERS


def test_no_citation_says_where() -> None:
    """The article prints numbers only; each listed source is cited without a place in it."""
    pack = read_pack(ARTICLE)
    listed = {key for key, found in pack.entries.references.items() if found.entry.title}
    cited = {
        (key, one.ref)
        for key, found in pack.entries.statements.items()
        for one in found.entry.cite
        if one.ref in listed
    }
    assert {(one.key, one.ref) for one in of(Rule.NO_LOCATOR)} == cited


def test_what_was_replaced() -> None:
    assert {(statement(one), one.ref) for one in of(Rule.SUPERSEDED)} == REPLACED


def test_what_the_sources_are_cautioned_for() -> None:
    assert {one.ref for one in of(Rule.CAUTION)} == CAUTIONED


@pytest.mark.django_db
def test_loaded_alone_the_database_says_the_same() -> None:
    call_command("content", "load", str(ARTICLE), stdout=StringIO())
    assert sorted(map(repr, all_findings(AS_OF))) == sorted(map(repr, shown()))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("content", "lint", as_of=AS_OF, stdout=out)
    assert "article_j4 : seed_8 is cited, not listed in the source" in out.getvalue()
    assert "3 errors, 47 warnings" in out.getvalue()


@pytest.mark.django_db
def test_the_shipped_content_has_no_error_and_the_database_says_the_same() -> None:
    pack = read_pack(*folders_of(["shipped"]))
    of_files = find(material_of_pack(pack), as_of=AS_OF)
    assert [one for one in of_files if one.level == "error"] == []
    call_command("content", "load", "shipped", stdout=StringIO())
    assert sorted(map(repr, all_findings(AS_OF))) == sorted(map(repr, of_files))
