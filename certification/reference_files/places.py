"""Where in which journal does an article stand? Written in one line, and read back from it.

"N Engl J Med 354(9):899-910": name, volume, issue, pages. What cannot be read so is a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACE = re.compile(
    r"(?P<journal>\D.*?(?<!,)) (?P<volume>\d{1,4})?(?:\((?P<issue>[\w .,/–-]+)\))?"
    r"(?::(?P<page>[\w.,–-]+))?"
)
_LONG_DASHES = re.compile(r"\s*[‐‑–—-]+\s*")


@dataclass(frozen=True, slots=True)
class Place:
    journal: str
    volume: str = ""
    issue: str = ""
    page: str = ""


def place_of(container: str) -> Place | None:
    """The parts of a line; None when it is a name only."""
    found = _PLACE.fullmatch(container)
    return (
        Place(**{name: part or "" for name, part in found.groupdict().items()}) if found else None
    )


def container_of(place: Place) -> str:
    """One line; nothing of it is lost where a part is unusual ("12 Suppl 3")."""
    page = _LONG_DASHES.sub("-", place.page).replace(" ", "")
    where = (
        place.volume + (f"({place.issue})" if place.issue else "") + (f":{page}" if page else "")
    )
    return f"{place.journal} {where}".strip()
