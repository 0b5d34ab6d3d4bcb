"""How is a case opened, and how does it move through its review? Answers are in ``answers``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from certification.actions.answers import Entry, Saved, clear_answer, refit_answers, save_answers
from certification.actions.events import record_event
from certification.actions.revisions import STALE_CASE, check_unchanged, locked_case
from certification.actions.typed_text import one_line, paragraphs
from certification.case_facts import case_date, evaluate_case, vocabulary_of
from certification.models import (
    Case,
    CriteriaVersion,
    InformationRequest,
    Patient,
    Referral,
    RequestType,
    Therapy,
    TurnaroundProfile,
    User,
)
from certification.policies import (
    Refused,
    check_can_open_case,
    check_can_pend_case,
    check_can_refer_case,
    check_can_repin_case,
    check_can_resume_case,
    check_can_withdraw_case,
)
from certification.turnaround import due_at, local_date, time_left
from certification.workflow import Act, CaseStatus, next_status

__all__ = [
    "Entry",
    "Saved",
    "clear_answer",
    "open_case",
    "pend_case",
    "refer_case",
    "repin_case",
    "resume_case",
    "save_answers",
    "withdraw_case",
]

NUMBER_ATTEMPTS = 20


@transaction.atomic
def open_case(
    *,
    by: User,
    now: datetime,
    patient: Patient,
    therapy: Therapy,
    request_type: str,
    ordering_clinician: str,
    ordering_clinician_number: str = "",
    service_on: date,
    urgency: str,
    set_key: str = "",
) -> Case:
    """Opens a case on the criteria in force today at the site, and starts its clock.

    ``set_key`` chooses among several sets for the same therapy and request (a payer's beside the
    shipped one); without it the installation's own come first. Raises ``Refused``.
    """
    check_can_open_case(by, patient)
    site = patient.site
    today = local_date(now, site.time_zone)
    if request_type not in RequestType.values:
        raise Refused("Choose the type of request.", field="request_type")
    if service_on < patient.birth_date:
        raise Refused("The start of service is before the date of birth.", field="service_on")
    version = version_in_force(therapy, request_type, today, set_key=set_key)
    profile = _profile(urgency)
    case = Case(
        site=site,
        patient=patient,
        therapy=therapy,
        request_type=request_type,
        criteria_version=version,
        ordering_clinician=one_line(
            ordering_clinician, field="ordering_clinician", limit=120, required=True
        ),
        ordering_clinician_number=one_line(
            ordering_clinician_number, field="ordering_clinician_number", limit=20
        ),
        service_on=service_on,
        turnaround_profile=profile,
        urgency=profile.urgency,
        due_at=due_at(now, timedelta(hours=profile.hours), profile.calendar, site.time_zone),
        opened_by=by,
        opened_at=now,
    )
    _store_with_number(case, today.year)
    record_event(
        by=by,
        verb="opened case",
        obj=case,
        at=now,
        data={
            "revision": 1,
            "number": case.number,
            "therapy": therapy.key,
            "request_type": request_type,
            "criteria": [version.set_key, version.version, version.content_hash],
            "service_on": service_on.isoformat(),
            "turnaround": profile.key,
            "due_at": case.due_at.isoformat() if case.due_at else None,
        },
    )
    return case


def version_in_force(
    therapy: Therapy, request_type: str, on: date, *, set_key: str = ""
) -> CriteriaVersion:
    """The approved criteria that answer such a request on a day. Raises ``Refused``."""
    versions = CriteriaVersion.objects.in_force(on).filter(
        therapy=therapy, request_type=request_type
    )
    if set_key:
        versions = versions.filter(set_key=set_key)
    own_first = sorted(versions.only("id", "set_key", "policy_organisation"), key=_own_first)
    if not own_first:
        raise Refused(
            f"No approved criteria are in force for {therapy.generic} "
            f"({RequestType(request_type).label.lower()}). A content approver approves a version "
            "first; until then the request cannot be reviewed here.",
            field="therapy",
        )
    return CriteriaVersion.objects.get(pk=own_first[0].pk)


def _own_first(version: CriteriaVersion) -> tuple[bool, str]:
    return bool(version.policy_organisation), version.set_key


def _profile(urgency: str) -> TurnaroundProfile:
    profile = (
        TurnaroundProfile.objects.approved()
        .filter(urgency=urgency)
        .order_by("hours", "key")
        .first()
    )
    if profile is None:
        raise Refused(
            "No approved turnaround profile exists for this urgency. A content approver approves "
            "one first.",
            field="urgency",
        )
    return profile


def _store_with_number(case: Case, year: int) -> None:
    """Numbers run within a year. Two cases opened at once: the second takes the next number."""
    for _attempt in range(NUMBER_ATTEMPTS):
        last = Case.objects.filter(number__gte=f"{year}-", number__lt=f"{year + 1}-").aggregate(
            last=Max("number")
        )["last"]
        case.number = f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:06d}"
        try:
            with transaction.atomic():
                case.save(force_insert=True)
        except IntegrityError:
            if not Case.objects.filter(number=case.number).exists():
                raise
        else:
            return
    raise Refused("Many cases are being opened at this moment. Try again.")


@transaction.atomic
def pend_case(
    *, by: User, now: datetime, case: Case, revision: int, fact_keys: Iterable[str], message: str
) -> InformationRequest:
    """Asks for exactly these facts and stops the clock. Raises ``Refused`` or ``Stale``."""
    case = locked_case(case)
    check_can_pend_case(by, case)
    check_unchanged(case, revision, STALE_CASE)
    keys = list(dict.fromkeys(fact_keys))
    unknown = [key for key in keys if key not in vocabulary_of(case.criteria_version)]
    if unknown:
        raise Refused(f"These criteria have no question “{unknown[0]}”.", field="fact_keys")
    if not keys:
        raise Refused("Name at least one fact that is asked for.", field="fact_keys")
    request = InformationRequest.objects.create(
        case=case,
        fact_keys=keys,
        message=paragraphs(message, field="message", limit=4000),
        asked_by=by,
        asked_at=now,
    )
    _stop_clock(case, now)
    _move(case, Act.PEND)
    record_event(
        by=by,
        verb="pended case",
        obj=case,
        at=now,
        data={
            "revision": case.revision,
            "status": ["in_review", case.status],
            "fact_keys": keys,
            "message": request.message,
            "time_left_seconds": case.time_left.total_seconds() if case.time_left else 0,
        },
    )
    return request


@transaction.atomic
def resume_case(*, by: User, now: datetime, case: Case, revision: int) -> Case:
    """Takes a pended case back into review; the clock goes on with the time that was left."""
    case = locked_case(case)
    check_can_resume_case(by, case)
    check_unchanged(case, revision, STALE_CASE)
    case.information_requests.filter(resumed_at__isnull=True).update(resumed_by=by, resumed_at=now)
    profile = case.turnaround_profile
    case.due_at = due_at(now, case.time_left or timedelta(0), profile.calendar, case.site.time_zone)
    case.time_left = None
    _move(case, Act.RESUME)
    record_event(
        by=by,
        verb="resumed case",
        obj=case,
        at=now,
        data={
            "revision": case.revision,
            "status": ["pended", case.status],
            "due_at": case.due_at.isoformat(),
        },
    )
    return case


@transaction.atomic
def refer_case(*, by: User, now: datetime, case: Case, revision: int, reason: str) -> Referral:
    """Hands the case to a physician reviewer. The clock goes on."""
    case = locked_case(case)
    check_can_refer_case(by, case)
    check_unchanged(case, revision, STALE_CASE)
    evaluation = evaluate_case(case, case_date(case, now))
    referral = Referral.objects.create(
        case=case,
        reason=paragraphs(reason, field="reason", limit=4000, required=True),
        unmet=list(evaluation.unmet),
        referred_by=by,
        referred_at=now,
    )
    _move(case, Act.REFER)
    record_event(
        by=by,
        verb="referred case",
        obj=case,
        at=now,
        data={
            "revision": case.revision,
            "status": ["in_review", case.status],
            "reason": referral.reason,
            "recommendation": evaluation.recommendation.value,
            "unmet": referral.unmet,
        },
    )
    return referral


@transaction.atomic
def withdraw_case(*, by: User, now: datetime, case: Case, revision: int, reason: str) -> Case:
    """Closes a case without a determination, because the request was taken back."""
    case = locked_case(case)
    check_can_withdraw_case(by, case)
    check_unchanged(case, revision, STALE_CASE)
    reason = paragraphs(reason, field="reason", limit=4000, required=True)
    before = case.status
    case.information_requests.filter(resumed_at__isnull=True).update(resumed_by=by, resumed_at=now)
    case.closed_at = now
    _move(case, Act.WITHDRAW)
    record_event(
        by=by,
        verb="withdrew case",
        obj=case,
        at=now,
        data={"revision": case.revision, "status": [before, case.status], "reason": reason},
    )
    return case


@transaction.atomic
def repin_case(*, by: User, now: datetime, case: Case, revision: int) -> Case:
    """Moves an open case to the criteria version in force today, and keeps its answers.

    An answer that the new version no longer accepts is kept as typed and asked again.
    """
    case = locked_case(case)
    check_can_repin_case(by, case)
    check_unchanged(case, revision, STALE_CASE)
    today = case_date(case, now)
    before = case.criteria_version
    same_set = CriteriaVersion.objects.current(before.set_key, today)
    version = same_set or version_in_force(case.therapy, case.request_type, today)
    if version.pk == before.pk:
        raise Refused("This case is on the criteria version in force already.")
    case.criteria_version = version
    refitted = refit_answers(case=case, as_of=today)
    case.revision += 1
    case.save(update_fields=["criteria_version", "revision"])
    record_event(
        by=by,
        verb="moved case to the criteria in force",
        obj=case,
        at=now,
        data={
            "revision": case.revision,
            "criteria": [[v.set_key, v.version, v.content_hash] for v in (before, version)],
            "asked_again": refitted,
        },
    )
    return case


def _stop_clock(case: Case, now: datetime) -> None:
    profile = case.turnaround_profile
    if case.due_at is not None:
        case.time_left = time_left(now, case.due_at, profile.calendar, case.site.time_zone)
        case.due_at = None


def _move(case: Case, act: Act) -> None:
    status = next_status(case.status, act)
    if status is None:
        raise Refused(f"A case that is {case.status_title.lower()} cannot take this step.")
    case.status = CaseStatus(status)
    case.revision += 1
    case.save()
