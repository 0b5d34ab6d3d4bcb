"""Typical people, whose five years of dates stand in the tables of this folder."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple


class Case(NamedTuple):
    """``name`` is the file of the table, ``story`` its first lines."""

    name: str
    protocol: str
    story: str
    person: dict[str, Any]
    as_of: date
    months: int = 60


def every(days: int, first: str, last: str) -> list[str]:
    """Dates from ``first`` to ``last``, so many days apart."""
    day, end, found = date.fromisoformat(first), date.fromisoformat(last), []
    while day <= end:
        found.append(day.isoformat())
        day += timedelta(days)
    return found


NEGATIVE = {"jcv_antibody_status": "negative", "prior_immunosuppressant": "no"}
INDEX_1_8 = {"jcv_antibody_status": "positive", "jcv_index": 1.8, "prior_immunosuppressant": "no"}
INDEX_1_2 = {**INDEX_1_8, "jcv_index": 1.2}
NO_HEPATITIS = {"hbsag": "negative", "anti_hbc": "negative"}

CASES = [
    Case(
        "natalizumab_negative",
        "natalizumab-monitoring",
        "Antibody negative. First infusion on 31 January 2026, everything ready before it.",
        {
            "start_on": "2026-01-31",
            "doses": ["2026-01-31"],
            "results": [
                {"test": "jcv_antibody", "on": "2025-12-31", "facts": NEGATIVE},
                {"test": "brain_mri", "on": "2026-01-10"},
                {"test": "cbc", "on": "2026-01-10"},
                {"test": "liver_tests", "on": "2026-01-10"},
                {"test": "preinfusion_checklist", "on": "2026-01-31"},
            ],
        },
        date(2026, 1, 31),
    ),
    Case(
        "natalizumab_index_high",
        "natalizumab-monitoring",
        "Antibody positive, index 1.8. First infusion 15 January 2026, month 18 on 15 July 2027.",
        {
            "start_on": "2026-01-15",
            "doses": ["2026-01-15"],
            "results": [
                {"test": "jcv_antibody", "on": "2025-12-15", "facts": INDEX_1_8},
                {"test": "brain_mri", "on": "2026-01-02"},
            ],
        },
        date(2026, 1, 15),
    ),
    Case(
        "natalizumab_becomes_positive",
        "natalizumab-monitoring",
        "Antibody negative at the start (10 March 2024), positive with index 1.2 on 20 September\n"
        "2025: intermediate risk from month 18 (10 September 2025). MRI on 1 September 2025.",
        {
            "start_on": "2024-03-10",
            "doses": every(28, "2024-03-10", "2025-10-01"),
            "facts": {"current_dmt": "natalizumab"},
            "results": [
                {"test": "jcv_antibody", "on": "2024-02-20", "facts": NEGATIVE},
                {"test": "jcv_antibody", "on": "2024-08-20", "facts": NEGATIVE},
                {"test": "jcv_antibody", "on": "2025-02-27", "facts": NEGATIVE},
                {"test": "jcv_antibody", "on": "2025-09-20", "facts": INDEX_1_2},
                {"test": "brain_mri", "on": "2024-02-15"},
                {"test": "brain_mri", "on": "2024-08-30"},
                {"test": "brain_mri", "on": "2025-09-01"},
            ],
        },
        date(2025, 10, 1),
    ),
    Case(
        "natalizumab_stopped",
        "natalizumab-monitoring",
        "Stopped on 1 June 2026, last infusion on 8 May 2026, no other therapy yet.",
        {
            "start_on": "2024-06-07",
            "stopped_on": "2026-06-01",
            "doses": every(28, "2024-06-07", "2026-05-08"),
            "facts": {**NEGATIVE, "current_dmt": "none"},
            "results": [
                {"test": "rems_status", "on": day}
                for day in ("2024-09-07", "2024-12-05", "2025-06-10", "2025-12-01")
            ],
        },
        date(2026, 6, 2),
    ),
    Case(
        "natalizumab_switched",
        "natalizumab-monitoring",
        "The same person, switched to ocrelizumab: MRI for 12 months after the last infusion.",
        {
            "start_on": "2024-06-07",
            "doses": every(28, "2024-06-07", "2026-05-08"),
            "facts": {
                **NEGATIVE,
                "current_dmt": {"value": "anti_cd20", "observed_on": "2026-06-01"},
            },
            "results": [
                {"test": "rems_status", "on": day}
                for day in ("2024-09-07", "2024-12-05", "2025-06-10", "2025-12-01")
            ],
        },
        date(2026, 6, 2),
    ),
    Case(
        "natalizumab_after_ivig",
        "natalizumab-monitoring",
        "Antibody negative; intravenous immunoglobulin on 20 June 2026 puts the test off until\n"
        "20 December 2026.",
        {
            "start_on": "2026-01-15",
            "doses": every(28, "2026-01-15", "2026-06-25"),
            "facts": {"ivig_last_date": "2026-06-20"},
            "results": [
                {"test": "jcv_antibody", "on": "2026-01-02", "facts": NEGATIVE},
                {"test": "brain_mri", "on": "2025-12-20"},
            ],
        },
        date(2026, 6, 25),
        24,
    ),
    Case(
        "ocrelizumab_iv",
        "ocrelizumab_iv-monitoring",
        "First half dose on 29 February 2028, second on 14 March 2028.",
        {
            "start_on": "2028-02-29",
            "doses": ["2028-02-29", "2028-03-14"],
            "results": [
                {"test": "hbv_screen", "on": "2028-01-20", "facts": NO_HEPATITIS},
                {"test": "immunoglobulins", "on": "2028-01-20"},
                {"test": "liver_tests", "on": "2028-01-20"},
                {"test": "brain_mri", "on": "2028-01-05"},
                {"test": "vaccination", "on": "2028-01-10"},
            ],
        },
        date(2028, 3, 14),
    ),
    Case(
        "ocrelizumab_iv_late",
        "ocrelizumab_iv-monitoring",
        "The infusion due on 10 January 2026 was given on 20 March 2026: count from there.",
        {
            "start_on": "2025-01-10",
            "doses": ["2025-01-10", "2025-01-24", "2025-07-10", "2026-03-20"],
            "results": [
                {"test": "brain_mri", "on": "2025-01-02"},
                {"test": "brain_mri", "on": "2025-07-01"},
            ],
        },
        date(2026, 3, 21),
    ),
    Case(
        "ocrelizumab_sc",
        "ocrelizumab_sc-monitoring",
        "First injection on 31 August 2026.",
        {
            "start_on": "2026-08-31",
            "doses": ["2026-08-31"],
            "results": [{"test": "brain_mri", "on": "2026-08-01"}],
        },
        date(2026, 8, 31),
    ),
    Case(
        "ublituximab",
        "ublituximab-monitoring",
        "A woman. First infusion on 1 April 2026, second on 15 April 2026; then every 24 weeks.",
        {
            "start_on": "2026-04-01",
            "doses": ["2026-04-01", "2026-04-15"],
            "facts": {"sex": "female"},
            "results": [{"test": "brain_mri", "on": "2026-03-20"}],
        },
        date(2026, 4, 15),
    ),
    Case(
        "rituximab",
        "rituximab-monitoring",
        "First dose on 30 June 2026. Hepatitis B core antibody positive: watched for 24 months\n"
        "after the last dose.",
        {
            "start_on": "2026-06-30",
            "doses": ["2026-06-30"],
            "results": [
                {
                    "test": "hbv_screen",
                    "on": "2026-06-01",
                    "facts": {"hbsag": "negative", "anti_hbc": "positive"},
                },
                {"test": "brain_mri", "on": "2026-06-01"},
            ],
        },
        date(2026, 6, 30),
    ),
    Case(
        "alemtuzumab",
        "alemtuzumab-monitoring",
        "A woman. Courses in January 2021 and January 2022, last infusion on 12 January 2022;\n"
        "all tests done until 5 January 2022. The monthly tests end on 12 January 2026.",
        {
            "start_on": "2021-01-05",
            "doses": [
                *("2021-01-05", "2021-01-06", "2021-01-07", "2021-01-08", "2021-01-09"),
                *("2022-01-10", "2022-01-11", "2022-01-12"),
            ],
            "facts": {"sex": "female"},
            "results": [
                {"test": test, "on": f"{year}-{month:02}-05"}
                for test in ("cbc", "creatinine", "urinalysis", "liver_tests", "tsh", "rems_status")
                for year, month in [*((2021, m) for m in range(1, 13)), (2022, 1)]
            ]
            + [
                {"test": test, "on": "2020-12-20"}
                for test in ("skin_examination", "hpv_screen", "brain_mri")
            ],
        },
        date(2022, 1, 13),
    ),
    Case(
        "mitoxantrone",
        "mitoxantrone-monitoring",
        "A man. Doses on 30 November 2026 and 28 February 2027.",
        {
            "start_on": "2026-11-30",
            "doses": ["2026-11-30", "2027-02-28"],
            "facts": {"sex": "male"},
            "results": [
                {"test": "lvef", "on": "2026-11-20"},
                {"test": "lvef", "on": "2027-02-20"},
                {"test": "brain_mri", "on": "2026-11-01"},
            ],
        },
        date(2027, 2, 28),
    ),
    Case(
        "mitoxantrone_finished",
        "mitoxantrone-monitoring",
        "The same man, stopped after the dose of 28 February 2027: the heart is watched yearly.",
        {
            "start_on": "2026-11-30",
            "stopped_on": "2027-05-01",
            "doses": ["2026-11-30", "2027-02-28"],
            "facts": {"sex": "male"},
        },
        date(2027, 5, 1),
    ),
    Case(
        "methylprednisolone",
        "methylprednisolone_ivmp-monitoring",
        "A relapse course from 5 January 2026, two of three days given.",
        {"start_on": "2026-01-05", "doses": ["2026-01-05", "2026-01-06"]},
        date(2026, 1, 6),
    ),
]
