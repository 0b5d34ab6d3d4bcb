"""How do demonstration stories become people and cases? Through the actions, in the order of time.

Every story is a row of acts, each at its moment, and all of them happen in the order of time, so
that case numbers, audit trail and clocks look as they would have grown.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from certification.actions.answers import Entry, save_answers
from certification.actions.cases import (
    open_case,
    pend_case,
    refer_case,
    resume_case,
    withdraw_case,
)
from certification.actions.determinations import criteria_in_the_way, sign, sign_determination
from certification.actions.people import register_patient, set_prior_therapies
from certification.actions.signatures import Signature
from certification.case_facts import case_date, evaluate_case, explain_case, vocabulary_of
from certification.criteria.tree import Recommendation
from certification.demo.accounts import PASSWORD
from certification.demo.people import Person
from certification.demo.stories import Arrival, Ending, Story
from certification.demo.timeline import Timeline
from certification.models import Answer, Case, DeterminationReason, Patient, Site, User
from certification.turnaround import local_date
from certification.workflow import CaseStatus, Outcome

SOURCES = (
    Answer.Source.RECORD, Answer.Source.CLINICIAN, Answer.Source.LABORATORY, Answer.Source.IMAGING,
)  # fmt: skip
ASKED_NOT_KNOWN = 0.3
# Where a story goes when the engine recommends something else than was planned, as it can when the
# reference content changes.
INSTEAD = {
    Recommendation.CERTIFY: Ending.ANSWERED,
    Recommendation.REFER: Ending.REFERRED,
    Recommendation.PEND: Ending.PENDED,
}


@dataclass(slots=True)
class Staff:
    """The reviewers of the demonstration. Each gives the password once, which is slow on purpose;
    every signature is then dated to its own moment."""

    nurse: User
    physician: User
    _signatures: dict[int, Signature] = field(default_factory=dict)

    def signature(self, user: User, at: datetime) -> Signature:
        if user.pk not in self._signatures:
            self._signatures[user.pk] = sign(user=user, password=PASSWORD, now=at)
        return replace(self._signatures[user.pk], at=at)


def tell(
    stories: Iterable[Story],
    arrivals: Iterable[Arrival],
    *,
    others: Iterable[Iterator[datetime]] = (),
    staff: Staff,
    now: datetime,
) -> None:
    """Registers everybody and takes every case to where its story ends.

    ``others``: acts of other apps that happen in between.
    """
    patients: dict[str, Patient] = {}
    timeline = Timeline(until=now)
    for story in stories:
        timeline.add(_case(story, patients, staff, now))
    for arrival in arrivals:
        timeline.add(_registration(arrival, patients, staff))
    for acts in others:
        timeline.add(acts)
    timeline.run()


def _registration(
    arrival: Arrival, patients: dict[str, Patient], staff: Staff
) -> Iterator[datetime]:
    yield arrival.at
    _registered(arrival.person, arrival.site, patients, staff, arrival.at)


def _registered(
    person: Person, site: Site, patients: dict[str, Patient], staff: Staff, now: datetime
) -> Patient:
    if person.record_number not in patients:
        patient = register_patient(
            by=staff.nurse,
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
            icd10cm_code=person.icd10cm_code,
            is_synthetic=True,
        )
        if person.therapies:
            set_prior_therapies(by=staff.nurse, now=now, patient=patient, rows=person.therapies)
        patients[person.record_number] = patient
    return patients[person.record_number]


def _case(
    story: Story, patients: dict[str, Patient], staff: Staff, now: datetime
) -> Iterator[datetime]:
    """The acts of one story; yields the moment of the next act before doing it."""
    chance = random.Random(f"{story.person.record_number}/{story.number}")  # noqa: S311
    yield (at := story.opened_at)
    patient = _registered(story.person, story.site, patients, staff, at)
    case = open_case(
        by=staff.nurse,
        now=at,
        patient=patient,
        therapy=story.version.therapy,
        request_type=story.version.request_type,
        ordering_clinician=f"Dr {chance.choice('ABCDEFGH')}. Sample-Orderer",
        service_on=local_date(at, story.site.time_zone)
        + timedelta(days=story.service_in_days or chance.randint(5, 25)),
        urgency=story.urgency,
        set_key=story.version.set_key,
    )
    yield (at := at + timedelta(minutes=chance.randint(10, 30)))
    half = story.ending is Ending.HALF_ANSWERED
    save_answers(
        by=staff.nurse,
        now=at,
        case=case,
        revision=case.revision,
        entries=_entries(story, chance, leave_out=0.4 if half else 0.0),
    )
    if half:
        return
    yield (at := at + timedelta(minutes=chance.randint(3, 20)))
    case.refresh_from_db()
    recommendation = evaluate_case(case, case_date(case, at)).recommendation
    planned = recommendation is story.recommendation
    ending = story.ending if planned else INSTEAD[recommendation]
    yield from _decide(case, ending, staff, chance, at=at, now=now)


def _decide(
    case: Case,
    ending: Ending,
    staff: Staff,
    chance: random.Random,
    *,
    at: datetime,
    now: datetime,
) -> Iterator[datetime]:
    """The acts after the answers. ``at`` is the moment of the first of them."""
    day = case_date(case, at)
    match ending:
        case Ending.ANSWERED:
            return
        case Ending.WITHDRAWN:
            withdraw_case(
                by=staff.nurse, now=at, case=case, revision=case.revision,
                reason="The ordering clinician took the request back.",
            )  # fmt: skip
        case Ending.CERTIFIED:
            _sign(case, Outcome.CERTIFIED, staff.nurse, staff, at)
        case Ending.PENDED | Ending.RESUMED:
            evaluation = evaluate_case(case, day)
            pend_case(
                by=staff.nurse, now=at, case=case, revision=case.revision,
                fact_keys=evaluation.shortest or evaluation.missing,
                message="Please send the reports that answer these questions.",
            )  # fmt: skip
            if ending is Ending.RESUMED:
                yield (at := max(at, now - timedelta(minutes=chance.randint(60, 1800))))
                case.refresh_from_db()
                resume_case(by=staff.nurse, now=at, case=case, revision=case.revision)
        case _:
            refer_case(
                by=staff.nurse, now=at, case=case, revision=case.revision,
                reason="What is documented needs a physician's judgement.",
            )  # fmt: skip
            if ending is not Ending.REFERRED:
                yield (at := at + timedelta(minutes=chance.randint(40, 300)))
                case.refresh_from_db()
                _physician_decides(case, ending, staff, chance, at)


def _physician_decides(
    case: Case, ending: Ending, staff: Staff, chance: random.Random, at: datetime
) -> None:
    explanation = explain_case(case, case_date(case, at))
    in_the_way = [node.id for node in criteria_in_the_way(explanation)]
    unmet = [key for key in explanation.evaluation.unmet if key in in_the_way] or in_the_way[:1]
    if ending is Ending.MODIFIED:
        _sign(
            case, Outcome.CERTIFIED_MODIFIED, staff.physician, staff, at,
            months=max(1, (case.criteria_version.certification_months or 0) // 2),
            reason=_reason(DeterminationReason.Kind.MODIFIED, chance),
            rationale="Certified for a shorter period, so that the response is reviewed sooner.",
        )  # fmt: skip
    elif ending is Ending.NOT_CERTIFIED and unmet:
        _sign(
            case, Outcome.NOT_CERTIFIED, staff.physician, staff, at,
            reason=_reason(DeterminationReason.Kind.ADVERSE, chance),
            rationale="The criterion named is not met, and no reason for an exception was sent.",
            unmet_criteria=unmet,
            would_reverse="A report that answers the criterion named in this letter.",
        )  # fmt: skip
    else:
        _sign(
            case, Outcome.CERTIFIED, staff.physician, staff, at,
            rationale="Discussed with the ordering clinician: the benefit outweighs the risk here.",
        )  # fmt: skip


def _sign(
    case: Case, outcome: Outcome, by: User, staff: Staff, at: datetime, **details: Any
) -> None:
    sign_determination(
        by=by, now=at, case=case, revision=case.revision, signature=staff.signature(by, at),
        outcome=outcome, **details,
    )  # fmt: skip


def _reason(kind: str, chance: random.Random) -> DeterminationReason:
    reasons = list(DeterminationReason.objects.approved().filter(kind=kind).order_by("key"))
    if not reasons:
        raise LookupError(f"The reference content has no approved reason of kind {kind}.")
    return chance.choice(reasons)


def _entries(story: Story, chance: random.Random, *, leave_out: float) -> dict[str, Entry]:
    """What the reviewer documents. Of what is left out, some was asked for and is not known."""
    questions = vocabulary_of(story.version)
    entries = {}
    for key, answer in story.role.answers.items():
        if key not in questions:
            continue
        if chance.random() >= leave_out:
            entries[key] = Entry(
                typed=answer.get("value"),
                observed_on=answer.get("observed_on"),
                source=chance.choice(SOURCES),
                not_known=bool(answer.get("asked")),
            )
        elif chance.random() < ASKED_NOT_KNOWN:
            entries[key] = Entry(source=Answer.Source.CLINICIAN, not_known=True)
    return entries


def count_by_status() -> dict[str, int]:
    """How many synthetic cases there are in each state."""
    cases = Case.objects.filter(patient__is_synthetic=True)
    return {status.value: cases.filter(status=status).count() for status in CaseStatus}
