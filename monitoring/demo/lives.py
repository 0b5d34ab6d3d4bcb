"""What happens to one treated person, from the opening of the course to today?

The nurse of the demonstration looks at what is due, as the worklist shows it, and acts: books,
asks, infuses, enters results and sees them, on time or late as the pace says, with the events of
the script in between. Everything goes through the actions; a refusal is met with the next act.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from certification.models import User
from certification.policies import Refused
from certification.turnaround import local_date
from monitoring.actions.courses import record_facts
from monitoring.actions.holds import acknowledge_alert
from monitoring.actions.infusions import record_infusion, record_reaction
from monitoring.actions.results import ResultEntry, enter_result, enter_results, mark_seen
from monitoring.actions.visits import (
    book_visit,
    complete_checklist,
    record_missed,
    record_not_infused,
)
from monitoring.clearing import clear_to_infuse
from monitoring.demo.deeds import do_deed
from monitoring.demo.diary import A_DAY, OFTEN_ENOUGH, Diary, Open, Planned
from monitoring.demo.pace import MONTH, Punctuality
from monitoring.demo.script import Care, Cohort, Script, Trouble, Values
from monitoring.models import InfusionCourse, Result, Visit
from monitoring.planning import CHECKLIST, protocol_of
from monitoring.schedule.rules import INFUSION

SOON = timedelta(minutes=10)
OFFICE_OPENS, RESULTS_COME = time(8), time(16)
LOOKS_AT = 16
"""So many open items the nurse looks at, those whose window opens first."""
STILL_FRESH = timedelta(days=4)
"""Of the results that came since then some have not been seen yet."""
SATURDAY = 5
WHY_NOT = {
    "overdue": "A test that has to be done first was overdue.",
    "not_done": "A test that has to be done first was not done.",
    "not_documented": "A test that has to be done first was not documented.",
    "hold": "On hold.",
    "barred": "The check before the infusion found a reason against it.",
    "certification": "No certification was in force.",
    "budget": "Every certified infusion had been given.",
    "spacing": "Too early after the infusion before.",
    "complete": "No further infusion was planned.",
}


class Step(NamedTuple):
    at: datetime
    do: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Centre:
    """What all lives share."""

    nurse: User
    now: datetime
    seed: int
    cohort: Cohort
    punctuality: Punctuality


class Life:
    """One course. ``acts`` yields the moment of each act before doing it."""

    def __init__(self, centre: Centre, course: InfusionCourse, script: Script, care: Care) -> None:
        self.centre, self.course, self.script, self.care = centre, course, script, care
        self.patient = course.patient
        self.zone = ZoneInfo(course.site.time_zone)
        self.today = local_date(centre.now, course.site.time_zone)
        self.moment = course.opened_at
        record = f"{centre.seed}/{self.patient.record_number}/{course.therapy.key}"
        self.chance = random.Random(record)  # noqa: S311 - nothing secret
        self.diary = Diary(
            centre.cohort, centre.punctuality, script, protocol_of(course.protocol_version),
            today=self.today, opened_on=self._day, chance=self.chance,
        )  # fmt: skip
        self.deeds = sorted(script.deeds, key=lambda deed: -deed.days_ago)
        self.troubles = {trouble.visit: trouble for trouble in script.troubles}
        self.visit: Visit | None = None
        self.visits = self.refusals = 0
        self.over = False
        self.errands: list[tuple[datetime, Result]] = []
        self.requested: dict[str, Result] = {}
        self.rows: list[Open] | None = None

    def acts(self) -> Iterator[datetime]:
        self.moment += SOON
        yield self.moment
        if self.script.at_start:
            facts = dict(self.script.at_start)
            record_facts(
                by=self.centre.nurse, now=self.moment, course=self.course,
                revision=self.course.revision, facts=facts,
            )  # fmt: skip
        self._book(max(self.course.start_on, self._day))
        while step := min(self._steps(), key=lambda one: one.at, default=None):
            self.moment = max(step.at, self.moment)
            yield self.moment
            step.do()

    def _month(self, on: date) -> float:
        return (on - self.course.start_on).days / MONTH

    @property
    def _day(self) -> date:
        return self.moment.astimezone(self.zone).date()

    def _on(self, day: date, earliest: time) -> datetime:
        """A moment of a day, after everything that happened so far."""
        minutes = timedelta(minutes=self.chance.randint(0, 40))
        moment = datetime.combine(day, earliest, tzinfo=self.zone) + minutes
        return max(moment, self.moment + SOON)

    def _steps(self) -> Iterator[Step]:
        """What could be done next, of each sort the first."""
        if self.deeds:
            yield Step(
                self._on(self.today - timedelta(self.deeds[0].days_ago), time(11)), self._deed
            )
        if self.errands:
            yield Step(self.errands[0][0], self._see)
        if self.visit is not None:
            if self.visit.scheduled_on < self.today:
                yield Step(self._on(self.visit.scheduled_on, OFFICE_OPENS), self._receive)
            elif self.visit.scheduled_on == self.today and self.script.today and not self.over:
                yield Step(self.centre.now - timedelta(minutes=50), self._receive_today)
        yield from self._tests()

    # Tests ------------------------------------------------------------------------------------

    def _tests(self) -> Iterator[Step]:
        """The first test, or blood draw, that is reported; and what is requested before it."""
        if self.rows is None:
            items = self.course.due_items.filter(closed=False)
            items = items.exclude(test__in=[INFUSION, CHECKLIST])
            rows = items.order_by("window_opens_on", "id").values_list(*Open._fields)
            self.rows = list(map(Open._make, rows[:LOOKS_AT]))
        visit_on = self.visit.scheduled_on if self.visit is not None else None
        decided = [(row, self.diary.plan(row, self._day, visit_on)) for row in self.rows]
        plans = [(row, plan) for row, plan in decided if plan is not None]
        if not plans:
            return
        reported_on = min(plan.reported_on for _, plan in plans)
        tests: dict[str, Planned] = {}
        for row, plan in plans:
            if plan.reported_on == reported_on:
                tests.setdefault(row.test, plan)
        if reported_on <= self.today:
            at = self._on(reported_on, RESULTS_COME)
            if reported_on == visit_on:
                at = datetime.combine(reported_on, time(7, 30), tzinfo=self.zone)
            yield Step(max(at, self.moment + SOON), lambda: self._report(tests))
        for row, plan in plans:
            if row.test in self.centre.cohort.ordered and plan.reported_on > self.today:
                yield from self._under_way(row.test, plan)

    def _report(self, tests: dict[str, Planned], values: Values | None = None) -> None:
        """What comes in one report: what was requested ahead by itself, the others together."""
        entries = {
            test: ResultEntry(
                test,
                requested_on=max(self.patient.birth_date, plan.done_on - timedelta(days=18))
                if test in self.centre.cohort.ordered else plan.done_on,
                done_on=plan.done_on,
                reported_on=plan.reported_on,
                facts=values or self.diary.reply(self.care, test, self._month(plan.done_on)),
            )
            for test, plan in tests.items()
        }  # fmt: skip
        entered = self._entered(entries)
        for result in entered:
            seen = self.moment + timedelta(hours=self.chance.randint(2, 40))
            if self.centre.now - self.moment > STILL_FRESH or self.chance.random() < 0.4:
                self.errands.append((seen, result))
        self.errands.sort(key=lambda errand: errand[0])
        for test, plan in tests.items():
            self.diary.done([row for row in self.rows or () if row.test == test], plan.done_on)
        self.rows = None

    def _entered(self, entries: dict[str, ResultEntry]) -> list[Result]:
        who: dict[str, Any] = {"by": self.centre.nurse, "now": self.moment, "patient": self.patient}
        asked = [test for test in entries if test in self.requested]
        results = [
            enter_result(**who, entry=entries.pop(test), result=self.requested.pop(test))
            for test in asked
        ]
        return results + (enter_results(**who, entries=entries.values()) if entries else [])

    def _under_way(self, test: str, plan: Planned) -> Iterator[Step]:
        """A test that is requested, or done and not reported, when the demonstration plays."""
        requested_on = max(self._day, plan.done_on - timedelta(days=18))
        if test not in self.requested and requested_on < self.today:

            def request() -> None:
                done_on = plan.done_on if plan.done_on <= self._day else None
                entry = ResultEntry(test, requested_on=requested_on, done_on=done_on)
                self.requested[test] = enter_result(
                    by=self.centre.nurse, now=self.moment, patient=self.patient, entry=entry
                )

            yield Step(self._on(requested_on, time(14)), request)

    def _see(self) -> None:
        _, result = self.errands.pop(0)
        for alert in result.alerts.filter(acknowledged_at=None):
            acknowledge_alert(by=self.centre.nurse, now=self.moment, alert=alert)
        mark_seen(by=self.centre.nurse, now=self.moment, result=result)

    # Visits -----------------------------------------------------------------------------------

    def _book(self, day: date | None) -> None:
        self.visit = None
        if day is not None:
            slot = time(8 + self.chance.randint(0, 6), self.chance.choice([0, 30]))
            self.visit = book_visit(
                by=self.centre.nurse, now=self.moment, course=self.course, scheduled_on=day,
                scheduled_time=slot,
            )  # fmt: skip
        self.rows = None

    def _next_day(self) -> date | None:
        """The day of the next infusion; somebody who is here today comes in the right rhythm."""
        item = self.course.due_items.filter(closed=False, test=INFUSION).order_by("due_on").first()
        if item is None or self.over:
            return None
        tomorrow = self._day + A_DAY
        if (item.due_on - self._day).days <= 3:
            return max(tomorrow, item.due_on)
        window = (max(tomorrow, item.window_opens_on), item.overdue_on)
        if self.script.today:
            if window[0] <= self.today <= window[1]:
                return self.today
            if self.care.every_days:
                every = self.care.every_days
                off = (self.today - item.due_on).days % every
                days = [item.due_on + timedelta(off), item.due_on + timedelta(off - every)]
                fitting = [day for day in days if window[0] <= day <= window[1]]
                if fitting:
                    return min(fitting, key=lambda day: abs(day - item.due_on))
        day = max(tomorrow, item.due_on + timedelta(self.chance.choice([0, 0, 0, 1, 2])))
        return day if day.weekday() < SATURDAY else day + timedelta(days=7 - day.weekday())

    def _receive(self) -> None:
        """The day of a visit: ask, infuse, book the next; or say why not."""
        visit, self.visit = self.visit, None
        if visit is None:
            return
        self.visits += 1
        trouble = self.troubles.get(self.visits)
        nurse, revision = self.centre.nurse, visit.revision
        if trouble is not None and (trouble.missed or trouble.not_infused):
            record = record_missed if trouble.missed else record_not_infused
            reason = trouble.missed or trouble.not_infused
            record(by=nurse, now=self.moment, visit=visit, revision=revision, reason=reason)
            self._later()
            return
        visit = self._check(visit, self.care.checklist)
        self.moment += timedelta(minutes=self.chance.randint(15, 60))
        try:
            visit = self._infuse(visit)
        except Refused:
            self._turn_away(visit)
            return
        self.refusals = 0
        if trouble is not None and trouble.grade:
            self._react(visit, trouble)
        self._book(self._next_day())

    def _check(self, visit: Visit, answers: Values) -> Visit:
        return complete_checklist(
            by=self.centre.nurse, now=self.moment, visit=visit, revision=visit.revision,
            answers=self.diary.drawn(answers),
        )  # fmt: skip

    def _infuse(self, visit: Visit) -> Visit:
        care, day = self.care, self._day
        pulse, pressure = self.chance.randint(62, 88), self.chance.randint(108, 138)
        return record_infusion(
            by=self.centre.nurse,
            now=self.moment,
            visit=visit,
            revision=visit.revision,
            dose=care.dose,
            batch=f"DEMO-{day:%y%m}-{self.chance.randint(10, 99)}",
            batch_expires_on=day + timedelta(days=self.chance.randint(120, 700)),
            rate=care.rate,
            premedication=care.premedication,
            observed_minutes=care.observed_minutes,
            vitals=[
                {"minutes": 0, "systolic": pressure, "diastolic": pressure - 45, "pulse": pulse},
                {"minutes": 30, "systolic": pressure - 4, "diastolic": pressure - 48,
                 "pulse": pulse + 3},
            ],
        )  # fmt: skip

    def _react(self, visit: Visit, trouble: Trouble) -> None:
        self.moment += SOON
        record_reaction(
            by=self.centre.nurse, now=self.moment, visit=visit, grade=trouble.grade,
            symptoms=trouble.symptoms, began_minutes=self.chance.randint(10, 60),
            treatment=trouble.treatment, outcome=trouble.outcome,
        )  # fmt: skip

    def _turn_away(self, visit: Visit) -> None:
        """Not clear: the visit ends without an infusion, and what stood against it is mended."""
        course = InfusionCourse.objects.select_related("site", "patient", "protocol_version").get(
            pk=self.course.pk
        )
        reasons = clear_to_infuse(course, self._day).reasons
        kind = reasons[0].kind if reasons else ""
        record_not_infused(
            by=self.centre.nurse, now=self.moment, visit=visit, revision=visit.revision,
            reason=WHY_NOT.get(kind, "The protocol stood against it."),
        )  # fmt: skip
        tests = {reason.test for reason in reasons if reason.test}
        rows = self.course.due_items.filter(closed=False, test__in=tests)
        for row in rows.values_list(*Open._fields):
            self.diary.hurry(Open(*row), self._day)
        self.refusals += 1
        self._later(7 if self.refusals < OFTEN_ENOUGH else 28)

    def _later(self, days: int = 7) -> None:
        """Another appointment soon; or none when no further infusion is planned."""
        day = self._day + timedelta(days=days)
        self._book(None if self._next_day() is None else day)

    def _receive_today(self) -> None:
        """The visit of the day on which the demonstration plays, as far as it has come."""
        visit, today = self.visit, self.script.today
        self.visit = None
        if visit is None or today is None:
            return
        if today.missed:
            record_missed(
                by=self.centre.nurse, now=self.moment, visit=visit, revision=visit.revision,
                reason=today.missed,
            )  # fmt: skip
            return
        if today.checklist:
            visit = self._check(visit, self.care.checklist | today.answers)
            if today.infused:
                self.moment += timedelta(minutes=30)
                self._infuse(visit)
                self._book(self._next_day())

    # Events -----------------------------------------------------------------------------------

    def _deed(self) -> None:
        deed = self.deeds.pop(0)
        if deed.result:
            self._report({deed.result: Planned(self._day, self._day, self._day)}, deed.values)
        do_deed(deed, course=self.course, by=self.centre.nurse, now=self.moment, today=self.today)
        if deed.stop:
            self.over, self.visit = True, None
        self.rows = None
