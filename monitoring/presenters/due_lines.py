"""What is due next for a person, and why on that day?

The stored items tell. For a course whose stored plan has run out of days the schedule engine is
asked what it says today, and what it adds or moves is shown too: the page is right without waiting
for the plan to be worked out anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from certification.criteria.codec_nodes import citation_to_data
from certification.criteria.tree import Citation
from certification.presenters.citations import Cite, Sources
from certification.presenters.wording import day_words
from monitoring.models import DueItem
from monitoring.presenters.history import Records
from monitoring.schedule.items import DueItem as PlannedItem
from monitoring.schedule.items import Plan
from monitoring.schedule.wording import without_sources

STATE_WORDS = {"overdue": "Overdue", "due": "Due", "upcoming": "Upcoming"}


@dataclass(frozen=True, slots=True)
class DueLine:
    title: str
    state: str
    state_word: str
    when: str
    late: str
    because: str
    level: str
    cites: tuple[Cite, ...]
    result_url: str
    waive_url: str


def due_lines(
    records: Records,
    items: Iterable[DueItem],
    stale: Mapping[Any, Plan],
    today: date,
    sources: Sources,
    *,
    may_monitor: bool,
) -> list[DueLine]:
    """In the order in which they are due. ``stale``: plans of courses that are to be planned anew,
    by course."""
    rows = sorted(current_items(list(items), stale), key=lambda item: (item.due_on, item.pk or 0))
    return [_line(row, records, today, sources, may_monitor) for row in rows]


def cited(data: Iterable[Mapping[str, Any]], sources: Sources) -> tuple[Cite, ...]:
    """Citations as they are stored with an item, an alert or a hold."""
    return sources.cites(Citation(c["ref"], c.get("at", ""), c.get("note", "")) for c in data)


def current_items(items: list[DueItem], stale: Mapping[Any, Plan]) -> Iterator[DueItem]:
    """The stored items, with what the schedule engine adds or moves where the plan is stale."""
    if not stale:
        yield from items
        return
    asked = {
        (course, item.rule.id, str(item.occurrence)): item
        for course, plan in stale.items()
        for item in plan.open_items
    }
    for row in items:
        planned = asked.pop((row.course_id, row.rule, row.occurrence), None)
        yield _moved(row, planned) if planned else row
    waived = DueItem.objects.filter(course__in=list(stale), end=DueItem.End.WAIVED)
    for key in waived.values_list("course_id", "rule", "occurrence"):
        asked.pop(key, None)
    for planned in asked.values():
        yield _moved(DueItem(), planned)


def _moved(row: DueItem, planned: PlannedItem) -> DueItem:
    row.test, row.level, row.because = planned.test, planned.level, planned.because
    row.window_opens_on, row.overdue_on = planned.window_opens_on, planned.overdue_on
    row.due_on = planned.due_on
    row.cite = [citation_to_data(cite) for cite in planned.cite]
    return row


def _line(
    item: DueItem, records: Records, today: date, sources: Sources, may_monitor: bool
) -> DueLine:
    state = item.state_on(today)
    grace = "overdue since" if state == "overdue" else "overdue after"
    enter = reverse("monitoring:result-new", args=[records.patient.pk])
    may_enter = may_monitor and item.test in records.tests
    return DueLine(
        title=records.test_label(item.test),
        state=state,
        state_word=STATE_WORDS[state],
        when=day_words(item.due_on),
        late=f"{grace} {day_words(item.overdue_on)}",
        because=without_sources(item.because),
        level=DueItem.Level(item.level).label,
        cites=cited(item.cite, sources),
        result_url=f"{enter}?test={item.test}" if may_enter else "",
        waive_url=reverse("monitoring:item-waive", args=[item.pk])
        if may_monitor and item.pk
        else "",
    )
