"""Which entries may a pack hold, and what may stand in each of them?

The models here are the format: the JSON Schema in ``docs/`` is generated from them, and an author's
mistake is reported in their words. Lengths follow the columns the entries are stored in.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from certification.criteria.facts import FactType
from certification.packs.criteria_schema import CriteriaSet
from certification.packs.fields import (
    Author,
    Date,
    Detail,
    Entry,
    Key,
    Label,
    Limit,
    Name,
    Number,
    NumberText,
    OneOrMany,
    Scalar,
    ScalarOrList,
    ShortKey,
    Text,
    Title,
    Verified,
)
from certification.packs.protocols import Protocol
from certification.packs.trees import Citation, Tree


class Reference(Entry):
    """A source. ``kind`` is empty for one that is cited but not listed in its source; ``secondary``
    marks a summary of other sources, which cannot be the only support of a criterion."""

    key: Key
    kind: (
        Literal[
            "guideline",
            "systematic_review",
            "review",
            "trial",
            "cohort",
            "label",
            "regulator",
            "policy",
            "standard",
            "article",
            "programme",
        ]
        | None
    ) = None
    title: Text | None = None
    authors: OneOrMany[Author] = []
    container: Annotated[Text, Field(max_length=240)] | None = None
    year: int | None = Field(default=None, ge=1800, le=2200)
    doi: Name | None = None
    pmid: Annotated[NumberText, Field(max_length=20)] | None = None
    url: Title | None = None
    accessed_on: Date | None = None
    note: Text | None = None
    caution: Text | None = None
    secondary: bool = False
    verified: Verified | None = None
    seed_number: int | None = Field(default=None, ge=1, le=1000)
    listed_in_seed: bool | None = None
    superseded_by: Key | None = None
    identified_as: Key | None = None


class FactGroup(Entry):
    """A step of the wizard."""

    key: ShortKey
    title: Name
    intro: Text | None = None
    order: int = Field(default=0, ge=0, le=100_000)


class Choice(Entry):
    """One answer that is offered. ``unknown``: choosing it says that it is not known."""

    value: Name
    label: Title
    unknown: bool = False
    valid_from: Date | None = None
    valid_until: Date | None = None


class RowField(Entry):
    """One column of a fact that is a table."""

    key: Key
    label: Label
    type: Annotated[FactType, Field(strict=False)]
    choices: list[Choice] = []
    minimum: Limit | None = None
    maximum: Limit | None = None
    required: bool = False


class RowFilter(Entry):
    field: Key
    op: Literal["eq", "in", "gte"]
    value: ScalarOrList


class DerivedCase(Entry):
    when: Tree
    value: Scalar


class Derivation(Entry):
    """How a fact is worked out from others."""

    kind: Literal[
        "years_since",
        "months_since",
        "days_since",
        "count_rows",
        "max_of_rows",
        "last_of_rows",
        "observed_on",
        "cases",
    ]
    from_: Key | None = Field(default=None, alias="from")
    field: Key | None = None
    where: list[RowFilter] = []
    cases: list[DerivedCase] = []
    otherwise: Scalar | None = None


class Contradiction(Entry):
    when: Tree
    says: Text


class Fact(Entry):
    """A question about a person, with its type and limits."""

    key: Key
    label: Label
    type: Annotated[FactType, Field(strict=False)]
    choices: list[Choice] = []
    fields: list[RowField] = []
    unit: Annotated[Text, Field(max_length=40)] | None = None
    minimum: Limit | None = None
    maximum: Limit | None = None
    step: Number | None = None
    future: bool = False
    of_request: bool = False
    group: Key | None = None
    help: Text | None = None
    why: Text | None = None
    codes: dict[Name, NumberText] | None = None
    dated_by: Key | None = None
    applies_when: Tree | None = None
    derived: Derivation | None = None
    contradictions: list[Contradiction] = []
    verified: Verified | None = None


def _code_or_codes(value: Any) -> Any:
    return [{"code": value}] if isinstance(value, str) else value


class Hcpcs(Entry):
    """A billing code of a therapy and the unit it counts."""

    code: Name
    unit: Name | None = None
    product: Title | None = None
    effective_on: Date | None = None
    note: Text | None = None
    verified: Verified | None = None


class Therapy(Entry):
    """An infusion therapy. Everything after ``cite`` is shown to the reader as it stands."""

    key: ShortKey
    generic: Name
    brands: list[Name] = []
    biosimilars: list[Name] = []
    class_: Label | None = Field(default=None, alias="class")
    route: Label | None = None
    efficacy: Literal["moderate", "high", "none"]
    off_label: bool = False
    hcpcs: Annotated[list[Hcpcs], BeforeValidator(_code_or_codes)] = []
    note: Text | None = None
    cite: list[Citation] = []
    verified: Verified | None = None
    rxnorm: Detail = None
    indications: Detail = None
    regulatory: Detail = None
    age_limits: Detail = None
    dosing: Detail = None
    premedication: Detail = None
    boxed_warnings: Detail = None
    contraindications: Detail = None
    warnings: Detail = None
    screening: Detail = None
    monitoring: Detail = None
    missed_dose: Detail = None
    infusion: Detail = None
    infusion_reactions: Detail = None
    washout: Detail = None
    rems: Detail = None
    authorisation: Detail = None
    trial_population: Detail = None
    safety: Detail = None
    evidence: Detail = None

    @model_validator(mode="after")
    def _brands_fit(self) -> Therapy:
        if len(", ".join(self.brands)) > 240:
            raise PydanticCustomError("pack_brands", "brands of at most 240 characters together")
        return self


class Statement(Entry):
    """An evidence statement: one sentence that rests on its citations."""

    key: Key
    says: Text
    plain: Text | None = None
    audience: OneOrMany[Literal["clinician", "nurse", "patient"]] = []
    topic: Annotated[Text, Field(max_length=60)] | None = None
    cite: list[Citation] = []
    seed: Annotated[Text, Field(max_length=10)] | None = None
    note: Text | None = None
    verified: Verified | None = None


class TurnaroundProfile(Entry):
    """How long a request may take. Exactly one of ``hours`` and ``days`` (24 hours each)."""

    key: ShortKey
    title: Name
    urgency: Literal["standard", "expedited"]
    hours: int | None = Field(default=None, ge=1, le=8784)
    days: int | None = Field(default=None, ge=1, le=366)
    calendar: Literal["clock", "working_days"] = "clock"
    cite: list[Citation] = []
    note: Text | None = None
    verified: Verified | None = None

    @model_validator(mode="after")
    def _has_one_duration(self) -> TurnaroundProfile:
        if (self.hours is None) == (self.days is None):
            raise PydanticCustomError("pack_duration", "exactly one of hours and days")
        return self


class DeterminationReason(Entry):
    """A coded reason for an adverse or a modified determination."""

    key: ShortKey
    label: Name
    says: Text
    plain: Text | None = None
    kind: Literal["adverse", "modified"]


class PackFile(Entry):
    """A reference pack for Myelin: one of the ``*.yaml`` files in its folder."""

    references: list[Reference] = []
    fact_groups: list[FactGroup] = []
    facts: list[Fact] = []
    therapies: list[Therapy] = []
    statements: list[Statement] = []
    criteria_sets: list[CriteriaSet] = []
    protocols: list[Protocol] = []
    turnaround_profiles: list[TurnaroundProfile] = []
    determination_reasons: list[DeterminationReason] = []


SECTIONS: dict[str, type[Entry]] = {
    "references": Reference,
    "fact_groups": FactGroup,
    "facts": Fact,
    "therapies": Therapy,
    "statements": Statement,
    "criteria_sets": CriteriaSet,
    "protocols": Protocol,
    "turnaround_profiles": TurnaroundProfile,
    "determination_reasons": DeterminationReason,
}


def json_schema() -> dict[str, Any]:
    """The format as JSON Schema (draft 2020-12), for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PackFile.model_json_schema(by_alias=True),
    }


@cache
def schema_text() -> str:
    """The JSON Schema as the file in ``docs/`` holds it, and as it is published."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
