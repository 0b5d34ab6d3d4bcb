"""What do the words of the field mean here?"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings


@lru_cache(maxsize=1)
def entries() -> tuple[tuple[str, str], ...]:
    """Word and meaning, from the project's own glossary, so that there is only one."""
    lines = Path(settings.BASE_DIR / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip().strip("|").split("|") for line in lines if line.startswith("|")]
    cells = [(row[0].strip(), row[1].strip()) for row in rows if len(row) == 2]
    return tuple(cell for cell in cells[1:] if not set(cell[0]) <= {"-", " "})
