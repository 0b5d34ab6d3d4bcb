"""What is wrong with the sources of the content?

Each rule looks at one claim, one source or one review date and tells what it found in a sentence
that says how to mend it. An **error** on a criterion quarantines it: it is shown with the warning,
and its version cannot be approved.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from certification.criteria.tree import Citation
from certification.criteria.tree_words import date_text
from certification.lint.claims import Claim, Material, Source

NOT_READ = frozenset({"memory_high", "memory_low", "proposed", "seed"})
"""Confidence flags of figures that nobody has read in their source."""
_DOI_ADDRESS = re.compile(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Rule(StrEnum):
    """The rules, most serious first."""

    RETRACTED = "retracted_reference"
    DANGLING = "dangling_citation"
    UNCITED = "criterion_without_citation"
    SECONDARY_ONLY = "secondary_summary_only"
    SUPERSEDED = "superseded_reference"
    DOUBTED = "corrected_or_doubted_reference"
    EXPIRED = "expired_review"
    NO_SOURCE_FOR_NUMBER = "threshold_without_source"
    UNVERIFIED = "unverified_number"
    NO_LOCATOR = "citation_without_locator"
    DUPLICATE = "duplicate_identifier"
    CAUTION = "reference_with_caution"


class NoticeKind(StrEnum):
    RETRACTED = "retracted"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    CONCERN = "concern"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a publisher or an index has announced of a paper, found by its DOI or PMID."""

    kind: str
    doi: str = ""
    pmid: str = ""
    on: date | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind``, ``key`` and ``place`` name what it is about; ``ref`` the source, if one."""

    rule: Rule
    level: Level
    kind: str
    key: str
    place: str
    says: str
    ref: str = ""


def find(material: Material, *, as_of: date, notices: Iterable[Notice] = ()) -> list[Finding]:
    """Every finding, the most serious first, then in the order of the content."""
    noticed = _noticed(material, notices)
    found = [
        *(finding for claim in material.claims for finding in _claim(claim, material, noticed)),
        *_duplicates(material.sources.values()),
        *_expired(material, as_of),
    ]
    levels, rules = list(Level), list(Rule)
    return sorted(found, key=lambda one: (levels.index(one.level), rules.index(one.rule)))


def normal_doi(text: str) -> str:
    """A DOI as it is compared: without the resolver's address, in lower case."""
    return _DOI_ADDRESS.sub("", text.strip()).lower()


def _noticed(material: Material, notices: Iterable[Notice]) -> dict[str, list[Notice]]:
    """What has been announced of each source, also of the one that it is identified as."""
    by_doi: dict[str, list[str]] = defaultdict(list)
    by_pmid: dict[str, list[str]] = defaultdict(list)
    for key, source in material.sources.items():
        for one in (source, material.sources.get(source.identified_as)):
            if one and one.doi:
                by_doi[normal_doi(one.doi)].append(key)
            if one and one.pmid:
                by_pmid[one.pmid].append(key)
    found: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        keys = by_doi.get(normal_doi(notice.doi), []) if notice.doi else []
        keys = keys + (by_pmid.get(notice.pmid, []) if notice.pmid else [])
        for key in dict.fromkeys(keys):
            found[key].append(notice)
    return found


def _claim(claim: Claim, material: Material, noticed: dict[str, list[Notice]]) -> Iterator[Finding]:
    sources = material.sources
    listed = [c for c in claim.cite if c.ref in sources and sources[c.ref].listed]
    for citation in claim.cite:
        source = sources.get(citation.ref)
        if source is None or not source.listed:
            yield _dangling(claim, citation, source, bool(listed))
            continue
        for notice in noticed.get(citation.ref, ()):
            yield _announced(claim, citation, notice)
        if source.superseded_by:
            yield _finding(
                Rule.SUPERSEDED, Level.WARNING, claim,
                f"{source.title} was replaced by {source.superseded_by}. Cite the newer one.",
                citation.ref,
            )  # fmt: skip
        if not citation.at:
            yield _finding(
                Rule.NO_LOCATOR, Level.WARNING, claim,
                f"The citation of {citation.ref} does not say where in it. Add section, page or "
                "table.", citation.ref,
            )  # fmt: skip
        if source.caution:
            yield _finding(Rule.CAUTION, Level.NOTE, claim, source.caution, citation.ref)
    yield from _support(claim, [sources[c.ref] for c in listed], listed)


