"""How are criteria, facts and explanations written as plain data, and what is their hash?

A ``document`` is one criteria set with every fact definition it needs: enough to evaluate the same
facts in the same way years later. It is what is stored with a version, and what is hashed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from certification.criteria.codec_facts import (
    definition_from_data,
    definition_to_data,
    vocabulary_from_data,
)
from certification.criteria.codec_nodes import (
    citations_from_data,
    cited_to_data,
    node_from_data,
    node_to_data,
)
from certification.criteria.explanation import explanation_to_data
from certification.criteria.facts import FactDefinition, Vocabulary
from certification.criteria.needs import document_facts
from certification.criteria.plain import (
    CriteriaError,
    canonical_bytes,
    check_keys,
    content_hash,
    day,
    items,
    one_of,
    shown,
    text,
    to_data,
    whole_number,
)
from certification.criteria.tree import (
    AnyOf,
    Criteria,
    CriteriaSet,
    Example,
    Policy,
    Precaution,
    Recommendation,
    Truth,
    walk,
)

__all__ = [
    "CriteriaError",
    "canonical_bytes",
    "content_hash",
    "criteria_set_from_data",
    "criteria_set_to_data",
    "definition_from_data",
    "definition_to_data",
    "document",
    "explanation_to_data",
    "node_from_data",
    "node_to_data",
    "read_document",
    "vocabulary_from_data",
]

FORMAT = 1

_SET = (
    *("key", "therapy", "request_type", "title", "policy", "version", "next_review_on"),
    *("certification_months", "quantity_limit", "signer", "note"),
    *("indications", "contraindications", "precautions", "examples"),
)
_PRECAUTION = ("id", "when", "says", "plain", "cite", "verified")
_REQUIRED = ("key", "therapy", "request_type", "title", "version", "indications")
_REQUEST_TYPES = ("initial", "renewal", "acute_course")
_TRUTHS = [truth.value for truth in Truth]
_EXPECTED: Mapping[str, list[str]] = {
    "recommendation": [recommendation.value for recommendation in Recommendation],
    "indications": _TRUTHS,
    "contraindications": _TRUTHS,
}


def criteria_set_from_data(data: Any, path: str, vocabulary: Vocabulary) -> CriteriaSet:
    """The criteria set that ``data`` describes. Raises ``CriteriaError``."""
    check_keys(data, path, _SET, _REQUIRED)
    request_type, signer = text(data, "request_type", path), text(data, "signer", path)
    if request_type not in _REQUEST_TYPES:
        raise CriteriaError(f"{path}.request_type", shown(request_type), ", ".join(_REQUEST_TYPES))
    if signer not in ("", "physician"):
        raise CriteriaError(f"{path}.signer", shown(signer), "physician, or nothing")
    quantity = data.get("quantity_limit")
    if quantity is not None and not isinstance(quantity, Mapping | str):
        raise CriteriaError(f"{path}.quantity_limit", shown(quantity), "a mapping, or a text")
    criteria = _criteria(data, path, vocabulary)
    ids = {node.id for tree in _roots(criteria) for node in walk(tree)}
    precaution_ids = [precaution.id for precaution in criteria.precautions]
    return CriteriaSet(
        key=text(data, "key", path),
        therapy=text(data, "therapy", path),
        request_type=request_type,
        title=text(data, "title", path),
        version=text(data, "version", path),
        criteria=criteria,
        next_review_on=day(data, "next_review_on", path),
        certification_months=whole_number(data, "certification_months", path, minimum=1),
        quantity_limit=to_data(quantity) if quantity else None,
        signer=signer,
        policy=_policy(data, path),
        note=text(data, "note", path),
        examples=tuple(
            _example(raw, f"{path}.examples.{number}", vocabulary, ids, precaution_ids)
            for number, raw in enumerate(items(data, "examples", path))
        ),
    )


def _roots(criteria: Criteria) -> tuple[Any, ...]:
    return (criteria.indications, criteria.contraindications)


def _criteria(data: Mapping[str, Any], path: str, vocabulary: Vocabulary) -> Criteria:
    indications = node_from_data(
        data["indications"], f"{path}.indications", vocabulary, name="indications"
    )
    blocking = data.get("contraindications")
    contraindications = (
        AnyOf("contraindications", ())
        if blocking is None
        else node_from_data(
            blocking, f"{path}.contraindications", vocabulary, name="contraindications"
        )
    )
    precautions = []
    for number, raw in enumerate(items(data, "precautions", path)):
        at = f"{path}.precautions.{number}"
        check_keys(raw, at, _PRECAUTION, ("when", "says"))
        name = f"precautions.{number}"
        precautions.append(
            Precaution(
                id=text(raw, "id", at) or name,
                when=node_from_data(raw["when"], f"{at}.when", vocabulary, name=f"{name}.when"),
                says=text(raw, "says", at),
                cite=citations_from_data(raw, at),
                verified=text(raw, "verified", at),
                plain=text(raw, "plain", at),
            )
        )
    criteria = Criteria(indications, contraindications, tuple(precautions))
    _refuse_same_ids(criteria, path)
    return criteria


def _refuse_same_ids(criteria: Criteria, path: str) -> None:
    ids = [(node.id, "indications") for node in walk(criteria.indications)]
    ids += [(node.id, "contraindications") for node in walk(criteria.contraindications)]
    for number, precaution in enumerate(criteria.precautions):
        ids.append((precaution.id, f"precautions.{number}"))
        ids += [(node.id, f"precautions.{number}.when") for node in walk(precaution.when)]
    seen: set[str] = set()
    for name, where in ids:
        if name in seen:
            raise CriteriaError(f"{path}.{where}", f"the id {name} twice", "each id once in a set")
        seen.add(name)


def _policy(data: Mapping[str, Any], path: str) -> Policy | None:
    raw = data.get("policy")
    if raw is None:
        return None
    at = f"{path}.policy"
    check_keys(raw, at, ("organisation", "identifier", "url", "effective_on"), ("organisation",))
    return Policy(
        text(raw, "organisation", at),
        text(raw, "identifier", at),
        text(raw, "url", at),
        _effective_on(raw, at),
    )


def _effective_on(data: Mapping[str, Any], path: str) -> date | str | None:
    """A date where the publisher gives one, otherwise the publisher's words."""
    try:
        return day(data, "effective_on", path)
    except CriteriaError:
        return text(data, "effective_on", path)


