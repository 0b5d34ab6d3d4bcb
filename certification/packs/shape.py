"""Is one file of a pack well formed, and how is what is wrong said to its author?

Validates a file against ``schema`` and turns every complaint into a ``Problem``: the line, the path
in the author's words, what was found and what is allowed there.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from certification.packs.problems import PackError, Problem, offered, shown
from certification.packs.reading import Document, Place
from certification.packs.schema import PackFile, json_schema
from certification.packs.trees import KINDS

_ALLOWED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "string_too_short": "some text",
}


def read_shape(document: Document) -> PackFile:
    """The file as typed entries. Raises ``PackError`` with everything that is wrong in it."""
    if not isinstance(document.data, dict):
        allowed = f"a mapping with any of {', '.join(PackFile.model_fields)}"
        raise PackError([document.problem((), shown(document.data), allowed)])
    try:
        return PackFile.model_validate(document.data)
    except ValidationError as error:
        problems = [shape_problem(document, detail) for detail in error.errors(include_url=False)]
        raise PackError(problems) from None


def shape_problem(
    document: Document, detail: ErrorDetails, above: Place = (), entry: str = ""
) -> Problem:
    """A complaint of the schema about a whole file, or about an ``entry`` that stands ``above``."""
    loc = detail["loc"]
    place: Place = above + tuple(part for part in loc if part not in _TAGS)
    kind, found, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        name = str(place[-1])
        return document.problem(place[:-1], f"no {name}", f"{name} is required")
    if kind == "extra_forbidden":
        keys = _keys_at((entry, *loc[:-1]) if entry else loc[:-1])
        allowed = offered(keys, loc[-1])
        if found is None:
            allowed += " (a text with a comma inside { } needs quotes)"
        return document.problem(place, f"the key {loc[-1]!r}", allowed)
    if kind in {"literal_error", "enum"}:
        allowed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    elif kind in _ALLOWED:
        allowed = _ALLOWED[kind] + _hint(kind, found)
    elif kind == "string_pattern_mismatch":
        allowed = "letters, digits, _ and -, starting with a letter or digit"
    elif kind == "string_too_long":
        found = f"{len(found)} characters" if isinstance(found, str) else found
        allowed = f"at most {context.get('max_length')} characters"
    elif kind in {"greater_than_equal", "less_than_equal"}:
        side = "least" if kind == "greater_than_equal" else "most"
        allowed = f"at {side} {context.get('ge', context.get('le'))}"
    else:
        allowed = detail["msg"]
    return document.problem(place, shown(found), allowed)


_TAGS = frozenset(KINDS.values())


def _hint(kind: str, found: Any) -> str:
    """What to write instead, when YAML read something else than the author meant."""
    if kind != "string_type":
        return ""
    if isinstance(found, bool):
        return " (unquoted yes, no, on, off, true and false are not text: put it in quotes)"
    if found is not None and not isinstance(found, list | dict):
        return " (put the number in quotes)"
    return ""


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the format allows in the mapping at ``loc``."""
    definitions = _schema()["$defs"]
    here: Any = _schema()
    for part in loc:
        if part in definitions:
            here = definitions[part]
            continue
        here = _resolved(here, definitions)
        if isinstance(part, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(part, here.get("additionalProperties", {}))
    return list(_resolved(here, definitions).get("properties", {}))


def _resolved(schema: Any, definitions: dict[str, Any]) -> Any:
    """The object or list that a schema stands for, through references and "or nothing"."""
    while isinstance(schema, dict):
        if "$ref" in schema:
            schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
            continue
        options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
        if not options:
            return schema
        schema = options[0]
    return {}
