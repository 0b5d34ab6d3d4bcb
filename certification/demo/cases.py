"""How do demonstration cases come about? From the worked examples of the criteria in force.

Each example becomes a synthetic person with a case whose answers are the example's facts, all dates
moved so that the case is recent. What the engine recommends decides its way: certified, pended,
referred to the physician, withdrawn. Everything goes through the actions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from certification.actions.cases import (
    Entry,
    open_case,
    pend_case,
    refer_case,
    resume_case,
    save_answers,
    withdraw_case,
)
from certification.actions.determinations import sign, sign_determination
from certification.actions.people import register_patient, set_prior_therapies
from certification.case_facts import evaluate_case
from certification.criteria.codec import read_document
from certification.criteria.facts import FactType, Vocabulary
from certification.criteria.tree import Example, Recommendation
from certification.demo.accounts import PASSWORD
from certification.demo.people import CODE_FACT, COURSE_FACT, ROWS_FACT, Person
from certification.models import (
    Case,
    CriteriaVersion,
    DeterminationReason,
    Patient,
    Site,
    TurnaroundProfile,
    User,
)
from certification.workflow import CaseStatus, Outcome

AGE_FACT, SEX_FACT = "age_years", "sex"
LOOKED_BACK_DAYS = 150
SOURCES = ("record", "clinician", "laboratory", "imaging")


@dataclass(frozen=True, slots=True)
class Staff:
    nurse: User
    physician: User


@dataclass(frozen=True, slots=True)
class Story:
    """One example on its way to become a case."""

    version: CriteriaVersion
    example: Example
    vocabulary: Vocabulary
    number: int


def stories(on: date) -> Iterator[Story]:
    """Every worked example of every set in force, one set after the other in turns."""
    shelves = []
    for version in CriteriaVersion.objects.in_force(on).select_related("therapy"):
        criteria_set, vocabulary = read_document(version.document)
        shelves.append([(version, example, vocabulary) for example in criteria_set.examples])
    number = 0
    for turn in range(max(map(len, shelves), default=0)):
        for shelf in shelves:
            if turn < len(shelf):
                version, example, vocabulary = shelf[turn]
                yield Story(version, example, vocabulary, number)
                number += 1


def register(person: Person, *, by: User, site: Site, now: datetime) -> Patient:
    patient = register_patient(
        by=by,
        now=now,
        site=site,
        record_number=person.record_number,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        sex=person.sex,
        ms_course=person.ms_course,
        onset_on=person.onset_on,
        diagnosed_on=person.diagnosed_on,
        is_synthetic=True,
    )
    if person.therapies:
        set_prior_therapies(by=by, now=now, patient=patient, rows=person.therapies)
    return patient


def tell(
    story: Story, person: Person, *, staff: Staff, site: Site, now: datetime, seed: int
) -> Case:
    """Makes the person and the case of one story, and takes it to where it ends."""
    chance = random.Random(seed * 10_007 + story.number)  # noqa: S311 - nothing secret
    opened = now - timedelta(days=chance.randint(0, LOOKED_BACK_DAYS), hours=chance.randint(1, 8))
    if story.number % 5 == 4:
        opened = now - timedelta(hours=chance.randint(2, 60))
    facts = _moved(story, to=opened.date())
    patient = register(
        _fitting(person, facts, opened.date()), by=staff.nurse, site=site, now=opened
    )
    case = open_case(
        by=staff.nurse,
        now=opened,
        patient=patient,
        therapy=story.version.therapy,
        request_type=story.version.request_type,
        ordering_clinician=f"Dr {chance.choice('ABCDEFGH')}. Sample-Orderer",
        service_on=opened.date() + timedelta(days=chance.randint(5, 25)),
        urgency=chance.choice(
            [TurnaroundProfile.Urgency.STANDARD] * 3 + [TurnaroundProfile.Urgency.EXPEDITED]
        ),
    )
    unfinished = story.number % 9 == 7
    entries = _entries(facts, chance, leave_out=0.35 if unfinished else 0.0)
    save_answers(
        by=staff.nurse, now=opened + timedelta(minutes=20), case=case, revision=case.revision,
        entries=entries,
    )  # fmt: skip
    case.refresh_from_db()
    if unfinished:
        return case
    return _finish(story, case, staff=staff, at=opened + timedelta(minutes=45), chance=chance)


def _finish(story: Story, case: Case, *, staff: Staff, at: datetime, chance: random.Random) -> Case:
    evaluation = evaluate_case(case, at.date())
    if story.number % 17 == 16:
        return withdraw_case(
            by=staff.nurse, now=at, case=case, revision=case.revision,
            reason="The ordering clinician took the request back.",
        )  # fmt: skip
    if evaluation.recommendation is Recommendation.PEND:
        case = pend_case(
            by=staff.nurse, now=at, case=case, revision=case.revision,
            fact_keys=list(evaluation.shortest or evaluation.missing),
            message="Please send the reports for these questions.",
        )  # fmt: skip
        if story.number % 4 == 3:
            case = resume_case(
                by=staff.nurse, now=at + timedelta(hours=5), case=case, revision=case.revision
            )
        return case
    if evaluation.recommendation is Recommendation.CERTIFY and not story.version.needs_physician:
        _sign(case, by=staff.nurse, at=at, outcome=Outcome.CERTIFIED)
        return case
    case = refer_case(
        by=staff.nurse, now=at, case=case, revision=case.revision,
        reason="The documented facts need a physician's judgement.",
    )  # fmt: skip
    _physician_decides(story, case, evaluation, by=staff.physician, at=at + timedelta(hours=2))
    return case


def _physician_decides(
    story: Story, case: Case, evaluation: Any, *, by: User, at: datetime
) -> None:
    fate = story.number % 4
    if evaluation.recommendation is Recommendation.CERTIFY:
        _sign(
            case, by=by, at=at, outcome=Outcome.CERTIFIED,
            rationale="Reviewed with the ordering clinician; the use is justified for this person.",
        )  # fmt: skip
    elif fate == 0:
        return  # still waits for the physician
    elif fate == 1:
        _sign(
            case, by=by, at=at, outcome=Outcome.CERTIFIED_MODIFIED, months=3,
            reason=_reason(DeterminationReason.Kind.MODIFIED),
            rationale="Certified for a shorter period, with a review before it ends.",
        )  # fmt: skip
    elif fate == 2 or not evaluation.unmet:
        _sign(
            case, by=by, at=at, outcome=Outcome.CERTIFIED,
            rationale="Peer-to-peer with the ordering clinician: benefit outweighs risk here.",
        )  # fmt: skip
    else:
        _sign(
            case, by=by, at=at, outcome=Outcome.NOT_CERTIFIED,
            reason=_reason(DeterminationReason.Kind.ADVERSE),
            rationale="The criterion named below is not met, and no exception was documented.",
            unmet_criteria=list(evaluation.unmet),
            would_reverse="Documentation that the criterion named in this letter is met.",
        )  # fmt: skip


def _sign(case: Case, *, by: User, at: datetime, outcome: Outcome, **details: Any) -> None:
    case.refresh_from_db()
    signature = sign(user=by, password=PASSWORD, now=at)
    sign_determination(
        by=by, now=at, case=case, revision=case.revision, signature=signature, outcome=outcome,
        **details,
    )  # fmt: skip
    case.refresh_from_db()


def _reason(kind: str) -> DeterminationReason:
    reason = DeterminationReason.objects.approved().filter(kind=kind).order_by("key").first()
    if reason is None:
        raise LookupError(f"The reference content has no approved reason of kind {kind}.")
    return reason


def _moved(story: Story, *, to: date) -> dict[str, Any]:
    """The example's facts with every date moved by as many days as the example is old."""
    shift = to - (story.example.as_of or to)

    def moved(day: Any) -> str:
        return (date.fromisoformat(str(day)) + shift).isoformat()

    facts: dict[str, Any] = {}
    for key, raw in story.example.facts.items():
        entry = dict(raw) if isinstance(raw, Mapping) else {"value": raw}
        if entry.get("observed_on"):
            entry["observed_on"] = moved(entry["observed_on"])
        if story.vocabulary[key].type is FactType.DATE and entry.get("value"):
            entry["value"] = moved(entry["value"])
        facts[key] = entry
    return facts


