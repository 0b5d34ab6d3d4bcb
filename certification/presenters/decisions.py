"""What can be done with a case now, and by whom if not by the reader?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from certification.actions.determinations import criteria_in_the_way
from certification.criteria.explanation import ExplainedNode
from certification.criteria.tree import Recommendation, Truth
from certification.models import Case, CriteriaVersion, User
from certification.policies import (
    Refused,
    check_can_pend_case,
    check_can_refer_case,
    check_can_repin_case,
    check_can_resume_case,
    check_can_sign_determination,
    check_can_withdraw_case,
)
from certification.presenters.trees import BAR_WORDS, WORDS
from certification.wizard import Standing
from certification.workflow import Act

ACT_OF_RECOMMENDATION = {
    Recommendation.CERTIFY: "certify",
    Recommendation.PEND: "pend",
    Recommendation.REFER: "refer",
}


@dataclass(frozen=True, slots=True)
class ActLink:
    """One way on. ``refusal``: why it is not possible for this reader now, and who can."""

    key: str
    title: str
    says: str
    url: str
    refusal: str = ""
    recommended: bool = False

    @property
    def possible(self) -> bool:
        return not self.refusal


def acts_of(user: User, case: Case, recommendation: Recommendation) -> list[ActLink]:
    """Every way on, the recommended one first; closed cases have none."""
    if not case.is_open:
        return []

    def signs(act: Act) -> Callable[[], None]:
        return lambda: check_can_sign_determination(user, case, act, recommendation)

    offered: list[tuple[str, str, str, Callable[[], None]]] = [
        ("resume", "Resume the review", "The information came, or is no longer awaited. The clock "
         "goes on.", lambda: check_can_resume_case(user, case)),
        ("certify", "Certify", "Sign that the therapy is medically indicated as requested.",
         signs(Act.CERTIFY)),
        ("pend", "Pend for information", "Ask for exactly the facts that decide; the clock stops.",
         lambda: check_can_pend_case(user, case)),
        ("refer", "Refer to a physician", "A physician reviewer looks and decides. Never a denial.",
         lambda: check_can_refer_case(user, case)),
        ("modify", "Certify with modifications", "Another dose, interval, number or period, with "
         "a reason.", signs(Act.CERTIFY_MODIFIED)),
        ("not-certify", "Not certify", "An adverse determination by a named physician, with reason "
         "and criterion.", signs(Act.NOT_CERTIFY)),
        ("withdraw", "Withdraw", "The request was taken back.",
         lambda: check_can_withdraw_case(user, case)),
    ]  # fmt: skip
    links = [
        _link(case, key, title, says, check, recommendation) for key, title, says, check in offered
    ]
    links = [link for link in links if link.possible or link.key not in {"resume"}]
    return sorted(links, key=lambda link: (not link.recommended, not link.possible))


def _link(
    case: Case,
    key: str,
    title: str,
    says: str,
    check: Callable[[], None],
    recommendation: Recommendation,
) -> ActLink:
    refusal = ""
    try:
        check()
    except Refused as refused:
        refusal = refused.sentence
    return ActLink(
        key,
        title,
        says,
        reverse(f"certification:case-{key}", args=[case.pk]),
        refusal,
        recommended=not refusal and key == ACT_OF_RECOMMENDATION[recommendation],
    )


@dataclass(frozen=True, slots=True)
class Repin:
    """The pinned criteria cannot carry a signature any more: what to do about it."""

    says: str
    newer: str
    url: str
    possible: bool


def repin_of(user: User, case: Case, today: date) -> Repin | None:
    """None while the pinned version is in force. One query."""
    version = case.criteria_version
    current = CriteriaVersion.objects.current(version.set_key, today)
    if current is not None and current.pk == version.pk:
        return None
    if version.is_approved and _in_force(version, today):
        if current is None:
            return None
        says = "A newer version of these criteria is in force. This case can move to it."
    else:
        says = "The criteria of this case are not in force any more and carry no signature."
    try:
        check_can_repin_case(user, case)
        possible = True
    except Refused:
        possible = False
    return Repin(
        says,
        f"version {current.version}" if current else "",
        reverse("certification:case-repin", args=[case.pk]),
        possible,
    )


def _in_force(version: CriteriaVersion, today: date) -> bool:
    started = version.effective_on is None or version.effective_on <= today
    return started and (version.expires_on is None or version.expires_on >= today)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A criterion that an adverse determination may name."""

    id: str
    says: str
    word: str
    found: str
    principal: bool


def in_the_way(standing: Standing) -> list[InTheWay]:
    unmet = standing.evaluation.unmet
    bars = _ids(standing.explanation.contraindications)
    found = []
    for node in criteria_in_the_way(standing.explanation):
        words = BAR_WORDS if node.id in bars else WORDS
        facts = "; ".join(f"{fact.label}: {fact.text}" for fact in node.facts)
        found.append(
            InTheWay(
                node.id, node.says, words[node.truth], facts, bool(unmet) and node.id == unmet[0]
            )
        )
    return found


def _ids(node: ExplainedNode) -> set[str]:
    return {node.id}.union(*(_ids(child) for child in node.children))


def suggested_rationale(standing: Standing) -> str:
    """The engine's findings as sentences, for the physician to put into their own words."""
    unmet = set(standing.evaluation.unmet)
    lines = []
    for item in in_the_way(standing):
        if item.id in unmet:
            found = f" ({item.found})" if item.found else ""
            lines.append(f"{item.word}: {item.says}{found}")
    return "\n".join(lines)


def suggested_reversal(standing: Standing) -> str:
    """What would change the answer, from the criteria that are not met."""
    unmet = set(standing.evaluation.unmet)
    bars = _ids(standing.explanation.contraindications)
    lines = []
    for node in criteria_in_the_way(standing.explanation):
        if node.id in unmet and node.truth is not Truth.UNKNOWN:
            turned = "this no longer holds" if node.id in bars else "the following holds"
            lines.append(f"Documentation that {turned}: {node.says}")
    return "\n".join(lines)
