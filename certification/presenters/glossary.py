"""What do the words of the field mean, on a page of their own and where they are used?"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from certification.terms import Mention, Term, Terms


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, ...], ...]:
    """The rows of the project's own glossary, without the heads of its tables."""
    lines = Path(settings.BASE_DIR / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip().removeprefix("|").removesuffix("|").split("|") for line in lines
            if line.startswith("|")]  # fmt: skip
    cells = [tuple(cell.strip() for cell in row) for row in rows]
    return tuple(row for row in cells if row[0] != "word" and not set(row[0]) <= {"-", " "})


@lru_cache(maxsize=1)
def entries() -> tuple[tuple[str, str], ...]:
    """Words of certifying and monitoring, as this software uses them."""
    return tuple((row[0], row[1]) for row in _rows() if len(row) == 2)


@lru_cache(maxsize=1)
def terms() -> Terms:
    """Words of the disease and its treatment, with what else they are called."""
    rows = (row for row in _rows() if len(row) == 3)
    return Terms(
        Term(slugify(word), word, meaning, (word, *_names(also))) for word, meaning, also in rows
    )


def _names(also: str) -> list[str]:
    return [name.strip() for name in also.split(",") if name.strip()]


class Explained:
    """Marks the words of one page: each where it stands first, to be opened in place."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def marked(self, text: str) -> SafeString:
        """Escaped HTML. What is marked is a button, which opens its explanation without scripts."""
        pieces = (
            _mention(piece.text, piece.term) if isinstance(piece, Mention) else piece
            for piece in terms().pieces(text, self.seen)
        )
        return mark_safe("".join(map(conditional_escape, pieces)))


@lru_cache(maxsize=512)
def _mention(text: str, term: Term) -> SafeString:
    drawn = get_template("components/term.html").render({"text": text, "term": term})
    return mark_safe(drawn.strip())
