"""What does one record of a file say, and where in the file does it stand?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """``line``: where it begins, 0 where a format has no lines. ``problem``: why it cannot be
    read; ``item`` is empty then."""

    line: int
    item: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def iso_day(item: Mapping[str, Any], name: str) -> str:
    """A date of an item as ISO writes it; empty when there is none."""
    parts = item.get(name, {}).get("date-parts") or [[]]
    return "-".join(f"{part:02d}" for part in parts[0])
