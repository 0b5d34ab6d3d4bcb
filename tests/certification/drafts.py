"""Documents that differ from the made-up criteria in one way each."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from certification.criteria.codec import document, read_document
from certification.models import CriteriaVersion
from certification.workflow import ContentStatus
from tests.factories import CriteriaVersionFactory, UserFactory
from tests.factories.content import document_for

Change = Callable[[dict[str, Any]], None]


def part(data: dict[str, Any], name: str) -> dict[str, Any]:
    """A criterion of the indications by its id."""
    waiting = [data["criteria_set"]["indications"], data["criteria_set"]["contraindications"]]
    while waiting:
        node = waiting.pop()
        if node.get("id") == name:
            return node
        waiting += [child for key in ("all", "any") for child in node.get(key, ())]
    raise KeyError(name)


def lower_edss(data: dict[str, Any]) -> None:
    part(data, "disability")["value"] = 3


def ask_more(data: dict[str, Any]) -> None:
    data["criteria_set"]["indications"]["all"].append(
        {"id": "noted", "fact": "note", "op": "is_known", "says": "A remark is documented."}
    )


def ask_less(data: dict[str, Any]) -> None:
    criteria = data["criteria_set"]["indications"]
    criteria["all"] = [node for node in criteria["all"] if node["id"] != "antibody_known"]


def bar_more(data: dict[str, Any]) -> None:
    data["criteria_set"]["contraindications"]["any"].append(
        {"id": "positive", "fact": "antibody", "op": "eq", "value": "positive",
         "says": "The antibody is positive."}
    )  # fmt: skip


def narrow(data: dict[str, Any]) -> None:
    """EDSS below 2 is not accepted any more, and a choice is gone."""
    for fact in data["facts"]:
        if fact["key"] == "edss":
            fact["minimum"] = 2
        if fact["key"] == "antibody":
            fact["choices"] = [c for c in fact["choices"] if c["value"] != "positive"]
    data["criteria_set"]["precautions"] = data["criteria_set"]["precautions"][1:]


def nothing(data: dict[str, Any]) -> None:
    """Only the words differ."""
    part(data, "adult")["says"] = "An adult."


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (lower_edss, ask_more, ask_less, bar_more, narrow, nothing)
}


def drafted(change: Change, version: str = "2027.1") -> dict[str, Any]:
    data = deepcopy(document_for(version=version))
    change(data)
    return document(*read_document(data))


def draft_version(change: Change, version: str = "2027.1", **fields: Any) -> CriteriaVersion:
    """The same as a submitted version."""
    submitted = {
        "status": ContentStatus.SUBMITTED,
        "submitted_by": UserFactory(),
        "approved_by": None,
        "approved_at": None,
    }
    return CriteriaVersionFactory(
        version=version, document=drafted(change, version), **submitted | fields
    )
