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
from tests.certification.drafts import (
    CHANGES,
    ask_less,
    ask_more,
    drafted,
    lower_edss,
    nothing,
    several,
)
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


@pytest.mark.parametrize("seed", range(6))
def test_several_changes_at_once_equal_a_recount(
    seed: int, version: CriteriaVersion, nurse: User, editor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(impact, "COUNTED_A_SLICE", 9)
    some_cases(30, version, nurse, seed=100 + seed)
    document = drafted(several(random.Random(seed)))
    study = finished(start_study(by=editor, now=now, document=document), editor, now)
    counts = {kind: Counter(found) for kind, found in study.counts.items()}
    assert counts == recount(document, now)


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


def test_what_changed_names_the_criteria(
    version: CriteriaVersion, nurse: User, editor: User, case: Case, now: datetime
) -> None:
    answer(case, nurse, now, MEETS)
    study = finished(start_study(by=editor, now=now, document=drafted(ask_more)), editor, now)
    change = study.changes.get()
    assert (change.before, change.after, change.kind) == ("certify", "pend", "open")
    assert (change.case, change.site, change.as_of) == (case, case.site, date(2027, 1, 11))
    assert study.counts == {"open": {"certify pend": 1}}
    assert study.reasons == {"-? noted": 1}


def test_facts_are_read_again_when_something_moved_on(
    version: CriteriaVersion, nurse: User, editor: User, case: Case, now: datetime
) -> None:
    document = drafted(ask_more)

    def counts(at: datetime) -> dict[str, Any]:
        study = start_study(by=editor, now=at, document=document)
        return finished(study, editor, at).counts

    assert counts(now) == {"open": {"pend pend": 1}}
    answer(case, nurse, now, MEETS)
    assert counts(now) == {"open": {"certify pend": 1}}
    # The next day the antibody test is too old by a day, and nothing else has changed.
    later = now + timedelta(days=141)
    assert counts(later) == {"open": {"pend pend": 1}}
    case.patient.birth_date = date(2015, 1, 1)
    case.patient.revision += 1
    case.patient.save()
    assert counts(later) == {"open": {"refer refer": 1}}
    stored = StoredFacts.objects.get()
    case.refresh_from_db()
    withdraw_case(by=nurse, now=now, case=case, revision=case.revision, reason="Taken back.")
    assert counts(later) == {}
    assert not StoredFacts.objects.filter(pk=stored.pk).exists()


def test_a_signed_case_keeps_the_facts_of_its_day(
    version: CriteriaVersion, nurse: User, editor: User, case: Case, now: datetime
) -> None:
    decide(answer(case, nurse, now, MEETS), nurse, now, "certified")
    case.patient.birth_date = date(2015, 1, 1)
    case.patient.revision += 1
    case.patient.save()
    later = now + timedelta(days=400)
    study = start_study(by=editor, now=later, document=drafted(ask_more))
    assert finished(study, editor, later).counts == {"past": {"certify pend": 1}}
    assert StoredFacts.objects.get().as_of == date(2027, 1, 11)


def test_a_cancelled_study_leaves_nothing(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(impact, "COUNTED_A_SLICE", 3)
    some_cases(8, version, nurse)
    study = start_study(by=editor, now=now, document=drafted(ask_more))
    while study.phase != ImpactStudy.Phase.COUNTING or not study.done:
        study = advance_study(by=editor, now=now, study=study)
    cancelled = cancel_study(by=editor, now=now, study=study)
    assert (cancelled.state, cancelled.counts, cancelled.cancelled_by) == ("cancelled", {}, editor)
    assert not ImpactChange.objects.exists()
    assert advance_study(by=editor, now=now, study=study).done == 3
    with pytest.raises(Refused, match="cancelled already"):
        cancel_study(by=editor, now=now, study=study)


def test_a_cancelled_study_does_not_take_in_a_slice_that_was_under_way(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    some_cases(4, version, nurse)
    study = start_study(by=editor, now=now, document=drafted(ask_more))
    study = advance_study(by=editor, now=now, study=study)
    monkeypatch.setattr(
        impact, "_still",
        lambda one, still=impact._still: cancel_study(by=editor, now=now, study=one) and still(one),
    )  # fmt: skip
    study = advance_study(by=editor, now=now, study=study)
    assert (study.state, study.counts) == ("cancelled", {})


def test_two_who_watch_count_nobody_twice(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The second one writes nothing when the first was quicker; after a crash it is the same."""
    monkeypatch.setattr(impact, "COUNTED_A_SLICE", 3)
    some_cases(7, version, nurse)
    study = start_study(by=editor, now=now, document=drafted(ask_more))
    seen = []
    real = impact._still

    def overtaken(one: ImpactStudy) -> bool:
        monkeypatch.setattr(impact, "_still", real)
        advance_study(by=editor, now=now, study=one)
        found = real(one)
        seen.append(found)
        return found

    while study.is_running:
        monkeypatch.setattr(impact, "_still", overtaken)
        study = advance_study(by=editor, now=now, study=study)
    assert seen
    assert not any(seen)
    assert study.done == study.total == 7
    assert sum(sum(found.values()) for found in study.counts.values()) == 7


def test_after_a_crash_it_goes_on_where_it_was(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(impact, "COUNTED_A_SLICE", 3)
    some_cases(7, version, nurse)
    study = start_study(by=editor, now=now, document=drafted(lower_edss))

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("power cut")

    while study.phase != ImpactStudy.Phase.COUNTING or study.done < 3:
        study = advance_study(by=editor, now=now, study=study)
    with monkeypatch.context() as broken:
        broken.setattr(impact, "_move", crash)
        with pytest.raises(RuntimeError):
            advance_study(by=editor, now=now, study=study)
    other = UserFactory(roles=[Role.CONTENT_APPROVER])
    study = finished(study, other, now)
    assert study.done == 7
    assert sum(sum(found.values()) for found in study.counts.values()) == 7


def test_two_studies_at_once(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(impact, "COUNTED_A_SLICE", 3)
    some_cases(7, version, nurse)
    documents = [drafted(ask_more), drafted(ask_less)]
    alone = []
    for document in documents:
        study = start_study(by=editor, now=now, document=document)
        alone.append(finished(study, editor, now).counts)
    StoredFacts.objects.all().delete()
    both = [start_study(by=editor, now=now, document=document) for document in documents]
    while any(study.is_running for study in both):
        both = [advance_study(by=editor, now=now, study=study) for study in both]
    assert [study.counts for study in both] == alone


def test_what_cannot_be_studied(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime
) -> None:
    def refused(**given: Any) -> str:
        with pytest.raises(Refused) as refusal:
            start_study(**{"by": editor, "now": now, "document": drafted(ask_more)} | given)
        return refusal.value.sentence

    assert "do not allow" in refused(by=nurse) or "not" in refused(by=nurse)
    assert "Nothing would change" in refused(document=version.document)
    assert "cannot be read" in refused(document={"format": 1})
    stranger = drafted(ask_more)
    stranger["criteria_set"]["key"] = "another-set"
    assert "No version of these criteria is in force" in refused(document=stranger)
    assert "another set" in refused(document=stranger, base=version)
    assert not ImpactStudy.objects.exists()
    assert not AuditEvent.objects.filter(object_type="impactstudy").exists()


def test_every_act_is_written_down(
    version: CriteriaVersion, case: Case, editor: User, now: datetime
) -> None:
    study = start_study(by=editor, now=now, document=drafted(nothing))
    finished(study, editor, now)
    other = start_study(by=editor, now=now, document=drafted(nothing))
    cancel_study(by=editor, now=now, study=other)
    events = AuditEvent.objects.filter(object_type="impactstudy").order_by("id")
    assert [(event.verb, event.actor_id) for event in events] == [
        (f"{verb} impact study", editor.pk) for verb in ("started", "finished", "started",
                                                         "cancelled")
    ]  # fmt: skip
    assert events[1].data["counted"] == 1
    assert study.content_hash == content_hash(study.document)


def test_nobody_else_carries_a_study_on(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime
) -> None:
    study = start_study(by=editor, now=now, document=drafted(ask_more))
    for act in (advance_study, cancel_study):
        with pytest.raises(Refused):
            act(by=nurse, now=now, study=study)


def test_sites_have_their_own_day(
    version: CriteriaVersion, nurse: User, editor: User, now: datetime
) -> None:
    tokyo = SiteFactory(time_zone="Asia/Tokyo")
    at = now.replace(hour=20)
    for site in (nurse.sites.first(), tokyo):
        CaseFactory(patient=PatientFactory(site=site), criteria_version=version)
    finished(start_study(by=editor, now=at, document=drafted(ask_more)), editor, at)
    days = set(StoredFacts.objects.values_list("as_of", flat=True))
    assert days == {date(2027, 1, 11), date(2027, 1, 12)}
