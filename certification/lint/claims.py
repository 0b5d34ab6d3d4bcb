"""Which claims does the content make, and on which sources does each of them rest?

A claim is the smallest thing of which a reader can ask "says who?": a criterion, a precaution, a
rule of a protocol, an evidence statement. Criteria below a cited criterion lean on its citations,
as the wizard shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from certification.criteria.facts import Vocabulary
from certification.criteria.tree import Citation, CriteriaSet, FactTest, Node, Operator, children
from certification.criteria.tree_words import sentence

# A number that stands by itself: "6 months", but not the 20 of "CD20".
_NUMBER = re.compile(r"(?<![A-Za-z0-9.])\d")
_DAYS = (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS)


@dataclass(frozen=True, slots=True)
class Source:
    """A reference, as far as its soundness is concerned.

    ``listed``: it has a title; one that is only cited by number has none. ``secondary``: it sums up
    other sources. ``superseded_by`` and ``identified_as`` are keys of other sources, or empty.
    """

    key: str
    title: str = ""
    doi: str = ""
    pmid: str = ""
    listed: bool = True
    secondary: bool = False
    caution: str = ""
    superseded_by: str = ""
    identified_as: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """``decides``: certification or the next infusion hangs on it. ``number``: it sets a limit.

    ``kind`` and ``key`` name the content, ``place`` the node or rule in it. ``policy``: whose
    published policy the whole set repeats, where it names one.
    """

    kind: str
    key: str
    place: str
    says: str
    cite: tuple[Citation, ...] = ()
    verified: str = ""
    decides: bool = False
    number: bool = False
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Content and the day by which somebody has to read it again."""

    kind: str
    key: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is checked together."""

    sources: Mapping[str, Source]
    claims: tuple[Claim, ...]
    reviews: tuple[Review, ...] = ()


def claims_of_criteria(criteria_set: CriteriaSet, vocabulary: Vocabulary) -> Iterator[Claim]:
    """The criteria of a set, each with its own citations or those of the criterion around it."""
    criteria = criteria_set.criteria
    name = f"{criteria_set.key} {criteria_set.version}"
    policy = criteria_set.policy.organisation if criteria_set.policy else ""
    for tree in (criteria.indications, criteria.contraindications):
        for claim in _of_tree(tree, name, vocabulary):
            yield replace(claim, policy=policy)
    for precaution in criteria.precautions:
        yield Claim(
            "criteria", name, precaution.id, precaution.says, precaution.cite, precaution.verified,
            number=_sets_limit(precaution.when),
        )  # fmt: skip


def claim_of_statement(key: str, says: str, cite: tuple[Citation, ...], verified: str) -> Claim:
    return Claim("statement", key, "", says, cite, verified, number=bool(_NUMBER.search(says)))


def claims_in_data(kind: str, key: str, data: Any, place: str = "") -> Iterator[Claim]:
    """Claims in plain data: whatever says something and cites, or decides, as protocols do."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from claims_in_data(kind, key, item, f"{place}.{index}".strip("."))
    elif isinstance(data, Mapping):
        if isinstance(data.get("says"), str) and ("cite" in data or "id" in data):
            yield _in_data(kind, key, data, place)
        for name, item in data.items():
            if name != "cite":
                yield from claims_in_data(kind, key, item, f"{place}.{name}".strip("."))


def _in_data(kind: str, key: str, data: Mapping[str, Any], place: str) -> Claim:
    cite = tuple(
        Citation(one["ref"], one.get("at") or "", one.get("note") or "")
        for one in data.get("cite") or ()
    )
    return Claim(
        kind, key, str(data.get("id") or place), data["says"], cite, data.get("verified") or "",
        decides=kind == "protocol" and "id" in data, number=bool(_NUMBER.search(data["says"])),
    )  # fmt: skip


def _of_tree(node: Node, name: str, vocabulary: Vocabulary, verified: str = "") -> Iterator[Claim]:
    verified = node.verified or verified
    if node.cite or isinstance(node, FactTest):
        yield Claim(
            "criteria", name, node.id, sentence(node, vocabulary), node.cite, verified,
            decides=True, number=_sets_limit(node),
        )  # fmt: skip
    for child in children(node):
        # What leans on the citation above is that claim; what cites anew is one of its own.
        parts = _of_tree(child, name, vocabulary, verified)
        yield from (part for part in parts if part.cite or not node.cite)


def _sets_limit(node: Node) -> bool:
    """Whether the node, or a part of it without citations of its own, compares with a number."""
    if isinstance(node, FactTest):
        limits = node.op in _DAYS or node.max_age_days is not None
        value = node.value
        return limits or (isinstance(value, int | Decimal) and not isinstance(value, bool))
    return any(_sets_limit(child) for child in children(node) if not child.cite)
