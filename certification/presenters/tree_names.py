"""By which words does an author name a question or a reference, and which one is meant?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from difflib import get_close_matches

from certification.criteria.facts import FactType, Vocabulary
from certification.criteria.tree import Operator
from certification.presenters.citations import shortened

TITLE_LENGTH = 110
_IN_BRACKETS = re.compile(r"\[([A-Za-z0-9_-]+)\]\s*$")

_NUMBERS = {
    Operator.GTE: "is at least", Operator.GT: "is above", Operator.LTE: "is at most",
    Operator.LT: "is below", Operator.EQ: "is exactly", Operator.NE: "is not",
    Operator.IN: "is one of", Operator.IS_KNOWN: "is documented",
}  # fmt: skip
_WORDS = {
    Operator.IN: "is one of", Operator.EQ: "is", Operator.NE: "is not",
    Operator.IS_KNOWN: "is documented",
}  # fmt: skip
OPERATOR_WORDS: Mapping[FactType, Mapping[Operator, str]] = {
    FactType.BOOLEAN: {
        Operator.IS_TRUE: "is yes", Operator.IS_FALSE: "is no",
        Operator.IS_KNOWN: "is documented", Operator.EQ: "is", Operator.NE: "is not",
    },
    FactType.CHOICE: _WORDS,
    FactType.TEXT: _WORDS,
    FactType.INTEGER: _NUMBERS,
    FactType.DECIMAL: _NUMBERS,
    FactType.DATE: {
        Operator.WITHIN_DAYS: "is within the last … days",
        Operator.OLDER_THAN_DAYS: "is more than … days ago",
        Operator.GTE: "is on or after", Operator.GT: "is after",
        Operator.LTE: "is on or before", Operator.LT: "is before",
        Operator.EQ: "is on", Operator.NE: "is not on",
        Operator.IS_KNOWN: "is documented", Operator.IN: "is one of",
    },
    FactType.ROWS: {Operator.IS_KNOWN: "is documented"},
}  # fmt: skip
SELDOM = {
    FactType.BOOLEAN: (Operator.EQ, Operator.NE),
    FactType.DATE: (Operator.IN,),
}
"""Comparisons that say nothing more than others do: offered only where they stand already."""


class Names:
    """Words that an author picks from a list or types, and the key that they stand for."""

    def __init__(self, texts: Mapping[str, str], kind: str) -> None:
        self.texts = texts
        self.kind = kind
        self._keys = {text.casefold(): key for key, text in texts.items()}
        self._folded = {key.casefold(): key for key in texts}

    @property
    def offered(self) -> list[str]:
        return sorted(self.texts.values(), key=str.casefold)

    def text_of(self, key: str) -> str:
        return self.texts.get(key, key)

    def key_of(self, text: str) -> str | None:
        """The key that the words name: all of them, the key itself, a key in brackets, or a part
        of the words of one only."""
        text = " ".join(text.split())
        bracketed = _IN_BRACKETS.search(text)
        if bracketed and bracketed[1] in self.texts:
            return bracketed[1]
        typed = text.casefold()
        if typed in self._keys:
            return self._keys[typed]
        if typed in self._folded:
            return self._folded[typed]
        holding = [key for words, key in self._keys.items() if typed and typed in words]
        return holding[0] if len(holding) == 1 else None

    def not_found(self, text: str) -> str:
        typed = text.casefold()
        close = [t for t in self.offered if typed in t.casefold()][:3] or [
            self.texts[self._keys[found]] for found in get_close_matches(typed, self._keys, n=3)
        ]
        like = f" Did you mean {' or '.join(f'“{c}”' for c in close)}?" if close else ""
        return f"There is no {self.kind} “{text}”.{like}"


def question_names(vocabulary: Vocabulary, keep: Callable[[str], bool] = bool) -> Names:
    """Questions go by their label; by label and key where two have the same label."""
    labels = Counter(definition.label.casefold() for definition in vocabulary.values())
    return Names(
        {
            key: definition.label
            if labels[definition.label.casefold()] == 1
            else f"{definition.label} [{key}]"
            for key, definition in vocabulary.items()
            if keep(key)
        },
        "question",
    )


def reference_names(library: Mapping[str, str]) -> Names:
    """References go by their title, with their key behind it."""
    return Names(
        {key: f"{shortened(title, TITLE_LENGTH)} [{key}]" for key, title in library.items()},
        "reference",
    )
