"""Pend, resume, refer, withdraw, move, certify, modify, not certify: each through its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from certification.actions.cases import pend_case
from certification.models import Case, CriteriaVersion, Determination, User
from certification.workflow import CaseStatus, ContentStatus
from tests.certification.actions.flow import MEETS, MISSES, answer, refer
from tests.certification.views.conftest import case_url
from tests.factories import PASSWORD, CriteriaVersionFactory, DeterminationReasonFactory

pytestmark = pytest.mark.usefixtures("references", "facts")


@pytest.fixture
def referred(case: Case, nurse: User, now: datetime) -> Case:
    """A request that the criteria do not support, at the physician's desk."""
    return refer(answer(case, nurse, now, MISSES), nurse, now)


def fresh(case: Case) -> Case:
    return Case.objects.select_related("criteria_version").get(pk=case.pk)


def revised(case: Case, **data: Any) -> dict[str, Any]:
    return {"revision": fresh(case).revision, **data}


class TestRecommendation:
    def test_pend_names_the_facts_and_the_way(self, reviewer: Client, case: Case) -> None:
        page = reviewer.get(case_url("-recommendation", case)).content.decode()
        assert "Pend for information" in page
        assert "Unknown is never counted as not met" in page
        assert "Shortest way to “certify”" in page
        assert "#q-diagnosis_confirmed" in page

    def test_certify_offers_the_signature(self, reviewer: Client, met: Case) -> None:
        page = reviewer.get(case_url("-recommendation", met)).content.decode()
        assert "Every criterion is met" in page
        assert case_url("-certify", met) in page
        assert "Title of guideline_a" in page

    def test_refer_is_never_called_a_denial(self, reviewer: Client, referred: Case) -> None:
        page = reviewer.get(case_url("-recommendation", referred)).content.decode()
        assert "This is never a denial" in page
        assert "Not met" in page

    def test_an_unverified_figure_is_marked(self, reviewer: Client, case: Case) -> None:
        page = reviewer.get(case_url("-recommendation", case)).content.decode()
        assert "tag-unverified" in page
        assert "1 line above" in page

    def test_what_is_impossible_says_why_and_who_can(self, reviewer: Client, case: Case) -> None:
        page = reviewer.get(case_url("-decide", case)).content.decode()
        assert "Not possible now" in page
        assert "It is done by: physician reviewer" in page

    def test_a_closed_case_has_no_way_on(self, reviewer: Client, certified: Determination) -> None:
        page = reviewer.get(case_url("-decide", certified.case)).content.decode()
        assert "This case is closed" in page


class TestPendAndResume:
    def test_the_shortest_way_is_ticked(self, reviewer: Client, case: Case) -> None:
        page = reviewer.get(case_url("-pend", case)).content.decode()
        assert page.count("checked") >= 3
        assert "Can still decide" in page

    def test_pending_stops_the_clock_and_asks(self, reviewer: Client, case: Case) -> None:
        data = revised(case, fact_keys=["antibody", "edss"], message="Please send the report.")
        response = reviewer.post(case_url("-pend", case), data, follow=True)
        found = fresh(case)
        assert found.status == CaseStatus.PENDED
        assert found.information_requests.get().fact_keys == ["antibody", "edss"]
        page = response.content.decode()
        assert "Paused with" in page
        assert "Please send the report." in page
        assert "0 of 2 documented by now" in page

    def test_pending_asks_for_something(self, reviewer: Client, case: Case) -> None:
        response = reviewer.post(case_url("-pend", case), revised(case, message="Anything?"))
        assert response.status_code == 422
        assert "Name at least one fact" in response.content.decode()
        assert "Anything?" in response.content.decode()

    def test_resuming_lets_the_clock_run(
        self, reviewer: Client, case: Case, nurse: User, now: datetime
    ) -> None:
        pend_case(
            by=nurse, now=now, case=case, revision=case.revision, fact_keys=["edss"], message=""
        )
        assert reviewer.get(case_url("-resume", case)).status_code == 200
        reviewer.post(case_url("-resume", case), revised(case))
        assert fresh(case).status == CaseStatus.IN_REVIEW

    def test_what_was_not_pended_cannot_be_resumed(self, reviewer: Client, case: Case) -> None:
        response = reviewer.post(case_url("-resume", case), revised(case))
        assert response.status_code == 409


