"""What is wrong with a pack, said so that its author can mend it?

A pack is refused as a whole, and with everything that is wrong in it at once: ``PackError`` carries
every ``Problem`` that could be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

MAX_SHOWN = 120
"""Characters of a value that a message repeats."""
MAX_OFFERED = 20
"""Allowed values that a message lists before it says how many more there are."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: where it stands, what was found, what is allowed there.

    ``line`` counts from 1 and is 0 when the problem is the file or the folder itself. ``path``
    names the place in the file: ``criteria_sets.some-key.indications.all.2.op``.
    """

    file: str
    line: int
    path: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        path = f" {self.path}:" if self.path else ""
        return f"{place}:{path} found {self.found}; allowed: {self.allowed}"


class PackError(Exception):
    """The pack cannot be used. ``problems`` lists everything found, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(sorted(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def shown(value: Any) -> str:
    """A found value as a message repeats it: short, on one line, with its kind when it matters."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return repr(_cut(value))
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return f"a mapping with {_cut(', '.join(map(str, value)) or 'no keys')}"
        case _:
            return _cut(str(value))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def offered(names: Iterable[str], found: Any = "") -> str:
    """The allowed names in one phrase: the closest to what was found first, then the rest."""
    known = list(dict.fromkeys(names))
    if not known:
        return "none are defined in this pack"
    close = closest(str(found), known)
    ordered = close + [name for name in known if name not in close]
    if len(ordered) <= MAX_OFFERED:
        return ", ".join(ordered)
    first = close or ordered[:MAX_OFFERED]
    return f"{', '.join(first)} (and {len(ordered) - len(first)} more)"


def closest(found: str, known: Sequence[str]) -> list[str]:
    """Up to three known names that a slip of the hand could have turned into ``found``."""
    return get_close_matches(found[:MAX_SHOWN], known, n=3, cutoff=0.6)
