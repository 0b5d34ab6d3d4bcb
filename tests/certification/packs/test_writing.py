"""Does a written pack read back as the same data?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.packs.differences import differences
from certification.packs.reading import read_text
from certification.packs.writing import write_text

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=20
)
TRICKY = st.sampled_from(
    ["no", "1e5", "010", "1:30", "5.", ".5", "0x1F", "1_000", "~", "", " ", "- a", "a: b", "# a",
     "2026-11-22", "12", "-3.50", "&a", "*a", "!a", "<<", ".inf", "line\nline\n", "é", "\u2028"]
)  # fmt: skip
NUMBERS = st.decimals(
    min_value=-(10**9), max_value=10**9, places=3, allow_nan=False, allow_infinity=False
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | NUMBERS | TEXT | TRICKY
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | TRICKY, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(TEXT.filter(lambda key: key != "<<"), DATA, min_size=1, max_size=4))
def test_what_is_written_is_read_again(data: dict[str, Any]) -> None:
    if "<<" in str(data):
        return
    assert read_text(write_text(data), file="pack.yaml").data == data


@pytest.mark.parametrize("number", [0.1, 1e-7, 12.5, 1e21, Decimal("0.00000010")])
def test_numbers_are_written_without_exponents(number: float | Decimal) -> None:
    (read,) = read_text(write_text([number]), file="pack.yaml").data
    assert read == Decimal(str(number))


def test_shared_values_are_written_out() -> None:
    shared = ["a", "b"]
    assert "&" not in write_text({"one": shared, "two": shared})


def test_differences_name_the_place() -> None:
    old = {"version": "1", "choices": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}
    new = {"version": "2", "choices": [{"value": "b", "label": "b"}, {"value": "a", "label": "A"}]}
    assert list(differences(old, new)) == [
        "version: '1' -> '2'",
        "choices.b.label: 'B' -> 'b'",
        "choices: in another order",
    ]
    assert list(differences([1, 2], [1, 3, 4], "at")) == ["at.1: 2 -> 3", "at.2: nothing -> 4"]
    assert list(differences(old, old)) == []
