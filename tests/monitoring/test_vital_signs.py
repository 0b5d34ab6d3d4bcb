"""What can be a vital sign at all?"""

from __future__ import annotations

from typing import Any

import pytest

from monitoring.vital_signs import MOST_ROWS, VITAL_SIGNS, VitalSignError, read_rows


def test_rows_are_kept_without_what_is_empty() -> None:
    rows = [{"minutes": 0, "systolic": 120, "diastolic": "80", "pulse": ""}, {}, {"pulse": None}]
    assert read_rows(rows) == [{"minutes": "0", "systolic": "120", "diastolic": "80"}]


@pytest.mark.parametrize("key", VITAL_SIGNS)
def test_the_limits_are_included_and_nothing_beyond_them(key: str) -> None:
    sign = VITAL_SIGNS[key]
    assert read_rows([{key: sign.least}, {key: sign.most}])
    for wrong in (sign.least - 1, sign.most + 1, "NaN", "Infinity", "high", "1e9"):
        with pytest.raises(VitalSignError, match=f"Row 1: {sign.label.lower()} is"):
            read_rows([{key: wrong}])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"mood": 5}], "no such vital sign"),
        ([{"pulse": "72.5"}], "a whole number"),
        ([{}, {"systolic": 90, "diastolic": 91}], "Row 2: the diastolic pressure is above"),
        ([{"pulse": 70}] * (MOST_ROWS + 1), "At most"),
    ],
)
def test_what_cannot_be_right_is_named(rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(VitalSignError, match=says):
        read_rows(rows)


def test_equal_pressures_and_tenths_of_a_degree_are_possible() -> None:
    assert read_rows([{"systolic": 90, "diastolic": 90, "temperature": "36.75"}])
