"""What may stand in a set of criteria?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from certification.packs.fields import (
    Date,
    Detail,
    Entry,
    Key,
    Label,
    Name,
    NodeId,
    NumberText,
    Quantity,
    Text,
    Title,
    Verified,
)
from certification.packs.trees import Citation, Tree


class Policy(Entry):
    """Whose criteria these are."""

    organisation: Label
    identifier: Title | None = None
    url: Title | None = None
    effective_on: Name | None = None
    """A date where the publisher gives one, else the publisher's own words."""


class Precaution(Entry):
    """Informs the reader when ``when`` is met; never blocks."""

    id: NodeId
    when: Tree
    says: Text
    plain: Text | None = None
    cite: list[Citation] = []
    verified: Verified | None = None


Recommendation = Literal["certify", "refer", "pend"]
TruthWord = Literal["met", "not_met", "unknown"]


class Expectation(Entry):
    """What the criteria must say of an example; only what is named is compared."""

    recommendation: Recommendation | None = None
    indications: TruthWord | None = None
    contraindications: TruthWord | None = None
    unmet: list[NodeId] | None = None
    missing: list[Key] | None = None
    shortest: list[Key] | None = None
    precautions: list[NodeId] | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Expectation:
        if not self.model_fields_set:
            raise PydanticCustomError("pack_expect", "at least a recommendation")
        return self


class Example(Entry):
    """A worked example: a synthetic person and what the criteria must say of them."""

    name: Title
    facts: dict[Key, Detail]
    expect: Expectation
    as_of: Date | None = None


class CriteriaSet(Entry):
    """One version of the criteria for one therapy and one type of request."""

    key: Annotated[Key, Field(max_length=100)]
    therapy: Key
    request_type: Literal["initial", "renewal", "acute_course"]
    title: Annotated[Text, Field(max_length=240)]
    version: Annotated[NumberText, Field(max_length=40)]
    policy: Policy | None = None
    next_review_on: Date | None = None
    certification_months: int | None = Field(default=None, ge=1, le=120)
    quantity_limit: Quantity | None = None
    signer: Literal["physician"] | None = None
    note: Text | None = None
    indications: Tree
    contraindications: Tree | None = None
    precautions: list[Precaution] = []
    examples: list[Example] = []
