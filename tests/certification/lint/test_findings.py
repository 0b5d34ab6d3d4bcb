"""Does each rule find what it is there for, and nothing else? Each rule is one row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from certification.criteria.tree import Citation
from certification.lint.claims import Claim, Material, Review, Source
from certification.lint.findings import Finding, Level, Notice, NoticeKind, Rule, find, normal_doi

TODAY = date(2027, 1, 11)
LABEL = Source("label", title="The label", doi="10.1000/label")
SUMMARY = Source("summary", title="A summary of guidelines", secondary=True)
UNLISTED = Source("six", listed=False)
OLD = Source("old", title="The first edition", superseded_by="new")
CAREFUL = Source("careful", title="A small trial", caution="Twelve people.")
SOURCES = {source.key: source for source in (LABEL, SUMMARY, UNLISTED, OLD, CAREFUL)}
SOUND = Claim(
    "criteria", "a-initial 1", "adult", "The person is an adult.",
    (Citation("label", "section 1"),), "stored", decides=True, number=True,
)  # fmt: skip


def found(
    claim: Claim, *notices: Notice, sources: dict[str, Source] = SOURCES
) -> set[tuple[Rule, Level]]:
    material = Material(sources, (claim,))
    return {(one.rule, one.level) for one in find(material, as_of=TODAY, notices=notices)}


def cites(*refs: str, at: str = "page 1", **fields: object) -> Claim:
    return replace(SOUND, cite=tuple(Citation(ref, at) for ref in refs), **fields)


def test_a_sound_claim_finds_nothing() -> None:
    assert found(SOUND) == set()


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (cites("nowhere"),
         {(Rule.DANGLING, Level.ERROR), (Rule.NO_SOURCE_FOR_NUMBER, Level.WARNING)}),
        (cites("six", number=False), {(Rule.DANGLING, Level.ERROR)}),
        (cites("six", "label"), {(Rule.DANGLING, Level.WARNING)}),
        (replace(SOUND, cite=()), {(Rule.UNCITED, Level.ERROR)}),
        (replace(SOUND, cite=(), policy="A payer"), {(Rule.UNCITED, Level.WARNING)}),
        (replace(SOUND, cite=(), decides=False), set()),
        (cites("summary", number=False), {(Rule.SECONDARY_ONLY, Level.ERROR)}),
        (cites("summary", number=False, decides=False), {(Rule.SECONDARY_ONLY, Level.WARNING)}),
        (cites("summary", "label"), set()),
        (cites("six", "summary", number=False),
         {(Rule.DANGLING, Level.WARNING), (Rule.SECONDARY_ONLY, Level.ERROR)}),
        (cites("old"), {(Rule.SUPERSEDED, Level.WARNING)}),
        (cites("careful"), {(Rule.CAUTION, Level.NOTE)}),
        (cites("label", at=""),
         {(Rule.NO_LOCATOR, Level.WARNING), (Rule.NO_SOURCE_FOR_NUMBER, Level.WARNING)}),
        (cites("label", at="", number=False), {(Rule.NO_LOCATOR, Level.WARNING)}),
        (cites("summary", decides=False),
         {(Rule.SECONDARY_ONLY, Level.WARNING), (Rule.NO_SOURCE_FOR_NUMBER, Level.WARNING)}),
        (replace(SOUND, verified="memory_low"), {(Rule.UNVERIFIED, Level.WARNING)}),
        (replace(SOUND, verified="proposed"), {(Rule.UNVERIFIED, Level.WARNING)}),
        (replace(SOUND, verified="seed", number=False), set()),
    ],
)  # fmt: skip
def test_what_a_claim_shows(claim: Claim, expected: set[tuple[Rule, Level]]) -> None:
    assert found(claim) == expected


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (Notice(NoticeKind.RETRACTED, doi="10.1000/LABEL"), {(Rule.RETRACTED, Level.ERROR)}),
        (Notice(NoticeKind.RETRACTED, doi="https://doi.org/10.1000/label"),
         {(Rule.RETRACTED, Level.ERROR)}),
        (Notice(NoticeKind.SUPERSEDED, doi="10.1000/label"), {(Rule.SUPERSEDED, Level.WARNING)}),
        (Notice(NoticeKind.CORRECTED, doi="10.1000/label"), {(Rule.DOUBTED, Level.WARNING)}),
        (Notice(NoticeKind.CONCERN, doi="10.1000/label"), {(Rule.DOUBTED, Level.WARNING)}),
        (Notice(NoticeKind.RETRACTED, doi="10.1000/another"), set()),
        (Notice(NoticeKind.RETRACTED, pmid="123"), set()),
    ],
)  # fmt: skip
def test_what_was_announced_of_a_source(notice: Notice, expected: set[tuple[Rule, Level]]) -> None:
    assert found(SOUND, notice) == expected


def test_a_retraction_reaches_the_source_that_is_the_same_paper() -> None:
    sources = SOURCES | {
        "three": Source("three", title="Number 3 of the article", identified_as="paper"),
        "paper": Source("paper", title="The paper", pmid="77"),
    }
    retracted = Notice(NoticeKind.RETRACTED, pmid="77", on=date(2026, 5, 1), says="Error in data")
    (one,) = find(Material(sources, (cites("three"),)), as_of=TODAY, notices=[retracted])
    assert one.says.startswith("three was retracted on 1 May 2026 (Error in data).")


def test_two_references_with_one_identifier() -> None:
    twin = Source("twin", title="The label again", doi="https://doi.org/10.1000/Label")
    (one,) = find(Material({"label": LABEL, "twin": twin}, ()), as_of=TODAY)
    assert (one.rule, one.key) == (Rule.DUPLICATE, "twin")
    same = replace(twin, identified_as="label")
    assert find(Material({"label": LABEL, "twin": same}, ()), as_of=TODAY) == []
    assert find(Material({"twin": same, "label": LABEL}, ()), as_of=TODAY) == []


@pytest.mark.parametrize(("due_on", "count"), [(date(2027, 1, 10), 1), (TODAY, 0)])
def test_a_review_is_overdue_the_day_after(due_on: date, count: int) -> None:
    material = Material({}, (), (Review("criteria", "a-initial 1", due_on),))
    assert len(find(material, as_of=TODAY)) == count


def test_the_most_serious_comes_first() -> None:
    material = Material(SOURCES, (cites("careful"), cites("old"), replace(SOUND, cite=())))
    levels: list[Level] = [one.level for one in find(material, as_of=TODAY)]
    assert levels == [Level.ERROR, Level.WARNING, Level.NOTE]


def test_every_rule_is_found_by_some_row() -> None:
    """A rule that nothing finds would be a promise that is not kept."""
    claims = (
        cites("nowhere"), replace(SOUND, cite=()), cites("summary"), cites("old"),
        cites("careful"), cites("label", at=""), replace(SOUND, verified="seed"),
    )  # fmt: skip
    sources = SOURCES | {"twin": replace(LABEL, key="twin")}
    notices = [Notice(kind, doi="10.1000/label") for kind in NoticeKind]
    material = Material(sources, claims, (Review("statement", "x", date(2026, 1, 1)),))
    shown: list[Finding] = find(material, as_of=TODAY, notices=notices)
    assert {one.rule for one in shown} == set(Rule)


def test_a_doi_is_compared_without_its_address() -> None:
    assert normal_doi(" https://dx.doi.org/10.1/A ") == normal_doi("doi: 10.1/a") == "10.1/a"