class TestReferAndWithdraw:
    def test_referring_needs_a_reason(self, reviewer: Client, case: Case) -> None:
        response = reviewer.post(case_url("-refer", case), revised(case, reason=" "))
        assert response.status_code == 422
        assert fresh(case).status == CaseStatus.IN_REVIEW

    def test_the_reason_is_prefilled_from_the_criteria(
        self, reviewer: Client, case: Case, nurse: User, now: datetime
    ) -> None:
        answer(case, nurse, now, MISSES)
        page = reviewer.get(case_url("-refer", case)).content.decode()
        assert "Not met: The disease has a relapsing course. (Type of MS: Primary" in page

    def test_referring_hands_the_case_over(self, reviewer: Client, case: Case) -> None:
        reviewer.post(case_url("-refer", case), revised(case, reason="Unusual course."))
        assert fresh(case).status == CaseStatus.REFERRED

    def test_withdrawing_closes_without_a_determination(self, reviewer: Client, case: Case) -> None:
        reviewer.post(case_url("-withdraw", case), revised(case, reason="By telephone."))
        assert fresh(case).status == CaseStatus.WITHDRAWN
        assert not Determination.objects.exists()

    def test_a_stale_page_changes_nothing_and_can_be_sent_again(
        self, reviewer: Client, case: Case, nurse: User, now: datetime
    ) -> None:
        data = revised(case, reason="Unusual course.")
        answer(case, nurse, now, MEETS)
        response = reviewer.post(case_url("-refer", case), data)
        page = response.content.decode()
        assert response.status_code == 409
        assert "changed in the meantime" in page
        assert "Unusual course." in page
        assert f'value="{fresh(case).revision}"' in page
        assert fresh(case).status == CaseStatus.IN_REVIEW


class TestCriteriaThatChanged:
    @pytest.fixture
    def newer(self, case: Case) -> CriteriaVersion:
        CriteriaVersion.objects.filter(pk=case.criteria_version_id).update(
            status=ContentStatus.RETIRED
        )
        return CriteriaVersionFactory(version="2026.2")

    def test_the_page_says_what_to_do(
        self, reviewer: Client, met: Case, newer: CriteriaVersion
    ) -> None:
        page = reviewer.get(case_url("-recommendation", met)).content.decode()
        assert "not in force any more" in page
        assert "version 2026.2" in page
        assert case_url("-repin", met) in page

    def test_nobody_signs_on_retired_criteria(
        self, reviewer: Client, met: Case, newer: CriteriaVersion
    ) -> None:
        response = reviewer.post(case_url("-certify", met), signed(met))
        assert response.status_code == 409
        assert "not in force any more" in response.content.decode()
        assert fresh(met).status == CaseStatus.IN_REVIEW

    def test_moving_keeps_the_answers(
        self, reviewer: Client, met: Case, newer: CriteriaVersion
    ) -> None:
        assert reviewer.get(case_url("-repin", met)).status_code == 200
        reviewer.post(case_url("-repin", met), revised(met))
        assert fresh(met).criteria_version == newer
        assert fresh(met).answers.count() == len(MEETS)


def signed(case: Case, **data: Any) -> dict[str, Any]:
    return revised(
        case, **{"months": "12", "period_start_on": "2027-02-01", "password": PASSWORD} | data
    )


