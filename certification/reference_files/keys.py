"""Which key does a new reference get? First author, year, and a word of the title, readable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from typing import Any

from certification.reference_files.authors import csl_name

LONGEST = 60
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "Ae", "đ": "d", "þ": "th"}
)
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "its", "of", "on", "or",
     "the", "to", "versus", "vs", "with", "without"}
)  # fmt: skip


def new_key(data: Mapping[str, Any], taken: Container[str]) -> str:
    """For example ``polman_2006_randomized``; with a number where that is taken."""
    words = [word for word in _plain(data["title"]) if word not in _SMALL_WORDS]
    first = csl_name(data["authors"][0]) if data["authors"] else {}
    named = _plain(first.get("family") or first.get("literal", ""))[:3]
    year = [str(data["year"])] if data["year"] else []
    parts = [*named, *year, *words[:1]] if named else [*words[:3], *year]
    stem = "_".join(parts)[:LONGEST].strip("_") or "reference"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def _plain(text: str) -> list[str]:
    """The words of a text in small letters without accents."""
    split = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    letters = "".join(letter for letter in split if not unicodedata.combining(letter))
    return re.findall(r"[a-z0-9]+", letters.replace("'", "").replace("’", "").lower())
