"""How is a case determined: signed, sealed and answered with letters, exactly once?"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction

from certification.actions.events import record_event
from certification.actions.revisions import STALE_CASE, check_unchanged, locked_case
from certification.actions.signatures import Signature, sign
from certification.actions.typed_text import one_line, paragraphs
from certification.case_facts import case_date, compiled, raw_facts, typed_facts
from certification.case_notices import notices_to_seal
from certification.criteria.codec import explanation_to_data
from certification.criteria.explanation import ExplainedNode, Explanation
from certification.criteria.tree import Recommendation, Truth
from certification.letters import make_letter
from certification.models import (
    Case,
    CriteriaVersion,
    Determination,
    DeterminationReason,
    Letter,
    User,
)
from certification.policies import Refused, check_can_sign_determination
from certification.records import Decision, build_record, evidence_for
from certification.replaying import ReplayResult, replay
from certification.seals import hash_of, seal_of
from certification.workflow import Act, Outcome, next_status
from config.access import has_permission
from config.roles import Permission, Role

__all__ = [
    "ReplayResult",
    "Signature",
    "criteria_in_the_way",
    "replay",
    "sign",
    "sign_determination",
    "signature_meaning",
    "signing_role",
]

ACTS = {
    Outcome.CERTIFIED: Act.CERTIFY,
    Outcome.CERTIFIED_MODIFIED: Act.CERTIFY_MODIFIED,
    Outcome.NOT_CERTIFIED: Act.NOT_CERTIFY,
}
REASON_KINDS = {
    Outcome.CERTIFIED_MODIFIED: DeterminationReason.Kind.MODIFIED,
    Outcome.NOT_CERTIFIED: DeterminationReason.Kind.ADVERSE,
}
MEANINGS = {
    Outcome.CERTIFIED: "infusion therapy with {therapy} is certified as medically indicated for "
    "the period stated.",
    Outcome.CERTIFIED_MODIFIED: "infusion therapy with {therapy} is certified as medically "
    "indicated with the modifications stated.",
    Outcome.NOT_CERTIFIED: "the request for infusion therapy with {therapy} is not certified, for "
    "the criterion and the reason stated. The decision is mine and not that of the software.",
}
MOST_INFUSIONS = 1000
LONGEST_MONTHS = 120


def signing_role(user: User) -> Role:
    """The role in which a person signs: as a physician whenever they are one."""
    if has_permission(user, Permission.DETERMINE):
        return Role.PHYSICIAN_REVIEWER
    return Role.NURSE_REVIEWER


def signature_meaning(case: Case, outcome: str, role: Role) -> str:
    """The sentence that the signature stands for. Shown before signing and kept with it."""
    version = case.criteria_version
    who = "as a physician reviewer" if role == Role.PHYSICIAN_REVIEWER else "as a nurse reviewer"
    return (
        f"By signing I certify, {who}, that I reviewed what is documented in case {case.number} "
        f"against “{version.title}”, version {version.version}, and that "
        + MEANINGS[Outcome(outcome)].format(therapy=case.therapy.generic)
    )


@transaction.atomic
def sign_determination(
    *,
    by: User,
    now: datetime,
    case: Case,
    revision: int,
    signature: Signature,
    outcome: str,
    months: int | None = None,
    period_start_on: date | None = None,
    dose: str = "",
    interval: str = "",
    infusions: int | None = None,
    reason: DeterminationReason | None = None,
    rationale: str = "",
    unmet_criteria: Iterable[str] = (),
    would_reverse: str = "",
) -> Determination:
    """Determines a case: evaluates it once more today, seals the record, makes both letters.

    ``unmet_criteria``: node ids; the first is the principal one. Raises ``Refused`` or ``Stale``;
    of two people who sign at once exactly one succeeds.
    """
    case = locked_case(case)
    if outcome not in ACTS:
        raise Refused("Choose an outcome.", field="outcome")
    chosen = Outcome(outcome)
    if not signature.is_of(by, now):
        raise Refused("The signature is not yours or is too old. Sign again.", field="password")
    as_of = case_date(case, now)
    raw = raw_facts(case, as_of)
    _, vocabulary, evaluator = compiled(case.criteria_version)
    explanation = evaluator.explain(typed_facts(vocabulary, raw), as_of)
    recommendation = explanation.evaluation.recommendation
    check_can_sign_determination(by, case, ACTS[chosen], recommendation)
    check_unchanged(case, revision, STALE_CASE)
    check_in_force(case.criteria_version, as_of)
    terms = {"dose": dose, "interval": interval, "infusions": infusions}
    decision = Decision(
        outcome=chosen.value,
        recommendation=recommendation.value,
        as_of=as_of,
        **_period(case, chosen, months, period_start_on, as_of),
        **_quantity(case.criteria_version, chosen, terms),
        **_grounds(chosen, explanation, reason, rationale, tuple(unmet_criteria), would_reverse),
    )
    determination = _seal(by, now, case, raw, explanation, decision)
    letters = _make_letters(determination, now)
    before = case.status
    case.status = next_status(case.status, ACTS[chosen]) or case.status
    case.closed_at = now
    case.revision += 1
    case.save()
    record_event(
        by=by,
        verb="signed determination",
        obj=determination,
        at=now,
        data={
            "revision": case.revision,
            "status": [before, case.status],
            "outcome": chosen.value,
            "recommendation": recommendation.value,
            "role": determination.signer_role,
            "content_hash": determination.content_hash,
            "seal": determination.seal,
            "letters": {letter.audience: letter.sha256 for letter in letters},
        },
    )
    return determination


def check_in_force(version: CriteriaVersion, on: date) -> None:
    """Raises ``Refused`` unless the version is approved and in force on the day."""
    if not CriteriaVersion.objects.in_force(on).filter(pk=version.pk).exists():
        raise Refused(
            f"The criteria of this case, version {version.version}, are not in force any more "
            f"({version.status_title.lower()}). Move the case to the version in force: its answers "
            "are kept and evaluated again. Then decide."
        )


def criteria_in_the_way(explanation: Explanation) -> list[ExplainedNode]:
    """The criteria that keep this request from being certified: what a denial may name.

    Indications that are not met or not documented, and contraindications that are met or not
    excluded, each below parents of which the same is true. Empty when certifying is recommended.
    """
    found: list[ExplainedNode] = []
    for root, good in (
        (explanation.indications, Truth.MET),
        (explanation.contraindications, Truth.NOT_MET),
    ):
        below = [node for child in root.children for node in _in_the_way(child, good)]
        found += below or list(_in_the_way(root, good))
    return found


def _in_the_way(node: ExplainedNode, good: Truth) -> Iterable[ExplainedNode]:
    if node.truth is good:
        return
    yield node
    # Below a "not" the meaning turns round: it is named as a whole.
    if node.kind != "not":
        for child in node.children:
            yield from _in_the_way(child, good)


def _period(
    case: Case, outcome: Outcome, months: int | None, start: date | None, today: date
) -> dict[str, Any]:
    if outcome == Outcome.NOT_CERTIFIED:
        if months is not None or start is not None:
            raise Refused("A request that is not certified has no period.", field="months")
        return {}
    usual = case.criteria_version.certification_months
    months = usual if months is None else months
    if months is None:
        raise Refused("These criteria state no period. Give the months.", field="months")
    longest = usual if usual and outcome == Outcome.CERTIFIED else LONGEST_MONTHS
    if not 1 <= months <= longest:
        raise Refused(f"Certify for 1 to {longest} months.", field="months")
    start = start or case.service_on
    if start < min(case.service_on, today):
        raise Refused(
            "The period cannot begin before the planned start of service.", field="period_start_on"
        )
    if start > max(case.service_on, today) + relativedelta(months=months):
        raise Refused(
            "The period begins long after the planned start of service. Open a new case for a "
            "later start.",
            field="period_start_on",
        )
    end = start + relativedelta(months=months) - timedelta(days=1)
    return {"months": months, "period_start_on": start, "period_end_on": end}


def _quantity(
    version: CriteriaVersion, outcome: Outcome, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Dose, interval and number of infusions. Without a modification they are the criteria's."""
    if outcome == Outcome.NOT_CERTIFIED:
        if any(given.values()):
            raise Refused("A request that is not certified has no quantity.", field="dose")
        return {}
    limit = version.quantity_limit if isinstance(version.quantity_limit, dict) else {}
    count = limit.get("count")
    infusions = given["infusions"] if given["infusions"] is not None else count
    terms: dict[str, Any] = {
        "dose": one_line(given["dose"] or str(limit.get("dose", "")), field="dose", limit=120),
        "interval": one_line(
            given["interval"] or str(limit.get("interval", "")), field="interval", limit=120
        ),
        "infusions": infusions,
    }
    if infusions is not None and not 1 <= infusions <= MOST_INFUSIONS:
        raise Refused(f"Certify 1 to {MOST_INFUSIONS} infusions.", field="infusions")
    if outcome == Outcome.CERTIFIED:
        for field in ("dose", "interval"):
            if limit.get(field) and terms[field].casefold() != str(limit[field]).casefold():
                raise Refused(
                    f"The criteria say “{limit[field]}”. Another {field} is a modification, which "
                    "a physician decides.",
                    field=field,
                )
        if count is not None and infusions is not None and infusions > count:
            raise Refused(
                f"The criteria allow {count} infusions. More is a modification, which a physician "
                "decides.",
                field="infusions",
            )
    return terms


