"""Who may do what with a case in which state: one table, every role, every status."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from certification import policies
from certification.criteria.tree import Recommendation
from certification.models import Case, CriteriaVersion, Patient, Site, User
from certification.policies import Refused, can_sign_determination
from certification.workflow import STATUS_TITLES, Act, CaseStatus
from config.roles import Role
from tests.factories import CaseFactory, LetterFactory, SiteFactory, UserFactory

NURSE, PHYSICIAN = Role.NURSE_REVIEWER, Role.PHYSICIAN_REVIEWER
BOTH = {NURSE, PHYSICIAN}
READERS = {NURSE, PHYSICIAN, Role.INFUSION_NURSE, Role.AUDITOR}
REVIEW, PENDED, REFERRED = CaseStatus.IN_REVIEW, CaseStatus.PENDED, CaseStatus.REFERRED

# act -> status -> the roles that may. A status that is not named: nobody.
ALLOWED: dict[str, dict[CaseStatus, set[Role]]] = {
    "answer_case": {REVIEW: BOTH, PENDED: BOTH, REFERRED: {PHYSICIAN}},
    "repin_case": {REVIEW: BOTH, PENDED: BOTH, REFERRED: {PHYSICIAN}},
    "pend_case": {REVIEW: BOTH, REFERRED: {PHYSICIAN}},
    "resume_case": {PENDED: BOTH},
    "refer_case": {REVIEW: BOTH},
    "withdraw_case": {REVIEW: BOTH, PENDED: BOTH, REFERRED: BOTH},
    "certify": {REVIEW: BOTH, REFERRED: {PHYSICIAN}},
    "determine": {REFERRED: {PHYSICIAN}},
    "view_case": dict.fromkeys(CaseStatus, READERS),
}


def pair(name: str) -> tuple[Callable[..., None], Callable[..., bool]]:
    return getattr(policies, f"check_can_{name}"), getattr(policies, f"can_{name}")


@pytest.fixture
def cases(patient: Patient, version: CriteriaVersion) -> dict[CaseStatus, Case]:
    return {
        status: CaseFactory(patient=patient, criteria_version=version, status=status)
        for status in CaseStatus
    }


@pytest.mark.parametrize("role", [*Role, None])
def test_every_act_in_every_status(
    role: Role | None, cases: dict[CaseStatus, Case], site: Site
) -> None:
    user = UserFactory(roles=[role] if role else [], sites=[site])
    stranger = UserFactory(roles=[role] if role else [], sites=[SiteFactory()])
    for name, by_status in ALLOWED.items():
        check, can = pair(name)
        for status, case in cases.items():
            expected = role in by_status.get(status, set())
            assert can(user, case) is expected, f"{role} {name} {status}"
            assert can(stranger, case) is False, f"{role} of another site: {name} {status}"
            if not expected:
                with pytest.raises(Refused) as refusal:
                    check(user, case)
                assert refusal.value.sentence.endswith(".")


@pytest.mark.parametrize("role", [*Role, None])
def test_people_and_patients(role: Role | None, patient: Patient, site: Site) -> None:
    user = UserFactory(roles=[role] if role else [], sites=[site])
    stranger = UserFactory(roles=[role] if role else [], sites=[SiteFactory()])
    editors = {NURSE, Role.INFUSION_NURSE}
    for name, obj, roles in (
        ("view_patient", patient, READERS),
        ("edit_patient", patient, editors),
        ("register_patient", site, editors),
        ("open_case", patient, BOTH),
    ):
        _, can = pair(name)
        assert can(user, obj) is (role in roles), f"{role} {name}"
        assert can(stranger, obj) is False, f"{role} of another site: {name}"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*Role, None])
def test_letters_are_for_readers_of_the_site(role: Role | None) -> None:
    letter = LetterFactory()
    site = letter.determination.case.site
    user = UserFactory(roles=[role] if role else [], sites=[site])
    assert policies.can_download_letter(user, letter) is (role in READERS)
    assert policies.can_view_determination(user, letter.determination) is (role in READERS)
    stranger = UserFactory(roles=[role] if role else [])
    assert policies.can_download_letter(stranger, letter) is False


def test_nobody_acts_with_an_inactive_account(case: Case, nurse: User) -> None:
    nurse.is_active = False
    nurse.save()
    assert not policies.can_answer_case(nurse, case)


@pytest.mark.parametrize("signer", ["", "physician"])
@pytest.mark.parametrize("role", [NURSE, PHYSICIAN])
@pytest.mark.parametrize("recommendation", list(Recommendation))
@pytest.mark.parametrize("act", [Act.CERTIFY, Act.CERTIFY_MODIFIED, Act.NOT_CERTIFY])
def test_who_signs_which_outcome(
    act: Act,
    recommendation: Recommendation,
    role: Role,
    signer: str,
    cases: dict[CaseStatus, Case],
    site: Site,
) -> None:
    """A nurse certifies only what is recommended, and only where a nurse may sign. Whatever
    differs from the recommendation is decided by a physician on a referred case."""
    user = UserFactory(roles=[role], sites=[site])
    for status, case in cases.items():
        case.criteria_version.signer = signer
        recommended = act == Act.CERTIFY and recommendation is Recommendation.CERTIFY
        expected = (status == REFERRED and role == PHYSICIAN) or (
            status == REVIEW and recommended and (role == PHYSICIAN or not signer)
        )
        assert can_sign_determination(user, case, act, recommendation) is expected, status


def test_every_check_has_its_twin() -> None:
    names = {name for name, _ in inspect.getmembers(policies, inspect.isfunction)}
    checks = {name.removeprefix("check_") for name in names if name.startswith("check_can_")}
    twins = {name for name in names if name.startswith("can_")}
    assert checks - {"can_act"} == twins


def test_every_act_on_a_case_is_in_the_table() -> None:
    about_cases = {
        name.removeprefix("check_can_")
        for name, function in inspect.getmembers(policies, inspect.isfunction)
        if name.startswith("check_can_")
        and list(inspect.signature(function).parameters) == ["user", "case"]
    }
    assert about_cases == set(ALLOWED)


def test_a_refusal_names_the_way_out(nurse: User, cases: dict[CaseStatus, Case]) -> None:
    expected: dict[tuple[str, Any], str] = {
        ("certify", PENDED): "Resume it first",
        ("answer_case", REFERRED): "turn of a physician reviewer",
        ("answer_case", CaseStatus.CERTIFIED): "new request is a new case",
    }
    for (name, status), words in expected.items():
        with pytest.raises(Refused, match=words):
            pair(name)[0](nurse, cases[status])
    assert set(STATUS_TITLES) == set(cases)