def _support(claim: Claim, listed: list[Source], citations: list[Citation]) -> Iterator[Finding]:
    """Whether the sources together can carry the claim."""
    if not claim.cite and claim.decides:
        yield _uncited(claim)
    if listed and all(source.secondary for source in listed):
        level = Level.ERROR if claim.decides else Level.WARNING
        yield _finding(
            Rule.SECONDARY_ONLY, level, claim,
            "Only a summary of other sources is cited. Add the label, guideline or trial itself.",
        )  # fmt: skip
    primary = [c for c, source in zip(citations, listed, strict=True) if not source.secondary]
    if claim.number and claim.cite and not any(citation.at for citation in primary):
        yield _finding(
            Rule.NO_SOURCE_FOR_NUMBER, Level.WARNING, claim,
            "No place in a primary source is cited for the number. Add one with its locator.",
        )  # fmt: skip
    if claim.number and claim.verified in NOT_READ:
        yield _finding(
            Rule.UNVERIFIED, Level.WARNING, claim,
            "The number was not read in its source. Read it there and set the confidence.",
        )  # fmt: skip


def _uncited(claim: Claim) -> Finding:
    if claim.policy:
        return _finding(
            Rule.UNCITED, Level.WARNING, claim,
            f"Only the policy of {claim.policy} as a whole stands behind it. Cite the place in it.",
        )  # fmt: skip
    return _finding(Rule.UNCITED, Level.ERROR, claim, "No source is cited. Add a citation.")


def _dangling(claim: Claim, citation: Citation, source: Source | None, others: bool) -> Finding:
    if source is None:
        return _finding(
            Rule.DANGLING, Level.ERROR, claim,
            f"There is no reference {citation.ref}. Add it, or cite another.", citation.ref,
        )  # fmt: skip
    level = Level.WARNING if others else Level.ERROR
    beside = " Other sources stand beside it." if others else " No other source stands beside it."
    return _finding(
        Rule.DANGLING, level, claim,
        f"{citation.ref} is cited, not listed in the source, and cannot be identified.{beside}",
        citation.ref,
    )  # fmt: skip


def _announced(claim: Claim, citation: Citation, notice: Notice) -> Finding:
    when = f" on {date_text(notice.on)}" if notice.on else ""
    why = f" ({notice.says})" if notice.says else ""
    match notice.kind:
        case NoticeKind.RETRACTED:
            rule, level, what = Rule.RETRACTED, Level.ERROR, "was retracted"
        case NoticeKind.SUPERSEDED:
            rule, level, what = Rule.SUPERSEDED, Level.WARNING, "was replaced"
        case NoticeKind.CORRECTED:
            rule, level, what = Rule.DOUBTED, Level.WARNING, "was corrected"
        case _:
            rule, level, what = Rule.DOUBTED, Level.WARNING, "carries an expression of concern"
    says = f"{citation.ref} {what}{when}{why}. Read what changed, or cite another source."
    return _finding(rule, level, claim, says, citation.ref)


def _duplicates(sources: Iterable[Source]) -> Iterator[Finding]:
    seen: dict[tuple[str, str], Source] = {}
    for source in sources:
        for name, value in (("DOI", normal_doi(source.doi)), ("PMID", source.pmid)):
            first = seen.setdefault((name, value), source) if value else source
            if first is source or source.identified_as == first.key:
                continue
            if first.identified_as != source.key:
                says = f"{first.key} has the same {name} {value}. Keep one of them."
                yield Finding(Rule.DUPLICATE, Level.WARNING, "reference", source.key, "", says)
                break


def _expired(material: Material, as_of: date) -> Iterator[Finding]:
    for review in material.reviews:
        if review.due_on < as_of:
            says = f"The review was due on {date_text(review.due_on)}. Read it again and confirm."
            yield Finding(Rule.EXPIRED, Level.WARNING, review.kind, review.key, "", says)


def _finding(rule: Rule, level: Level, claim: Claim, says: str, ref: str = "") -> Finding:
    return Finding(rule, level, claim.kind, claim.key, claim.place, says, ref)
