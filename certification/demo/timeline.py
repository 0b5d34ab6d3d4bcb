"""How do the acts of many people happen one after the other, in the order of time?

A row of acts is a generator that yields the moment of its next act before doing it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime


class Timeline:
    """Takes the earliest act of all rows next. What would lie after ``until`` does not happen."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._heap: list[tuple[datetime, int, Iterator[datetime]]] = []
        self._added = 0

    def add(self, acts: Iterator[datetime]) -> None:
        """Adds a row of acts; also while others are happening."""
        self._added += 1
        self._push(acts, self._added)

    def acts(self) -> Iterator[datetime]:
        """All rows as one: yields the moment of each act before it happens."""
        while self._heap:
            moment, number, acts = heapq.heappop(self._heap)
            yield moment
            self._push(acts, number)

    def run(self) -> None:
        for _ in self.acts():
            pass

    def _push(self, acts: Iterator[datetime], number: int) -> None:
        moment = next(acts, None)
        if moment is not None and moment <= self.until:
            heapq.heappush(self._heap, (moment, number, acts))
