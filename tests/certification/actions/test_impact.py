"""Does an impact study find exactly the people whose recommendation would change?"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from certification.actions import impact
from certification.actions.cases import withdraw_case
from certification.actions.impact import advance_study, cancel_study, start_study
from certification.case_facts import case_date, evaluate_case, typed_facts
from certification.criteria.codec import content_hash, read_document
from certification.criteria.evaluation import Evaluator
from certification.criteria.facts import FactError, parse_value
from certification.models import (
    AuditEvent,
    Case,
    CriteriaVersion,
    ImpactChange,
    ImpactStudy,
    StoredFacts,
    User,
)
from certification.policies import Refused
from config.roles import Role
from tests.certification.actions.flow import MEETS, answer, decide
from tests.certification.drafts import CHANGES, ask_less, ask_more, drafted, lower_edss, nothing
from tests.factories import (
    AnswerFactory,
    CaseFactory,
    PatientFactory,
    SiteFactory,
    UserFactory,
)

ANSWERS: dict[str, list[Any]] = {
    "diagnosis_confirmed": [True, True, False],
    "phenotype": ["RRMS", "RRMS", "PPMS", "unknown"],
    "edss": [1, 3, 3.5, 4.5],
    "antibody": ["negative", "positive", "not_tested"],
    "active_infection": [False, False, True],
    "note": ["A remark."],
}


@pytest.fixture
def editor(db: None) -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR])


def some_cases(count: int, version: CriteriaVersion, nurse: User, seed: int = 3) -> list[Case]:
    """Open cases with random answers, some of persons with earlier therapies."""
    chance = random.Random(seed)
    cases = []
    for _ in range(count):
        patient = PatientFactory(
            site=nurse.sites.first(), birth_date=date(chance.choice([1980, 2011]), 5, 1)
        )
        if chance.random() < 0.4:
            patient.prior_therapies.create(
                agent="first_drug", started_on=date(2025, 1, 1),
                stop_reason=chance.choice(["breakthrough_activity", "intolerance", ""]),
            )  # fmt: skip
        case = CaseFactory(patient=patient, criteria_version=version, opened_by=nurse)
        for key, values in ANSWERS.items():
            if chance.random() < 0.8:
                seen = date(2027, 1, 1) - timedelta(days=chance.choice([3, 100, 300]))
                AnswerFactory(
                    case=case, fact_key=key, value=chance.choice(values),
                    observed_on=chance.choice([seen, seen, None]),
                )  # fmt: skip
        cases.append(case)
    return cases


def finished(study: ImpactStudy, by: User, now: datetime) -> ImpactStudy:
    for _ in range(200):
        study = advance_study(by=by, now=now, study=study)
        if not study.is_running:
            return study
    raise AssertionError("the study does not end")


def recount(document: dict[str, Any], now: datetime) -> dict[str, Counter[str]]:
    """The same one person after the other, by the pure engine, from the cases themselves."""
    criteria_set, vocabulary = read_document(document)
    evaluator, found = Evaluator(criteria_set, vocabulary), {}
    for case in Case.objects.exclude(status="withdrawn").select_related("site"):
        if case.is_determined:
            record, kind = case.determination.record, "past"
            before, as_of, raw = (
                case.determination.recommendation, case.determination.as_of, record["facts"],
            )  # fmt: skip
        else:
            as_of, kind = case_date(case, now), "open"
            before = evaluate_case(case, as_of).recommendation.value
            raw = raw_facts_of(case, vocabulary, as_of)
        raw = {key: given for key, given in raw.items() if fits(vocabulary, key, given["value"])}
        after = evaluator.recommend(typed_facts(vocabulary, raw), as_of).recommendation.value
        found.setdefault(kind, Counter())[f"{before} {after}"] += 1
    return found


def raw_facts_of(case: Case, vocabulary: Any, as_of: date) -> dict[str, Any]:
    raw: dict[str, Any] = {"birth_date": {"value": case.patient.birth_date.isoformat()}}
    rows = [therapy.as_row(None) for therapy in case.patient.prior_therapies.all()]
    if rows:
        raw["prior_dmts"] = {"value": rows}
    for one in case.answers.all():
        raw[one.fact_key] = {
            "value": one.value, "observed_on": one.observed_on and one.observed_on.isoformat(),
        }  # fmt: skip
    if case.patient.ms_course and "phenotype" not in raw:
        raw["phenotype"] = {"value": case.patient.ms_course}
    return raw


def fits(vocabulary: Any, key: str, value: Any) -> bool:
    if key not in vocabulary:
        return False
    try:
        parse_value(vocabulary[key], value)
    except FactError:
        return False
    return True


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_the_result_equals_a_recount(
    name: str, version: CriteriaVersion, nurse: User, editor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(impact, "COUNTED_A_SLICE", 7)
    monkeypatch.setattr(impact, "CASES_A_SLICE", 6)
    cases = some_cases(30, version, nurse, seed=len(name))
    for case in cases[:2]:
        case.answers.all().delete()
        case.patient.birth_date = date(1980, 5, 1)
        case.patient.save()
        decide(answer(case, nurse, now, MEETS), nurse, now, "certified")
    withdraw_case(by=nurse, now=now, case=cases[2], revision=1, reason="Taken back.")
    document = drafted(CHANGES[name])
    study = start_study(by=editor, now=now, document=document)
    study = finished(study, editor, now)
    assert study.state == ImpactStudy.State.FINISHED
    expected = recount(document, now)
    assert {kind: Counter(found) for kind, found in study.counts.items()} == expected
    changes = Counter((c.kind, f"{c.before} {c.after}") for c in study.changes.all())
    assert changes == Counter(
        {(kind, pair): count for kind, found in expected.items() for pair, count in found.items()
         if len(set(pair.split())) > 1}
    )  # fmt: skip
    assert study.done == study.total == 29
    assert bool(study.reasons) is bool(changes)
    if name == "nothing":
        assert not changes
