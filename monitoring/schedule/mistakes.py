"""What is wrong with a protocol that is being written, and at which line?

Every mistake names its place, so that it can be shown there: a line (``rules.3``), a tree of a line
(``rules.3.applies_when``), ``infusions``, or "" for the protocol itself. What has no mistakes can
be read by the planner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from certification.criteria.facts import FactType, Vocabulary
from certification.criteria.mistakes import NAME, NO_NAME, Mistake, node_mistakes
from certification.criteria.plain import CriteriaError
from certification.packs.protocols import ANCHORS, INFUSION
from certification.packs.protocols import Protocol as PackProtocol
from monitoring.schedule.codec import document, read_document
from monitoring.schedule.drafts import NEEDED, STOPPED, TREES, closed_protocol, nodes, place_of
from monitoring.schedule.risk_drafts import RISK, risk_mistakes, tables_of
from monitoring.schedule.rules import Protocol

_NEEDED_BY_KIND = {
    "once": {"anchor": "Choose from when it is counted."},
    "recurring": {
        "anchor": "Choose from when it is counted.",
        "interval": "Say how often.",
    },
    "tail": {"anchor": "Choose from when it is counted."},
    "blackout": {
        "anchor": "Choose after what the test is not done.",
        "lasts": "Say for how long.",
    },
    "validation": {
        "anchor": "Choose since when the time has to pass.",
        "interval": "Say how much time has to pass.",
    },
}
_EMPTY = "Say when: add a test. Without one this line can never be used."


def mistakes_in(
    content: Mapping[str, Any], vocabulary: Vocabulary, references: Container[str]
) -> list[Mistake]:
    """Everything that keeps a draft from being submitted, in reading order."""
    found = [*_infusion_mistakes(content, references)]
    named = Counter(entry.get("id", "") for section in TREES for entry in content[section])
    for section in TREES:
        for number, entry in enumerate(content[section]):
            place = f"{section}.{number}"
            for field, says in _line_mistakes(section, entry, content, vocabulary):
                found.append(Mistake(place, None, field, says))
            if entry.get("id") and named[entry["id"]] > 1:
                found.append(Mistake(place, None, "id", _twice(entry["id"])))
            found += [Mistake(place, None, "cite", says) for says in _cited(entry, references)]
    found += risk_mistakes(content, vocabulary)
    for number, table in enumerate(tables_of(content)):
        place = f"{RISK}.{number}"
        found += [Mistake(place, None, "cite", says) for says in _cited(table, references)]
    for name, path, node in nodes(content):
        if name.startswith(RISK) and not path and node.get("parts") == []:
            continue  # A column that concerns nobody.
        needed = name.endswith(f".{NEEDED}")
        if not path and not node.get("parts") and node["kind"] != "test":
            found += [Mistake(name, path, "kind", _EMPTY)] if needed else []
            continue
        for field, says in node_mistakes(node, vocabulary, references):
            found.append(Mistake(name, path, field, says))
    windows = content.get("window_defaults") or {}
    if {"opens_before_days", "overdue_after_days"} - windows.keys():
        says = "Say from when things are due, and until when they are in time."
        found.append(Mistake("", None, "", says))
    if not content["rules"] and not content.get("infusions"):
        says = "Nothing is due yet. Say when infusions are due, or add a rule."
        found.append(Mistake("", None, "", says))
    return sorted(found, key=_order)


def readable_protocol(
    content: Mapping[str, Any], vocabulary: Vocabulary
) -> tuple[Protocol, Vocabulary, dict[str, Any]] | Mistake:
    """The protocol as the planner reads it, its facts, and the document that would be stored; or
    what keeps it from being read."""
    data = closed_protocol(content)
    try:
        PackProtocol.model_validate(_exact(data))
        stored = document(data, vocabulary)
        return *read_document(stored), stored
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return _at(first["loc"], f"This cannot be read: {first['msg']}.")
    except CriteriaError as error:
        says = f"Found {error.found}; allowed: {error.allowed}."
        return _at(tuple(part for part in error.path.split(".") if part), says)


def _line_mistakes(
    section: str, entry: Mapping[str, Any], content: Mapping[str, Any], vocabulary: Vocabulary
) -> Iterator[tuple[str, str]]:
    if section == "tests":
        yield from _test_mistakes(entry, content, vocabulary)
        return
    if section == "keeps":
        yield from _keep_mistakes(entry, content, vocabulary)
        return
    if section != "clearance":
        known = {test["key"] for test in content["tests"]} | {INFUSION}
        if entry.get("test") not in known:
            yield "test", "Choose the test." if section == "rules" else "Choose whose result."
    if section == "rules":
        for field, says in _NEEDED_BY_KIND.get(entry.get("kind", ""), {}).items():
            if not entry.get(field):
                yield field, says
        anchor = entry.get("anchor") or "start"
        is_date = anchor in vocabulary and vocabulary[anchor].type is FactType.DATE
        if anchor not in ANCHORS and not is_date:
            yield "anchor", f"There is no date “{anchor}” any more. Choose another one."
        yield from _family_mistakes(entry, content)
    if not entry.get("says", "").strip():
        yield "says", "Write what the reader is told."
    if not NAME.fullmatch(entry.get("id", "")) or entry["id"] == INFUSION:
        yield "id", f"Give this line a name of its own. {NO_NAME}"


def _test_mistakes(
    entry: Mapping[str, Any], content: Mapping[str, Any], vocabulary: Vocabulary
) -> Iterator[tuple[str, str]]:
    if not entry.get("label", "").strip():
        yield "label", "Say what the test is called."
    if not NAME.fullmatch(entry.get("key", "")) or entry["key"] == INFUSION:
        yield "key", f"Give this test a name of its own. {NO_NAME}"
    if sum(one["key"] == entry["key"] for one in content["tests"]) > 1:
        yield "key", _twice(entry["key"])
    for key in entry.get("dates") or ():
        if key not in vocabulary or vocabulary[key].type is not FactType.DATE:
            yield "dates", f"There is no date “{key}” any more. Choose another one."
    for key in {key for group in entry.get("shown_by") or () for key in group}:
        if key not in vocabulary:
            yield "shown_by", f"There is no question “{key}” any more. Choose another one."


def _keep_mistakes(
    entry: Mapping[str, Any], content: Mapping[str, Any], vocabulary: Vocabulary
) -> Iterator[tuple[str, str]]:
    definition = vocabulary.get(entry.get("fact", ""))
    if definition is None:
        yield "fact", "Choose the question whose value is kept."
    elif entry.get("value") is None:
        yield "value", "Say which value is kept."
    if sum(one.get("fact") == entry.get("fact") for one in content["keeps"]) > 1:
        yield "fact", "This question stands here twice. Keep one value of it."
    for key in entry.get("along") or ():
        if key not in vocabulary:
            yield "along", f"There is no question “{key}” any more. Choose another one."
    if not entry.get("says", "").strip():
        yield "says", "Write what the reader is told."


def _family_mistakes(
    entry: Mapping[str, Any], content: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Of the rules of a family the tightest wins: they have to be counted alike."""
    if not entry.get("family"):
        return
    wanted = {"recurring": "last_result", "once": "start"}.get(entry.get("kind", ""))
    if wanted is None:
        yield "family", "Only what is due once, or again and again, can be in a family."
    elif entry.get("anchor") != wanted:
        words = "the last result" if wanted == "last_result" else "the first infusion"
        yield "anchor", f"In a family this kind of rule is counted from {words}."
    tests = {one.get("test") for one in content["rules"] if one.get("family") == entry["family"]}
    if len(tests) > 1:
        yield "family", "All rules of a family ask for the same test."


