"""Are sets of several packs held against a person side by side, each in its own questions?"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions.packs import load_whole_pack
from certification.criteria.codec import vocabulary_from_data
from certification.criteria.tree import Policy
from certification.models import Case, CriteriaVersion, Fact, Patient
from certification.packs.pack import folders_of, read_pack
from certification.presenters.comparison import (
    ComparisonPage,
    Publisher,
    Verdict,
    comparison_page,
    publisher_of,
)
from tests.certification.packs.conftest import PAYER, SMALL
from tests.factories import AnswerFactory, CaseFactory, UserFactory

POLICIES = Path(__file__).resolve().parents[4] / "shared" / "policies"
OURS, THEIRS = "examplimab-initial", "invented-plan-examplimab"


def approve_all(now: datetime) -> None:
    CriteriaVersion.objects.update(status="approved", approved_by=UserFactory(), approved_at=now)


@pytest.fixture
def two_packs(db: None, now: datetime) -> None:
    load_whole_pack(by=None, now=now, pack=read_pack(SMALL))
    load_whole_pack(by=None, now=now, pack=read_pack(PAYER), keep=True)
    approve_all(now)


def answered(patient: Patient, set_key: str, now: datetime, **values: Any) -> Case:
    version = CriteriaVersion.objects.get(set_key=set_key)
    case = CaseFactory(patient=patient, criteria_version=version)
    for key, value in values.items():
        AnswerFactory(case=case, fact_key=key, value=value, answered_at=now)
    return case


def compared(patient: Patient, now: datetime, *keys: str) -> ComparisonPage:
    return comparison_page(patient, now.date(), may_open=True, chosen=keys)


def verdict(page: ComparisonPage, key: str) -> Verdict:
    return next(one for one in page.verdicts if one.set_key == key)


@pytest.mark.usefixtures("two_packs")
def test_the_second_pack_leaves_our_questions_as_they_are() -> None:
    ours = {definition["label"] for definition in Fact.objects.values("label")}
    assert "Age" in ours
    assert "Age of the member" not in ours
    assert "The plan’s preferred drug failed" in ours, "what is new comes in"
    for key, label in ((OURS, "Age"), (THEIRS, "Age of the member")):
        document = CriteriaVersion.objects.get(set_key=key).document
        assert vocabulary_from_data(document["facts"])["age_years"].label == label


@pytest.mark.usefixtures("two_packs")
def test_each_set_reads_the_answers_in_its_own_questions(patient: Patient, now: datetime) -> None:
    answered(patient, OURS, now, course="relapsing", score="5.5", relapses=2, infection=False)
    page = compared(patient, now)
    theirs = verdict(page, THEIRS)
    assert theirs.met == "2 of 4 criteria met", "course and age are the same question"
    assert "Points on the plan’s own scale" in theirs.missing, "our score is another question"
    assert verdict(page, OURS).met.startswith("3 of 4")

    answered(patient, THEIRS, now, score=80, course="other")
    page = compared(patient, now)
    assert verdict(page, THEIRS).recommendation == "refer"
    assert "The course is relapsing." in verdict(page, THEIRS).unmet
    used = {(fact.label, fact.text) for fact in page.used}
    assert ("Type of disease on the claim", "Any other form") in used
    assert any(label == "Points on the plan’s own scale" for label, _ in used)


@pytest.mark.usefixtures("two_packs")
def test_an_older_answer_to_the_same_question_counts(patient: Patient, now: datetime) -> None:
    answered(patient, THEIRS, now.replace(year=2026, month=2), score=80)
    answered(patient, OURS, now, score="5.5")
    assert "Points on the plan’s own scale" not in verdict(compared(patient, now), THEIRS).missing


@pytest.mark.usefixtures("two_packs")
def test_only_the_same_sentence_is_the_same_criterion(patient: Patient, now: datetime) -> None:
    page = compared(patient, now, OURS, THEIRS)
    rows = {line.says: [bool(cell.truth) for cell in line.cells] for line in page.indications}
    assert rows["The course is relapsing."] == [True, True]
    assert rows["The member is 21 or older."] == [False, True], "“adult” is theirs and ours"
    assert rows["The plan’s scale shows 40 points or more."] == [False, True]
    assert len(page.indications) == 7
    (bar,) = page.contraindications
    assert all(cell.truth for cell in bar.cells)


@pytest.mark.usefixtures("two_packs")
def test_the_page_groups_by_therapy_and_names_the_publisher(
    reviewer: Client, patient: Patient, now: datetime
) -> None:
    html = reviewer.get(reverse("certification:patient-therapies", args=[patient.pk])).content
    text = html.decode()
    assert text.count('scope="rowgroup" colspan="5"') == 1
    assert "2 sets of criteria" in text
    assert "Invented Health Plan" in text
    assert '<a href="https://policies.example/examplimab" rel="noopener noreferrer">' in text
    assert "Policy 12, examplimab" in text
    assert "in effect 1 Jul 2026" in text
    assert "Not a payer’s policy" in text
    (group,) = compared(patient, now).groups
    assert [v.set_key for v in group.verdicts] == [
        v.set_key for v in compared(patient, now).verdicts
    ]


def test_an_address_that_a_browser_would_run_is_no_link() -> None:
    policy = Policy("A plan", "A policy", "javascript:alert(1)")
    assert publisher_of(policy) == Publisher("A plan", "A policy")


if not os.environ.get("CI"):

    @pytest.mark.django_db
    @pytest.mark.skipif(not POLICIES.is_dir(), reason="the coverage policies are not here")
    def test_public_coverage_policies_stand_beside_the_shipped_criteria(
        patient: Patient, now: datetime
    ) -> None:
        shipped, policies = read_pack(*folders_of(["shipped"])), read_pack(POLICIES)
        load_whole_pack(by=None, now=now, pack=shipped)
        labels = dict(Fact.objects.values_list("key", "label"))
        report = load_whole_pack(by=None, now=now, pack=policies, keep=True)
        assert set(report["criteria_sets"]) == {"new"}
        assert labels.items() <= dict(Fact.objects.values_list("key", "label")).items()
        approve_all(now)
        page = compared(patient, now)
        assert page.sets == len(shipped.criteria_sets) + len(policies.criteria_sets)
        natalizumab = next(group for group in page.groups if group.therapy == "Natalizumab")
        publishers = {verdict.publisher.name for verdict in natalizumab.verdicts}
        assert {"UnitedHealthcare", "Not a payer’s policy"} <= publishers
