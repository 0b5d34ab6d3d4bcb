"""The bands of a value say what the interpretations of the protocol say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.criteria.facts import FactValue
from monitoring.protocols import protocol_from_packs
from monitoring.schedule.bands import banded, banded_facts, bands_of, between
from monitoring.schedule.generator import Planner
from monitoring.schedule.pml_risk import risk_of
from monitoring.schedule.record import Anchors, Result
from monitoring.schedule.thresholds import interpret

TODAY = date(2027, 1, 1)


@cache
def shipped() -> Planner:
    return protocol_from_packs("natalizumab-monitoring", ["shipped"]).planner


@pytest.fixture(scope="module")
def planner() -> Planner:
    return shipped()


def test_the_bands_of_the_index(planner) -> None:
    bands = bands_of(planner.conditions, "jcv_antibody", "jcv_index", TODAY)
    assert [(band.words, [one.id for one in band.meaning]) for band in bands] == [
        ("below 0.2", ["jcv_negative"]),
        ("0.2 to 0.4", ["jcv_indeterminate"]),
        ("above 0.4 to 0.9", ["jcv_positive"]),
        ("above 0.9 to 1.5", ["jcv_positive", "jcv_index_over_0_9"]),
        ("above 1.5", ["jcv_positive", "jcv_index_over_1_5"]),
    ]
    assert all(one.cite for band in bands for one in band.meaning)


@settings(deadline=None, max_examples=60)
@given(st.decimals("0", "10", places=2))
def test_a_value_means_what_its_band_says(value: Decimal) -> None:
    conditions = shipped().conditions
    bands = bands_of(conditions, "jcv_antibody", "jcv_index", TODAY)
    (band,) = [
        one
        for one in bands
        if (one.low is None or value > one.low or (value == one.low and one.holds_low))
        and (one.high is None or value < one.high or (value == one.high and one.holds_high))
    ]
    found = interpret(conditions, "jcv_antibody", {"jcv_index": FactValue(value, TODAY)}, TODAY)
    assert tuple(finding.interpretation for finding in found) == band.meaning


@pytest.mark.parametrize(
    ("cuts", "words"),
    [
        ([], ["any value"]),
        (["1"], ["below 1", "1 or above"]),
        (["1", "2"], ["below 1", "1 to below 2", "2 or above"]),
    ],
)
def test_the_words_of_a_stretch(cuts: list[str], words: list[str]) -> None:
    numbers = [Decimal(cut) for cut in cuts]
    found = banded(numbers, lambda value: sum(value >= number for number in numbers))
    assert [band.words for band in found] == words


def test_cuts_that_change_nothing_are_no_border() -> None:
    assert [band.words for band in banded([Decimal(1)], lambda value: "same")] == ["any value"]


@given(st.decimals("-5", "5", places=1), st.decimals("0.1", "5", places=1))
def test_a_value_between_lies_between(low: Decimal, length: Decimal) -> None:
    assert low < between(low, low + length) < low + length
    assert between(None, low) < low < between(low, None)


def test_only_numbers_with_thresholds_have_bands(planner) -> None:
    assert list(banded_facts(planner.conditions)) == [
        ("jcv_antibody", "jcv_index"),
        ("infusion", "infusion_reaction_grade"),
    ]


POSITIVE = {"jcv_antibody_status": "positive", "prior_immunosuppressant": "no"}


@pytest.mark.parametrize(
    ("facts", "start_on", "stratum", "changes", "alternatives"),
    [
        ({}, "2026-10-01", "", [], [
            ("Anti-JCV antibody", "Negative", "negative"),
            ("Anti-JCV antibody", "Positive", "low"),
            ("Anti-JCV antibody", "Indeterminate", "low"),
        ]),
        (POSITIVE | {"jcv_index": Decimal("1.2")}, "2026-10-01", "low",
         [("2028-04-01", "intermediate")], [
            ("Any earlier immunosuppressant", "Yes", "higher"),
            ("Anti-JCV index", "up to 0.9", "low"),
            ("Anti-JCV index", "above 1.5", "higher"),
        ]),
        (POSITIVE | {"jcv_index": Decimal("1.6")}, "2024-10-01", "higher", [], [
            ("Anti-JCV index", "up to 0.9", "low"),
            ("Anti-JCV index", "above 0.9 to 1.5", "intermediate"),
        ]),
    ],
)  # fmt: skip
def test_what_would_change_the_stratum(
    planner, facts, start_on, stratum, changes, alternatives
) -> None:
    """A positive antibody stays positive, so that no other finding is offered for it."""
    start = date.fromisoformat(start_on)
    given_ = {key: FactValue(value, TODAY) for key, value in facts.items()}
    plan = planner.generate(
        anchors=Anchors(start), doses=[start], results=[Result("jcv_antibody", TODAY, given_)],
        facts=given_, horizon=date(2029, 1, 1), as_of=TODAY,
    )  # fmt: skip
    view = risk_of(planner.conditions, plan.record, date(2030, 1, 1))
    assert view.now.value == stratum
    assert [(one.first.isoformat(), one.value) for one in view.changes] == changes
    assert [(a.label, a.becomes, a.stratum.value) for a in view.alternatives] == alternatives
    assert [one.label for one in view.inputs] == [
        "Anti-JCV antibody", "Months on this infusion drug", "Any earlier immunosuppressant",
        "Anti-JCV index",
    ]  # fmt: skip
