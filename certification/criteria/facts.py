"""What can be known about a person, and what is documented?

A ``FactDefinition`` is a question with a type and limits (content, from a reference pack). A
``FactValue`` is one documented answer with its source and the date it was observed. Missing, "asked,
not known" and "not applicable" are three different things; see ``FactDefinition.applies_when``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from certification.criteria.tree import Node


class FactType(StrEnum):
    BOOLEAN = "boolean"
    CHOICE = "choice"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer. ``unknown``: choosing it means "we do not know" (for example not tested).

    ``valid_from`` and ``valid_until`` (inclusive) limit the dates on which it may be chosen.
    """

    value: str
    label: str
    unknown: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class RowField:
    """One column of a ``rows`` fact, such as the agent of an earlier therapy."""

    key: str
    label: str
    type: FactType
    choices: tuple[Choice, ...] = ()
    minimum: Any = None
    maximum: Any = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class DerivedCase:
    """``value`` holds when ``when`` is met; the first case that is met decides."""

    when: Node
    value: Any


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Keeps the rows whose ``field`` equals, is among, or is at least ``value``."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a fact is worked out from others at ``as_of``. ``kind`` is one of

    ``years_since`` ``months_since`` ``days_since``  whole units from the date fact ``from_fact``
    ``count_rows``     rows of ``from_fact`` that pass ``where`` (distinct by ``field`` if given)
    ``max_of_rows``    the largest ``field`` among them
    ``last_of_rows``   ``field`` of the last row that passes ``where`` (rows in documented order)
    ``observed_on``    the date on which ``from_fact`` was observed
    ``cases``          the first case whose tree is met
    """

    kind: str
    from_fact: str = ""
    field: str = ""
    where: tuple[RowFilter, ...] = ()
    cases: tuple[DerivedCase, ...] = ()
    otherwise: Any = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """When ``when`` is met the facts it names contradict each other.

    They are flagged with ``says`` and count as unknown until a person has put them right.
    """

    when: Node
    says: str


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """One question. ``applies_when`` not met: the fact does not apply, its tests are not met.

    ``dated_by`` names the date fact that carries this value's observation date. ``step``: a decimal
    must be a multiple of it (EDSS goes in half steps). Dates in the future are refused unless
    ``future`` is set.
    """

    key: str
    label: str
    type: FactType
    choices: tuple[Choice, ...] = ()
    fields: tuple[RowField, ...] = ()
    unit: str = ""
    minimum: Any = None
    maximum: Any = None
    step: Any = None
    future: bool = False
    group: str = ""
    help: str = ""
    why: str = ""
    codes: Mapping[str, str] | None = None
    dated_by: str = ""
    applies_when: Node | None = None
    derived: Derivation | None = None
    contradictions: tuple[Contradiction, ...] = ()


Vocabulary = Mapping[str, FactDefinition]


@dataclass(frozen=True, slots=True)
class FactValue:
    """One documented answer. ``value`` None with ``asked`` True means "asked, not known"."""

    value: Any
    observed_on: date | None = None
    source: str = ""
    asked: bool = False


FactSet = Mapping[str, FactValue]