def _grounds(
    outcome: Outcome,
    explanation: Explanation,
    reason: DeterminationReason | None,
    rationale: str,
    unmet: tuple[str, ...],
    would_reverse: str,
) -> dict[str, Any]:
    """Reason, rationale and criteria, as far as the outcome needs them. Raises ``Refused``."""
    kind = REASON_KINDS.get(outcome)
    recommendation = explanation.evaluation.recommendation
    against = outcome == Outcome.CERTIFIED and recommendation != Recommendation.CERTIFY
    rationale = paragraphs(rationale, field="rationale", required=kind is not None or against)
    if kind is None:
        if reason is not None or unmet or would_reverse:
            raise Refused("A certified request has no reason against it.", field="reason")
        return {"rationale": rationale}
    if reason is None or reason.kind != kind:
        raise Refused("Choose the coded reason for this outcome.", field="reason")
    if not reason.is_approved:
        raise Refused(
            f"The reason “{reason.label}” is not approved. A content approver approves it first.",
            field="reason",
        )
    unmet = tuple(dict.fromkeys(unmet))
    _check_criteria(outcome, explanation, unmet)
    adverse = outcome == Outcome.NOT_CERTIFIED
    return {
        "reason": reason,
        "rationale": rationale,
        "unmet_criteria": unmet,
        "would_reverse": paragraphs(would_reverse, field="would_reverse", required=adverse),
    }


