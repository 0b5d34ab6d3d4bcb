"""What has changed from one version of a protocol to another, in words?

Two documents are held against each other part by part: rules, tests, interpretations and the like
are found by their id, so that a rule that moved has not changed. Conditions are told as sentences,
lengths of time as such; what has no words of its own is told by its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certification.criteria.codec import vocabulary_from_data
from certification.criteria.codec_nodes import node_from_data
from certification.criteria.facts import Vocabulary
from certification.criteria.tree_words import sentence
from certification.packs.differences import differences

# Parts of a protocol that are lists of named things, with the word for one of them.
PARTS = {
    "tests": "Test",
    "rules": "Rule",
    "keeps": "Lasting value",
    "clearance": "Condition for the next infusion",
    "interpretations": "Interpretation",
    "examples": "Worked example",
}
NAMES = ("id", "key", "fact", "name")
TREES = {
    "when": "when",
    "applies_when": "applies when",
    "ends_when": "ends when",
    "satisfied_when": "is satisfied when",
    "distrust": "is not trusted when",
    "stopped_when": "treatment has stopped when",
}
UNITS = {"days", "weeks", "months", "years"}
TITLES = ("title", "says", "label")


def changes_in_words(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """One line for each change between two stored documents."""
    before, after = old["protocol"], new["protocol"]
    words = _Words(
        vocabulary_from_data(old["facts"], "facts"), vocabulary_from_data(new["facts"], "facts")
    )
    for part in dict.fromkeys([*before, *after]):
        if part in PARTS:
            yield from _part(PARTS[part], before.get(part) or [], after.get(part) or [], words)
        else:
            yield from words.field("", part, before.get(part), after.get(part))
    yield from _questions(old["facts"], new["facts"])


def _part(word: str, old: list[Any], new: list[Any], words: _Words) -> Iterator[str]:
    there, wanted = _by_name(old), _by_name(new)
    for name in dict.fromkeys([*there, *wanted]):
        if name not in wanted:
            yield f"{word} {name} is left out{_said(there[name])}"
        elif name not in there:
            yield f"{word} {name} is new{_said(wanted[name])}"
        else:
            before, after = there[name], wanted[name]
            for field in dict.fromkeys([*before, *after]):
                yield from words.field(f"{word} {name}", field, before.get(field), after.get(field))
    kept = [name for name in there if name in wanted]
    if kept != [name for name in wanted if name in there]:
        yield f"{word}s stand in another order."


def _questions(old: list[Any], new: list[Any]) -> Iterator[str]:
    there, wanted = _by_name(old), _by_name(new)
    for key in dict.fromkeys([*there, *wanted]):
        if key not in wanted:
            yield f"Question {key} is no longer used."
        elif key not in there:
            yield f"Question {key} is used from now on{_said(wanted[key])}"
        else:
            yield from (f"Question {key}, {line}" for line in differences(there[key], wanted[key]))


class _Words:
    """Tells one field of a part, old and new."""

    def __init__(self, old: Vocabulary, new: Vocabulary) -> None:
        self.old, self.new = old, new

    def field(self, place: str, name: str, old: Any, new: Any) -> Iterator[str]:
        if old == new:
            return
        label = name.replace("_", " ")
        begin = f"{place}, {label}" if place else label.capitalize()
        if name in TREES:
            begin = f"{place}, {TREES[name]}" if place else TREES[name].capitalize()
            before, after = _tree(old, self.old), _tree(new, self.new)
            if before != after:
                yield f"{begin}: {before} -> {after}"
                return
        elif _is_plain(old) and _is_plain(new):
            yield f"{begin}: {_value(old)} -> {_value(new)}"
            return
        yield from (f"{begin}, {line}" for line in differences(old or {}, new or {}))


def _tree(data: Any, vocabulary: Vocabulary) -> str:
    """The condition as a sentence; without one the part always holds."""
    if data is None:
        return "always"
    return f"“{sentence(node_from_data(data, '', vocabulary, name='when'), vocabulary)}”"


def _by_name(entries: list[Any]) -> dict[str, Any]:
    return {
        next((str(entry[name]) for name in NAMES if entry.get(name)), str(number)): entry
        for number, entry in enumerate(entries)
    }


def _said(entry: Mapping[str, Any]) -> str:
    text = next((str(entry[name]) for name in TITLES if entry.get(name)), "")
    return f": {text.rstrip('.')}." if text else "."


def _is_plain(value: Any) -> bool:
    return not isinstance(value, list | dict) or _is_period(value)


def _is_period(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and set(value) <= UNITS


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if _is_period(value):
        return ", ".join(f"{n} {unit[:-1] if n == 1 else unit}" for unit, n in value.items())
    return f"“{value}”" if isinstance(value, str) else str(value)