def _infusion_mistakes(content: Mapping[str, Any], references: Container[str]) -> Iterator[Mistake]:
    infusions = content.get("infusions")
    if not infusions:
        return
    if not infusions.get("says", "").strip():
        yield Mistake("infusions", None, "says", "Write what the reader is told.")
    for says in _cited(infusions, references):
        yield Mistake("infusions", None, "cite", says)


def _cited(entry: Mapping[str, Any], references: Container[str]) -> Iterator[str]:
    for cited in entry.get("cite") or ():
        if cited["ref"] not in references:
            yield f"There is no reference “{cited['ref']}” in the library."


def _twice(name: str) -> str:
    return f"The name “{name}” stands twice in this protocol. Give one of them another name."


def _order(mistake: Mistake) -> tuple[int, int]:
    sections = ["infusions", *TREES, RISK, STOPPED, ""]
    section, number, _ = place_of(mistake.place)
    return sections.index(section), number


def _at(loc: tuple[Any, ...], says: str) -> Mistake:
    section = str(loc[0]) if loc else ""
    if section in TREES and len(loc) > 1:
        return Mistake(f"{section}.{loc[1]}", None, str(loc[2]) if len(loc) > 2 else "", says)
    if section == RISK:
        number = f".{loc[2]}" if len(loc) > 2 else ""
        return Mistake(f"{RISK}{number}", None, "", says)
    return Mistake(section if section == "infusions" else "", None, "", says)


def _exact(value: Any) -> Any:
    """Packs hold exact numbers, JSON does not."""
    match value:
        case float():
            return Decimal(repr(value))
        case Mapping():
            return {key: _exact(item) for key, item in value.items()}
        case list():
            return [_exact(item) for item in value]
    return value
