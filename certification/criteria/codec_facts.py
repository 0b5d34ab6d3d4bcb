"""How are fact definitions written as plain data, and what is wrong with those that are not right?

A vocabulary is read in two passes, because the trees inside definitions (``applies_when``,
``derived``, ``contradictions``) name other facts: first every question with its type and limits,
then the trees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from certification.criteria.codec_nodes import (
    known_fact,
    node_from_data,
    node_to_data,
)
from certification.criteria.derived import (
    ELAPSED,
    KINDS,
    ROW_KINDS,
    CycleError,
    dependency_order,
)
from certification.criteria.facts import (
    Choice,
    Contradiction,
    Derivation,
    DerivedCase,
    FactDefinition,
    FactType,
    RowField,
    RowFilter,
    Vocabulary,
)
from certification.criteria.plain import (
    CriteriaError,
    check_keys,
    day,
    items,
    one_of,
    shown,
    text,
    to_data,
    value_from_data,
)

_FIELD = ("key", "label", "type", "choices", "minimum", "maximum", "required")
_TEXTS = ("unit", "group", "help", "why", "dated_by", "verified")
_FACT = (
    *("key", "label", "type", "choices", "fields", "minimum", "maximum", "step", "future"),
    "of_request",
    *(*_TEXTS, "codes", "applies_when", "derived", "contradictions"),
)
_LIMITED = (FactType.INTEGER, FactType.DECIMAL, FactType.DATE)


def vocabulary_from_data(listed: Iterable[Any], path: str = "facts") -> dict[str, FactDefinition]:
    """Every definition of a list, in its order. Raises ``CriteriaError``."""
    entries = list(listed)
    bare: dict[str, FactDefinition] = {}
    for number, data in enumerate(entries):
        definition = _bare_definition(data, f"{path}.{number}")
        if definition.key in bare:
            raise CriteriaError(f"{path}.{number}.key", f"{definition.key} twice", "one of each")
        bare[definition.key] = definition
    vocabulary = {
        key: _with_trees(definition, data, f"{path}.{number}", bare)
        for number, (data, (key, definition)) in enumerate(zip(entries, bare.items(), strict=True))
    }
    try:
        dependency_order(vocabulary)
    except CycleError as error:
        number = list(vocabulary).index(error.keys[0])
        raise CriteriaError(
            f"{path}.{number}", f"a circle of facts, {error}", "facts that do not need themselves"
        ) from error
    return vocabulary


def definition_from_data(data: Any, path: str, vocabulary: Vocabulary) -> FactDefinition:
    """One definition whose trees name facts of ``vocabulary``. Raises ``CriteriaError``."""
    bare = _bare_definition(data, path)
    return _with_trees(bare, data, path, {**vocabulary, bare.key: bare})


def _bare_definition(data: Any, path: str) -> FactDefinition:
    check_keys(data, path, _FACT, ("key", "label", "type"))
    field = _field(data, path, list(FactType))
    fields = []
    for number, raw in enumerate(items(data, "fields", path)):
        at = f"{path}.fields.{number}"
        check_keys(raw, at, _FIELD, ("key", "label", "type"))
        fields.append(_field(raw, at, [kind for kind in FactType if kind is not FactType.ROWS]))
    _refuse_twice([field.key for field in fields], f"{path}.fields")
    if bool(fields) is not (field.type is FactType.ROWS):
        raise CriteriaError(
            f"{path}.fields", shown(data.get("fields")), "fields for type rows, and only for it"
        )
    step = data.get("step")
    if step is not None:
        if field.type is not FactType.DECIMAL:
            raise CriteriaError(f"{path}.step", shown(step), "only for type decimal")
        step = value_from_data(field, step, f"{path}.step")
        if step <= 0:
            raise CriteriaError(f"{path}.step", shown(data["step"]), "a number above 0")
    codes = data.get("codes")
    if codes is not None and not isinstance(codes, Mapping):
        raise CriteriaError(f"{path}.codes", shown(codes), "a mapping")
    return FactDefinition(
        key=field.key,
        label=field.label,
        type=field.type,
        choices=field.choices,
        fields=tuple(fields),
        minimum=field.minimum,
        maximum=field.maximum,
        step=step,
        future=_flag(data, "future", path),
        of_request=_flag(data, "of_request", path),
        codes=to_data(codes) if codes else None,
        unit=text(data, "unit", path),
        group=text(data, "group", path),
        help=text(data, "help", path),
        why=text(data, "why", path),
        dated_by=text(data, "dated_by", path),
        verified=text(data, "verified", path),
    )


def _field(data: Mapping[str, Any], path: str, types: list[FactType]) -> RowField:
    if data["type"] not in [kind.value for kind in types]:
        raise CriteriaError(
            f"{path}.type", shown(data["type"]), ", ".join(kind.value for kind in types)
        )
    field = RowField(
        key=text(data, "key", path),
        label=text(data, "label", path),
        type=FactType(data["type"]),
        choices=_choices(data, path),
        required=_flag(data, "required", path),
    )
    if bool(field.choices) is not (field.type is FactType.CHOICE):
        raise CriteriaError(
            f"{path}.choices", shown(data.get("choices")), "choices for type choice, only for it"
        )
    limits = {}
    for key in ("minimum", "maximum"):
        if data.get(key) is not None:
            if field.type not in _LIMITED:
                raise CriteriaError(f"{path}.{key}", shown(data[key]), "only for numbers and dates")
            limits[key] = value_from_data(field, data[key], f"{path}.{key}")
    if len(limits) == 2 and limits["minimum"] > limits["maximum"]:
        raise CriteriaError(f"{path}.maximum", shown(data["maximum"]), "not below the minimum")
    return replace(field, **limits)


def _choices(data: Mapping[str, Any], path: str) -> tuple[Choice, ...]:
    choices = []
    for number, raw in enumerate(items(data, "choices", path)):
        at = f"{path}.choices.{number}"
        check_keys(
            raw, at, ("value", "label", "unknown", "valid_from", "valid_until"), ("value", "label")
        )
        choices.append(
            Choice(
                text(raw, "value", at),
                text(raw, "label", at),
                _flag(raw, "unknown", at),
                day(raw, "valid_from", at),
                day(raw, "valid_until", at),
            )
        )
    _refuse_twice([choice.value for choice in choices], f"{path}.choices")
    return tuple(choices)


def _flag(data: Mapping[str, Any], key: str, path: str) -> bool:
    value = data.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise CriteriaError(f"{path}.{key}", shown(value), "true or false")
    return value


def _refuse_twice(names: list[str], path: str) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise CriteriaError(f"{path}.{number}", f"{name} twice", "each one once")


def _with_trees(
    bare: FactDefinition, data: Mapping[str, Any], path: str, vocabulary: Vocabulary
) -> FactDefinition:
    if bare.dated_by and known_fact(bare.dated_by, f"{path}.dated_by", vocabulary).type is not (
        FactType.DATE
    ):
        raise CriteriaError(f"{path}.dated_by", bare.dated_by, "a fact of type date")
    applies = data.get("applies_when")
    contradictions = []
    for number, raw in enumerate(items(data, "contradictions", path)):
        at = f"{path}.contradictions.{number}"
        check_keys(raw, at, ("when", "says"), ("when", "says"))
        when = node_from_data(
            raw["when"], f"{at}.when", vocabulary, name=f"contradictions.{number}.when"
        )
        contradictions.append(Contradiction(when, text(raw, "says", at)))
    return replace(
        bare,
        applies_when=None
        if applies is None
        else node_from_data(applies, f"{path}.applies_when", vocabulary, name="applies_when"),
        derived=None
        if data.get("derived") is None
        else _derivation(bare, data["derived"], f"{path}.derived", vocabulary),
        contradictions=tuple(contradictions),
    )


def _derivation(
    definition: FactDefinition, data: Any, path: str, vocabulary: Vocabulary
) -> Derivation:
    check_keys(data, path, ("kind", "from", "field", "where", "cases", "otherwise"), ("kind",))
    kind = data["kind"]
    if kind not in KINDS:
        raise CriteriaError(f"{path}.kind", shown(kind), ", ".join(KINDS))
    allowed = {"kind", "otherwise"} if kind not in (*ELAPSED, "observed_on") else {"kind"}
    allowed |= {"cases"} if kind == "cases" else {"from"}
    allowed |= {"field", "where"} if kind in ROW_KINDS else set()
    allowed -= {"otherwise"} if kind == "count_rows" else set()
    for key in data:
        if key not in allowed:
            raise CriteriaError(f"{path}.{key}", shown(data[key]), f"{kind} has no {key}")
    otherwise = data.get("otherwise")
    if otherwise is not None:
        otherwise = value_from_data(definition, otherwise, f"{path}.otherwise")
    if kind == "cases":
        cases = _cases(definition, data, path, vocabulary)
        return Derivation(kind, cases=cases, otherwise=otherwise)
    origin = known_fact(data.get("from"), f"{path}.from", vocabulary)
    if kind in ELAPSED and origin.type is not FactType.DATE:
        raise CriteriaError(f"{path}.from", f"{origin.key}", "a fact of type date")
    if kind in ROW_KINDS and origin.type is not FactType.ROWS:
        raise CriteriaError(f"{path}.from", f"{origin.key}", "a fact of type rows")
    result = {FactType.INTEGER}
    field_key = text(data, "field", path)
    if kind == "observed_on":
        result = {FactType.DATE}
    elif kind in ("max_of_rows", "last_of_rows") or field_key:
        field = _row_field(origin, field_key, f"{path}.field")
        if kind == "max_of_rows" and field.type not in _LIMITED:
            raise CriteriaError(f"{path}.field", f"{field.key}", "a field of numbers or dates")
        if kind != "count_rows":
            result = {field.type}
        if kind == "last_of_rows" and field.type is FactType.CHOICE:
            offered = [choice.value for choice in definition.choices]
            for choice in field.choices:
                if choice.value not in offered:
                    raise CriteriaError(
                        f"{path}.field", f"the choice {choice.value}", one_of(offered)
                    )
    if result == {FactType.INTEGER}:
        result.add(FactType.DECIMAL)
    if definition.type not in result:
        wanted = " or ".join(sorted(kind.value for kind in result))
        raise CriteriaError(path, f"{kind} for type {definition.type.value}", f"type {wanted}")
    where = tuple(
        _row_filter(origin, raw, f"{path}.where.{number}")
        for number, raw in enumerate(items(data, "where", path))
    )
    return Derivation(kind, origin.key, field_key, where, otherwise=otherwise)


def _cases(
    definition: FactDefinition, data: Mapping[str, Any], path: str, vocabulary: Vocabulary
) -> tuple[DerivedCase, ...]:
    cases = []
    for number, raw in enumerate(items(data, "cases", path)):
        at = f"{path}.cases.{number}"
        check_keys(raw, at, ("when", "value"), ("when", "value"))
        when = node_from_data(
            raw["when"], f"{at}.when", vocabulary, name=f"derived.cases.{number}.when"
        )
        cases.append(DerivedCase(when, value_from_data(definition, raw["value"], f"{at}.value")))
    if not cases:
        raise CriteriaError(f"{path}.cases", "nothing", "a list of at least one case")
    return tuple(cases)


def _row_field(origin: FactDefinition, key: Any, path: str) -> RowField:
    for field in origin.fields:
        if field.key == key:
            return field
    raise CriteriaError(path, shown(key), one_of([field.key for field in origin.fields], key))


def _row_filter(origin: FactDefinition, data: Any, path: str) -> RowFilter:
    check_keys(data, path, ("field", "op", "value"), ("field", "op", "value"))
    field = _row_field(origin, data["field"], f"{path}.field")
    if data["op"] not in ("eq", "in", "gte"):
        raise CriteriaError(f"{path}.op", shown(data["op"]), "eq, in, gte")
    if data["op"] == "gte" and field.type not in _LIMITED:
        raise CriteriaError(f"{path}.op", "gte", f"eq, in ({field.key} has no order)")
    if data["op"] != "in":
        value = value_from_data(field, data["value"], f"{path}.value")
    else:
        listed = items(data, "value", path)
        value = tuple(
            value_from_data(field, item, f"{path}.value.{number}")
            for number, item in enumerate(listed)
        )
    return RowFilter(field.key, data["op"], value)


def definition_to_data(definition: FactDefinition) -> dict[str, Any]:
    """One definition as plain data, without what it leaves at its default."""
    data = _field_to_data(definition)
    if definition.fields:
        data["fields"] = [
            _field_to_data(field) | ({"required": True} if field.required else {})
            for field in definition.fields
        ]
    if definition.step is not None:
        data["step"] = to_data(definition.step)
    for flag in ("future", "of_request"):
        if getattr(definition, flag):
            data[flag] = True
    if definition.codes:
        data["codes"] = to_data(definition.codes)
    data |= {key: getattr(definition, key) for key in _TEXTS if getattr(definition, key)}
    if definition.applies_when is not None:
        data["applies_when"] = node_to_data(definition.applies_when, "applies_when")
    if definition.derived is not None:
        data["derived"] = _derivation_to_data(definition.derived)
    if definition.contradictions:
        data["contradictions"] = [
            {"when": node_to_data(item.when, f"contradictions.{number}.when"), "says": item.says}
            for number, item in enumerate(definition.contradictions)
        ]
    return data


def _field_to_data(field: FactDefinition | RowField) -> dict[str, Any]:
    data: dict[str, Any] = {"key": field.key, "label": field.label, "type": field.type.value}
    if field.choices:
        data["choices"] = [_choice_to_data(choice) for choice in field.choices]
    for key in ("minimum", "maximum"):
        if getattr(field, key) is not None:
            data[key] = to_data(getattr(field, key))
    return data


def _choice_to_data(choice: Choice) -> dict[str, Any]:
    data: dict[str, Any] = {"value": choice.value, "label": choice.label}
    if choice.unknown:
        data["unknown"] = True
    for key in ("valid_from", "valid_until"):
        if getattr(choice, key) is not None:
            data[key] = to_data(getattr(choice, key))
    return data


def _derivation_to_data(derivation: Derivation) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": derivation.kind}
    if derivation.from_fact:
        data["from"] = derivation.from_fact
    if derivation.field:
        data["field"] = derivation.field
    if derivation.where:
        data["where"] = [
            {"field": item.field, "op": item.op, "value": to_data(item.value)}
            for item in derivation.where
        ]
    if derivation.cases:
        data["cases"] = [
            {
                "when": node_to_data(case.when, f"derived.cases.{number}.when"),
                "value": to_data(case.value),
            }
            for number, case in enumerate(derivation.cases)
        ]
    if derivation.otherwise is not None:
        data["otherwise"] = to_data(derivation.otherwise)
    return data