def _example(
    data: Any, path: str, vocabulary: Vocabulary, ids: set[str], precautions: list[str]
) -> Example:
    check_keys(data, path, ("name", "facts", "expect", "as_of"), ("name", "facts", "expect"))
    facts, expect = data["facts"], data["expect"]
    check_keys(
        expect, f"{path}.expect", (*_EXPECTED, "unmet", "missing", "shortest", "precautions")
    )
    if not isinstance(facts, Mapping):
        raise CriteriaError(f"{path}.facts", shown(facts), "a mapping of fact keys to answers")
    for key in facts:
        if key not in vocabulary:
            raise CriteriaError(f"{path}.facts.{key}", "unknown fact", one_of(vocabulary, key))
    for key, allowed in _EXPECTED.items():
        if key in expect and expect[key] not in allowed:
            raise CriteriaError(f"{path}.expect.{key}", shown(expect[key]), ", ".join(allowed))
    named = {
        "unmet": ids,
        "missing": vocabulary,
        "shortest": vocabulary,
        "precautions": precautions,
    }
    for key, names in named.items():
        for name in items(expect, key, f"{path}.expect"):
            if name not in names:
                raise CriteriaError(f"{path}.expect.{key}", shown(name), one_of(names, name))
    return Example(
        text(data, "name", path), to_data(facts), to_data(expect), day(data, "as_of", path)
    )


def criteria_set_to_data(criteria_set: CriteriaSet) -> dict[str, Any]:
    """The set as plain data, without what it leaves at its default."""
    data: dict[str, Any] = {
        key: getattr(criteria_set, key)
        for key in ("key", "therapy", "request_type", "title", "version")
    }
    if criteria_set.policy is not None:
        data["policy"] = _policy_to_data(criteria_set.policy)
    for key in ("next_review_on", "certification_months", "quantity_limit", "signer", "note"):
        if getattr(criteria_set, key):
            data[key] = to_data(getattr(criteria_set, key))
    criteria = criteria_set.criteria
    data["indications"] = node_to_data(criteria.indications, "indications")
    if criteria.contraindications != AnyOf("contraindications", ()):
        data["contraindications"] = node_to_data(criteria.contraindications, "contraindications")
    if criteria.precautions:
        data["precautions"] = [
            _precaution_to_data(precaution, f"precautions.{number}")
            for number, precaution in enumerate(criteria.precautions)
        ]
    if criteria_set.examples:
        data["examples"] = [_example_to_data(example) for example in criteria_set.examples]
    return data


def _policy_to_data(policy: Policy) -> dict[str, Any]:
    named = {
        "organisation": policy.organisation,
        "identifier": policy.identifier,
        "url": policy.url,
        "effective_on": to_data(policy.effective_on),
    }
    return {key: value for key, value in named.items() if value}


def _precaution_to_data(precaution: Precaution, name: str) -> dict[str, Any]:
    data: dict[str, Any] = {} if precaution.id == name else {"id": precaution.id}
    data["when"] = node_to_data(precaution.when, f"{name}.when")
    data["says"] = precaution.says
    if precaution.plain:
        data["plain"] = precaution.plain
    return data | cited_to_data(precaution.cite, precaution.verified)


def _example_to_data(example: Example) -> dict[str, Any]:
    data = {
        "name": example.name,
        "facts": to_data(example.facts),
        "expect": to_data(example.expect),
    }
    return data if example.as_of is None else data | {"as_of": to_data(example.as_of)}


def document(criteria_set: CriteriaSet, vocabulary: Vocabulary) -> dict[str, Any]:
    """The set with every definition it and its examples need, in wizard order."""
    definitions = document_facts(criteria_set, vocabulary).values()
    return {
        "format": FORMAT,
        "criteria_set": criteria_set_to_data(criteria_set),
        "facts": [definition_to_data(definition) for definition in definitions],
    }


def read_document(data: Any) -> tuple[CriteriaSet, dict[str, FactDefinition]]:
    """What ``document`` wrote. Raises ``CriteriaError``."""
    check_keys(data, "document", ("format", "criteria_set", "facts"), ("criteria_set", "facts"))
    if data.get("format") != FORMAT:
        raise CriteriaError("document.format", shown(data.get("format")), str(FORMAT))
    vocabulary = vocabulary_from_data(items(data, "facts", "document"))
    return criteria_set_from_data(data["criteria_set"], "criteria_set", vocabulary), vocabulary
