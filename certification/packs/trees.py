"""What shape has a criteria tree in a pack?

A node is a mapping, and the key it holds says which kind it is: ``all``, ``any``, ``at_least``,
``not``, or ``fact`` for a test. Whether a fact exists and an operator suits it is not a matter of
shape: see ``tree_rules``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from certification.criteria.tree import Operator
from certification.packs.fields import Entry, Key, NodeId, ScalarOrList, Text, Verified


class Citation(Entry):
    """A reference of the pack, the place in it, and an optional note."""

    ref: Key
    at: Annotated[Text, Field(max_length=160)] | None = None
    note: Annotated[Text, Field(max_length=400)] | None = None


class _Node(Entry):
    id: NodeId | None = None
    says: Text | None = None
    cite: list[Citation] = []
    verified: Verified | None = None


class AllNode(_Node):
    """Met when every part is met."""

    all: list[Tree]


class AnyNode(_Node):
    """Met when one part is met."""

    any: list[Tree]


class AtLeastParts(Entry):
    n: int = Field(ge=1)
    of: list[Tree]


class AtLeastNode(_Node):
    """Met when ``n`` of the parts are met."""

    at_least: AtLeastParts


class NotNode(_Node):
    """Met when its part is not met."""

    not_: Tree = Field(alias="not")


class TestNode(_Node):
    """One fact compared with a value, or with another fact."""

    __test__ = False  # its name must not make pytest collect it

    fact: Key
    op: Annotated[Operator, Field(strict=False)]
    value: ScalarOrList | None = None
    value_of: Key | None = None
    max_age_days: int | None = Field(default=None, ge=0)


KINDS = {
    "all": "AllNode",
    "any": "AnyNode",
    "at_least": "AtLeastNode",
    "not": "NotNode",
    "fact": "TestNode",
}


def _kind(value: Any) -> str | None:
    if isinstance(value, Entry):
        return type(value).__name__
    if not isinstance(value, dict):
        return None
    kinds = [tag for key, tag in KINDS.items() if key in value]
    return kinds[0] if len(kinds) == 1 else None


Tree = Annotated[
    Annotated[AllNode, Tag("AllNode")]
    | Annotated[AnyNode, Tag("AnyNode")]
    | Annotated[AtLeastNode, Tag("AtLeastNode")]
    | Annotated[NotNode, Tag("NotNode")]
    | Annotated[TestNode, Tag("TestNode")],
    Discriminator(
        _kind,
        custom_error_type="pack_node",
        custom_error_message="a mapping with exactly one of all, any, at_least, not, fact",
    ),
]

for _model in (AllNode, AnyNode, AtLeastParts, AtLeastNode, NotNode):
    _model.model_rebuild()