def _fitting(person: Person, facts: Mapping[str, Any], on: date) -> Person:
    """The invented person, changed where the example's facts say who they must be."""

    def given(key: str) -> Any:
        return facts.get(key, {}).get("value")

    birth = person.birth_date
    if given("birth_date"):
        birth = date.fromisoformat(given("birth_date"))
    elif given(AGE_FACT) is not None:
        birth = on - relativedelta(years=int(given(AGE_FACT)), days=100)
    onset = max(birth + timedelta(days=1), on - timedelta(days=900))
    return replace(
        person,
        birth_date=birth,
        sex=given(SEX_FACT) or person.sex,
        ms_course=given(COURSE_FACT) or "",
        onset_on=onset,
        diagnosed_on=onset,
        therapies=[] if given(ROWS_FACT) or given(CODE_FACT) is None else person.therapies,
    )


def _entries(
    facts: Mapping[str, Any], chance: random.Random, *, leave_out: float
) -> dict[str, Entry]:
    entries = {}
    for key, fact in facts.items():
        if chance.random() < leave_out:
            continue
        observed = fact.get("observed_on")
        entries[key] = Entry(
            typed=fact.get("value"),
            observed_on=date.fromisoformat(observed) if observed else None,
            source=chance.choice(SOURCES),
            not_known=bool(fact.get("asked")),
        )
    return entries


def count_by_status() -> dict[str, int]:
    """How many synthetic cases there are in each state."""
    return {
        status.value: Case.objects.filter(patient__is_synthetic=True, status=status).count()
        for status in CaseStatus
    }
