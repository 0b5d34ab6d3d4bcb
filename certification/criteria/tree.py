"""What does a set of criteria consist of?

A criteria tree is built from five frozen nodes. Meaning is Kleene's three-valued logic, the same
as SQL's, on purpose: a tree must be able to run inside a database.

``AllOf``      met when every part is met; an empty one is met
``AnyOf``      met when one part is met; an empty one is not met
``AtLeast``    met when ``n`` parts are met, not met when ``n`` can no longer be reached
``Not``        the opposite; unknown stays unknown
``FactTest``   compares one documented fact with a value, or with another fact

``verified`` says how surely the source of a statement was read (see the pack format); content that
was not read in its source is shown as unverified.

Every node has an ``id``. A node that the author did not name is called by its path, for example
``indications.all.2.any.0``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

Scalar = bool | int | Decimal | str | date


class Truth(StrEnum):
    """The three values of Kleene's logic. ``UNKNOWN`` is shown to people as "not documented"."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Operator(StrEnum):
    """How a test compares a fact. The last two count a date back from the evaluation date."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IS_TRUE = "is_true"
    IS_FALSE = "is_false"
    IS_KNOWN = "is_known"
    WITHIN_DAYS = "within_days"
    OLDER_THAN_DAYS = "older_than_days"


class Recommendation(StrEnum):
    """What the software recommends. It never recommends a denial, and a person decides."""

    CERTIFY = "certify"
    REFER = "refer"
    PEND = "pend"


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference by key, with the place in it (``at``) and an optional note."""

    ref: str
    at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactTest:
    """One fact compared with ``value`` (a tuple for ``in``), or with the fact ``value_of``.

    ``max_age_days``: the documented value must have been observed at most so many days before the
    evaluation date; an older or undated value makes the test unknown, and says so. With
    ``value_of`` the limit holds for ``fact``, not for the fact it is compared with.
    """

    id: str
    fact: str
    op: Operator
    value: Scalar | tuple[Scalar, ...] | None = None
    value_of: str = ""
    max_age_days: int | None = None
    says: str = ""
    cite: tuple[Citation, ...] = ()
    verified: str = ""


@dataclass(frozen=True, slots=True)
class AllOf:
    id: str
    of: tuple[Node, ...]
    says: str = ""
    cite: tuple[Citation, ...] = ()
    verified: str = ""


@dataclass(frozen=True, slots=True)
class AnyOf:
    id: str
    of: tuple[Node, ...]
    says: str = ""
    cite: tuple[Citation, ...] = ()
    verified: str = ""


@dataclass(frozen=True, slots=True)
class AtLeast:
    id: str
    n: int
    of: tuple[Node, ...]
    says: str = ""
    cite: tuple[Citation, ...] = ()
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    id: str
    of: Node
    says: str = ""
    cite: tuple[Citation, ...] = ()
    verified: str = ""


Node = FactTest | AllOf | AnyOf | AtLeast | Not


@dataclass(frozen=True, slots=True)
class Precaution:
    """Something the reader must be told when ``when`` is met. It informs and never blocks.

    ``plain``: the same in plain words, for the person who is treated.
    """

    id: str
    when: Node
    says: str
    cite: tuple[Citation, ...] = ()
    verified: str = ""
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Criteria:
    """The three trees of one criteria version.

    ``indications`` must be met, any met contraindication blocks, precautions inform.
    """

    indications: Node
    contraindications: Node
    precautions: tuple[Precaution, ...] = ()


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in order; none for a test."""
    match node:
        case FactTest():
            return ()
        case Not():
            return (node.of,)
        case _:
            return node.of


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, depth first, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def fact_keys(node: Node) -> tuple[str, ...]:
    """The facts that the tree names, each once, in reading order."""
    keys: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, FactTest):
            keys[part.fact] = None
            if part.value_of:
                keys[part.value_of] = None
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose criteria these are, when they come from a payer or another publisher.

    ``effective_on`` is a date, or the publisher's words when it gives none.
    """

    organisation: str
    identifier: str = ""
    url: str = ""
    effective_on: date | str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: a synthetic person and what the criteria must say of them.

    ``facts`` is raw input as ``evaluate`` takes it. ``expect`` may hold ``recommendation``,
    ``indications``, ``contraindications``, ``unmet``, ``missing``, ``shortest``, ``precautions``.
    """

    name: str
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """One version of the criteria for one therapy and one type of request."""

    key: str
    therapy: str
    request_type: str
    title: str
    version: str
    criteria: Criteria
    next_review_on: date | None = None
    certification_months: int | None = None
    quantity_limit: Mapping[str, Any] | str | None = None
    signer: str = ""
    policy: Policy | None = None
    note: str = ""
    examples: tuple[Example, ...] = ()
