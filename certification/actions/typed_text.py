"""How is text that a person typed taken in?

Trimmed, within its length, without control characters; a refusal names the field and the limit.
"""

from __future__ import annotations

import unicodedata

from certification.policies import Refused

# Invisible characters that turn the reading direction round could make a name look like another.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Cn"})
_REFUSED_CHARACTERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str, *, field: str, limit: int, required: bool = False) -> str:
    """One line of text in composed Unicode form. Raises ``Refused``."""
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    return _checked(cleaned, field, limit, required)


def paragraphs(text: str, *, field: str, limit: int = 4000, required: bool = False) -> str:
    """Text that may have several lines. Raises ``Refused``."""
    cleaned = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    return _checked(cleaned, field, limit, required)


def _checked(text: str, field: str, limit: int, required: bool) -> str:
    name = field.replace("_", " ")
    if required and not text:
        raise Refused(f"Give the {name}.", field=field)
    if len(text) > limit:
        raise Refused(f"The {name} has {len(text)} characters; {limit} fit.", field=field)
    for character in text:
        if character != "\n" and (
            unicodedata.category(character) in _REFUSED_CATEGORIES
            or character in _REFUSED_CHARACTERS
        ):
            raise Refused(
                f"The {name} contains an invisible character (U+{ord(character):04X}).",
                field=field,
            )
    return text
