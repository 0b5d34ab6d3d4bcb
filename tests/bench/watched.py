"""A large ward for measuring: invented people on courses, with due items, visits and results.

Rows that make lists long are written in SQL from a pattern of days, so that two million due items
take a minute. No schedule stands behind them; dates are spread as those of people who are treated.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from certification.models import Patient, User
from monitoring.models import Alert, Hold, InfusionCourse, ProtocolVersion, Result, Visit
from monitoring.protocols import compiled
from tests.bench.crowd import grow

NOW = datetime.now(UTC).replace(microsecond=0)
BATCH = 2_000
ITEMS_A_COURSE, OPEN = 20, 8
CYCLE = 360
# What only some people have falls upon every therapy (of eight), also in the small house: every
# distance is odd.
"""Courses with the same remainder have the same days."""
A_DAY = timedelta(days=1)
MADE = "item of the pattern"

Row = TypeVar("Row", bound=Model)


def grow_ward(people: int) -> None:
    """Adds rows until so many people are on a course, each with twenty due items."""
    grow(patients=people, cases=0)
    today = NOW.date()
    nurse = User.objects.get(username="infusion")
    taken = set(InfusionCourse.objects.values_list("patient_id", flat=True))
    patients = Patient.objects.order_by("record_number").values_list("pk", "site_id")
    fresh = [one for one in patients.iterator() if one[0] not in taken]
    _write(InfusionCourse, _courses(fresh, nurse, today))
    _write(Visit, _visits(nurse, today))
    _write(Result, _results(fresh, nurse, today))
    _write(Hold, _holds(nurse))
    _write(Alert, _alerts(fresh))
    _items(today)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write(model: type[Row], rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, BATCH)):
        model._default_manager.bulk_create(batch)


def _courses(people: list[tuple[Any, int]], nurse: User, today: date) -> Iterator[InfusionCourse]:
    newcomer = User.objects.get(username="auditor")
    versions = list(ProtocolVersion.objects.approved().defer("document"))
    for number, (patient, site) in enumerate(people):
        version = versions[number % len(versions)]
        yield InfusionCourse(
            patient_id=patient,
            site_id=site,
            therapy_id=version.therapy_id,
            protocol_version=version,
            start_on=today - timedelta(days=400 + number % 300),
            planned_through_on=today + timedelta(days=2 + number % 26),
            renew_from_on=today + timedelta(days=number % 300 - 20),
            nothing_due_because="Treatment was stopped." if number % 75 == 7 else "",
            opened_by=newcomer if number % 400 == 3 else nurse,
            opened_at=NOW,
        )


def _visits(nurse: User, today: date) -> Iterator[Visit]:
    """One infusion of the past, one booking within four weeks, now and then a forgotten one."""
    courses = InfusionCourse.objects.filter(visits=None).order_by("patient__record_number")
    for number, course in enumerate(courses.only("pk").iterator()):
        given = today - timedelta(days=28)
        yield Visit(
            course=course, scheduled_on=given, state=Visit.State.INFUSED, infused_on=given,
            dose="300 mg", batch="B-1", booked_by=nurse, booked_at=NOW, recorded_by=nurse,
            recorded_at=NOW,
        )  # fmt: skip
        day = today - 3 * A_DAY if number % 75 == 9 else today + timedelta(days=number % 28)
        at = time(8 + number % 9, 15 * (number % 4))
        yield Visit(
            course=course, scheduled_on=day, scheduled_time=at, booked_by=nurse, booked_at=NOW
        )


def _results(people: list[tuple[Any, int]], nurse: User, today: date) -> Iterator[Result]:
    """Two results each that somebody has seen, and of every 25th person one more."""
    tests = _tests()
    for number, (patient, site) in enumerate(people):
        for which in range(3 if number % 25 == 4 else 2):
            test = tests[(number + which) % len(tests)]
            day = today - timedelta(days=5 + 90 * (2 - which) + number % 20)
            seen = which < 2
            yield Result(
                patient_id=patient, site_id=site, test=test, done_on=day,
                reported_on=day, entered_by=nurse, entered_at=NOW,
                seen_by=nurse if seen else None, seen_at=NOW if seen else None,
            )  # fmt: skip


def _tests() -> list[str]:
    """The tests of all protocols."""
    versions = ProtocolVersion.objects.approved()
    return sorted({test for version in versions for test in compiled(version).tests})


def _holds(nurse: User) -> Iterator[Hold]:
    courses = InfusionCourse.objects.filter(holds=None).order_by("patient__record_number")
    for number, course in enumerate(courses.only("pk").iterator()):
        if number % 25 == 3:
            released = number % 75 != 3
            yield Hold(
                course=course, reason="Fever since yesterday.", placed_by=nurse,
                placed_at=NOW - timedelta(hours=number % 900),
                released_by=nurse if released else None, released_at=NOW if released else None,
                release_reason="No fever any more." if released else "",
            )  # fmt: skip


def _alerts(people: list[tuple[Any, int]]) -> Iterator[Alert]:
    for number, (patient, site) in enumerate(people):
        if number % 75 == 6:
            yield Alert(
                patient_id=patient, site_id=site, rule="measured", says="The risk is higher.",
                raised_at=NOW - timedelta(hours=number % 900),
            )  # fmt: skip


def _items(today: date) -> None:
    """Twenty items for each course that has none: eight open, the others superseded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_days (variant integer, number integer, test varchar(60),"
            " level varchar(10), opens date, due date, overdue date, closed boolean,"
            " ending varchar(12), ended date)"
        )
        cursor.executemany(
            "INSERT INTO bench_days VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            list(_pattern(today)),
        )
        cursor.execute(_GROW, {"cycle": CYCLE, "because": MADE, "now": NOW})
        cursor.execute("DROP TABLE bench_days")


def _pattern(today: date) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(CYCLE)
    tests = _tests()
    for variant in range(CYCLE):
        for number in range(ITEMS_A_COURSE):
            closed = number >= OPEN
            days = -30 * (number - OPEN) if closed else (variant + 47 * number) % CYCLE - 25
            due = today + timedelta(days=days)
            level = "blocking" if chance.random() < 0.3 else "advisory"
            yield (
                variant, number, chance.choice(tests), level, due - timedelta(days=30), due,
                due + timedelta(days=14), closed, "superseded" if closed else "",
                due if closed else None,
            )  # fmt: skip


_GROW = """
INSERT INTO monitoring_dueitem (course_id, patient_id, site_id, therapy_id, rule, occurrence, test,
    level, window_opens_on, due_on, overdue_on, because, cite, closed, "end", ended_on, end_reason,
    planned_at)
SELECT c.id, c.patient_id, c.site_id, c.therapy_id, d.test, CAST(d.number AS varchar(60)), d.test,
    d.level, d.opens, d.due, d.overdue, %(because)s, '[]', d.closed, d.ending, d.ended,
    CASE WHEN d.closed THEN 'Replaced.' ELSE '' END, %(now)s
FROM (
    SELECT id, patient_id, site_id, therapy_id,
        ROW_NUMBER() OVER (ORDER BY id) %% %(cycle)s AS variant
    FROM monitoring_infusioncourse
    WHERE id NOT IN (SELECT course_id FROM monitoring_dueitem)
) c
JOIN bench_days d ON d.variant = c.variant
"""
