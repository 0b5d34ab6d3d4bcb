"""Invented people with starts, infusions, misses, results, stops and changes of facts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

AS_OF = date(2027, 3, 1)
TESTS = (
    *("jcv_antibody", "brain_mri", "cbc", "creatinine", "rems_status", "lvef", "hbv_screen"),
    *("immunoglobulins", "preinfusion_checklist", "skin_examination", "benefit_risk_review"),
)
FACTS: dict[str, list[Any]] = {
    "jcv_antibody_status": ["negative", "positive", "indeterminate", "not_tested"],
    "jcv_index": [0.1, 0.3, 0.9, 0.91, 1.5, 1.51, 3],
    "prior_immunosuppressant": ["yes", "no", "unknown"],
    "sex": ["female", "male"],
    "pml_suspected": [True, False],
    "hbv_status": ["no_infection", "past_or_occult", "carrier_or_active"],
    "current_dmt": ["natalizumab", "anti_cd20", "none", "alemtuzumab", "mitoxantrone"],
    "active_infection": [True, False],
}
RESULT_FACTS: dict[str, tuple[str, ...]] = {
    "jcv_antibody": ("jcv_antibody_status", "jcv_index"),
    "brain_mri": ("pml_suspected",),
    "hbv_screen": ("hbv_status",),
}


@st.composite
def dated(draw: st.DrawFn, first: date, last: date) -> str:
    return draw(st.dates(first, last)).isoformat()


@st.composite
def results(draw: st.DrawFn, first: date, last: date) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(0, 12))):
        test = draw(st.sampled_from(TESTS))
        facts = {
            key: draw(st.sampled_from(FACTS[key]))
            for key in RESULT_FACTS.get(test, ())
            if draw(st.booleans())
        }
        found.append({"test": test, "on": draw(dated(first, last)), "facts": facts})
    return found


@st.composite
def facts(draw: st.DrawFn, first: date, last: date) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for key, values in FACTS.items():
        match draw(st.sampled_from(["missing", "missing", "bare", "dated"])):
            case "bare":
                given[key] = draw(st.sampled_from(values))
            case "dated":
                on = draw(dated(first, last))
                given[key] = {"value": draw(st.sampled_from(values)), "observed_on": on}
    for key in ("plasma_exchange_last_date", "ivig_last_date"):
        if draw(st.integers(0, 4)) == 0:
            given[key] = draw(dated(first, last))
    return given


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    """A person as ``plan_monitoring`` takes one, up to ``AS_OF``; some have not started yet."""
    start = draw(st.dates(date(2021, 1, 1), date(2027, 6, 30)))
    before = start - timedelta(400)
    person: dict[str, Any] = {"start_on": start.isoformat()}
    if start <= AS_OF:
        step = draw(st.sampled_from([28, 91, 182, 365]))
        day, doses = start, []
        while day <= AS_OF:
            if draw(st.integers(0, 5)):
                doses.append(day.isoformat())
            day += timedelta(step + draw(st.integers(-3, 40)))
        person["doses"] = doses
        if draw(st.integers(0, 3)) == 0:
            person["stopped_on"] = draw(dated(start, AS_OF))
    if draw(st.integers(0, 2)) == 0:
        person["next_infusion_on"] = draw(dated(start, date(2027, 9, 1)))
    last = AS_OF
    person["results"] = draw(results(min(before, last), last))
    person["facts"] = draw(facts(min(before, last), last))
    return person
