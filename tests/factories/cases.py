"""Cases, their answers, and what comes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from certification.models import (
    Answer,
    AuditEvent,
    Case,
    Determination,
    InformationRequest,
    Letter,
    Referral,
)
from certification.workflow import CaseStatus, Outcome
from config.roles import Role
from tests.factories.content import CriteriaVersionFactory, TurnaroundProfileFactory
from tests.factories.people import PatientFactory, UserFactory

OPENED_AT = datetime(2027, 1, 11, 14, 0, tzinfo=UTC)


class CaseFactory(DjangoModelFactory):
    """``status`` brings the clock and the closing time along."""

    class Meta:
        model = Case

    number = factory.Sequence(lambda n: f"T-{n:06d}")
    patient = factory.SubFactory(PatientFactory)
    site = factory.SelfAttribute("patient.site")
    criteria_version = factory.SubFactory(CriteriaVersionFactory)
    therapy = factory.SelfAttribute("criteria_version.therapy")
    request_type = factory.SelfAttribute("criteria_version.request_type")
    turnaround_profile = factory.SubFactory(TurnaroundProfileFactory)
    urgency = factory.SelfAttribute("turnaround_profile.urgency")
    ordering_clinician = "Dr Olive Orderer"
    ordering_clinician_number = "1234567890"
    service_on = date(2027, 2, 1)
    opened_by = factory.SubFactory(UserFactory)
    opened_at = OPENED_AT
    status = CaseStatus.IN_REVIEW
    due_at = factory.LazyAttribute(
        lambda o: None if o.status == CaseStatus.PENDED else o.opened_at + timedelta(hours=72)
    )
    time_left = factory.LazyAttribute(
        lambda o: timedelta(hours=60) if o.status == CaseStatus.PENDED else None
    )
    closed_at = factory.LazyAttribute(
        lambda o: (
            None
            if o.status in {CaseStatus.IN_REVIEW, CaseStatus.PENDED, CaseStatus.REFERRED}
            else o.opened_at + timedelta(hours=2)
        )
    )


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = Answer

    case = factory.SubFactory(CaseFactory)
    fact_key = "diagnosis_confirmed"
    state = Answer.State.GIVEN
    value = True
    source = Answer.Source.RECORD
    answered_by = factory.SubFactory(UserFactory)
    answered_at = OPENED_AT


class InformationRequestFactory(DjangoModelFactory):
    class Meta:
        model = InformationRequest

    case = factory.SubFactory(CaseFactory, status=CaseStatus.PENDED)
    fact_keys = factory.LazyFunction(lambda: ["antibody"])
    asked_by = factory.SubFactory(UserFactory)
    asked_at = OPENED_AT


class ReferralFactory(DjangoModelFactory):
    class Meta:
        model = Referral

    case = factory.SubFactory(CaseFactory, status=CaseStatus.REFERRED)
    reason = "The form of MS is not covered."
    referred_by = factory.SubFactory(UserFactory)
    referred_at = OPENED_AT


class DeterminationFactory(DjangoModelFactory):
    """A bare row for tests of constraints. It is not sealed: real ones come from the action."""

    class Meta:
        model = Determination

    case = factory.SubFactory(CaseFactory, status=CaseStatus.CERTIFIED)
    criteria_version = factory.SelfAttribute("case.criteria_version")
    outcome = Outcome.CERTIFIED
    recommendation = "certify"
    as_of = date(2027, 1, 11)
    period_start_on = date(2027, 2, 1)
    period_end_on = date(2028, 1, 31)
    months = 12
    signed_by = factory.SubFactory(UserFactory)
    signed_at = OPENED_AT
    signer_name = "Person, RN"
    signer_role = Role.NURSE_REVIEWER
    signature_meaning = "By signing I certify."
    content_hash = "0" * 64
    record = factory.LazyFunction(lambda: {"format": 1})
    seal = "0" * 64


class LetterFactory(DjangoModelFactory):
    class Meta:
        model = Letter

    determination = factory.SubFactory(DeterminationFactory)
    audience = Letter.Audience.CLINICIAN
    pdf = b"%PDF-1.7"
    sha256 = "0" * 64
    made_at = OPENED_AT


class AuditEventFactory(DjangoModelFactory):
    class Meta:
        model = AuditEvent

    at = OPENED_AT
    actor_name = "Person"
    verb = "opened"
    object_type = "case"
    object_id = "x"
