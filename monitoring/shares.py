"""Which share is so many of so many, and how sure is that?

Pure: no Django. The interval is Wilson's, with 95 % confidence: it stays between 0 and 1 and is
honest about small numbers, where the usual one is not.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z_95 = 1.959963984540054
TOO_FEW = 5
"""Of fewer than these no percentage is told: one more or less would move it by 20 points."""
FEW = 20
"""Of fewer than these the share is marked as uncertain."""


class Share(NamedTuple):
    """``part`` of ``whole``."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def told(self) -> bool:
        """Whether it is told as a percentage at all."""
        return self.whole >= TOO_FEW

    @property
    def interval(self) -> tuple[float, float]:
        """From where to where the true share may well lie; everything when there is nothing."""
        if not self.whole:
            return 0.0, 1.0
        n, z = self.whole, Z_95
        share = self.part / n
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        low = 0.0 if self.part == 0 else max(0.0, middle - half)
        high = 1.0 if self.part == n else min(1.0, middle + half)
        return low, high


def percent(share: float) -> int:
    """Whole percent; never 0 or 100 unless it is exactly that."""
    rounded = int(share * 100 + 0.5)
    if rounded == 0 and share > 0:
        return 1
    return 99 if rounded == 100 and share < 1 else rounded
