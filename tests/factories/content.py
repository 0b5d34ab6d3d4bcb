"""Reference content: a made-up therapy with small criteria that use every kind of answer.

``exemplumab`` is indicated when the diagnosis is confirmed, the person is an adult with a relapsing
course, and a first drug failed or the EDSS is high; the antibody test must be recent; an active
infection bars it; a positive antibody is a precaution.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import factory
from factory.django import DjangoModelFactory

from certification.criteria.codec import (
    content_hash,
    criteria_set_from_data,
    document,
    vocabulary_from_data,
)
from certification.criteria.drafts import opened_set
from certification.criteria.rule_drafts import opened_rules
from certification.models import (
    Citation,
    CriteriaDraft,
    CriteriaVersion,
    DeterminationReason,
    Fact,
    FactGroup,
    QuestionDraft,
    Reference,
    ReferenceNotice,
    Statement,
    Therapy,
    TurnaroundProfile,
)
from certification.workflow import ContentStatus
from tests.factories.people import UserFactory

YES_NO: dict[str, Any] = {"type": "boolean"}
FACTS: list[dict[str, Any]] = [
    {"key": "birth_date", "label": "Date of birth", "type": "date"},
    {"key": "age_years", "label": "Age", "type": "integer", "unit": "years", "minimum": 0,
     "maximum": 110, "derived": {"kind": "years_since", "from": "birth_date"}},
    {"key": "diagnosis_confirmed", "label": "Diagnosis confirmed", "type": "boolean"},
    {"key": "phenotype", "label": "Type of MS", "type": "choice", "choices": [
        {"value": "RRMS", "label": "Relapsing-remitting"},
        {"value": "PPMS", "label": "Primary progressive"},
        {"value": "unknown", "label": "Not documented", "unknown": True}]},
    {"key": "edss", "label": "EDSS", "type": "decimal", "minimum": 0, "maximum": 10,
     "step": "0.5"},
    {"key": "diagnosis_date", "label": "Date of diagnosis", "type": "date"},
    {"key": "icd10cm_code", "label": "ICD-10-CM code", "type": "choice", "choices": [
        {"value": "G35.A", "label": "G35.A Relapsing-remitting", "valid_from": "2025-10-01"},
        {"value": "G35", "label": "G35", "valid_until": "2025-09-30"}]},
    {"key": "prior_dmts", "label": "Earlier drugs", "type": "rows", "fields": [
        {"key": "agent", "label": "Drug", "type": "choice", "required": True, "choices": [
            {"value": "first_drug", "label": "First drug"},
            {"value": "second_drug", "label": "Second drug"}]},
        {"key": "efficacy_class", "label": "Efficacy", "type": "choice", "choices": [
            {"value": "moderate", "label": "Moderate"}, {"value": "high", "label": "High"}]},
        {"key": "months", "label": "Months", "type": "integer", "minimum": 0, "maximum": 600},
        {"key": "stop_reason", "label": "Why stopped", "type": "choice", "choices": [
            {"value": "breakthrough_activity", "label": "Disease activity"},
            {"value": "intolerance", "label": "Side effects"}]},
        {"key": "adherent", "label": "Taken as prescribed", "type": "boolean"}]},
    {"key": "failed_dmts", "label": "Failed drugs", "type": "integer", "derived": {
        "kind": "count_rows", "from": "prior_dmts", "field": "agent", "where": [
            {"field": "stop_reason", "op": "eq", "value": "breakthrough_activity"}]}},
    {"key": "antibody", "label": "Antibody test", "type": "choice", "choices": [
        {"value": "negative", "label": "Negative"}, {"value": "positive", "label": "Positive"},
        {"value": "not_tested", "label": "Not tested", "unknown": True}]},
    {"key": "active_infection", "label": "Active infection", "type": "boolean"},
    {"key": "note", "label": "Remark", "type": "text"},
    {"key": "earlier_reaction", "label": "Reaction to this drug", "type": "boolean",
     "of_request": True},
]  # fmt: skip
SET: dict[str, Any] = {
    "key": "exemplumab-initial",
    "therapy": "exemplumab",
    "request_type": "initial",
    "title": "Exemplumab for relapsing MS, first request",
    "version": "2026.1",
    "certification_months": 12,
    "quantity_limit": {"dose": "300 mg", "interval": "every 4 weeks", "count": 13},
    "indications": {"id": "indicated", "all": [
        {"id": "diagnosis", "fact": "diagnosis_confirmed", "op": "is_true",
         "says": "The diagnosis of multiple sclerosis is confirmed by a neurologist.",
         "cite": [{"ref": "guideline_a", "at": "page 4"}]},
        {"id": "course", "fact": "phenotype", "op": "eq", "value": "RRMS",
         "says": "The disease has a relapsing course.",
         "cite": [{"ref": "label_a", "at": "section 1"}, {"ref": "guideline_a"}]},
        {"id": "adult", "fact": "age_years", "op": "gte", "value": 18,
         "says": "The person is 18 years or older.",
         "cite": [{"ref": "label_a", "at": "section 1"}]},
        {"id": "need", "says": "A first drug has failed, or disability is marked.",
         "cite": [{"ref": "seed_1", "at": "article statement T1"}], "any": [
            {"id": "failed", "fact": "failed_dmts", "op": "gte", "value": 1,
             "says": "An earlier drug was stopped because the disease broke through."},
            {"id": "disability", "fact": "edss", "op": "gte", "value": 4, "verified": "proposed",
             "says": "The EDSS is 4 or more."}]},
        {"id": "antibody_known", "fact": "antibody", "op": "is_known", "max_age_days": 180,
         "says": "The antibody status was tested within the last 180 days.",
         "cite": [{"ref": "trial_a"}]}]},
    "contraindications": {"id": "barred", "any": [
        {"id": "infection", "fact": "active_infection", "op": "is_true",
         "says": "An active infection is present.", "cite": [{"ref": "label_a", "at": "section 4"}]}
    ]},
    "precautions": [
        {"id": "antibody_positive", "says": "The antibody is positive: the risk of PML is higher.",
         "when": {"fact": "antibody", "op": "eq", "value": "positive"},
         "cite": [{"ref": "trial_a", "at": "table 2"}]}],
}  # fmt: skip


@cache
def _document(signer: str, version: str) -> dict[str, Any]:
    # Facts that no rule reads must be answerable too: a precaution that always holds names them.
    reads = ["diagnosis_date", "icd10cm_code", "note", "earlier_reaction"]
    data = SET | {
        "signer": signer,
        "version": version,
        "precautions": [
            *SET["precautions"],
            {"id": "reads_all", "says": "For tests.", "when": {"all": [
                {"fact": "edss", "op": "lt", "value": 0},
                *({"fact": key, "op": "is_known"} for key in reads)]}},
        ],
    }  # fmt: skip
    vocabulary = vocabulary_from_data(FACTS)
    return document(criteria_set_from_data(data, "test", vocabulary), vocabulary)


def document_for(signer: str = "", version: str = "2026.1") -> dict[str, Any]:
    """The document of the made-up criteria."""
    return _document(signer, version)


class _Approved(DjangoModelFactory):
    class Meta:
        abstract = True

    status = ContentStatus.APPROVED
    approved_by = factory.SubFactory(UserFactory)
    approved_at = datetime(2026, 6, 1, 12, tzinfo=UTC)


class TherapyFactory(_Approved):
    class Meta:
        model = Therapy
        django_get_or_create = ("key",)

    key = "exemplumab"
    generic = "exemplumab"
    brands = "Exempla"
    therapy_class = "monoclonal antibody"
    route = "intravenous infusion"
    efficacy = Therapy.Efficacy.HIGH


class CriteriaVersionFactory(_Approved):
    class Meta:
        model = CriteriaVersion
        django_get_or_create = ("set_key", "version")

    therapy = factory.SubFactory(TherapyFactory)
    set_key = SET["key"]
    request_type = "initial"
    title = SET["title"]
    version = "2026.1"
    signer = ""
    certification_months = SET["certification_months"]
    quantity_limit = SET["quantity_limit"]
    document = factory.LazyAttribute(lambda o: document_for(o.signer, o.version))
    content_hash = factory.LazyAttribute(lambda o: content_hash(o.document))


class CriteriaDraftFactory(DjangoModelFactory):
    """A draft of the made-up criteria, as it was when its author began it."""

    class Meta:
        model = CriteriaDraft

    set_key = factory.LazyAttribute(lambda o: o.content["key"])
    therapy = factory.SubFactory(TherapyFactory)
    request_type = "initial"
    title = factory.LazyAttribute(lambda o: o.content["title"])
    version = factory.LazyAttribute(lambda o: o.content["version"])
    content = factory.LazyFunction(lambda: opened_set(SET | {"version": "2026.2"}))
    started_by = factory.SubFactory(UserFactory)
    started_at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    changed_by = factory.SelfAttribute("started_by")
    changed_at = factory.SelfAttribute("started_at")


class QuestionDraftFactory(DjangoModelFactory):
    """A draft of the rules of a question that has none."""

    class Meta:
        model = QuestionDraft

    title = factory.LazyAttribute(lambda o: o.based_on.label)
    content = factory.LazyFunction(lambda: opened_rules({}))
    started_by = factory.SubFactory(UserFactory)
    started_at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    changed_by = factory.SelfAttribute("started_by")
    changed_at = factory.SelfAttribute("started_at")


class TurnaroundProfileFactory(_Approved):
    class Meta:
        model = TurnaroundProfile

    key = factory.Sequence(lambda n: f"profile-{n}")
    title = "Standard, 72 hours"
    urgency = TurnaroundProfile.Urgency.STANDARD
    hours = 72
    calendar = TurnaroundProfile.Calendar.CLOCK


class DeterminationReasonFactory(_Approved):
    class Meta:
        model = DeterminationReason

    key = factory.Sequence(lambda n: f"reason-{n}")
    kind = DeterminationReason.Kind.ADVERSE
    label = "Indication not met"
    says = "A criterion for the requested therapy is documented as not met."
    plain = "Your record does not show what this drug needs."


class ReferenceFactory(_Approved):
    class Meta:
        model = Reference

    key = factory.Sequence(lambda n: f"reference_{n}")
    kind = Reference.Kind.TRIAL
    title = factory.Sequence(lambda n: f"A trial of something, number {n}")
    authors = factory.LazyFunction(lambda: ["Doe JA", "Roe B", "et al."])
    container = "N Engl J Med 354(9):899-910"
    year = 2006
    doi = "10.1000/example.1"


class StatementFactory(_Approved):
    class Meta:
        model = Statement

    key = factory.Sequence(lambda n: f"statement_{n}")
    says = "Exemplumab is a step up when the disease breaks through first-line therapy."
    plain = "This is a strong drug. It is used when MS stays active on a first drug."
    audience = factory.LazyFunction(lambda: ["clinician", "patient"])
    seed = "T1"
    next_review_on = date(2027, 6, 1)


class ReferenceNoticeFactory(DjangoModelFactory):
    class Meta:
        model = ReferenceNotice

    kind = "retracted"
    doi = factory.Sequence(lambda n: f"10.1000/notice.{n}")
    imported_by = factory.SubFactory(UserFactory)
    imported_at = datetime(2026, 5, 1, 12, tzinfo=UTC)


class CitationFactory(DjangoModelFactory):
    class Meta:
        model = Citation

    reference = factory.SubFactory(ReferenceFactory)
    statement = factory.SubFactory(StatementFactory)
    at = "page 1"


class FactGroupFactory(DjangoModelFactory):
    class Meta:
        model = FactGroup

    key = factory.Sequence(lambda n: f"group-{n}")
    title = "A step"


class FactFactory(_Approved):
    class Meta:
        model = Fact

    key = factory.Sequence(lambda n: f"fact_{n}")
    label = "A question"
    type = Fact.Type.BOOLEAN
    group = factory.SubFactory(FactGroupFactory)
