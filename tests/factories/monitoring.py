"""Monitoring: a protocol for the made-up therapy, courses, visits, results.

``exemplumab`` is given every 4 weeks. Its antibody is tested before the start and every 6 months,
every 3 once it is positive; a scan follows once a year and for 6 months after the last infusion; a
checklist comes before each infusion. A positive antibody alerts, a scan that suspects the brain
infection stops the next infusion.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import factory
from factory.django import DjangoModelFactory

from certification.criteria.codec import content_hash, vocabulary_from_data
from certification.workflow import ContentStatus
from monitoring.models import (
    Alert,
    CheckedFile,
    CourseAuthorization,
    DueItem,
    Hold,
    ImportBatch,
    InfusionCourse,
    ProtocolVersion,
    Result,
    Visit,
)
from monitoring.schedule.codec import document
from tests.factories.cases import CaseFactory, DeterminationFactory
from tests.factories.content import TherapyFactory
from tests.factories.people import UserFactory

CITE = [{"ref": "label_a", "at": "section 2"}]
FACTS: list[dict[str, Any]] = [
    {"key": "first_infusion_date", "label": "First infusion", "type": "date"},
    {"key": "last_infusion_date", "label": "Last infusion", "type": "date"},
    {"key": "infusion_count", "label": "Infusions", "type": "integer"},
    {"key": "months_treated", "label": "Months of treatment", "type": "integer",
     "derived": {"kind": "months_since", "from": "first_infusion_date"}},
    {"key": "antibody", "label": "Antibody test", "type": "choice", "choices": [
        {"value": "negative", "label": "Negative"}, {"value": "positive", "label": "Positive"},
        {"value": "not_tested", "label": "Not tested", "unknown": True}]},
    {"key": "antibody_index", "label": "Antibody index", "type": "decimal", "minimum": 0,
     "maximum": 10, "contradictions": [
        {"says": "A negative antibody test has no index as high as this.", "when": {"all": [
            {"fact": "antibody", "op": "eq", "value": "negative"},
            {"fact": "antibody_index", "op": "gt", "value": "1"}]}}]},
    {"key": "scan_date", "label": "Date of the scan", "type": "date"},
    {"key": "suspected", "label": "Brain infection suspected", "type": "boolean"},
    {"key": "active_infection", "label": "Active infection", "type": "boolean"},
    {"key": "cells", "label": "White cells", "type": "decimal", "unit": "10^9/L", "minimum": 0,
     "maximum": 100},
    {"key": "infusion_reaction_grade", "label": "Grade of the reaction", "type": "integer",
     "minimum": 1, "maximum": 5},
]  # fmt: skip
PROTOCOL: dict[str, Any] = {
    "key": "exemplumab-monitoring",
    "therapy": "exemplumab",
    "version": "2026.1",
    "title": "Exemplumab, monitoring",
    "window_defaults": {"opens_before_days": 30, "overdue_after_days": 14},
    "supplies": {"first_dose": "first_infusion_date", "last_dose": "last_infusion_date",
                 "dose_count": "infusion_count",
                 "courses_within": [{"fact": "relapses_12m", "months": 12},
                                    {"fact": "relapses_24m", "months": 24}]},
    "tests": [
        {"key": "jcv_antibody", "label": "antibody test", "shown_by": [["antibody"]]},
        {"key": "brain_mri", "label": "brain MRI", "dates": ["scan_date"]},
        {"key": "cbc", "label": "blood count", "shown_by": [["cells"]]},
        {"key": "preinfusion_checklist", "label": "checklist"}],
    "infusions": {"interval": {"weeks": 4}, "says": "Every 4 weeks.", "cite": CITE,
                  "window": {"opens_before_days": 7, "overdue_after_days": 14},
                  "missed": "Give it soon and count from that day."},
    "keeps": [{"fact": "antibody", "value": "positive", "along": ["antibody_index"],
               "says": "Once positive, always positive."}],
    "rules": [
        {"id": "antibody_baseline", "test": "jcv_antibody", "kind": "once", "anchor": "baseline",
         "max_age": {"days": 180}, "level": "blocking", "says": "Test first.", "cite": CITE},
        {"id": "antibody_6m", "test": "jcv_antibody", "kind": "recurring", "family": "antibody",
         "anchor": "last_result", "interval": {"months": 6}, "max_age": {"days": 180},
         "level": "blocking", "says": "Every 6 months.", "cite": CITE},
        {"id": "antibody_3m", "test": "jcv_antibody", "kind": "recurring", "family": "antibody",
         "anchor": "last_result", "interval": {"months": 3}, "max_age": {"days": 180},
         "applies_when": {"fact": "antibody", "op": "eq", "value": "positive",
                          "says": "the antibody is positive"},
         "says": "Every 3 months when positive.", "cite": CITE},
        {"id": "scan_yearly", "test": "brain_mri", "kind": "recurring", "anchor": "last_result",
         "interval": {"months": 12}, "says": "Once a year.", "cite": CITE},
        {"id": "scan_later", "test": "brain_mri", "kind": "event", "level": "advisory",
         "applies_when": {"fact": "months_treated", "op": "gte", "value": 18,
                          "says": "month 18 is reached"}, "says": "At month 18.", "cite": CITE},
        {"id": "scan_tail", "test": "brain_mri", "kind": "tail", "anchor": "last_dose",
         "interval": {"months": 3}, "until": {"months_after_last_dose": 6},
         "says": "For 6 months after the last infusion.", "cite": CITE},
        {"id": "count_6m", "test": "cbc", "kind": "recurring", "anchor": "start",
         "interval": {"months": 6}, "says": "Count every 6 months.", "cite": CITE},
        {"id": "checklist", "test": "preinfusion_checklist", "kind": "per_infusion",
         "max_age": {"days": 1}, "level": "blocking", "says": "Ask before each infusion.",
         "cite": CITE}],
    "clearance": [
        {"id": "infection", "when": {"fact": "active_infection", "op": "is_true"},
         "says": "Wait until the infection has gone.", "cite": CITE},
        {"id": "suspected_now", "when": {"fact": "suspected", "op": "is_true"},
         "unknown": "passes", "says": "Withhold while it is suspected.", "cite": CITE}],
    "interpretations": [
        {"id": "antibody_positive", "test": "jcv_antibody", "act": "alert", "cite": CITE,
         "when": {"fact": "antibody", "op": "eq", "value": "positive"},
         "says": "Positive: the risk is higher."},
        {"id": "scan_suspects", "test": "brain_mri", "act": "hold", "cite": CITE,
         "when": {"fact": "suspected", "op": "is_true"},
         "says": "Withhold the next infusion."},
        {"id": "reaction_severe", "test": "infusion", "act": "hold", "cite": CITE,
         "when": {"fact": "infusion_reaction_grade", "op": "gte", "value": 3},
         "says": "The prescriber decides."}],
    "examples": [
        {"name": "Starts today", "as_of": "2027-01-11", "input": {"start_on": "2027-01-11"},
         "expect": [{"rule": "antibody_baseline", "state": "due"}], "clear_to_infuse": "no"}],
}  # fmt: skip


@cache
def _document(version: str) -> dict[str, Any]:
    return document(PROTOCOL | {"version": version}, vocabulary_from_data(FACTS))


class ProtocolVersionFactory(DjangoModelFactory):
    class Meta:
        model = ProtocolVersion
        django_get_or_create = ("key", "version")

    key = PROTOCOL["key"]
    version = "2026.1"
    title = PROTOCOL["title"]
    therapy = factory.SubFactory(TherapyFactory)
    document = factory.LazyAttribute(lambda o: deepcopy(_document(o.version)))
    content_hash = factory.LazyAttribute(lambda o: content_hash(o.document))
    status = ContentStatus.APPROVED
    approved_by = factory.SubFactory(UserFactory)
    approved_at = datetime(2026, 6, 1, 12, tzinfo=UTC)


class InfusionCourseFactory(DjangoModelFactory):
    """A running course. Its schedule is worked out by ``replan``, as after every act."""

    class Meta:
        model = InfusionCourse

    patient = factory.SubFactory("tests.factories.people.PatientFactory")
    site = factory.SelfAttribute("patient.site")
    protocol_version = factory.SubFactory(ProtocolVersionFactory)
    therapy = factory.SelfAttribute("protocol_version.therapy")
    start_on = date(2027, 2, 1)
    opened_by = factory.SubFactory(UserFactory)
    opened_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class CertifiedFactory(DeterminationFactory):
    """A certified determination of a patient, for the made-up therapy."""

    class Params:
        patient = None

    case = factory.SubFactory(
        CaseFactory, status="certified", patient=factory.SelfAttribute("..patient")
    )
    infusions = 13


class CourseAuthorizationFactory(DjangoModelFactory):
    class Meta:
        model = CourseAuthorization

    course = factory.SubFactory(InfusionCourseFactory)
    determination = factory.SubFactory(
        CertifiedFactory, patient=factory.SelfAttribute("..course.patient")
    )
    start_on = factory.SelfAttribute("determination.period_start_on")
    end_on = factory.SelfAttribute("determination.period_end_on")
    infusions = factory.SelfAttribute("determination.infusions")
    added_by = factory.SubFactory(UserFactory)
    added_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class VisitFactory(DjangoModelFactory):
    """A booked visit on the first day of the course."""

    class Meta:
        model = Visit

    course = factory.SubFactory(InfusionCourseFactory)
    scheduled_on = factory.SelfAttribute("course.start_on")
    booked_by = factory.SubFactory(UserFactory)
    booked_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class ResultFactory(DjangoModelFactory):
    """A reported negative antibody test, as a row alone: nothing follows from it."""

    class Meta:
        model = Result

    patient = factory.SubFactory("tests.factories.people.PatientFactory")
    site = factory.SelfAttribute("patient.site")
    test = "jcv_antibody"
    facts = factory.LazyFunction(lambda: {"antibody": "negative"})
    done_on = date(2027, 1, 4)
    reported_on = date(2027, 1, 5)
    entered_by = factory.SubFactory(UserFactory)
    entered_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class HoldFactory(DjangoModelFactory):
    class Meta:
        model = Hold

    course = factory.SubFactory(InfusionCourseFactory)
    reason = "Fever since yesterday."
    placed_by = factory.SubFactory(UserFactory)
    placed_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class AlertFactory(DjangoModelFactory):
    class Meta:
        model = Alert

    course = factory.SubFactory(InfusionCourseFactory)
    patient = factory.SelfAttribute("course.patient")
    site = factory.SelfAttribute("course.site")
    rule = "antibody_positive"
    says = "Positive: the risk is higher."
    raised_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class DueItemFactory(DjangoModelFactory):
    class Meta:
        model = DueItem

    course = factory.SubFactory(InfusionCourseFactory)
    patient = factory.SelfAttribute("course.patient")
    site = factory.SelfAttribute("course.site")
    therapy = factory.SelfAttribute("course.therapy")
    rule = "count_6m"
    occurrence = factory.Sequence(lambda n: str(n + 1))
    test = "cbc"
    level = DueItem.Level.ADVISORY
    window_opens_on = date(2027, 1, 4)
    due_on = date(2027, 2, 3)
    overdue_on = date(2027, 2, 17)
    because = "Every 6 months."
    planned_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class ImportBatchFactory(DjangoModelFactory):
    class Meta:
        model = ImportBatch

    site = factory.SubFactory("tests.factories.people.SiteFactory")
    file_name = "march.csv"
    sha256 = "0" * 64
    rows = 1
    added = 1
    imported_by = factory.SubFactory(UserFactory)
    imported_at = datetime(2027, 1, 11, 14, tzinfo=UTC)


class CheckedFileFactory(DjangoModelFactory):
    class Meta:
        model = CheckedFile

    site = factory.SubFactory("tests.factories.people.SiteFactory")
    file_name = "march.csv"
    content = b"record_number,test,done_on\nNobody,brain_mri,2027-01-04\n"
    checked_by = factory.SubFactory(UserFactory)
    checked_at = datetime(2027, 1, 11, 14, tzinfo=UTC)
