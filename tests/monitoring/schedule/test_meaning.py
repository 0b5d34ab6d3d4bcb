"""What do results mean, and what is said of the risk: numbers, sources, flags?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from certification.criteria.facts import FactValue
from monitoring.schedule.months import add_months
from monitoring.schedule.pml_risk import RiskView, risk_of
from monitoring.schedule.thresholds import Act, interpret
from tests.monitoring.schedule.conftest import Desk, desk

ON = date(2027, 1, 5)


def found(desk_: Desk, test: str, **facts: object) -> list[tuple[str, Act]]:
    given = {key: FactValue(value) for key, value in facts.items()}
    return [(f.id, f.act) for f in interpret(desk_.planner.conditions, test, given, ON)]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ("0.19", "jcv_negative"),
        ("0.20", "jcv_indeterminate"),
        ("0.40", "jcv_indeterminate"),
        ("0.41", "jcv_positive"),
    ],
)
def test_jcv_index(natalizumab: Desk, index: str, expected: str) -> None:
    status = "negative" if Decimal(index) < Decimal("0.2") else "indeterminate"
    ids = [
        name
        for name, _ in found(
            natalizumab, "jcv_antibody", jcv_antibody_status=status, jcv_index=Decimal(index)
        )
    ]
    assert ids == [expected]


@pytest.mark.parametrize(
    ("index", "bands"),
    [
        ("0.9", []),
        ("0.91", ["jcv_index_over_0_9"]),
        ("1.5", ["jcv_index_over_0_9"]),
        ("1.51", ["jcv_index_over_1_5"]),
    ],
)
def test_bands_of_the_index(natalizumab: Desk, index: str, bands: list[str]) -> None:
    facts = {"jcv_antibody_status": "positive", "jcv_index": Decimal(index)}
    ids = dict(found(natalizumab, "jcv_antibody", **facts))
    assert ids.pop("jcv_positive") is Act.ALERT
    assert list(ids) == bands
    assert found(natalizumab, "brain_mri", **facts) == []


def test_hold_and_alert() -> None:
    mitoxantrone = desk("mitoxantrone")
    assert found(mitoxantrone, "lvef", lvef_pct=Decimal(49)) == [("lvef_under_50", Act.HOLD)]
    assert found(mitoxantrone, "lvef", lvef_pct=Decimal(50)) == []
    assert found(mitoxantrone, "cbc", neutrophil_count=Decimal("1.4")) == [
        ("neutrophils_low", Act.HOLD)
    ]
    ocrelizumab = desk("ocrelizumab_iv")
    hepatitis = found(ocrelizumab, "hbv_screen", hbsag="negative", anti_hbc="positive")
    assert hepatitis == [("hbv_past", Act.ALERT)]


def test_a_result_is_read_with_what_was_known_before(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        ON, start_on="2026-01-15", facts={"jcv_antibody_status": "positive", "jcv_index": 0.5}
    )
    given = {"jcv_index": FactValue(Decimal("1.6"))}
    conditions = natalizumab.planner.conditions
    alone = interpret(conditions, "jcv_antibody", given, ON)
    together = interpret(conditions, "jcv_antibody", given, ON, plan.record)
    assert "jcv_index_over_1_5" in {finding.id for finding in together}
    assert {finding.id for finding in alone} <= {finding.id for finding in together}
    assert all(finding.says and finding.cite for finding in together)


def risk(as_of: str, **facts: Any) -> RiskView:
    natalizumab = desk("natalizumab")
    plan = natalizumab.plan(as_of, start_on="2026-01-15", facts=facts)
    found = risk_of(natalizumab.planner.conditions, plan.record, add_months(plan.as_of, 72))
    assert found is not None
    return found


POSITIVE = {"jcv_antibody_status": "positive", "prior_immunosuppressant": "no"}


def test_the_stratum_and_the_month_it_changes() -> None:
    view = risk("2026-08-01", **POSITIVE, jcv_index=1.8)
    assert (view.now.value, view.months) == ("low", 6)
    assert [(str(s.first), s.value) for s in view.changes] == [("2027-07-15", "higher")]
    low = risk("2026-08-01", **POSITIVE, jcv_index=0.9)
    assert (low.now.value, low.changes) == ("low", ())
    middle = risk("2027-08-01", **POSITIVE, jcv_index=0.91)
    assert (middle.now.value, middle.changes) == ("intermediate", ())


def test_what_is_missing_for_the_stratum() -> None:
    view = risk("2027-08-01", jcv_antibody_status="positive", prior_immunosuppressant="no")
    assert view.now.value == ""
    assert view.now.unknown == ("Anti-JCV index",)
    european = view.estimates[0]
    assert european.text == ""
    assert european.unknown == ("Anti-JCV index",)


def test_estimates_come_with_table_source_and_flag() -> None:
    view = risk("2028-02-20", **POSITIVE, jcv_index=1.8)
    assert view.months == 25
    texts = {estimate.table.key: estimate.text for estimate in view.estimates}
    assert texts == {"eu_ema": "3", "us_label": "2", "graphic_2016": "8.8"}
    for estimate in view.estimates:
        assert estimate.table.cite
        assert estimate.table.verified
        assert estimate.table.unit
        assert estimate.row is not None
        assert estimate.row.first <= 26 <= estimate.row.last


@pytest.mark.parametrize(
    ("as_of", "cell"),
    [("2027-01-14", "0.2"), ("2027-01-15", "0.9"), ("2028-01-14", "0.9"), ("2028-01-15", "3")],
)
def test_the_row_changes_with_the_completed_month(as_of: str, cell: str) -> None:
    assert risk(as_of, **POSITIVE, jcv_index=1.8).estimates[0].text == cell


def test_beyond_the_last_row_nothing_is_said() -> None:
    view = risk("2033-01-15", **POSITIVE, jcv_index=1.8)
    assert view.estimates[0].row is None
    assert view.estimates[0].text == ""


def test_other_drugs_have_no_such_table() -> None:
    ocrelizumab = desk("ocrelizumab_iv")
    plan = ocrelizumab.plan("2026-08-01", start_on="2026-01-15")
    assert risk_of(ocrelizumab.planner.conditions, plan.record, plan.horizon) is None
