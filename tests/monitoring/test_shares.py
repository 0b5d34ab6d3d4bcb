"""Shares and how sure they are."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.shares import Z_95, Share, percent


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe 1998, table I: Wilson's score interval without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0000),
        (0, 0, 0.0, 1.0),
    ],
)
def test_published_intervals(part: int, whole: int, low: float, high: float) -> None:
    assert Share(part, whole).interval == pytest.approx((low, high), abs=0.00006)


SHARES = st.integers(1, 5000).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n))
)  # fmt: skip


@given(SHARES)
def test_an_interval_holds_exactly_the_shares_that_fit(given_: tuple[int, int]) -> None:
    """Its ends are where the observed share is 1.96 standard errors away: what Wilson solved."""
    part, whole = given_
    share = Share(part, whole)
    low, high = share.interval
    assert 0 <= low <= share.value <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            away = abs(share.value - end) / sqrt(end * (1 - end) / whole)
            assert away == pytest.approx(Z_95, rel=1e-6)


@given(SHARES)
def test_only_all_is_all_and_only_none_is_none(given_: tuple[int, int]) -> None:
    part, whole = given_
    told = percent(part / whole)
    assert (told == 100) is (part == whole)
    assert (told == 0) is (part == 0)
    assert abs(told - 100 * part / whole) <= 1


@pytest.mark.parametrize(("whole", "told"), [(0, False), (4, False), (5, True)])
def test_of_very_few_no_percentage_is_told(whole: int, told: bool) -> None:
    assert Share(0, whole).told is told
