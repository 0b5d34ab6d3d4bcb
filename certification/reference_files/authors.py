"""How is an author written: as a person with family and given names, or as a body?

An author is plain data: one text ("Polman CH", "NICE"), or ``{family, given}``, or ``{literal}``
for a body whose name looks like a person's. Texts stay as they are; files bring the parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Author = str | Mapping[str, str]
OTHERS = "et al."
"""The author that stands for the rest of them."""
_PERSON = re.compile(r"(?P<family>[^\d,()]+?) (?P<given>[A-Z]{1,4})")
_AND_OTHERS = re.compile(r"et al\.?|and others|others", re.IGNORECASE)


def is_author(value: Any) -> bool:
    """Whether plain data is an author: a text, a family name with or without given ones, a body."""
    if isinstance(value, str):
        return bool(value.strip())
    if not isinstance(value, Mapping):
        return False
    texts = all(isinstance(part, str) and part.strip() for part in value.values())
    return texts and set(value) in ({"family"}, {"family", "given"}, {"literal"})


def csl_name(author: Author) -> dict[str, str]:
    """An author as CSL writes a name."""
    if isinstance(author, Mapping):
        return dict(author)
    person = _PERSON.fullmatch(author)
    if person:
        return {"family": person["family"], "given": " ".join(person["given"])}
    return {"literal": "et al" if _AND_OTHERS.fullmatch(author) else author}


def author_of_name(name: Mapping[str, Any]) -> Author | None:
    """A name of CSL-JSON as an author; None when nothing stands in it."""
    part = {key: str(value).strip() for key, value in name.items() if isinstance(value, str)}
    literal = part.get("literal", "")
    if literal:
        if _AND_OTHERS.fullmatch(literal):
            return OTHERS
        return literal if "literal" in csl_name(literal) else {"literal": literal}
    before = (part.get("dropping-particle"), part.get("non-dropping-particle"))
    family = " ".join(word for word in (*before, part.get("family")) if word)
    if part.get("suffix"):
        family = f"{family} {part['suffix']}"
    given = part.get("given", "")
    if not family:
        return given or None
    return {"family": family, "given": given} if given else {"family": family}


def author_name(author: Author) -> str:
    """In a line of text: "Polman CH", whatever the form it is kept in."""
    if isinstance(author, str):
        return author
    if "literal" in author:
        return author["literal"]
    return f"{author['family']} {initials(author.get('given', ''))}".strip()


def initials(given: str) -> str:
    """The first letter of each given name; letters that are initials already stay."""
    words = re.split(r"[\s.\-]+", given)
    return "".join(word if word.isupper() and len(word) <= 3 else word[:1] for word in words)


def full_name(author: Author) -> str:
    """As an editor types it: "Polman, Chris H.", or the text; a body with a comma in braces."""
    if isinstance(author, str):
        return f"{{{author}}}" if "," in author else author
    if "literal" in author:
        return f"{{{author['literal']}}}"
    return f"{author['family']}, {author.get('given', '')}".strip()


def typed_author(line: str) -> Author:
    """What an editor typed on one line."""
    text = line.strip()
    if text.startswith("{") and text.endswith("}"):
        return {"literal": text[1:-1].strip()}
    family, comma, given = (part.strip() for part in text.partition(","))
    if not comma or not family:
        return text.strip(", ")
    return {"family": family, "given": given} if given else {"family": family}
