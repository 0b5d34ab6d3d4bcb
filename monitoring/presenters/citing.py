"""Under which number does a page of monitoring name a source?

Rules, holds and advice keep their citations as plain data. A page numbers them in the order in
which they first appear, and lists them at its end with one query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from certification.presenters.citations import Cite, Source, Sources


class Cited:
    """The sources of one page."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def cites(self, citations: Iterable[Mapping[str, Any]]) -> tuple[Cite, ...]:
        found: dict[int, Cite] = {}
        for one in citations:
            number = self.numbers.setdefault(one["ref"], len(self.numbers) + 1)
            found.setdefault(number, Cite(number, note=one.get("note") or ""))
        return tuple(found.values())

    def listed(self) -> list[Source]:
        """The reference list, once everything on the page was numbered."""
        return Sources(self.numbers).listed() if self.numbers else []
