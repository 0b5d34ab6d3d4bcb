"""Is a person's past read rightly: what was known when, what is kept, what is not used?"""

from __future__ import annotations

from datetime import date

import pytest

from monitoring.schedule.items import Reason
from tests.monitoring.schedule.conftest import Desk, rows

NEGATIVE = {"jcv_antibody_status": "negative"}
POSITIVE = {"jcv_antibody_status": "positive", "jcv_index": 0.7, "prior_immunosuppressant": "no"}


def jcv(on: str, **facts: object) -> dict[str, object]:
    return {"test": "jcv_antibody", "on": on, "facts": facts}


def test_a_result_changes_the_facts_from_its_day_on(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2027-01-05",
        start_on="2026-01-15",
        results=[jcv("2026-01-02", **NEGATIVE), jcv("2026-07-01", **POSITIVE)],
    )
    assert rows(plan, "jcv_antibody")[1:3] == [
        ("nat_jcv_negative_6m", "2026-07-02", "done"),
        ("nat_jcv_low_index_early", "2027-01-01", "due"),
    ]


def test_undated_facts_are_older_than_any_result(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2026-08-01", start_on="2026-01-15", facts=NEGATIVE, results=[jcv("2026-07-01", **POSITIVE)]
    )
    assert plan.record.latest["jcv_antibody_status"].value == "positive"


def test_dated_facts_and_results_count_by_their_day(natalizumab: Desk) -> None:
    newer = {"value": "indeterminate", "observed_on": "2026-07-20"}
    plan = natalizumab.plan(
        "2026-08-01",
        start_on="2026-01-15",
        facts={"jcv_antibody_status": newer},
        results=[jcv("2026-07-01", **NEGATIVE)],
    )
    assert plan.record.latest["jcv_antibody_status"].value == "indeterminate"
    assert plan.record.results["jcv_antibody"] == (date(2026, 7, 1), date(2026, 7, 20))


@pytest.mark.parametrize("later", ["negative", "indeterminate"])
def test_once_positive_always_positive(natalizumab: Desk, later: str) -> None:
    plan = natalizumab.plan(
        "2026-08-01",
        start_on="2026-01-15",
        results=[
            jcv("2026-07-10", jcv_antibody_status=later, jcv_index=0.1),
            jcv("2026-01-02", **POSITIVE),
        ],
    )
    latest = plan.record.latest
    assert latest["jcv_antibody_status"].value == "positive"
    assert str(latest["jcv_index"].value) == "0.7", "the index belongs to the status that is kept"
    kept = [note.says for note in plan.notes if note.reason is Reason.ADJUSTED]
    assert kept == [
        "Once positive for JC virus antibodies, always treated as positive (a later result, of "
        "10 Jul 2026, differs)."
    ]


def test_two_results_on_one_day_and_one_is_positive(natalizumab: Desk) -> None:
    for pair in ([NEGATIVE, POSITIVE], [POSITIVE, NEGATIVE]):
        plan = natalizumab.plan(
            "2026-08-01",
            start_on="2026-01-15",
            results=[jcv("2026-07-01", **facts) for facts in pair],
        )
        assert plan.record.latest["jcv_antibody_status"].value == "positive"


def test_not_tested_is_no_test(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2026-08-01",
        start_on="2026-01-15",
        results=[
            jcv("2026-01-02", **NEGATIVE),
            jcv("2026-07-01", jcv_antibody_status="not_tested"),
        ],
    )
    assert plan.record.results["jcv_antibody"] == (date(2026, 1, 2),)


def test_a_test_date_among_the_facts_is_a_result(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2026-02-01",
        start_on="2026-01-15",
        facts={**NEGATIVE, "jcv_test_date": "2026-01-02", "mri_brain_baseline_date": "2025-12-20"},
    )
    assert ("nat_jcv_negative_6m", "2026-07-02", "upcoming") in rows(plan, "jcv_antibody")
    assert rows(plan, "brain_mri")[0] == ("nat_mri_baseline", "2026-01-15", "done")


