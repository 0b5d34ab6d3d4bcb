"""Documents that differ from the made-up criteria in one way each."""

from __future__ import annotations

import random
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


def fact(data: dict[str, Any], key: str) -> dict[str, Any]:
    """A question by its key."""
    return next(one for one in data["facts"] if one["key"] == key)


def ask_something_new(data: dict[str, Any]) -> None:
    """A question that nobody was asked, worked out from one that everybody was."""
    data["facts"].append(
        {"key": "marked", "label": "Marked disability", "type": "boolean", "derived": {
            "kind": "cases", "otherwise": False,
            "cases": [{"value": True, "when": {"fact": "edss", "op": "gte", "value": 3}}]}}
    )  # fmt: skip
    data["criteria_set"]["indications"]["all"].append(
        {"id": "marked", "fact": "marked", "op": "is_true", "says": "Disability is marked."}
    )


def count_otherwise(data: dict[str, Any]) -> None:
    """A fact is worked out in another way."""
    fact(data, "failed_dmts")["derived"]["where"] = []


def soon_stale(data: dict[str, Any]) -> None:
    """Answers count for a shorter time, and for the first time at all."""
    part(data, "antibody_known")["max_age_days"] = 30
    part(data, "disability")["max_age_days"] = 200


def dated(data: dict[str, Any]) -> None:
    """An answer without a date takes that of another question."""
    fact(data, "antibody")["dated_by"] = "diagnosis_date"


def contradict(data: dict[str, Any]) -> None:
    """Answers that stand side by side today contradict each other in the draft."""
    fact(data, "antibody")["contradictions"] = [
        {"says": "No.", "when": {"all": [
            {"fact": "antibody", "op": "eq", "value": "negative"},
            {"fact": "edss", "op": "gte", "value": 3}]}}
    ]  # fmt: skip


def only_when(data: dict[str, Any]) -> None:
    """A question is put to some people only."""
    fact(data, "antibody")["applies_when"] = {"fact": "edss", "op": "gte", "value": 2}


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        *(lower_edss, ask_more, ask_less, bar_more, narrow, nothing, ask_something_new),
        *(count_otherwise, soon_stale, dated, contradict, only_when),
    )
}


def several(chance: random.Random) -> Change:
    """A few changes, one after the other, that fit each other."""
    chosen = chance.sample([one for one in CHANGES.values() if one is not narrow], 3)

    def change(data: dict[str, Any]) -> None:
        for one in chosen:
            one(data)

    return change


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
