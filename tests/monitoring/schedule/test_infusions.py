"""When are infusions due: courses, loading doses, bookings, late and early ones?"""

from __future__ import annotations

from datetime import date

import pytest

from monitoring.schedule.infusions import all_given
from tests.monitoring.schedule.conftest import Desk, desk, rows


def due(plan_desk: Desk, as_of: str, months: int = 12, **person: object) -> list[str]:
    plan = plan_desk.plan(as_of, months, **person)
    return [on for _, on, state in rows(plan, "infusion") if state != "done"]


def test_before_the_first_infusion_the_whole_course_is_planned(alemtuzumab: Desk) -> None:
    assert due(alemtuzumab, "2026-01-01", 13, start_on="2026-01-05") == [
        *("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09"),
        *("2027-01-05", "2027-01-06", "2027-01-07"),
    ]


def test_a_skipped_day_of_a_course_moves_the_rest_of_it(alemtuzumab: Desk) -> None:
    doses = ["2026-01-05", "2026-01-06", "2026-01-09"]
    assert due(alemtuzumab, "2026-01-09", 1, start_on="2026-01-05", doses=doses) == [
        *("2026-01-10", "2026-01-11"),
    ]


def test_a_course_that_was_cut_short_does_not_eat_the_next(alemtuzumab: Desk) -> None:
    doses = ["2026-01-05", "2026-01-06", "2026-01-07", "2027-01-11"]
    plan = alemtuzumab.plan("2027-01-11", start_on="2026-01-05", doses=doses)
    assert plan.courses[-1].isoformat() == "2027-01-11"
    assert rows(plan, "infusion")[-3:] == [
        ("infusion", "2027-01-05", "done"),
        ("infusion", "2027-01-12", "due"),
        ("infusion", "2027-01-13", "upcoming"),
    ]


@pytest.mark.parametrize(
    ("first", "second"), [(0, 0), (4, 0), (5, 0), (5, 1), (5, 2), (5, 3), (3, 2), (3, 3), (5, 4)]
)
def test_all_is_given_when_no_further_infusion_is_planned(
    alemtuzumab: Desk, first: int, second: int
) -> None:
    doses = [f"2026-01-{5 + day:02}" for day in range(first)]
    doses += [f"2027-01-{11 + day:02}" for day in range(second)]
    plan = alemtuzumab.plan("2027-02-01", start_on="2026-01-05", doses=doses)
    infusions = alemtuzumab.planner.conditions.protocol.infusions
    assert infusions is not None
    given = all_given(infusions, [date.fromisoformat(day) for day in doses])
    assert given == (plan.next_infusion is None) == (second >= 3)


@pytest.mark.parametrize(
    ("start", "following"),
    [("2028-02-29", "2029-02-28"), ("2027-02-28", "2028-02-28"), ("2026-12-31", "2027-12-31")],
)
def test_the_anniversary_of_a_course(alemtuzumab: Desk, start: str, following: str) -> None:
    assert due(alemtuzumab, start, 12, start_on=start, doses=[start])[4] == following


def test_early_infusion(ocrelizumab: Desk) -> None:
    doses = ["2026-01-10", "2026-01-24", "2026-06-20"]
    assert due(ocrelizumab, "2026-06-20", start_on="2026-01-10", doses=doses)[0] == "2026-12-20"


def test_a_second_half_dose_that_never_came(ocrelizumab: Desk) -> None:
    """Five months later the next dose begins a new course: nobody waits for the half dose."""
    doses = ["2026-01-10", "2026-07-10"]
    assert due(ocrelizumab, "2026-07-10", start_on="2026-01-10", doses=doses)[0] == "2027-01-10"


def test_a_booking_decides_the_day_and_the_interval_is_told(natalizumab: Desk) -> None:
    person = {"start_on": "2026-01-15", "doses": ["2026-01-15"], "next_infusion_on": "2026-02-20"}
    plan = natalizumab.plan("2026-01-20", 3, **person)
    item = plan.next_infusion
    assert item is not None
    assert (item.due_on.isoformat(), item.overdue_on.isoformat()) == ("2026-02-20", "2026-03-06")
    assert "By the interval it is due on 12 Feb 2026." in item.because
    assert rows(plan, "infusion")[2][1] == "2026-03-20", "28 days after the booking"


def test_a_booking_that_has_passed_unused_is_overdue(natalizumab: Desk) -> None:
    person = {"start_on": "2026-01-15", "doses": ["2026-01-15"], "next_infusion_on": "2026-02-20"}
    plan = natalizumab.plan("2026-03-10", 3, **person)
    assert plan.next_infusion is not None
    assert plan.next_infusion.state(plan.as_of).value == "overdue"
    assert "Missed: give it as soon as practical" in plan.next_infusion.because
    assert "more slowly and with pretreatment" in plan.next_infusion.because


def test_an_old_booking_is_past(natalizumab: Desk) -> None:
    person = {"start_on": "2026-01-15", "doses": ["2026-01-15"], "next_infusion_on": "2026-01-15"}
    assert due(natalizumab, "2026-01-20", 1, **person) == ["2026-02-12"]


def test_minimum_separation_moves_a_date(ocrelizumab: Desk) -> None:
    """A very late second half dose: 6 months after the first would be too close to it."""
    late = desk("ublituximab")
    doses = ["2026-01-05", "2026-02-27"]
    plan = late.plan("2026-03-01", start_on="2026-01-05", doses=doses, facts={"sex": "male"})
    assert rows(plan, "infusion")[2][1] == "2026-07-27"
    assert plan.next_infusion is not None
    assert "Moved from 22 Jun 2026" in plan.next_infusion.because
    assert rows(plan, "infusion")[3][1] == "2027-01-11", "24 weeks after the moved date"


def test_a_result_of_test_infusion_is_an_infusion(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2026-02-20", 1, start_on="2026-01-15", results=[{"test": "infusion", "on": "2026-01-15"}]
    )
    assert rows(plan, "infusion")[0] == ("infusion", "2026-01-15", "done")


def test_infusion_dates_among_the_facts_count_when_no_other_is_given(natalizumab: Desk) -> None:
    facts = {"first_infusion_date": "2026-01-15", "last_infusion_date": "2026-03-12"}
    assert due(natalizumab, "2026-03-20", 1, start_on="2026-01-15", facts=facts) == ["2026-04-09"]


def test_a_fourth_day_of_a_relapse_course_needs_a_booking() -> None:
    ivmp = desk("methylprednisolone_ivmp")
    doses = ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert due(ivmp, "2026-01-07", start_on="2026-01-05", doses=doses) == []
    booked = {"start_on": "2026-01-05", "doses": doses, "next_infusion_on": "2026-01-08"}
    assert due(ivmp, "2026-01-07", **booked) == ["2026-01-08"]
