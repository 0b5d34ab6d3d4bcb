"""Do typical people get the dates that stand in the tables of this folder?"""

from __future__ import annotations

import pytest

from tests.spec.monitoring.people import CASES, Case
from tests.spec.monitoring.tables import FOLDER, plan_of, table


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_table(case: Case) -> None:
    kept = (FOLDER / f"{case.name}.txt").read_text(encoding="utf-8")
    assert table(case, plan_of(case)).splitlines() == kept.splitlines()


def test_every_table_belongs_to_somebody() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {case.name for case in CASES}
