"""Every event in its lane, none over another, and what is drawn is what there is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.charts.lanes import (
    GAP,
    HEAD,
    LEVEL,
    MOST_LEVELS,
    PADDING,
    WIDTH,
    Event,
    stacked,
    timeline,
)

LANES = (("one", "One"), ("two", "Two"))
FIRST, LAST, TODAY = date(2026, 1, 1), date(2027, 1, 1), date(2026, 10, 1)


@pytest.mark.parametrize(
    ("extents", "levels"),
    [
        ([], []),
        ([(0, 10), (10, 20)], [0, 0]),
        ([(0, 10), (5, 15)], [0, 1]),
        ([(0, 10), (5, 15), (11, 20)], [0, 1, 0]),
        ([(0, 30), (1, 5), (6, 9)], [0, 1, 1]),
        ([(0, 9)] * (MOST_LEVELS + 2), [*range(MOST_LEVELS), MOST_LEVELS - 1, MOST_LEVELS - 1]),
    ],
)
def test_levels(extents: list[tuple[float, float]], levels: list[int]) -> None:
    assert stacked(extents) == levels


def test_lanes_stand_under_each_other_and_grow() -> None:
    day = date(2026, 5, 1)
    events = [Event(f"e{n}", "two", day, "dot") for n in range(3)]
    drawn = timeline(events, LANES, FIRST, LAST, TODAY)
    assert [lane.top for lane in drawn.lanes] == [HEAD, HEAD + 2 * PADDING + LEVEL]
    assert [lane.height for lane in drawn.lanes] == [2 * PADDING + LEVEL, 2 * PADDING + 3 * LEVEL]
    assert [lane.empty for lane in drawn.lanes] == [True, False]
    assert drawn.height == drawn.lanes[-1].bottom
    assert len({shape.y for shape in drawn.shapes}) == 3


@pytest.mark.parametrize(
    ("event", "drawn"),
    [
        (Event("a", "one", FIRST, "dot"), True),
        (Event("a", "one", LAST, "dot"), True),
        (Event("a", "one", FIRST - timedelta(1), "dot"), False),
        (Event("a", "one", LAST + timedelta(1), "dot"), False),
        (Event("a", "one", date(2020, 1, 1), "bar", "", FIRST), True),
        (Event("a", "one", date(2020, 1, 1), "bar", "", FIRST - timedelta(1)), False),
        (Event("a", "one", LAST, "bar", "", date(2030, 1, 1)), True),
        (Event("a", "one", date(2020, 1, 1), "bar", "", date(2030, 1, 1)), True),
    ],
)
def test_what_touches_the_time_is_drawn(event: Event, drawn: bool) -> None:
    found = timeline([event], LANES, FIRST, LAST, TODAY).shapes
    assert [shape.key for shape in found] == (["a"] if drawn else [])


def test_a_bar_that_goes_beyond_is_cut_at_the_edges() -> None:
    event = Event("a", "one", date(2020, 1, 1), "bar", "", date(2030, 1, 1))
    (shape,) = timeline([event], LANES, FIRST, LAST, TODAY).shapes
    assert (shape.x, shape.width) == (0, WIDTH)


@pytest.mark.parametrize(("today", "marked"), [(TODAY, True), (date(2030, 1, 1), False)])
def test_today_is_marked_if_it_is_there(today: date, marked: bool) -> None:
    assert (timeline([], LANES, FIRST, LAST, today).today is not None) is marked


@given(
    st.lists(
        st.tuples(
            st.integers(-50, 420), st.sampled_from(["one", "two"]), st.text("0.", max_size=4)
        ),
        max_size=40,
    )
)
def test_marks_stay_inside_and_apart(given_: list[tuple[int, str, str]]) -> None:
    events = [
        Event(f"e{number}", lane, FIRST + timedelta(offset), "dot", words)
        for number, (offset, lane, words) in enumerate(given_)
    ]
    drawn = timeline(events, LANES, FIRST, LAST, TODAY)
    inside = [event.key for event in events if FIRST <= event.day <= LAST]
    assert sorted(shape.key for shape in drawn.shapes) == sorted(inside)
    tops = {lane.key: (lane.top, lane.bottom) for lane in drawn.lanes}
    for shape in drawn.shapes:
        top, bottom = tops[shape.event.lane]
        assert top <= shape.y - LEVEL / 2
        assert shape.y + LEVEL / 2 <= bottom
        assert shape.x - max(shape.width, GAP) / 2 + 0.1 >= 0
        assert shape.x + max(shape.width, GAP) / 2 - 0.1 <= WIDTH
