"""The worklist, opening a case, its overview, check-answers and history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions.cases import Entry
from certification.models import Case, CriteriaVersion, Patient, User
from certification.workflow import CaseStatus
from tests.certification.actions.flow import answer
from tests.certification.views.conftest import case_url
from tests.factories import CaseFactory, CriteriaVersionFactory, TurnaroundProfileFactory

pytestmark = pytest.mark.usefixtures("references", "facts")
WORKLIST = reverse("certification:worklist")
PAST = datetime(2027, 1, 4, 15, tzinfo=UTC)


def made(case: Case, **fields: Any) -> Case:
    return CaseFactory(
        patient=case.patient,
        criteria_version=case.criteria_version,
        turnaround_profile=case.turnaround_profile,
        **fields,
    )


class TestWorklist:
    def test_what_is_due_first_comes_first(self, reviewer: Client, case: Case) -> None:
        overdue = made(case, opened_at=PAST)
        pended = made(case, status=CaseStatus.PENDED)
        page = reviewer.get(WORKLIST).content.decode()
        order = [page.index(c.number) for c in (overdue, case, pended)]
        assert order == sorted(order)
        assert "Overdue by 4 d" in page
        assert "is-overdue" in page
        assert "Paused with 2 d 12 h left" in page

    def test_times_carry_the_zone_of_the_site(self, reviewer: Client, case: Case) -> None:
        assert "due 14 Jan 2027, 09:00 EST" in reviewer.get(WORKLIST).content.decode()

    def test_closed_cases_are_one_filter_away(self, reviewer: Client, case: Case) -> None:
        closed = made(case, status=CaseStatus.WITHDRAWN)
        assert closed.number not in reviewer.get(WORKLIST).content.decode()
        page = reviewer.get(WORKLIST, {"status": "closed"}).content.decode()
        assert closed.number in page
        assert case.number not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"urgency": "standard"}, True),
            ({"urgency": "expedited"}, False),
            ({"therapy": "exemplumab"}, True),
            ({"mine": "on"}, True),
            ({"status": "referred"}, False),
            ({"status": "nonsense", "therapy": "nonsense"}, True),
        ],
    )
    def test_filters(
        self, reviewer: Client, case: Case, query: dict[str, str], found: bool
    ) -> None:
        page = reviewer.get(WORKLIST, query).content.decode()
        assert (case.number in page) is found
        if not found:
            assert "No case passes these filters" in page

    def test_a_case_is_found_by_its_number_whatever_its_status(
        self, reviewer: Client, case: Case
    ) -> None:
        closed = made(case, status=CaseStatus.WITHDRAWN)
        page = reviewer.get(WORKLIST, {"number": closed.number}).content.decode()
        assert closed.number in page
        assert case.number not in page

    def test_cases_of_other_sites_do_not_exist(
        self, reviewer: Client, case: Case, stranger: Patient
    ) -> None:
        foreign = CaseFactory(patient=stranger, criteria_version=case.criteria_version)
        assert foreign.number not in reviewer.get(WORKLIST).content.decode()
        for name in ("", "-check", "-recommendation", "-history", "-decide", "-certify", "-pend"):
            assert reviewer.get(case_url(name, foreign)).status_code == 404
        assert reviewer.get(case_url("-step", foreign, "questions-1")).status_code == 404
        assert reviewer.post(case_url("-pend", foreign), {}).status_code == 404

    def test_pages_follow_each_other(self, reviewer: Client, case: Case) -> None:
        for number in range(30):
            made(case, opened_at=PAST + timedelta(minutes=number))
        page = reviewer.get(WORKLIST)
        assert page.context["pages"].after
        assert not page.context["pages"].before
        last = reviewer.get(WORKLIST, {"after": page.context["pages"].after})
        assert case.number in last.content.decode()
        assert last.context["pages"].before

    def test_an_empty_list_says_what_to_do(self, reviewer: Client) -> None:
        page = reviewer.get(WORKLIST).content.decode()
        assert "No open case" in page
        assert reverse("certification:patient-list") in page


class TestOpening:
    @pytest.fixture
    def url(self, patient: Patient) -> str:
        return reverse("certification:case-new", args=[patient.pk])

    @pytest.fixture
    def form(self, version: CriteriaVersion) -> dict[str, str]:
        return {
            "criteria": version.set_key,
            "ordering_clinician": "Dr Olive Orderer",
            "ordering_clinician_number": "1234567890",
            "service_on": "2027-02-01",
            "urgency": "standard",
        }

    def test_only_criteria_in_force_are_offered(
        self, reviewer: Client, url: str, version: CriteriaVersion
    ) -> None:
        CriteriaVersionFactory(
            set_key="not-approved",
            status="submitted",
            approved_by=None,
            approved_at=None,
            title="Waiting for review",
        )
        page = reviewer.get(url).content.decode()
        assert version.set_key in page
        assert "not-approved" not in page
        assert "Standard: answer within 3 days" in page

    def test_a_case_is_opened_and_leads_to_its_first_step(
        self, reviewer: Client, url: str, form: dict[str, str], version: CriteriaVersion
    ) -> None:
        response = reviewer.post(url, form)
        opened = Case.objects.get()
        assert response["Location"] == case_url("-step", opened, "questions-1")
        assert opened.criteria_version == version
        assert opened.due_at is not None

    @pytest.mark.parametrize(
        ("wrong", "status"),
        [
            ({"criteria": "unknown-therapy"}, 422),
            ({"urgency": "at once"}, 422),
            ({"ordering_clinician": ""}, 422),
            ({"ordering_clinician_number": "12"}, 422),
            ({"service_on": "next week"}, 422),
            ({"service_on": "1970-01-01"}, 409),
        ],
    )
    def test_bad_input_is_kept_and_explained(
        self, reviewer: Client, url: str, form: dict[str, str], wrong: dict[str, str], status: int
    ) -> None:
        response = reviewer.post(url, form | wrong)
        page = response.content.decode()
        assert response.status_code == status
        assert "error-summary" in page
        if "ordering_clinician" not in wrong:
            assert "Dr Olive Orderer" in page
        assert not Case.objects.exists()

    def test_without_approved_criteria_the_page_says_who_can_help(
        self, reviewer: Client, url: str
    ) -> None:
        TurnaroundProfileFactory()
        page = reviewer.get(url).content.decode()
        assert "No criteria are in force" in page

    def test_a_foreign_patient_does_not_exist(self, reviewer: Client, stranger: Patient) -> None:
        url = reverse("certification:case-new", args=[stranger.pk])
        assert reviewer.get(url).status_code == 404


class TestOverview:
    def test_it_names_the_next_act(self, reviewer: Client, case: Case) -> None:
        page = reviewer.get(case_url("", case)).content.decode()
        assert "Continue with All questions (1 of 2)" in page
        assert case_url("-step", case, "questions-1") in page

    def test_a_complete_case_is_ready_to_decide(self, reviewer: Client, met: Case) -> None:
        assert "Ready to decide" in reviewer.get(case_url("", met)).content.decode()

    def test_opening_it_is_written_down_each_time(self, reviewer: Client, case: Case) -> None:
        reviewer.get(case_url("", case))
        page = reviewer.get(case_url("", case)).content.decode()
        assert page.count("looked at the case") == 2

    def test_its_history_names_questions_in_words(
        self, reviewer: Client, case: Case, nurse: User, now: datetime
    ) -> None:
        answer(case, nurse, now, {"phenotype": Entry("RRMS")})
        page = reviewer.get(case_url("-history", case)).content.decode()
        assert "answered case" in page
        assert "Type of MS" in page


class TestCheck:
    def test_every_answer_with_value_source_and_age(self, reviewer: Client, met: Case) -> None:
        page = reviewer.get(case_url("-check", met)).content.decode()
        for words in ("4.5", "Ordering clinician", "4 Jan 2027, 7 days old", "Relapsing-remitting"):
            assert words in page
        assert "Worked out from Date of birth" in page
        assert "Nothing that could change the recommendation." in page

    def test_what_is_missing_links_to_its_question(self, reviewer: Client, case: Case) -> None:
        page = reviewer.get(case_url("-check", case)).content.decode()
        assert "Not documented" in page
        assert f"{case_url('-step', case, 'questions-1')}#q-diagnosis_confirmed" in page

    def test_what_was_not_accepted_stands_out(
        self, reviewer: Client, case: Case, nurse: User, now: datetime
    ) -> None:
        answer(case, nurse, now, {"edss": Entry("3.3")})
        page = reviewer.get(case_url("-check", case)).content.decode()
        assert "1 answer to put right" in page
        assert "“3.3”" in page
