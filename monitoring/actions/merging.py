"""How does a plan become rows, so that nothing that was due disappears without an end?

Rows are found by rule and occurrence. What the plan asks for is added or moved; what was done is
closed with its result or visit; what the plan no longer asks for is superseded with a sentence.
Merging the same plan again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from certification.criteria.codec_nodes import citation_to_data
from certification.models.prepared import Prepared
from monitoring.models import DueItem, InfusionCourse, Result, Visit
from monitoring.planning import CHECKLIST, CourseRecord, protocol_of
from monitoring.schedule.items import DueItem as PlannedItem
from monitoring.schedule.items import Plan
from monitoring.schedule.rules import INFUSION, Kind, Protocol

LONGEST_REASON = 400
_COURSE = InfusionCourse._meta.pk
AFTER_WAIVER = "The one before it was waived."
_OPEN: Prepared[DueItem] = Prepared(
    lambda course: DueItem.objects.filter(course=course, closed=False), course=_COURSE
)
# Of the history, which only grows, no more than its keys.
_ENDED: Prepared[tuple[str, str, str, Any, Any]] = Prepared(
    lambda course: (
        DueItem.objects.filter(course=course, end__in=[DueItem.End.DONE, DueItem.End.WAIVED])
        .order_by()
        .values_list("rule", "occurrence", "end", "result", "visit")
    ),
    course=_COURSE,
)


def merge_plan(record: CourseRecord, plan: Plan, now: datetime) -> Counter[str]:
    """Writes the plan of a locked course; counts the items added, moved, done and superseded."""
    return _Merge(record, plan, now).run()


def families_of(protocol: Protocol) -> dict[str, str]:
    """The family of each rule that has one, apart from the ids of rules."""
    return {rule.id: f"family {rule.family}" for rule in protocol.rules if rule.family}


def next_in_line(
    plan: Plan, families: Mapping[str, str], rule: str, waived: Collection[str]
) -> PlannedItem | None:
    """The item that takes the place of one of ``rule`` that is waived, if any follows."""
    group = families.get(rule, rule)
    for one in plan.due_items:
        same = families.get(one.rule.id, one.rule.id) == group
        if one.projected and same and one.key not in waived:
            return one
    return None


class _Merge:
    def __init__(self, record: CourseRecord, plan: Plan, now: datetime) -> None:
        self.record, self.plan, self.now = record, plan, now
        self.course = record.course
        self.open = {_key(row): row for row in _OPEN.rows(course=self.course.pk)}
        self.done: set[str] = set()
        self.waived: set[str] = set()
        self.spent: set[tuple[str, object]] = set()
        for rule, occurrence, end, result, visit in _ENDED.rows(course=self.course.pk):
            if end == DueItem.End.WAIVED:
                self.waived.add(f"{rule}:{occurrence}")
            else:
                self.done.add(f"{rule}:{occurrence}")
                self.spent.add((rule, result or visit))
        protocol = protocol_of(self.course.protocol_version)
        self.families = families_of(protocol)
        self.added: list[DueItem] = []
        self.count: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        for item in self.plan.due_items:
            if item.done:
                self._close(item)
        wanted = self._wanted()
        for key, item in wanted.items():
            self._ask(key, item)
        for row in self.open.values():
            self._end(row, DueItem.End.SUPERSEDED, self._why_gone(row, wanted))
        DueItem.objects.bulk_create(self.added)
        return self.count

    def _group(self, rule: str) -> str:
        """The rules of one family share their test: one item of a family takes another's place."""
        return self.families.get(rule, rule)

    def _close(self, item: PlannedItem) -> None:
        """Done: the open row is closed by the result or visit that did it. A result from before the
        item was first planned becomes a row of its own, so that the history is whole."""
        row, closer = self.open.pop(item.key, None), self._closer(item)
        if row is not None and closer is None:
            said = f"Documented as done on {item.done_on:%d %b %Y}." if item.done_on else ""
            self._end(row, DueItem.End.SUPERSEDED, said or "Documented as done, without a date.")
            return
        if closer is None or item.done_on is None:
            return
        if row is None:
            if item.key in self.done | self.waived or (item.rule.id, closer.pk) in self.spent:
                return
            row = self._row(item)
            self.added.append(row)
        row.result = closer if isinstance(closer, Result) else None
        row.visit = closer if isinstance(closer, Visit) else None
        row.closed, row.end, row.ended_on = True, DueItem.End.DONE, item.done_on
        self._save(row, "done")

    def _closer(self, item: PlannedItem) -> Result | Visit | None:
        if item.test == INFUSION:
            return next((v for v in self.record.given if v.infused_on == item.done_on), None)
        found = self.record.result_of(item.test, item.done_on)
        if found is None and item.test == CHECKLIST:
            return self.record.checklist_on(item.done_on)
        return found

    def _wanted(self) -> dict[str, PlannedItem]:
        """The obligations. Of a waived one the next in line takes the place, once, and stays."""
        wanted: dict[str, PlannedItem] = {}
        asked = {item.key for item in self.plan.open_items}
        for item in self.plan.open_items:
            if item.key not in self.waived:
                wanted[item.key] = item
                continue
            group = self._group(item.rule.id)
            heirs = [
                key
                for key, row in self.open.items()
                if key not in asked
                and self._group(row.rule) == group
                and int(row.occurrence) > item.occurrence
            ]
            following = next_in_line(self.plan, self.families, item.rule.id, self.waived)
            if heirs:
                for key in heirs:
                    del self.open[key]
            elif following is not None:
                wanted[following.key] = following._replace(why=(*following.why, AFTER_WAIVER))
        return wanted

    def _ask(self, key: str, item: PlannedItem) -> None:
        row = self.open.pop(key, None)
        if row is None:
            self.added.append(self._row(item))
            self.count["added"] += 1
            return
        if self._is_undated_event(item) and row.due_on < item.due_on:
            # It counts from the day on which it was first planned.
            return
        values = _values(item)
        if any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.planned_at = self.now
            self._save(row, "moved")

    def _is_undated_event(self, item: PlannedItem) -> bool:
        """The engine lets an event whose day is not documented begin on the day of the plan."""
        rule = item.rule
        return rule.kind is Kind.EVENT and not rule.anchor and item.anchor_on == self.plan.as_of

    def _row(self, item: PlannedItem) -> DueItem:
        return DueItem(
            course=self.course,
            patient=self.course.patient,
            site=self.course.site,
            therapy=self.course.therapy,
            rule=item.rule.id,
            occurrence=str(item.occurrence),
            planned_at=self.now,
            **_values(item),
        )

    def _end(self, row: DueItem, end: DueItem.End, reason: str) -> None:
        row.closed, row.end, row.ended_on = True, end, self.plan.as_of
        row.end_reason = reason[:LONGEST_REASON]
        self._save(row, end.value)

    def _save(self, row: DueItem, what: str) -> None:
        if row.pk is not None:
            row.save()
        self.count[what] += 1

    def _why_gone(self, row: DueItem, wanted: dict[str, PlannedItem]) -> str:
        notes = [note for note in self.plan.notes if note.rule and note.rule.id == row.rule]
        if notes:
            return notes[0].says
        group = self._group(row.rule)
        instead = [one for one in wanted.values() if self._group(one.rule.id) == group]
        if instead:
            return f"Replaced by {instead[0].rule.name} on {instead[0].due_on:%d %b %Y}."
        if self.plan.record.stop is not None:
            return self.plan.notes[0].says
        return "The protocol no longer asks for it."


def _key(row: DueItem) -> str:
    return f"{row.rule}:{row.occurrence}"


def _values(item: PlannedItem) -> dict[str, Any]:
    return {
        "test": item.test,
        "level": item.level,
        "window_opens_on": item.window_opens_on,
        "due_on": item.due_on,
        "overdue_on": item.overdue_on,
        "because": item.because,
        "cite": [citation_to_data(cite) for cite in item.cite],
    }
