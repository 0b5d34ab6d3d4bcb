"""How is the free part of a therapy's entry laid out?

The pack format leaves these fields to the author. Whatever stands there is shown: keys become
titles, a mapping its lines, a list its items; citations and confidence stay with what they support.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certification.criteria.tree import Citation
from certification.presenters.citations import Cite, Sources

# ``fact`` and ``facts`` name questions by key: for the engine, not for readers.
HIDDEN = {"cite", "verified", "key", "fact", "facts"}
NAMES = ("test", "name", "title", "region", "code", "severity", "item")
PERIOD_UNITS = {"days", "weeks", "months", "years", "hours", "minutes"}
SENTENCES = ("says", "text", "summary")
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """``label`` is empty for an unnamed item; ``text`` is empty for a title above others;
    ``extra`` holds the short fields that go with it."""

    depth: int
    label: str
    text: str
    extra: str
    cites: tuple[Cite, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    lines: tuple[Line, ...]


def sections(details: Mapping[str, Any], sources: Sources, order: Iterable[str]) -> list[Section]:
    """The fields that hold something, known ones in ``order``, then the others."""
    keys = [key for key in order if key in details]
    keys += [key for key in details if key not in keys and key not in HIDDEN]
    made = [Section(k, title(k), tuple(_lines(details[k], sources, 0))) for k in keys]
    return [section for section in made if section.lines]


def cited_refs(data: Any) -> Iterator[str]:
    """Every reference key that is cited anywhere in the data, in reading order."""
    if isinstance(data, Mapping):
        for citation in data.get("cite", ()):
            yield citation["ref"]
        for key, value in data.items():
            if key != "cite":
                yield from cited_refs(value)
    elif isinstance(data, list):
        for value in data:
            yield from cited_refs(value)


def title(key: str) -> str:
    words = key.replace("_", " ").strip()
    known = {"hcpcs": "HCPCS codes", "rems": "REMS", "rxnorm": "RxNorm", "mri": "MRI"}
    return known.get(words, words[:1].upper() + words[1:])


def _lines(data: Any, sources: Sources, depth: int, label: str = "") -> Iterator[Line]:
    depth = min(depth, DEEPEST)
    if isinstance(data, Mapping):
        yield from _mapping(data, sources, depth, label)
    elif isinstance(data, list) and not _is_simple(data):
        if label:
            yield Line(depth, label, "", "", (), "")
            depth += 1
        for item in data:
            yield from _lines(item, sources, depth)
    elif data not in (None, "", []):
        yield Line(depth, label, _words(data), "", (), "")


def _mapping(data: Mapping[str, Any], sources: Sources, depth: int, label: str) -> Iterator[Line]:
    cites = sources.cites(Citation(c["ref"], c.get("at", "")) for c in data.get("cite", ()))
    verified = str(data.get("verified") or "")
    rest = {key: value for key, value in data.items() if key not in HIDDEN}
    period = _period(rest)
    if period:
        yield Line(depth, label, period, "", cites, verified)
        return
    said = next((rest.pop(name) for name in SENTENCES if isinstance(rest.get(name), str)), "")
    if not label:
        named = next((name for name in NAMES if isinstance(rest.get(name), str)), "")
        label = str(rest.pop(named)) if named else ""
    simple = {key: value for key, value in rest.items() if _is_simple(value)}
    worded = {key: words for key, value in simple.items() if (words := _words(value))}
    if label or said or simple:
        extra = "; ".join(f"{title(key)}: {words}" for key, words in worded.items())
        said, extra = (said, extra) if said else (extra, "")
        yield Line(depth, label, said, extra, cites, verified)
        depth += 1
    for key, value in rest.items():
        if key not in simple:
            yield from _lines(value, sources, depth, title(key))


def _is_simple(value: Any) -> bool:
    if isinstance(value, list):
        return all(not isinstance(item, Mapping | list) for item in value)
    return not isinstance(value, Mapping) or bool(_period(value))


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return _period(value)
    values = value if isinstance(value, list) else [value]
    return ", ".join(_word(item) for item in values if item not in (None, ""))


def _period(data: Mapping[str, Any]) -> str:
    if not data or not set(data) <= PERIOD_UNITS:
        return ""
    return ", ".join(f"{value} {unit[:-1] if value == 1 else unit}" for unit, value in data.items())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)
