"""Which words of a question are looked for, under which names, and how well does a text answer?

A question is plain words: signs and operators mean nothing in it. Each word stands for all its
names (a brand for its drug). Answers are ordered by what they hold, the same on every database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_CHARACTERS = 300
MOST_WORDS = 32
# Words that say nothing about the subject of a question.
_SMALL = """
a about an and any are as at be been before but by can could did do does for from had has have how i
if in into is it its may me my near no not of on one or our shall should so than that the their them
there these they this to was we what when where which while who why will with would you your
"""
SMALL_WORDS = frozenset(_SMALL.split())
_WORD = re.compile(r"[^\W_]+")

Name = tuple[str, ...]


class Found(NamedTuple):
    """Where a database found which words: numbers of words, and whether the whole phrase."""

    phrase_in_title: bool
    phrase: bool
    title: frozenset[int]
    anywhere: frozenset[int]


@dataclass(frozen=True, slots=True)
class Question:
    """``phrase``: the words as they were typed. ``words``: each with all its names."""

    phrase: Name
    words: tuple[tuple[Name, ...], ...]


@dataclass(slots=True)
class Synonyms:
    """Names that mean the same. Groups that share a name become one."""

    groups: dict[Name, tuple[Name, ...]] = field(default_factory=dict)
    spelled: dict[Name, str] = field(default_factory=dict)

    def add(self, names: Iterable[str]) -> None:
        read = {words_of(name): name.strip() for name in names}
        self.spelled |= {name: written for name, written in read.items() if name}
        group = dict.fromkeys(name for name in read if name)
        for name in list(group):
            group |= dict.fromkeys(self.groups.get(name, ()))
        for name in group:
            self.groups[name] = tuple(group)

    @property
    def longest(self) -> int:
        return max(map(len, self.groups), default=1)


def words_of(text: str) -> Name:
    """The words of a text without signs and case."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def read_question(text: str, synonyms: Synonyms) -> Question:
    """The longest known name first; small words are left out unless they belong to one."""
    typed = words_of(text)
    words: dict[tuple[Name, ...], None] = {}
    at = 0
    while at < len(typed):
        for length in range(min(synonyms.longest, len(typed) - at), 0, -1):
            names = _group(typed[at : at + length], synonyms.groups)
            if names:
                words[names] = None
                at += length
                break
        else:
            if typed[at] not in SMALL_WORDS:
                words[((typed[at],),)] = None
            at += 1
    return Question(typed, tuple(words)[:MOST_WORDS])


def _group(name: Name, groups: Mapping[Name, tuple[Name, ...]]) -> tuple[Name, ...]:
    """The names that a name stands for; one word also in its plural."""
    if name in groups:
        return groups[name]
    if len(name) == 1 and name[0].endswith("s"):
        return groups.get((name[0][:-1],), ())
    return ()


def rank(found: Found, question: Question) -> tuple[int, ...]:
    """Smaller is better: the exact phrase over all words over some, the title over the text."""
    every = len(question.words)
    return (
        -int(found.phrase_in_title),
        -int(found.phrase),
        -int(len(found.title) == every),
        -int(len(found.anywhere) == every),
        -len(found.anywhere),
        -len(found.title),
    )


def marked_pieces(text: str, question: Question) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether the question asked for it."""
    places = [(m.start(), m.end(), m[0].casefold()) for m in _WORD.finditer(text)]
    hit = [False] * len(places)
    for name in (name for names in question.words for name in names):
        for start in range(len(places) - len(name) + 1):
            if all(_alike(places[start + n][2], name[n]) for n in range(len(name))):
                hit[start : start + len(name)] = [True] * len(name)
    pieces: list[tuple[str, bool]] = []
    done = 0
    for (start, end, _), wanted in zip(places, hit, strict=True):
        if wanted:
            pieces += [(text[done:start], False), (text[start:end], True)]
            done = end
    pieces.append((text[done:], False))
    return [piece for piece in pieces if piece[0]]


def words_held(text: str, question: Question) -> int:
    """How many words of the question a sentence holds itself, whatever its title says."""
    return sum(
        any(wanted for _, wanted in marked_pieces(text, Question((), (names,))))
        for names in question.words
    )


def _alike(word: str, asked: str) -> bool:
    """Whether two words are forms of one: "infusion", "infusions"."""
    if word == asked:
        return True
    short, long = sorted((word, asked), key=len)
    return len(short) >= 4 and len(long) - len(short) <= 3 and long.startswith(short)
