"""Signing: who may, what is needed, what is sealed, and exactly once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from certification.actions.cases import Entry, repin_case
from certification.actions.determinations import (
    criteria_in_the_way,
    sign,
    sign_determination,
    signature_meaning,
)
from certification.case_facts import explain_case
from certification.models import (
    AuditEvent,
    Case,
    CriteriaVersion,
    Determination,
    Letter,
    Patient,
    User,
)
from certification.policies import Refused, Stale
from certification.replaying import replay
from certification.workflow import CaseStatus
from config.roles import Role
from tests.certification.actions.flow import (
    MEETS,
    MISSES,
    adverse_terms,
    answer,
    decide,
    modified_terms,
    refer,
)
from tests.factories import (
    PASSWORD,
    CaseFactory,
    CriteriaVersionFactory,
    DeterminationReasonFactory,
    UserFactory,
)


@pytest.fixture
def ready(case: Case, nurse: User, now: datetime) -> Case:
    """The criteria recommend certifying."""
    return answer(case, nurse, now, MEETS)


@pytest.fixture
def referred(case: Case, nurse: User, now: datetime) -> Case:
    """Referred, because the course is not indicated."""
    return refer(answer(case, nurse, now, MISSES), nurse, now)


def test_a_nurse_certifies_what_is_recommended(ready: Case, nurse: User, now: datetime) -> None:
    determination = decide(ready, nurse, now, "certified")
    ready.refresh_from_db()
    assert (ready.status, ready.closed_at) == (CaseStatus.CERTIFIED, now)
    assert determination.signer_role == Role.NURSE_REVIEWER
    assert (determination.period_start_on, determination.period_end_on, determination.months) == (
        date(2027, 2, 1), date(2028, 1, 31), 12,
    )  # fmt: skip
    assert (determination.dose, determination.interval, determination.infusions) == (
        "300 mg", "every 4 weeks", 13,
    )  # fmt: skip
    assert set(determination.letters.values_list("audience", flat=True)) == {
        "clinician",
        "patient",
    }
    assert replay(Determination.objects.get()).matches


def test_a_nurse_never_denies_nor_certifies_against_the_criteria(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    with pytest.raises(Refused, match=r"not documented yet, so a nurse .* cannot certify"):
        decide(case, nurse, now, "certified")
    answer(case, nurse, now, MISSES)
    with pytest.raises(Refused, match=r"does not meet the criteria, so a nurse .* cannot certify"):
        decide(case, nurse, now, "certified")
    refer(case, nurse, now)
    for outcome, terms in (
        ("certified", {}),
        ("not_certified", adverse_terms()),
        ("certified_modified", modified_terms()),
    ):
        with pytest.raises(Refused):
            decide(case, nurse, now, outcome, **terms)
    assert not Determination.objects.exists()
    assert not Letter.objects.exists()


def test_criteria_that_a_physician_signs(nurse: User, physician: User, now: datetime) -> None:
    case = CaseFactory(
        patient__site=nurse.sites.get(), criteria_version=CriteriaVersionFactory(signer="physician")
    )
    answer(case, nurse, now, MEETS)
    with pytest.raises(Refused, match="signed by a physician"):
        decide(case, nurse, now, "certified")
    determination = decide(case, physician, now, "certified")
    assert determination.signer_role == Role.PHYSICIAN_REVIEWER


def test_a_physician_denies_with_everything_that_takes(
    referred: Case, physician: User, now: datetime
) -> None:
    terms = adverse_terms()
    determination = decide(referred, physician, now, "not_certified", **terms)
    assert determination.principal_criterion == "course"
    assert determination.reason == terms["reason"]
    assert determination.period_start_on is None
    assert replay(determination).matches


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": None}, "reason"),
        ({"rationale": "  "}, "rationale"),
        ({"unmet_criteria": []}, "unmet_criteria"),
        ({"unmet_criteria": ["unheard_of"]}, "unmet_criteria"),
        # Met, and the indication as a whole: neither names what stands against the request.
        ({"unmet_criteria": ["adult"]}, "unmet_criteria"),
        ({"unmet_criteria": ["indicated"]}, "unmet_criteria"),
        ({"unmet_criteria": ["antibody_positive"]}, "unmet_criteria"),
        ({"would_reverse": ""}, "would_reverse"),
        ({"months": 6}, "months"),
        ({"dose": "300 mg"}, "dose"),
    ],
)
def test_an_adverse_determination_lacks_nothing(
    referred: Case, physician: User, now: datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        decide(referred, physician, now, "not_certified", **adverse_terms(**changes))
    assert refusal.value.field == field
    assert not Determination.objects.exists()


@pytest.mark.parametrize(
    "reason",
    [
        {"kind": "modified"},
        {"status": "submitted", "approved_by": None, "approved_at": None},
    ],
)
def test_the_reason_is_approved_and_of_its_kind(
    referred: Case, physician: User, now: datetime, reason: dict[str, Any]
) -> None:
    terms = adverse_terms(reason=DeterminationReasonFactory(**reason))
    with pytest.raises(Refused) as refusal:
        decide(referred, physician, now, "not_certified", **terms)
    assert refusal.value.field == "reason"


def test_what_is_missing_can_be_named_as_unmet(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    entries = {key: entry for key, entry in MEETS.items() if key != "antibody"}
    refer(answer(case, nurse, now, entries), nurse, now)
    explanation = explain_case(case, date(2027, 1, 11))
    assert [node.id for node in criteria_in_the_way(explanation)] == ["antibody_known"]
    terms = adverse_terms(unmet_criteria=["antibody_known"])
    assert decide(case, physician, now, "not_certified", **terms).recommendation == "pend"


def test_a_contraindication_can_be_named(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    refer(answer(case, nurse, now, MEETS | {"active_infection": Entry("yes")}), nurse, now)
    terms = adverse_terms(unmet_criteria=["infection"])
    assert decide(case, physician, now, "not_certified", **terms).is_adverse


def test_nothing_can_be_denied_when_everything_is_met(
    ready: Case, nurse: User, physician: User, now: datetime
) -> None:
    refer(ready, nurse, now)
    with pytest.raises(Refused, match="no criterion stands against"):
        decide(ready, physician, now, "not_certified", **adverse_terms())


def test_a_physician_certifies_against_the_recommendation_with_a_rationale(
    referred: Case, physician: User, now: datetime
) -> None:
    with pytest.raises(Refused, match="rationale"):
        decide(referred, physician, now, "certified")
    determination = decide(referred, physician, now, "certified", rationale="Label is wider.")
    assert (determination.recommendation, determination.outcome) == ("refer", "certified")


def test_a_physician_decides_against_the_recommendation_only_when_referred(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    answer(case, nurse, now, MISSES)
    with pytest.raises(Refused, match="refer it first"):
        decide(case, physician, now, "certified", rationale="Label is wider.")
    with pytest.raises(Refused, match="Refer it to a physician first"):
        decide(case, physician, now, "not_certified", **adverse_terms())


def test_modified(referred: Case, physician: User, now: datetime) -> None:
    terms = modified_terms(
        months=18, dose="150 mg", interval="every 8 weeks", infusions=9, unmet_criteria=["course"]
    )
    determination = decide(referred, physician, now, "certified_modified", **terms)
    assert (determination.dose, determination.interval, determination.infusions) == (
        "150 mg", "every 8 weeks", 9,
    )  # fmt: skip
    assert determination.period_end_on == date(2028, 7, 31)
    assert replay(determination).matches


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"months": 13}, "months"),
        ({"months": 0}, "months"),
        ({"dose": "600 mg"}, "dose"),
        ({"interval": "every 6 weeks"}, "interval"),
        ({"infusions": 14}, "infusions"),
        ({"infusions": 0}, "infusions"),
        ({"period_start_on": date(2026, 12, 31)}, "period_start_on"),
        ({"period_start_on": date(2099, 1, 1)}, "period_start_on"),
        ({"unmet_criteria": ["course"]}, "reason"),
        ({"would_reverse": "x"}, "reason"),
    ],
)
def test_certifying_stays_within_the_criteria(
    ready: Case, nurse: User, now: datetime, terms: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        decide(ready, nurse, now, "certified", **terms)
    assert refusal.value.field == field


def test_fewer_months_and_infusions_are_fine(ready: Case, nurse: User, now: datetime) -> None:
    determination = decide(
        ready, nurse, now, "certified", months=6, infusions=6, period_start_on=date(2027, 2, 28)
    )
    assert determination.period_end_on == date(2027, 8, 27)


def test_criteria_without_a_period_or_quantity_ask_for_them(
    patient: Patient, nurse: User, now: datetime
) -> None:
    version = CriteriaVersionFactory(certification_months=None, quantity_limit="5 vials")
    case = answer(CaseFactory(patient=patient, criteria_version=version), nurse, now, MEETS)
    with pytest.raises(Refused, match="Give the months"):
        decide(case, nurse, now, "certified")
    assert decide(case, nurse, now, "certified", months=3, dose="x").infusions is None


def test_content_retired_meanwhile(ready: Case, nurse: User, now: datetime) -> None:
    version = ready.criteria_version
    version.status = "retired"
    version.save()
    with pytest.raises(Refused, match="Move the case to the version in force"):
        decide(ready, nurse, now, "certified")
    CriteriaVersionFactory(version="2026.2", therapy=version.therapy)
    repin_case(by=nurse, now=now, case=ready, revision=ready.revision)
    determination = decide(ready, nurse, now, "certified")
    assert determination.criteria_version.version == "2026.2"


def test_content_expired_meanwhile(nurse: User, now: datetime) -> None:
    version = CriteriaVersionFactory(expires_on=date(2027, 1, 10))
    case = CaseFactory(patient__site=nurse.sites.get(), criteria_version=version)
    with pytest.raises(Refused, match="not in force any more"):
        decide(answer(case, nurse, now, MEETS), nurse, now, "certified")


def test_signed_twice(ready: Case, nurse: User, physician: User, now: datetime) -> None:
    revision = ready.revision
    decide(ready, nurse, now, "certified")
    for person in (nurse, physician):
        with pytest.raises(Refused, match="is closed"):
            decide(ready, person, now, "certified", revision=revision)
    assert Determination.objects.count() == 1
    assert Letter.objects.count() == 2


def test_answers_changed_meanwhile(
    ready: Case, nurse: User, physician: User, now: datetime
) -> None:
    seen = ready.revision
    answer(ready, physician, now, {"edss": Entry("6")})
    with pytest.raises(Stale) as stale:
        decide(ready, nurse, now, "certified", revision=seen)
    assert [change.key for change in stale.value.changed] == ["edss"]


def test_facts_that_grew_old_meanwhile(ready: Case, nurse: User, now: datetime) -> None:
    """The antibody test of 1 Dec 2026 counts for 180 days: evaluated again when signing."""
    late = datetime(2027, 6, 15, 15, tzinfo=UTC)
    with pytest.raises(Refused, match="cannot certify"):
        decide(ready, nurse, late, "certified")


def test_signature_of_somebody_else_or_too_old(
    ready: Case, nurse: User, physician: User, now: datetime
) -> None:
    for signature in (
        sign(user=physician, password=PASSWORD, now=now),
        sign(user=nurse, password=PASSWORD, now=now - timedelta(minutes=6)),
    ):
        with pytest.raises(Refused, match="Sign again"):
            sign_determination(
                by=nurse, now=now, case=ready, revision=ready.revision, signature=signature,
                outcome="certified",
            )  # fmt: skip


@pytest.mark.parametrize("outcome", ["certify", "withdrawn", ""])
def test_an_outcome_that_does_not_exist(
    ready: Case, nurse: User, now: datetime, outcome: str
) -> None:
    with pytest.raises(Refused, match="Choose an outcome"):
        decide(ready, nurse, now, outcome)


def test_the_meaning_names_what_is_signed(case: Case) -> None:
    for outcome, words in (
        ("certified", "certified as medically indicated"),
        ("certified_modified", "modifications"),
        ("not_certified", "not certified"),
    ):
        meaning = signature_meaning(case, outcome, Role.PHYSICIAN_REVIEWER)
        assert meaning.startswith("By signing I certify, as a physician reviewer, that I reviewed")
        assert case.number in meaning
        assert case.criteria_version.version in meaning
        assert words in meaning


def test_who_is_both_signs_as_a_physician(ready: Case, now: datetime) -> None:
    both = UserFactory(roles=[Role.NURSE_REVIEWER, Role.PHYSICIAN_REVIEWER], sites=[ready.site])
    assert decide(ready, both, now, "certified").signer_role == Role.PHYSICIAN_REVIEWER


def test_signed_in_another_time_zone(ready: Case, nurse: User, now: datetime) -> None:
    """The record is sealed in UTC, as it is read back from every database."""
    elsewhere = now.astimezone(ZoneInfo("Asia/Kolkata"))
    decide(ready, nurse, elsewhere, "certified")
    assert replay(Determination.objects.get()).matches


def test_the_audit_event_carries_the_seal_and_the_letters(
    ready: Case, nurse: User, now: datetime
) -> None:
    determination = decide(ready, nurse, now, "certified")
    event = AuditEvent.objects.filter(verb="signed determination").get()
    assert event.data["seal"] == determination.seal
    assert event.data["letters"] == dict(determination.letters.values_list("audience", "sha256"))
    assert event.case_id == ready.pk


def test_a_version_stays_as_it_was_signed(
    ready: Case, nurse: User, now: datetime, version: CriteriaVersion
) -> None:
    determination = decide(ready, nurse, now, "certified")
    assert determination.record["criteria"]["document"] == version.document
    assert determination.content_hash == version.content_hash
