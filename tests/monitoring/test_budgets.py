"""Is a renewal prompted from the day on that was worked out before, and on no day else?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.budgets import budget_changes, course_budget, renew_from
from monitoring.models import CourseAuthorization, InfusionCourse, ProtocolVersion, Visit
from tests.factories.monitoring import ProtocolVersionFactory
from tests.monitoring.schedule.conftest import planners

START = date(2027, 2, 1)
DAYS = 500
SPANS = st.lists(
    st.tuples(st.integers(-50, 300), st.integers(1, 250), st.sampled_from([None, 0, 1, 3, 13])),
    max_size=3,
)


class Rows(list):  # type: ignore[type-arg]
    """What a course asks of its related rows."""

    def all(self) -> Rows:
        return self


class Course:
    """A course as far as its budget reads it."""

    def __init__(self, version: ProtocolVersion, spans: list[tuple[int, int, int | None]]) -> None:
        self.start_on, self.is_running, self.protocol_version = START, True, version
        self.authorizations = Rows(
            CourseAuthorization(
                pk=number,
                start_on=START + timedelta(days=begins),
                end_on=START + timedelta(days=begins + length),
                infusions=infusions,
            )
            for number, (begins, length, infusions) in enumerate(spans, 1)
        )
        self.visits = Rows()


@pytest.fixture(scope="module")
def version() -> ProtocolVersion:
    found: ProtocolVersion = ProtocolVersionFactory.build(therapy=None, approved_by=None)
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spans=SPANS, infusions=st.lists(st.integers(0, 200), max_size=4), on=st.integers(-30, 250))
def test_the_day_that_was_worked_out_is_the_day_that_comes(
    version: ProtocolVersion,
    spans: list[tuple[int, int, int | None]],
    infusions: list[int],
    on: int,
) -> None:
    """Day by day, as far as no certification begins or ends: then it is worked out anew."""
    course: InfusionCourse = Course(version, spans)  # type: ignore[assignment]
    today = START + timedelta(days=on)
    course.visits.extend(  # type: ignore[attr-defined]
        Visit(state="infused", infused_on=START + timedelta(days=day))
        for day in infusions
        if day <= on
    )
    first, holds_until = renew_from(course, today), budget_changes(course, today)
    for number in range(DAYS):
        day = today + timedelta(days=number)
        prompted = bool(course_budget(course, day).renewal_prompt)
        assert not prompted or (first is not None and first <= day)
        if holds_until is None or day < holds_until:
            assert prompted == (first is not None and first <= day), day


def test_who_was_given_everything_is_not_asked_to_renew_before_a_further_visit_is_booked(
    version: ProtocolVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol = planners()["alemtuzumab-monitoring"].protocol
    monkeypatch.setattr("monitoring.budgets.protocol_of", lambda version: protocol)
    course: InfusionCourse = Course(version, [(0, 450, None)])  # type: ignore[assignment]
    later = START + timedelta(days=1200)
    days = [*range(5), *range(365, 368)]
    for day in days:
        assert course_budget(course, later).renewal_prompt
        course.visits.append(  # type: ignore[attr-defined]
            Visit(state="infused", infused_on=START + timedelta(days=day))
        )
    assert course_budget(course, later).renewal_prompt == ""
    assert renew_from(course, later) is None
    course.visits.append(Visit(state="scheduled", scheduled_on=later))  # type: ignore[attr-defined]
    assert course_budget(course, later).renewal_prompt.startswith("No certification")
