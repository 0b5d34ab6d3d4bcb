"""How does text of a file become plain text of one line?"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

_TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?/?>")
_SPACES = re.compile(r"\s+")


def one_line(value: Any) -> str:
    """Text without line breaks, control characters and double spaces, in composed letters."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[0] if value else ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    text = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else letter
        for letter in unicodedata.normalize("NFC", str(value))
    )
    return _SPACES.sub(" ", text).strip()


def without_marks(value: Any) -> str:
    """The same without tags of HTML; "p < 0.05" keeps its sign."""
    return one_line(_TAG.sub("", html.unescape(one_line(value))))
