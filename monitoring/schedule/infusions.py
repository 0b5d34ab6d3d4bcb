"""When is the next infusion due, and when were those that were given?

The next course is counted from the first day of the last one, the days within a course from each
other; a booking decides the day of the next infusion, and says what the interval would give. A
late infusion moves all later ones, which is what labels ask for after a missed dose.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from certification.criteria.tree_words import date_text
from monitoring.schedule.items import DueItem, Note, Reason, new_item
from monitoring.schedule.record import Record
from monitoring.schedule.rules import INFUSION, Anchor, Infusions, Kind, ProtocolRule
from monitoring.schedule.wording import Basis


class Infused(NamedTuple):
    """Items of the infusions given and due. ``courses``: the first days of those given.

    ``next_item`` is the open one. ``next_course_on`` is its day when it begins a course.
    """

    items: list[DueItem]
    courses: tuple[date, ...]
    next_item: DueItem | None
    next_course_on: date | None
    notes: tuple[Note, ...]


class _Course(NamedTuple):
    """The course that is running: its number, first and last day, and how many of its days."""

    number: int
    first: date
    last: date
    given: int


class _Due(NamedTuple):
    """``base`` and ``times``: counted so many intervals from the first day of a course."""

    on: date
    basis: Basis
    anchor: date
    times: int = 1
    begins: bool = True
    why: tuple[str, ...] = ()


def spacing_rules(rules: Sequence[ProtocolRule]) -> list[ProtocolRule]:
    """The rules that keep infusions apart."""
    return [r for r in rules if r.kind is Kind.VALIDATION and r.test == INFUSION and r.interval]


def earliest(rule: ProtocolRule, last_dose: date, last_course: date) -> date:
    """The first day on which a spacing rule allows the next course."""
    anchor = last_course if rule.anchor == Anchor.LAST_COURSE else last_dose
    return rule.interval.after(anchor) if rule.interval else anchor


def all_given(infusions: Infusions, doses: Sequence[date]) -> bool:
    """Whether every planned course was given to its end: a further infusion is a new decision."""
    number, given, first = 0, 0, date.min
    for dose in doses:
        if number == 0 or _begins(infusions, first, dose):
            number, given, first = number + 1, 1, dose
        else:
            given += 1
    planned = infusions.courses
    return planned is not None and number >= planned and given >= len(_days(infusions, number))


def _begins(infusions: Infusions, first: date, day: date) -> bool:
    """Does an infusion on ``day`` begin the course after the one that began on ``first``?"""
    return infusions.course_gap is None or day > infusions.course_gap.after(first)


def _days(infusions: Infusions, number: int) -> tuple[int, ...]:
    return infusions.first if number == 1 else infusions.later


class InfusionSchedule:
    """The infusions of one protocol."""

    def __init__(self, infusions: Infusions, rules: Sequence[ProtocolRule]) -> None:
        self.infusions = infusions
        self.spacing = spacing_rules(rules)
        window = infusions.rule.window
        self._before, self._after = window.opens_before, window.overdue_after
        interval = infusions.interval
        self._regular = (
            interval is not None
            and infusions.courses is None
            and infusions.later == (0,)
            and all(interval.covers(rule.interval) for rule in self.spacing if rule.interval)
        )

    def plan(self, record: Record, horizon: date) -> Infused:
        items: list[DueItem] = []
        courses: list[date] = []
        course: _Course | None = None
        for number, dose in enumerate(record.doses, start=1):
            due = self._due(course, record)
            gap = course is not None and _begins(self.infusions, course.first, dose)
            if due is None or (gap and not due.begins):
                due = self._next_course(course, record) or _Due(dose, Basis.OF_DAY, dose)
            items.append(self._item(number, due, done_on=dose))
            if course is None or gap:
                course = _Course(course.number + 1 if course else 1, dose, dose, 1)
                courses.append(dose)
            else:
                course = course._replace(last=dose, given=course.given + 1)
        if record.stop is not None:
            return Infused(items, tuple(courses), None, None, ())
        due = self._due(course, record)
        booked = record.booked_on
        if booked is not None and (due is None or booked != due.on):
            due = self._booked(booked, due, course)
        if due is None:
            return Infused(items, tuple(courses), None, None, (self._complete(course),))
        number = len(record.doses) + 1
        item = self._item(number, due)
        if record.as_of > item.overdue_on and self.infusions.missed:
            item = item._replace(why=(*item.why, self.infusions.missed))
        notes: tuple[Note, ...] = ()
        if item.due_on <= horizon:
            items.append(item)
        else:
            notes = (Note(Reason.LATER, self.infusions.rule, on=item.due_on),)
        self._project(items, due, course, item, record, horizon)
        return Infused(items, tuple(courses), item, due.on if due.begins else None, notes)

    def _due(self, course: _Course | None, record: Record) -> _Due | None:
        """When the infusion after ``course`` so far is due; None when no more is planned."""
        if course is None:
            return _Due(record.anchors.start_on, Basis.PLANNED, record.anchors.start_on)
        days = _days(self.infusions, course.number)
        if course.given < len(days):
            step = timedelta(days[course.given] - days[course.given - 1])
            return _Due(course.last + step, Basis.IN_COURSE, course.first, begins=False)
        return self._next_course(course, record)

    def _next_course(self, course: _Course | None, record: Record) -> _Due | None:
        interval, limit = self.infusions.interval, self.infusions.courses
        if course is None or interval is None or (limit is not None and course.number >= limit):
            return None
        return self._spaced(_Due(interval.after(course.first), self._basis, course.first), course)

    @property
    def _basis(self) -> Basis:
        return Basis.DOSE if self.infusions.first == self.infusions.later == (0,) else Basis.COURSE

    def _spaced(self, due: _Due, course: _Course) -> _Due:
        """Not before the spacing rules allow it."""
        for rule in self.spacing:
            first = earliest(rule, course.last, course.first)
            if due.on < first:
                said = f"Moved from {date_text(due.on)}: {rule.says}"
                due = due._replace(on=first, why=(*due.why, said))
        return due

    def _booked(self, booked: date, due: _Due | None, course: _Course | None) -> _Due:
        if due is None:
            said = "The protocol plans no further infusion."
            return _Due(booked, Basis.BOOKED, booked, why=(said,))
        begins = due.begins if course is None else _begins(self.infusions, course.first, booked)
        said = f"By the interval it is due on {date_text(due.on)}."
        return _Due(booked, Basis.BOOKED, booked, begins=begins, why=(*due.why, said))

    def _item(
        self, number: int, due: _Due, done_on: date | None = None, projected: bool = False
    ) -> DueItem:
        on, rule = due.on, self.infusions.rule
        opens, overdue = on - self._before, on + self._after
        return new_item(
            DueItem,
            (rule, number, on, opens, overdue, due.basis, due.anchor, due.times, projected,
             done_on is not None, done_on, due.why, None),
        )  # fmt: skip

    def _complete(self, course: _Course | None) -> Note:
        number = course.number if course else 0
        planned = "The planned course is" if number == 1 else f"The {number} planned courses are"
        return Note(Reason.COMPLETE, None, f"{planned} given: a further infusion is a new decision")

    def _project(
        self,
        items: list[DueItem],
        due: _Due,
        course: _Course | None,
        item: DueItem,
        record: Record,
        horizon: date,
    ) -> None:
        """The infusions after the open one, as if each were given on its date."""
        infusions, number = self.infusions, item.occurrence
        base, times = due.on, 0
        if not due.begins and course is not None:
            base = course.first
        elif due.basis == self._basis and not due.why:
            base, times = due.anchor, due.times
        while True:
            if due.begins or course is None:
                course = _Course(course.number + 1 if course else 1, due.on, due.on, 1)
            else:
                course = course._replace(last=due.on, given=course.given + 1)
            days = _days(self.infusions, course.number)
            if course.given < len(days):
                step = timedelta(days[course.given] - days[course.given - 1])
                due = _Due(course.last + step, Basis.IN_COURSE, course.first, begins=False)
            elif infusions.interval is None or course.number == infusions.courses:
                return
            else:
                times += 1
                on = infusions.interval.after(base, times)
                due = self._spaced(_Due(on, self._basis, base, times), course)
                if due.why:
                    base, times = due.on, 0
            number += 1
            if due.on > horizon:
                return
            if due.on > record.as_of:
                items.append(self._item(number, due, projected=True))
            if self._regular and due.begins and not due.why:
                items += self._regular_items(base, times + 1, number + 1, record.as_of, horizon)
                return

    def _regular_items(
        self, base: date, times: int, number: int, as_of: date, horizon: date
    ) -> list[DueItem]:
        """Courses of one day, ``times`` and more intervals after ``base``: nothing moves them."""
        rule, basis, before, after = self.infusions.rule, self._basis, self._before, self._after
        interval = self.infusions.interval
        dates = interval.dates(base, times, horizon) if interval else []
        return [
            new_item(DueItem, (rule, number + n, due, due - before, due + after, basis, base,
                               times + n, True, False, None, (), None))
            for n, due in enumerate(dates)
            if due > as_of
        ]  # fmt: skip
