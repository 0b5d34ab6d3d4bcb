"""May this happen now, to this object, by this person?

Each rule is a pair: ``check_can_x`` raises ``Refused`` with a sentence for the person who asked,
``can_x`` answers yes or no. Deny by default: a permission of one's roles, the site of the record,
and the status of the case must all allow it. Content has its own rules in ``content_policies``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from certification.criteria.tree import Recommendation
from certification.models import Case, Determination, Letter, Patient, Site, User
from certification.workflow import OWNERS, Act, CaseStatus, next_status
from config.access import has_permission
from config.roles import ROLES, Permission, Role


class Refused(Exception):  # noqa: N818 (the word that the pages use)
    """The act is refused. ``sentence`` says why and, where there is one, names the next act.

    ``field`` names the input that has to change, when it is one.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else did to one fact or field since the page was opened."""

    key: str
    old: Any
    new: Any
    by: str


class Stale(Refused):
    """Somebody changed the same thing in the meantime. Nothing was overwritten.

    ``revision`` is the one to send with the next attempt, once the person has seen ``changed``.
    """

    def __init__(self, sentence: str, *, changed: tuple[Change, ...], revision: int) -> None:
        super().__init__(sentence)
        self.changed = changed
        self.revision = revision


# What each act on a case asks of the person. On a referred case it is the physician's turn.
ACT_PERMISSIONS: dict[Act, Permission] = {
    Act.ANSWER: Permission.PREPARE_CASES,
    Act.PEND: Permission.PREPARE_CASES,
    Act.RESUME: Permission.PREPARE_CASES,
    Act.REFER: Permission.PREPARE_CASES,
    Act.WITHDRAW: Permission.PREPARE_CASES,
    Act.CERTIFY: Permission.CERTIFY_WHEN_MET,
    Act.CERTIFY_MODIFIED: Permission.DETERMINE,
    Act.NOT_CERTIFY: Permission.DETERMINE,
}
# A request can be taken back at any time, whoever's turn it is.
ANY_TURN = frozenset({Act.WITHDRAW})

ACT_WORDS: dict[Act, str] = {
    Act.ANSWER: "answered",
    Act.PEND: "pended",
    Act.RESUME: "resumed",
    Act.REFER: "referred",
    Act.CERTIFY: "certified",
    Act.CERTIFY_MODIFIED: "certified with modifications",
    Act.NOT_CERTIFY: "determined as not certified",
    Act.WITHDRAW: "withdrawn",
}


def _titles(roles: tuple[Role, ...] | list[Role]) -> str:
    return " or ".join(ROLES[role].title.lower() for role in roles)


def check_allowed(user: User, permission: Permission) -> None:
    """Raises ``Refused`` unless one of the person's roles gives the permission."""
    if not has_permission(user, permission):
        able = [role for role, card in ROLES.items() if permission in card.permissions]
        raise Refused(f"Your roles do not allow this. It is done by: {_titles(able)}.")


def check_own_site(user: User, site_id: int) -> None:
    """Raises ``Refused`` unless the person works at the site."""
    if site_id not in user.site_ids:
        raise Refused(
            "This record belongs to a site that you do not work at. "
            "An administrator can add you to the site."
        )


def check_can_register_patient(user: User, site: Site) -> None:
    check_allowed(user, Permission.EDIT_PATIENTS)
    check_own_site(user, site.pk)


def check_can_view_patient(user: User, patient: Patient) -> None:
    check_allowed(user, Permission.VIEW_PATIENTS)
    check_own_site(user, patient.site_id)


def check_can_edit_patient(user: User, patient: Patient) -> None:
    check_allowed(user, Permission.EDIT_PATIENTS)
    check_own_site(user, patient.site_id)


def check_can_open_case(user: User, patient: Patient) -> None:
    check_allowed(user, Permission.PREPARE_CASES)
    check_own_site(user, patient.site_id)


def check_can_view_case(user: User, case: Case) -> None:
    check_allowed(user, Permission.VIEW_CASES)
    check_own_site(user, case.site_id)


def check_can_act(user: User, case: Case, act: Act) -> None:
    """The rule that all acts on a case share: permission, site, status, and whose turn it is."""
    check_allowed(user, ACT_PERMISSIONS[act])
    check_own_site(user, case.site_id)
    if not case.is_open:
        raise Refused(
            f"Case {case.number} is closed ({case.status_title.lower()}) and stays as it is. "
            "A new request is a new case."
        )
    if next_status(case.status, act) is None:
        raise Refused(f"{_way_out(case, act)}")
    if act not in ANY_TURN and not _has_turn(user, case):
        owners = OWNERS[CaseStatus(case.status)]
        raise Refused(
            f"Case {case.number} is {case.status_title.lower()}: it is the turn of a "
            f"{_titles(owners)}."
        )


def _has_turn(user: User, case: Case) -> bool:
    return bool(set(OWNERS[CaseStatus(case.status)]) & user.role_keys)


