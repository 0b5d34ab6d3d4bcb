"""How sound is a piece of content, in numbers that a list can afford?

Running the worked examples of a version takes some milliseconds, so the outcome is kept by content
hash and day: a document never changes under its hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache

from certification.content_policies import example_results
from certification.criteria.codec import CriteriaError, content_hash
from certification.models import UNVERIFIED, CriteriaVersion

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Marks:
    """``passed`` of ``examples`` come out as expected; ``unverified`` points were not read in
    their source. ``readable``: whether the document can be read at all."""

    passed: int
    examples: int
    unverified: int
    readable: bool = True

    @property
    def sound(self) -> bool:
        return self.readable and self.passed == self.examples


def unverified_marks(data: Any) -> int:
    """How often plain data says of itself that nobody read its source."""
    if isinstance(data, Mapping):
        own = data.get("verified") in UNVERIFIED
        return int(own) + sum(unverified_marks(value) for value in data.values())
    if isinstance(data, list):
        return sum(unverified_marks(value) for value in data)
    return 0


def marks_of(
    versions: Iterable[Any], as_of: date, mark: Callable[[Any, date], Marks]
) -> dict[str, Marks]:
    """The marks of each version by content hash. At most one query, none when all are kept.

    ``mark`` works them out for one version.
    """
    keys = {_key(v, as_of): v for v in versions}
    kept: dict[str, Marks] = cache.get_many(keys)
    missing = [version for key, version in keys.items() if key not in kept]
    if missing:
        rows = type(missing[0])._default_manager.filter(pk__in=[row.pk for row in missing])
        for version in rows:
            key = _key(version, as_of)
            kept[key] = mark(version, as_of)
            cache.set(key, kept[key], KEPT_SECONDS)
    return {version.content_hash: kept[key] for key, version in keys.items()}


def _key(version: Any, as_of: date) -> str:
    return f"marks:{version._meta.model_name}:{version.content_hash}:{as_of}"


def criteria_marks(version: CriteriaVersion, as_of: date) -> Marks:
    criteria = version.document.get("criteria_set", {})
    unverified = unverified_marks({k: v for k, v in criteria.items() if k != "examples"})
    if content_hash(version.document) != version.content_hash:
        return Marks(0, 0, unverified, readable=False)
    try:
        results = example_results(version, as_of)
    except CriteriaError:
        return Marks(0, 0, unverified, readable=False)
    return Marks(sum(r.passed for r in results), len(results), unverified)
