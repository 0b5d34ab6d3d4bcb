"""Where in a text does a word of the field stand that may need explaining?

The longest name wins, a name is a whole word, and each word is explained once on a page. A name in
capitals ("PML") is matched as it is written, any other in any case and also with an s at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field. ``names``: the word and what else it is called."""

    key: str
    word: str
    meaning: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a text uses a term, in the text's own letters."""

    text: str
    term: Term


class Terms:
    """All terms, ready to be looked for."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self._by_name = {name.casefold(): term for term in self.terms for name in term.names}
        names = sorted({name for term in self.terms for name in term.names}, key=len, reverse=True)
        pattern = "|".join(map(_pattern, names))
        self._names = re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])") if names else None

    def pieces(self, text: str, seen: set[str]) -> Iterator[str | Mention]:
        """The text in pieces; ``seen`` holds the keys that were explained, and learns new ones."""
        done = 0
        for match in self._names.finditer(text) if self._names else ():
            term = self._found(match[0])
            if term.key in seen:
                continue
            seen.add(term.key)
            if match.start() > done:
                yield text[done : match.start()]
            yield Mention(match[0], term)
            done = match.end()
        if done < len(text):
            yield text[done:]

    def _found(self, name: str) -> Term:
        plainly = name.casefold()
        return self._by_name.get(plainly) or self._by_name[plainly.removesuffix("s")]


def _pattern(name: str) -> str:
    if name.upper() == name:
        return re.escape(name)
    return rf"(?i:{re.escape(name)}s?)"