def _check_criteria(outcome: Outcome, explanation: Explanation, unmet: tuple[str, ...]) -> None:
    nameable = {node.id for node in criteria_in_the_way(explanation)}
    if outcome == Outcome.NOT_CERTIFIED and not nameable:
        raise Refused(
            "Everything that is documented meets the criteria, so no criterion stands against the "
            "request. Certify it, certify it with modifications, or correct the answers."
        )
    if outcome == Outcome.NOT_CERTIFIED and not unmet:
        raise Refused("Name the criterion that is not met.", field="unmet_criteria")
    for node_id in unmet:
        if node_id not in nameable:
            raise Refused(
                f"“{node_id}” is not a criterion that stands against this request.",
                field="unmet_criteria",
            )


def _seal(
    by: User,
    now: datetime,
    case: Case,
    raw: Mapping[str, Mapping[str, Any]],
    explanation: Explanation,
    decision: Decision,
) -> Determination:
    role = signing_role(by)
    meaning = signature_meaning(case, decision.outcome, role)
    determination_id = uuid.uuid4()
    record = build_record(
        determination_id=str(determination_id),
        case=case,
        raw=raw,
        explanation=explanation,
        decision=decision,
        evidence=evidence_for(explanation_to_data(explanation)),
        notices=notices_to_seal(case, decision.as_of),
        signer=by,
        signer_role=role,
        meaning=meaning,
        signed_at=now,
    )
    return Determination.objects.create(
        id=determination_id,
        case=case,
        criteria_version=case.criteria_version,
        outcome=decision.outcome,
        recommendation=decision.recommendation,
        as_of=decision.as_of,
        period_start_on=decision.period_start_on,
        period_end_on=decision.period_end_on,
        months=decision.months,
        dose=decision.dose,
        interval=decision.interval,
        infusions=decision.infusions,
        reason=decision.reason,
        principal_criterion=decision.principal_criterion,
        unmet_criteria=list(decision.unmet_criteria),
        would_reverse=decision.would_reverse,
        rationale=decision.rationale,
        signed_by=by,
        signed_at=now,
        signer_name=by.signing_name,
        signer_role=role.value,
        signature_meaning=meaning,
        content_hash=case.criteria_version.content_hash,
        record=record,
        seal=seal_of(record),
    )


def _make_letters(determination: Determination, now: datetime) -> list[Letter]:
    letters = []
    for audience in Letter.Audience.values:
        pdf = make_letter(determination, audience)
        letters.append(
            Letter(
                determination=determination,
                audience=audience,
                pdf=pdf,
                sha256=hash_of(pdf),
                made_at=now,
            )
        )
    return list(Letter.objects.bulk_create(letters))
