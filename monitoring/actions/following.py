"""What did an act change in what is due: what was closed, what is next, which date moved and why?

Held against what stood open before the act, in plain data for the audit event, so that the page of
the act can say it in words for as long as the record is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from monitoring.models import DueItem, InfusionCourse, Result

Before = Mapping[int, date]
"""What stood open, by item, with the day on which it was due."""


def open_items(courses: Iterable[InfusionCourse]) -> Before:
    """What stands open on these courses now. To be asked before the act."""
    items = DueItem.objects.open().filter(course__in=list(courses))
    return dict(items.values_list("pk", "due_on"))


def what_followed(
    before: Before, courses: Iterable[InfusionCourse], result: Result
) -> list[dict[str, Any]]:
    """Each item that the act closed, moved or made superfluous, and of each rule the first that it
    added, or that stands open after a closed one. To be asked after it."""
    touched = Q(closed=False) | Q(pk__in=list(before)) | Q(result=result)
    items = DueItem.objects.filter(touched, course__in=list(courses)).defer("cite")
    return list(_changes(before, items.order_by("due_on", "id"), result))


def _changes(before: Before, items: Iterable[DueItem], result: Result) -> Iterator[dict[str, Any]]:
    answered: set[tuple[Any, str]] = set()
    continued: set[tuple[Any, str]] = set()
    for item in items:
        line = (item.course_id, item.rule)
        told = {
            "course": str(item.course_id),
            "test": item.test,
            "rule": item.rule,
            "due_on": item.due_on.isoformat(),
        }
        was_due_on = before.get(item.pk)
        if item.closed and item.end == DueItem.End.DONE and item.result_id == result.pk:
            answered.add(line)
            yield {"what": "closed", **told}
        elif item.closed and was_due_on is not None:
            yield {"what": "ended", **told, "why": item.end_reason}
        elif not item.closed and was_due_on is not None and was_due_on != item.due_on:
            continued.add(line)
            moved_from = was_due_on.isoformat()
            yield {"what": "moved", **told, "was_due_on": moved_from, **_why(item)}
        elif not item.closed and line not in continued and (was_due_on is None or line in answered):
            continued.add(line)
            yield {"what": "next", **told, **_why(item)}


def _why(item: DueItem) -> dict[str, Any]:
    return {"why": item.because, "cite": item.cite}