@pytest.mark.parametrize(
    ("on", "status", "counts"),
    [
        ("2026-06-30", "negative", True),  # the day before the exchange
        ("2026-07-01", "negative", False),
        ("2026-07-14", "negative", False),
        ("2026-07-15", "negative", True),  # day 14
        ("2026-07-05", "positive", True),  # plasma exchange takes antibodies away, adds none
    ],
)
def test_which_results_plasma_exchange_spoils(
    natalizumab: Desk, on: str, status: str, counts: bool
) -> None:
    plan = natalizumab.plan(
        "2026-08-01",
        start_on="2026-01-15",
        facts={"plasma_exchange_last_date": "2026-07-01"},
        results=[jcv(on, jcv_antibody_status=status)],
    )
    assert (date.fromisoformat(on) in plan.record.results.get("jcv_antibody", ())) is counts
    assert ("jcv_antibody_status" in plan.record.latest) is counts
    assert any(note.reason is Reason.NOT_USED for note in plan.notes) is not counts


def test_what_was_overdue_before_a_blackout_stays_overdue(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2026-08-25",
        start_on="2026-01-15",
        facts={**NEGATIVE, "plasma_exchange_last_date": "2026-08-20"},
        results=[jcv("2026-01-02", **NEGATIVE)],
    )
    item = next(i for i in plan.open_items if i.rule.id == "nat_jcv_negative_6m")
    assert (item.due_on.isoformat(), item.state(plan.as_of).value) == ("2026-07-02", "overdue")
    assert "Not before 3 Sep 2026" in item.because


def test_two_blackouts_one_after_the_other(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2026-07-10",
        start_on="2026-01-15",
        facts={"plasma_exchange_last_date": "2026-07-01", "ivig_last_date": "2026-07-10"},
        results=[jcv("2026-01-02", **NEGATIVE)],
    )
    item = next(i for i in plan.open_items if i.rule.id == "nat_jcv_negative_6m")
    assert item.due_on == date(2027, 1, 10)
    assert item.because.count("Moved from") == 2


def test_a_stop_is_seen_from_the_facts_of_after_the_last_infusion(natalizumab: Desk) -> None:
    def reasons(current_dmt: object, doses: tuple[str, ...] = ("2026-01-15",)) -> set[Reason]:
        plan = natalizumab.plan(
            "2026-08-01",
            start_on="2026-01-15",
            doses=list(doses),
            facts={"current_dmt": current_dmt},
        )
        return {note.reason for note in plan.notes}

    assert Reason.STOPPED in reasons("anti_cd20")
    assert Reason.STOPPED in reasons({"value": "none", "observed_on": "2026-07-01"})
    assert Reason.STOPPED not in reasons("natalizumab")
    assert Reason.STOPPED not in reasons({"value": "interferon_beta", "observed_on": "2026-01-10"})
    assert Reason.STOPPED not in reasons("interferon_beta", doses=()), (
        "never infused, never stopped"
    )


def test_without_infusions_the_tail_counts_from_the_stop(natalizumab: Desk) -> None:
    plan = natalizumab.plan("2026-06-01", 24, start_on="2024-01-15", stopped_on="2026-05-01")
    found = {item.rule.id: item for item in plan.open_items if not item.because.startswith("6 m")}
    assert found["nat_mri_after_stop"].due_on == date(2026, 9, 1)
    assert "after the stop on 1 May 2026" in found["nat_mri_after_stop"].because
    later = natalizumab.plan("2026-11-02", 24, start_on="2024-01-15", stopped_on="2026-05-01")
    assert not list(later.open_items)


def test_an_infusion_after_the_stop_resumes_treatment(natalizumab: Desk) -> None:
    plan = natalizumab.plan(
        "2026-08-01",
        start_on="2025-01-15",
        stopped_on="2026-01-10",
        doses=["2025-01-15", "2026-07-01"],
        facts=NEGATIVE,
    )
    assert plan.record.stop is None
    assert any(note.reason is Reason.RESUMED for note in plan.notes)
    assert rows(plan, "infusion")[-1][2] == "upcoming"


def test_the_infusions_decide_about_months_on_treatment(natalizumab: Desk) -> None:
    """``months_on_current_infusion`` grows with the plan; what was typed once does not."""
    plan = natalizumab.plan(
        "2026-08-01",
        24,
        start_on="2026-01-15",
        facts={**POSITIVE, "jcv_index": 2, "months_on_current_infusion": 3},
    )
    assert ("nat_mri_higher_4m", "2027-11-15", "upcoming") in rows(plan, "brain_mri")