class TestCertify:
    def test_the_meaning_of_the_signature_stands_above_it(
        self, reviewer: Client, met: Case
    ) -> None:
        page = reviewer.get(case_url("-certify", met)).content.decode()
        assert "By signing I certify, as a nurse reviewer" in page
        assert 'autocomplete="current-password"' in page

    def test_a_nurse_certifies_what_is_recommended(self, reviewer: Client, met: Case) -> None:
        response = reviewer.post(case_url("-certify", met), signed(met), follow=True)
        page = response.content.decode()
        assert fresh(met).status == CaseStatus.CERTIFIED
        assert "Signed and sealed" in page
        assert "1 Feb 2027 to 31 Jan 2028" in page

    def test_a_wrong_password_signs_nothing_and_is_not_sent_back(
        self, reviewer: Client, met: Case
    ) -> None:
        response = reviewer.post(case_url("-certify", met), signed(met, password="guess-1234"))
        page = response.content.decode()
        assert response.status_code == 409
        assert "The password is not right" in page
        assert "guess-1234" not in page
        assert fresh(met).status == CaseStatus.IN_REVIEW

    def test_a_nurse_cannot_certify_what_is_not_recommended(
        self, reviewer: Client, case: Case
    ) -> None:
        response = reviewer.post(case_url("-certify", case), signed(case, rationale="I think so."))
        assert response.status_code == 409
        assert "a nurse reviewer cannot certify" in response.content.decode().replace("&#x27;", "'")
        assert not Determination.objects.exists()

    def test_signing_twice_gives_one_determination(self, reviewer: Client, met: Case) -> None:
        data = signed(met)
        reviewer.post(case_url("-certify", met), data)
        assert reviewer.post(case_url("-certify", met), data).status_code == 409
        assert Determination.objects.count() == 1

    def test_a_physician_certifies_against_the_recommendation_with_a_rationale(
        self, doctor: Client, referred: Case
    ) -> None:
        without = doctor.post(case_url("-certify", referred), signed(referred))
        assert without.status_code == 422
        data = signed(referred, rationale="The label allows it and the course is active.")
        doctor.post(case_url("-certify", referred), data)
        assert fresh(referred).status == CaseStatus.CERTIFIED

    def test_more_months_than_the_criteria_allow(self, reviewer: Client, met: Case) -> None:
        response = reviewer.post(case_url("-certify", met), signed(met, months="24"))
        assert response.status_code == 409
        assert "1 to 12 months" in response.content.decode()


class TestPhysician:
    def test_modifying_needs_reason_and_rationale(self, doctor: Client, referred: Case) -> None:
        reason = DeterminationReasonFactory(kind="modified", label="Shorter period")
        data = signed(referred, months="6", dose="300 mg", interval="every 6 weeks", infusions="4")
        assert doctor.post(case_url("-modify", referred), data).status_code == 422
        data |= {"reason": reason.pk, "rationale": "Until the next MRI."}
        doctor.post(case_url("-modify", referred), data)
        found = Determination.objects.get()
        assert (found.outcome, found.months, found.infusions) == ("certified_modified", 6, 4)

    def test_an_adverse_determination_is_prefilled_by_the_engine(
        self, doctor: Client, referred: Case
    ) -> None:
        page = doctor.get(case_url("-not-certify", referred)).content.decode()
        assert '<option value="course" selected>' in page
        assert "Not met: The disease has a relapsing course." in page
        assert "Documentation that the following holds" in page

    def test_not_certifying_names_reason_and_criterion(
        self, doctor: Client, referred: Case
    ) -> None:
        data = {
            "reason": DeterminationReasonFactory().pk,
            "principal_criterion": "course",
            "rationale": "Progression without relapses.",
            "would_reverse": "A documented relapse.",
            "password": PASSWORD,
        }
        response = doctor.post(
            case_url("-not-certify", referred), revised(referred, **data), follow=True
        )
        page = response.content.decode()
        assert "Not certified" in page
        assert "The disease has a relapsing course." in page
        assert "A documented relapse." in page
        assert Determination.objects.get().unmet_criteria == ["course"]

    @pytest.mark.parametrize(
        "left_out", ["reason", "principal_criterion", "rationale", "would_reverse", "password"]
    )
    def test_nothing_of_it_can_be_left_out(
        self, doctor: Client, referred: Case, left_out: str
    ) -> None:
        data = {
            "reason": DeterminationReasonFactory().pk,
            "principal_criterion": "course",
            "rationale": "Progression without relapses.",
            "would_reverse": "A documented relapse.",
            "password": PASSWORD,
        }
        del data[left_out]
        response = doctor.post(case_url("-not-certify", referred), revised(referred, **data))
        assert response.status_code == 422
        assert not Determination.objects.exists()

    def test_a_nurse_has_no_such_page(self, reviewer: Client, referred: Case) -> None:
        assert reviewer.get(case_url("-not-certify", referred)).status_code == 403
        assert reviewer.post(case_url("-not-certify", referred), {}).status_code == 403
        assert reviewer.post(case_url("-modify", referred), {}).status_code == 403
