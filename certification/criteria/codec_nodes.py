"""How is a criteria tree written as plain data, and what is wrong with one that is not right?

``node_from_data`` refuses every mistake that the vocabulary can show: an unknown fact, an operator
that the fact's type does not have, a value that is not among the choices, an ``n`` out of range, a
missing value, a comparison with a fact of another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certification.criteria.facts import FactDefinition, FactType, Vocabulary
from certification.criteria.plain import (
    CriteriaError,
    check_keys,
    items,
    one_of,
    shown,
    text,
    to_data,
    value_from_data,
    whole_number,
)
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Citation,
    FactTest,
    Node,
    Not,
    Operator,
)

_COMMON = ("id", "says", "cite", "verified")
_TEST = ("fact", "op", "value", "value_of", "max_age_days", *_COMMON)
_GROUPS = ("all", "any", "at_least", "not")

_EQUALITY = (Operator.EQ, Operator.NE, Operator.IN, Operator.IS_KNOWN)
_ORDER = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
_ELAPSED = (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS)
_FLAGS = (Operator.IS_TRUE, Operator.IS_FALSE)

OPERATORS: Mapping[FactType, tuple[Operator, ...]] = {
    FactType.BOOLEAN: (*_FLAGS, Operator.EQ, Operator.NE, Operator.IS_KNOWN),
    FactType.CHOICE: _EQUALITY,
    FactType.TEXT: _EQUALITY,
    FactType.INTEGER: (*_EQUALITY, *_ORDER),
    FactType.DECIMAL: (*_EQUALITY, *_ORDER),
    FactType.DATE: (*_EQUALITY, *_ORDER, *_ELAPSED),
    FactType.ROWS: (Operator.IS_KNOWN,),
}

_NUMBERS = (FactType.INTEGER, FactType.DECIMAL)

# In steps of a path; a group adds two of them, ``all.2`` for example.
_DEEPEST = 80


def node_from_data(
    data: Any, path: str, vocabulary: Vocabulary, *, name: str | None = None
) -> Node:
    """The tree that ``data`` describes. Raises ``CriteriaError``.

    ``path`` is where the data stands, for errors. ``name`` is the id that a nameless root gets (by
    default its path); the parts below are named after it, ``indications.all.2`` for example.
    """
    name = path if name is None else name
    if name.count(".") > _DEEPEST:
        raise CriteriaError(path, "a tree deeper than anyone can read", f"{_DEEPEST // 2} levels")
    if not isinstance(data, Mapping):
        raise CriteriaError(path, shown(data), f"a test, or one of {', '.join(_GROUPS)}")
    kinds = [kind for kind in (*_GROUPS, "fact") if kind in data]
    if len(kinds) != 1:
        found = " and ".join(kinds) if kinds else shown(sorted(map(str, data)))
        raise CriteriaError(path, found, f"exactly one of fact, {', '.join(_GROUPS)}")
    kind = kinds[0]
    if kind == "fact":
        return _test_from_data(data, path, vocabulary, name)
    check_keys(data, path, (kind, *_COMMON))
    common = _common(data, path, name)

    def parts(listed: list[Any], at: str) -> tuple[Node, ...]:
        return tuple(
            node_from_data(part, f"{at}.{number}", vocabulary, name=f"{name}.{kind}.{number}")
            for number, part in enumerate(listed)
        )

    match kind:
        case "not":
            inner = node_from_data(data["not"], f"{path}.not", vocabulary, name=f"{name}.not")
            return Not(of=inner, **common)
        case "at_least":
            inside = data["at_least"]
            at = f"{path}.at_least"
            check_keys(inside, at, ("n", "of"), ("n", "of"))
            of = parts(items(inside, "of", at), f"{at}.of")
            count = inside["n"]
            if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= len(of):
                raise CriteriaError(f"{at}.n", shown(count), f"1 to {len(of)}, the number of parts")
            return AtLeast(n=count, of=of, **common)
        case "all":
            return AllOf(of=parts(_listed(data, kind, path), f"{path}.all"), **common)
        case _:
            return AnyOf(of=parts(_listed(data, kind, path), f"{path}.any"), **common)


def _listed(data: Mapping[str, Any], kind: str, path: str) -> list[Any]:
    if data[kind] is None:
        raise CriteriaError(f"{path}.{kind}", "nothing", "a list")
    return items(data, kind, path)


def _common(data: Mapping[str, Any], path: str, name: str) -> dict[str, Any]:
    return {
        "id": text(data, "id", path) or name,
        "says": text(data, "says", path),
        "cite": citations_from_data(data, path),
        "verified": text(data, "verified", path),
    }


def citations_from_data(data: Mapping[str, Any], path: str) -> tuple[Citation, ...]:
    """The ``cite`` list of anything that can be cited."""
    cited = []
    for number, item in enumerate(items(data, "cite", path)):
        at = f"{path}.cite.{number}"
        check_keys(item, at, ("ref", "at", "note"), ("ref",))
        cited.append(Citation(text(item, "ref", at), text(item, "at", at), text(item, "note", at)))
    return tuple(cited)


def _test_from_data(
    data: Mapping[str, Any], path: str, vocabulary: Vocabulary, name: str
) -> FactTest:
    check_keys(data, path, _TEST, ("fact", "op"))
    definition = known_fact(data["fact"], f"{path}.fact", vocabulary)
    allowed = OPERATORS[definition.type]
    if data["op"] not in [operator.value for operator in allowed]:
        raise CriteriaError(
            f"{path}.op",
            shown(data["op"]),
            f"{', '.join(operator.value for operator in allowed)} "
            f"({definition.key} is of type {definition.type.value})",
        )
    operator = Operator(data["op"])
    value, value_of = _compared(data, path, definition, operator, vocabulary)
    return FactTest(
        fact=definition.key,
        op=operator,
        value=value,
        value_of=value_of,
        max_age_days=whole_number(data, "max_age_days", path),
        **_common(data, path, name),
    )


def _compared(
    data: Mapping[str, Any],
    path: str,
    definition: FactDefinition,
    operator: Operator,
    vocabulary: Vocabulary,
) -> tuple[Any, str]:
    """What the fact is compared with: a value, or the key of another fact."""
    raw, other = data.get("value"), data.get("value_of")
    if operator in (*_FLAGS, Operator.IS_KNOWN):
        for key in ("value", "value_of"):
            if data.get(key) is not None:
                raise CriteriaError(f"{path}.{key}", shown(data[key]), f"{operator.value} has none")
        return None, ""
    if operator in (*_ELAPSED, Operator.IN):
        if other is not None:
            raise CriteriaError(f"{path}.value_of", shown(other), f"{operator.value} has none")
        if operator is Operator.IN:
            listed = items(data, "value", path)
            if not listed:
                raise CriteriaError(f"{path}.value", shown(raw), "a list of at least one value")
            return tuple(
                value_from_data(definition, item, f"{path}.value.{number}")
                for number, item in enumerate(listed)
            ), ""
        if raw is None:
            raise CriteriaError(f"{path}.value", "nothing", "a number of days")
        return whole_number(data, "value", path), ""
    if (raw is None) == (other is None):
        found = "both" if raw is not None else "neither value nor value_of"
        raise CriteriaError(f"{path}.value", found, "either value or value_of")
    if other is None:
        return value_from_data(definition, raw, f"{path}.value"), ""
    compared = known_fact(other, f"{path}.value_of", vocabulary)
    numbers = definition.type in _NUMBERS and compared.type in _NUMBERS
    if compared.type is not definition.type and not numbers:
        raise CriteriaError(
            f"{path}.value_of",
            f"{compared.key} of type {compared.type.value}",
            f"a fact of type {definition.type.value}",
        )
    return None, compared.key


def known_fact(key: Any, path: str, vocabulary: Vocabulary) -> FactDefinition:
    """The definition of a fact that something names. Raises ``CriteriaError``."""
    definition = vocabulary.get(key) if isinstance(key, str) else None
    if definition is None:
        raise CriteriaError(path, f"unknown fact {shown(key)}", one_of(vocabulary, key))
    return definition


def node_to_data(node: Node, name: str) -> dict[str, Any]:
    """The tree as plain data. ``name`` is the id that the node has when its author gave none."""
    data: dict[str, Any] = {}
    if node.id != name:
        data["id"] = node.id
    if node.says:
        data["says"] = node.says
    match node:
        case FactTest():
            data |= {"fact": node.fact, "op": node.op.value}
            if node.value is not None:
                data["value"] = to_data(node.value)
            if node.value_of:
                data["value_of"] = node.value_of
            if node.max_age_days is not None:
                data["max_age_days"] = node.max_age_days
        case Not():
            data["not"] = node_to_data(node.of, f"{name}.not")
        case AtLeast():
            data["at_least"] = {"n": node.n, "of": _parts(node.of, f"{name}.at_least")}
        case AllOf():
            data["all"] = _parts(node.of, f"{name}.all")
        case AnyOf():
            data["any"] = _parts(node.of, f"{name}.any")
    return data | cited_to_data(node.cite, node.verified)


def _parts(of: tuple[Node, ...], name: str) -> list[dict[str, Any]]:
    return [node_to_data(part, f"{name}.{number}") for number, part in enumerate(of)]


def cited_to_data(cite: tuple[Citation, ...], verified: str) -> dict[str, Any]:
    """The ``cite`` and ``verified`` of anything, when it has them."""
    data: dict[str, Any] = {}
    if cite:
        data["cite"] = [citation_to_data(citation) for citation in cite]
    if verified:
        data["verified"] = verified
    return data


def citation_to_data(citation: Citation) -> dict[str, str]:
    named = {"ref": citation.ref, "at": citation.at, "note": citation.note}
    return {key: value for key, value in named.items() if value}
