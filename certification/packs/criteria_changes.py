"""What changes from one version of a set of criteria to another, in sentences and side by side?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from certification.criteria.codec import definition_to_data
from certification.criteria.facts import FactDefinition, Vocabulary
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Citation,
    CriteriaSet,
    FactTest,
    Node,
    Not,
    Operator,
    Precaution,
    children,
)
from certification.criteria.tree_words import date_text, sentence, value_text
from certification.packs.differences import differences
from certification.packs.tree_changes import Mark, Pair, lay_side_by_side, named

_LOWER = {Operator.GT, Operator.GTE}
_UPPER = {Operator.LT, Operator.LTE}
_TERMS = {
    "title": "title",
    "version": "version",
    "next_review_on": "date of the next review",
    "certification_months": "certification period in months",
    "quantity_limit": "quantity limit",
    "signer": "person who signs",
    "policy": "policy",
    "note": "note",
}
_GROUPS = {AllOf: "all of its parts", AnyOf: "one of its parts"}


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of both versions. ``says``: the sentences about it."""

    mark: Mark
    depth: int
    old: str
    new: str
    old_rule: str
    new_rule: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A tree of both versions, or one precaution."""

    title: str
    lines: tuple[Line, ...]
    says: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.says)


@dataclass(frozen=True, slots=True)
class Changes:
    """``terms``: what is not a criterion. ``questions`` and ``examples`` in sentences only."""

    terms: tuple[str, ...]
    parts: tuple[Part, ...]
    questions: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        of_parts = tuple(says for part in self.parts for says in part.says)
        return (*self.terms, *of_parts, *self.questions, *self.examples)

    @property
    def decides(self) -> bool:
        """Whether anything differs beside the name of the version."""
        return any(not says.startswith("The version ") for says in self.sentences)


Side = tuple[CriteriaSet, Vocabulary]


def changes(old: Side, new: Side) -> Changes:
    """Everything that differs."""
    words = _Words(old[1], new[1])
    before, after = old[0].criteria, new[0].criteria
    return Changes(
        tuple(_terms(old[0], new[0])),
        (
            words.part("Indications", before.indications, after.indications),
            words.part("Contraindications", before.contraindications, after.contraindications),
            *words.precautions(before.precautions, after.precautions),
        ),
        tuple(_questions(old[1], new[1])),
        tuple(_examples(old[0], new[0])),
    )


class _Words:
    def __init__(self, old: Vocabulary, new: Vocabulary) -> None:
        self.old, self.new = old, new

    def part(self, title: str, old: Node, new: Node) -> Part:
        lines = tuple(self._line(title, pair) for pair in lay_side_by_side(old, new))
        says = [*(says for line in lines for says in line.says), *self._order(old, new)]
        return Part(title, lines, tuple(says))

    def precautions(self, old: Iterable[Precaution], new: Iterable[Precaution]) -> Iterator[Part]:
        before, after = {one.id: one for one in old}, {one.id: one for one in new}
        for key in dict.fromkeys((*after, *before)):
            was, now = before.get(key), after.get(key)
            if was is None and now is not None:
                line = Line(Mark.ADDED, 0, "", now.says, "", "", ())
                yield Part("Precaution", (line,), (f"Precaution added: {quoted(now.says)}.",))
            elif now is None and was is not None:
                line = Line(Mark.REMOVED, 0, was.says, "", "", "", ())
                yield Part("Precaution", (line,), (f"Precaution removed: {quoted(was.says)}.",))
            elif was is not None and now is not None:
                yield self._precaution(was, now)

    def _precaution(self, was: Precaution, now: Precaution) -> Part:
        own: list[str] = []
        name = quoted(now.says)
        if was.says != now.says:
            own.append(f"The wording of a precaution changes from {quoted(was.says)} to {name}.")
        if was.plain != now.plain:
            plain = [quoted(one.plain) if one.plain else "nothing" for one in (was, now)]
            own.append(f"The plain words of {name} change from {plain[0]} to {plain[1]}.")
        own += _citations(name, was.cite, now.cite)
        own += _confidence(name, was.verified, now.verified)
        when = self.part(f"Precaution: {now.says}", was.when, now.when)
        mark = Mark.CHANGED if own else Mark.SAME
        head = Line(mark, 0, was.says, now.says, "", "", tuple(own))
        below = tuple(replace(line, depth=line.depth + 1) for line in when.lines)
        return Part("Precaution", (head, *below), (*own, *when.says))

    def _line(self, title: str, pair: Pair) -> Line:
        return Line(
            pair.mark,
            pair.depth,
            sentence(pair.old, self.old) if pair.old else "",
            sentence(pair.new, self.new) if pair.new else "",
            self._rule(pair.old, self.old),
            self._rule(pair.new, self.new),
            tuple(self._says(title, pair)),
        )

    @staticmethod
    def _rule(node: Node | None, vocabulary: Vocabulary) -> str:
        """What is asked, where the author wrote a sentence of their own."""
        if not isinstance(node, FactTest) or not node.says:
            return ""
        return sentence(replace(node, says=""), vocabulary)

    def _says(self, title: str, pair: Pair) -> Iterator[str]:
        where = title.partition(":")[0].lower()
        if pair.old is None and pair.new is not None:
            # A group is told by its parts when it says nothing itself.
            yield f"Added to the {_plural(where)}: {quoted(self._full(pair.new, self.new))}."
        elif pair.new is None and pair.old is not None:
            yield f"Removed from the {_plural(where)}: {quoted(self._full(pair.old, self.old))}."
        elif pair.old is not None and pair.new is not None:
            if pair.mark is Mark.MOVED:
                yield self._moved(pair)
            yield from self._changed(pair.old, pair.new)

    def _moved(self, pair: Pair) -> str:
        name = quoted(sentence(pair.new, self.new)) if pair.new else ""
        origin = quoted(sentence(pair.from_parent, self.old)) if pair.from_parent else "the top"
        target = quoted(sentence(pair.parent, self.new)) if pair.parent else "the top"
        return f"{name} moves from {origin} to {target}."

    def _full(self, node: Node, vocabulary: Vocabulary) -> str:
        said, rule = sentence(node, vocabulary), self._rule(node, vocabulary)
        return f"{said.rstrip('.')} ({rule})" if rule else said

    def _changed(self, old: Node, new: Node) -> Iterator[str]:
        name = quoted(sentence(new, self.new))
        if isinstance(old, FactTest) and isinstance(new, FactTest):
            yield from self._test(old, new)
        elif type(old) is not type(new) or getattr(old, "n", 0) != getattr(new, "n", 0):
            yield f"{name} asks for {_asks(new, self.new)}; it asked for {_asks(old, self.old)}."
        if named(old) != named(new):
            yield f"The identifier of {name} is now {named(new) or 'its place'}."
        if old.says != new.says:
            before = quoted(old.says) if old.says else "none of its own"
            after = quoted(new.says) if new.says else "none of its own"
            yield f"The wording changes from {before} to {after}."
        yield from _citations(name, old.cite, new.cite)
        yield from _confidence(name, old.verified, new.verified)

    def _test(self, old: FactTest, new: FactTest) -> Iterator[str]:
        if old.fact == new.fact and old.op is new.op and not (old.value_of or new.value_of):
            if old.value != new.value:
                yield self._limit(old, new)
        elif (old.fact, old.op, old.value, old.value_of) != (
            new.fact, new.op, new.value, new.value_of,
        ):  # fmt: skip
            before = sentence(replace(old, says="", max_age_days=None), self.old)
            after = sentence(replace(new, says="", max_age_days=None), self.new)
            yield f"What is asked changes from {quoted(before)} to {quoted(after)}."
        if old.max_age_days != new.max_age_days:
            label = self.new[new.fact].label
            yield (
                f"The greatest age of {label} changes from {_age(old.max_age_days)} to "
                f"{_age(new.max_age_days)}."
            )

    def _limit(self, old: FactTest, new: FactTest) -> str:
        label = self.new[new.fact].label
        before, after = self._value(old, self.old), self._value(new, self.new)
        if new.op in _LOWER or new.op in _UPPER:
            side = "lower" if new.op in _LOWER else "upper"
            return f"The {side} limit of {label} changes from {before} to {after}."
        if new.op in (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS):
            return f"The number of days of {label} changes from {before} to {after}."
        if isinstance(old.value, tuple) and isinstance(new.value, tuple):
            gone = [value for value in old.value if value not in new.value]
            more = [value for value in new.value if value not in old.value]
            told = [f"also {self._one(new, value, self.new)}" for value in more]
            told += [f"no longer {self._one(old, value, self.old)}" for value in gone]
            return f"The accepted answers of {label} change: {', '.join(told) or 'their order'}."
        return f"The answer asked for of {label} changes from {before} to {after}."

    def _value(self, test: FactTest, vocabulary: Vocabulary) -> str:
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        return " or ".join(self._one(test, value, vocabulary) for value in values)

    @staticmethod
    def _one(test: FactTest, value: Any, vocabulary: Vocabulary) -> str:
        if test.op in (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS):
            return str(value)
        return value_text(vocabulary[test.fact], value)

    def _order(self, old: Node, new: Node) -> Iterator[str]:
        """Groups whose parts are the same ones in another order."""
        for pair in lay_side_by_side(old, new):
            if pair.old is None or pair.new is None or isinstance(pair.new, FactTest):
                continue
            names = [[named(part) for part in children(side)] for side in (pair.old, pair.new)]
            if names[0] != names[1] and sorted(names[0]) == sorted(names[1]):
                yield f"The parts of {quoted(sentence(pair.new, self.new))} stand in another order."


def _asks(node: Node, vocabulary: Vocabulary) -> str:
    match node:
        case AtLeast():
            return f"at least {node.n} of its parts"
        case Not():
            return "the opposite of its part"
        case FactTest():
            return f"{quoted(sentence(replace(node, says=''), vocabulary))} alone"
    return _GROUPS[type(node)]


def quoted(text: str) -> str:
    return f"“{text.rstrip('.')}”"


def _plural(title: str) -> str:
    return "conditions of a precaution" if title == "precaution" else title


def _age(days: int | None) -> str:
    return "any age" if days is None else f"{days} days"


def _citations(name: str, old: tuple[Citation, ...], new: tuple[Citation, ...]) -> Iterator[str]:
    gone = [cite for cite in old if cite not in new]
    more = [cite for cite in new if cite not in old]
    for cite in list(more):
        was = next((one for one in gone if one.ref == cite.ref), None)
        if was is not None:
            gone.remove(was)
            more.remove(cite)
            yield f"The citation of {name} changes from {_cited(was)} to {_cited(cite)}."
    for cite in more:
        yield f"{name} cites {_cited(cite)} as well."
    for cite in gone:
        yield f"{name} no longer cites {_cited(cite)}."


def _cited(cite: Citation) -> str:
    place = f"{cite.ref}, {cite.at}" if cite.at else f"{cite.ref} without a place"
    return f"{place} ({cite.note})" if cite.note else place


def _confidence(name: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield (
            f"How surely the source of {name} was read changes from "
            f"{_plain(old) or 'not stated'} to {_plain(new) or 'not stated'}."
        )


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _terms(old: CriteriaSet, new: CriteriaSet) -> Iterator[str]:
    for name, title in _TERMS.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"The {title} changes from {_term(before)} to {_term(after)}."


def _term(value: Any) -> str:
    match value:
        case None | "":
            return "nothing"
        case Mapping():
            return ", ".join(f"{_plain(str(key))} {item}" for key, item in value.items())
        case str() | int():
            return str(value)
    if hasattr(value, "organisation"):
        told = (value.organisation, value.identifier, value.url, value.effective_on)
        return ", ".join(str(item) for item in told if item)
    return date_text(value)


def _questions(old: Vocabulary, new: Vocabulary) -> Iterator[str]:
    for key, definition in new.items():
        if key not in old:
            yield f"Question added: {quoted(definition.label)}."
        elif old[key] != definition:
            yield from _question(old[key], definition)
    for key, definition in old.items():
        if key not in new:
            yield f"Question no longer asked: {quoted(definition.label)}."


def _question(old: FactDefinition, new: FactDefinition) -> Iterator[str]:
    """What a question asks and offers in words; what it is worked out from, place by place."""
    name = quoted(new.label)
    if old.label != new.label:
        yield f"The question {quoted(old.label)} is now {name}."
    for bound, word in (("minimum", "smallest"), ("maximum", "largest")):
        before, after = getattr(old, bound), getattr(new, bound)
        if before != after:
            was = value_text(old, before) or "no limit"
            yield f"The {word} accepted answer to {name} changes from {was} to " + (
                f"{value_text(new, after) or 'no limit'}."
            )
    offered = {c.value: c for c in old.choices}, {c.value: c for c in new.choices}
    for value in (v for v in offered[1] if v not in offered[0]):
        yield f"{name} also offers {quoted(offered[1][value].label)}."
    for value in (v for v in offered[0] if v not in offered[1]):
        yield f"{name} no longer offers {quoted(offered[0][value].label)}."
    told = {"label", "minimum", "maximum"}
    data = [
        {key: item for key, item in definition_to_data(side).items() if key not in told}
        for side in (old, new)
    ]
    for side, other in zip(data, (offered[1], offered[0]), strict=True):
        side["choices"] = [c for c in side.get("choices", ()) if c["value"] in other]
    for line in differences(data[0], data[1]):
        yield f"{name}, {line}."


def _examples(old: CriteriaSet, new: CriteriaSet) -> Iterator[str]:
    before, after = {e.name: e for e in old.examples}, {e.name: e for e in new.examples}
    for name, example in after.items():
        if name not in before:
            yield f"Worked example added: {quoted(name)}."
        elif before[name] != example:
            yield f"Worked example changed: {quoted(name)}."
    for name in before:
        if name not in after:
            yield f"Worked example removed: {quoted(name)}."
