"""How sound is a piece of content, in numbers that a list can afford?

Running the worked examples of a version takes some milliseconds, so the outcome is kept by content
hash and day: a document never changes under its hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.safestring import SafeString

from certification.admin.base import tag, today
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
    versions: Iterable[Any], as_of: date, mark: Callable[[Any, date], Marks] | None = None
) -> dict[str, Marks]:
    """The marks of each version by content hash. At most one query, none when all are kept.

    ``mark`` works them out for one version, of protocols for example; that of criteria else.
    """
    keys = {_key(v, as_of): v for v in versions}
    kept: dict[str, Marks] = cache.get_many(keys)
    missing = [version for key, version in keys.items() if key not in kept]
    if missing:
        rows = type(missing[0])._default_manager.filter(pk__in=[row.pk for row in missing])
        for version in rows:
            key = _key(version, as_of)
            kept[key] = (mark or criteria_marks)(version, as_of)
            cache.set(key, kept[key], KEPT_SECONDS)
    return {version.content_hash: kept[key] for key, version in keys.items()}


class MarkedList:
    """For the list page of versions: the columns of their marks."""

    mark: Callable[[Any, date], Marks] | None = None

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """One query gives the marks of the whole page."""
        changelist = super().get_changelist_instance(request)  # type: ignore[misc]
        versions = list(changelist.result_list)
        marks = marks_of(versions, today(), self.mark)
        for version in versions:
            version.marks = marks[version.content_hash]
        changelist.result_list = versions
        return changelist

    @admin.display(description="examples as expected")
    def examples_passed(self, obj: Any) -> SafeString:
        if not obj.marks.readable:
            return tag("failed", "Cannot be read")
        word = f"{obj.marks.passed} of {obj.marks.examples}"
        return tag("passed" if obj.marks.sound else "failed", word)

    @admin.display(description="unverified points")
    def unverified(self, obj: Any) -> int:
        return int(obj.marks.unverified)


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