def _way_out(case: Case, act: Act) -> str:
    status = CaseStatus(case.status)
    sentence = f"A case that is {case.status_title.lower()} cannot be {ACT_WORDS[act]}."
    if status == CaseStatus.PENDED:
        return f"{sentence} Resume it first."
    if status == CaseStatus.IN_REVIEW and act in {Act.CERTIFY_MODIFIED, Act.NOT_CERTIFY}:
        return f"{sentence} Refer it to a physician first."
    return sentence


def check_can_answer_case(user: User, case: Case) -> None:
    check_can_act(user, case, Act.ANSWER)


def check_can_pend_case(user: User, case: Case) -> None:
    check_can_act(user, case, Act.PEND)


def check_can_resume_case(user: User, case: Case) -> None:
    check_can_act(user, case, Act.RESUME)


def check_can_refer_case(user: User, case: Case) -> None:
    check_can_act(user, case, Act.REFER)


def check_can_withdraw_case(user: User, case: Case) -> None:
    check_can_act(user, case, Act.WITHDRAW)


def check_can_repin_case(user: User, case: Case) -> None:
    """Moving an open case to the criteria in force; also while it waits for information."""
    check_can_act(user, case, Act.ANSWER)


def check_can_certify(user: User, case: Case) -> None:
    """Certifying as requested. What the recommendation must be is a matter of ``determine``."""
    check_can_act(user, case, Act.CERTIFY)
    if case.criteria_version.needs_physician and not has_permission(user, Permission.DETERMINE):
        raise Refused("These criteria are signed by a physician. Refer the case.")


def check_can_determine(user: User, case: Case) -> None:
    """A physician's decision on a referred case: certify, certify modified, not certify."""
    check_allowed(user, Permission.DETERMINE)
    check_can_act(user, case, Act.NOT_CERTIFY)


def check_can_sign_determination(
    user: User, case: Case, act: Act, recommendation: Recommendation
) -> None:
    """Signing one outcome. A nurse certifies only what is recommended, where a nurse may sign;
    what differs from the recommendation is decided by a physician, on a referred case."""
    if act == Act.CERTIFY:
        check_can_certify(user, case)
    else:
        check_can_act(user, case, act)
    if act != Act.CERTIFY or recommendation is Recommendation.CERTIFY:
        return
    # What is missing must never read as not met.
    finding = (
        "Facts that decide are not documented yet"
        if recommendation is Recommendation.PEND
        else "What is documented does not meet the criteria"
    )
    if not has_permission(user, Permission.DETERMINE):
        raise Refused(
            f"{finding}, so a nurse reviewer cannot certify. Document or ask for what is missing, "
            "or refer the case to a physician."
        )
    if case.status != CaseStatus.REFERRED:
        raise Refused(f"{finding}. A physician decides this on a referred case: refer it first.")


def check_can_download_letter(user: User, letter: Letter) -> None:
    check_can_view_case(user, letter.determination.case)


def check_can_view_determination(user: User, determination: Determination) -> None:
    check_can_view_case(user, determination.case)


def _allows(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except Refused:
        return False
    return True


def can_register_patient(user: User, site: Site) -> bool:
    return _allows(check_can_register_patient, user, site)


def can_view_patient(user: User, patient: Patient) -> bool:
    return _allows(check_can_view_patient, user, patient)


def can_edit_patient(user: User, patient: Patient) -> bool:
    return _allows(check_can_edit_patient, user, patient)


def can_open_case(user: User, patient: Patient) -> bool:
    return _allows(check_can_open_case, user, patient)


def can_view_case(user: User, case: Case) -> bool:
    return _allows(check_can_view_case, user, case)


def can_answer_case(user: User, case: Case) -> bool:
    return _allows(check_can_answer_case, user, case)


def can_pend_case(user: User, case: Case) -> bool:
    return _allows(check_can_pend_case, user, case)


def can_resume_case(user: User, case: Case) -> bool:
    return _allows(check_can_resume_case, user, case)


def can_refer_case(user: User, case: Case) -> bool:
    return _allows(check_can_refer_case, user, case)


def can_withdraw_case(user: User, case: Case) -> bool:
    return _allows(check_can_withdraw_case, user, case)


def can_repin_case(user: User, case: Case) -> bool:
    return _allows(check_can_repin_case, user, case)


def can_certify(user: User, case: Case) -> bool:
    return _allows(check_can_certify, user, case)


def can_determine(user: User, case: Case) -> bool:
    return _allows(check_can_determine, user, case)


def can_sign_determination(
    user: User, case: Case, act: Act, recommendation: Recommendation
) -> bool:
    return _allows(check_can_sign_determination, user, case, act, recommendation)


def can_download_letter(user: User, letter: Letter) -> bool:
    return _allows(check_can_download_letter, user, letter)


def can_view_determination(user: User, determination: Determination) -> bool:
    return _allows(check_can_view_determination, user, determination)
