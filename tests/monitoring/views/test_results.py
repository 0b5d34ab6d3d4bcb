"""Is a result entered, read, corrected and seen on its pages, and told what followed from it?"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.models import AuditEvent, Patient, User
from config.roles import Role
from monitoring.models import Alert, Hold, InfusionCourse, ProtocolVersion, Result
from tests.certification.views.conftest import SignIn
from tests.factories import UserFactory
from tests.factories.monitoring import ResultFactory
from tests.monitoring.actions.steps import result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("references")]
DAY = date(2027, 1, 8)
GOOD = {"done_on": "2027-01-08", "reported_on": "2027-01-09", "v-antibody": "negative"}


@pytest.fixture
def ward(sign_in: SignIn, infusion_nurse: User) -> Client:
    return sign_in(infusion_nurse)


def new(patient: Patient, test: str = "jcv_antibody", **query: str) -> str:
    return reverse(
        "monitoring:result-new", args=[patient.pk], query={"test": test, **query} if test else None
    )


def at(name: str, pk: UUID, **query: str) -> str:
    return reverse(f"monitoring:result{name}", args=[pk], query=query or None)


def text(response: Any) -> str:
    return response.content.decode()


def test_the_tests_to_choose_from(ward: Client, course: InfusionCourse) -> None:
    ResultFactory(
        patient=course.patient, test="brain_mri", facts={}, requested_on=date(2027, 1, 5),
        done_on=None, reported_on=None,
    )  # fmt: skip
    page = text(ward.get(new(course.patient, "")))
    assert "Requested, report awaited" in page
    assert page.index("Antibody test") < page.index("Blood count"), "the most urgent first"
    assert "checklist" not in page.lower()
    assert "due 1 Feb 2027" in page
    assert ward.post(new(course.patient, "nothing"), GOOD).status_code == 422


def test_without_a_course_every_test_is_offered(
    ward: Client, patient: Patient, protocol: ProtocolVersion
) -> None:
    page = text(ward.get(new(patient, "")))
    assert "No course of this person is watched now" in page
    assert "Brain MRI" in page
    ward.post(new(patient), GOOD)
    page = text(ward.get(at("", Result.objects.get().pk)))
    assert "so nothing was due and nothing is raised" in page


def test_without_a_protocol_the_next_act_is_named(ward: Client, patient: Patient) -> None:
    assert "A content approver has to approve a protocol" in text(ward.get(new(patient, "")))


def test_the_form_shows_limits_needs_and_readings(ward: Client, course: InfusionCourse) -> None:
    page = text(ward.get(new(course.patient)))
    assert "0 to 10." in page
    assert "Needed with a report." in page
    assert "Positive: the risk is higher." in page
    assert "Not tested" not in page, "what is no result is not offered as one"
    assert "Title of label_a" in page


def test_a_normal_result_closes_its_item_and_says_so(ward: Client, course: InfusionCourse) -> None:
    back = reverse("monitoring:worklist")
    response = ward.post(new(course.patient, next=back), GOOD)
    row = Result.objects.get()
    assert response["Location"] == at("", row.pk, next=back)
    assert course.due_items.get(rule="antibody_baseline").result == row
    page = text(ward.get(response["Location"]))
    assert "Antibody test, due 1 Feb 2027" in page
    assert "Next" in page
    assert "Reported, not seen yet" in page
    assert f'href="{back}">Monitoring' in page
    assert AuditEvent.objects.filter(verb="entered result", object_id=str(row.pk)).count() == 1


def test_a_finding_is_told_with_its_source(ward: Client, course: InfusionCourse) -> None:
    ward.post(new(course.patient), GOOD | {"v-antibody": "positive", "v-antibody_index": "1.5"})
    page = text(ward.get(at("", Result.objects.get().pk)))
    assert page.count("Positive: the risk is higher.") == 1
    assert reverse("monitoring:alert-acknowledge", args=[Alert.objects.get().pk]) in page
    assert "Title of label_a" in page


def test_a_moved_date_is_told_with_the_reason(ward: Client, course: InfusionCourse) -> None:
    ward.post(new(course.patient), GOOD)
    later = {"done_on": "2027-01-09", "reported_on": "2027-01-10", "v-antibody": "positive"}
    ward.post(new(course.patient), later)
    row = Result.objects.get(done_on=date(2027, 1, 9))
    page = text(ward.get(at("", row.pk)))
    assert "No longer asked" in page
    assert "3 months after the last antibody test on 9 Jan 2027" in page


def test_a_hold_is_told_and_settled_from_here(ward: Client, course: InfusionCourse) -> None:
    ward.post(
        new(course.patient, "brain_mri"),
        {"done_on": "2027-01-08", "reported_on": "2027-01-08", "v-suspected": "yes"},
    )
    page = text(ward.get(at("", Result.objects.get().pk)))
    assert "Hold: the next infusion is stopped" in page
    assert reverse("monitoring:hold-release", args=[Hold.objects.get().pk]) in page


def test_once_positive_a_negative_is_told_as_not_used(
    ward: Client, course: InfusionCourse, infusion_nurse: User
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", date(2027, 1, 4), antibody="positive")
    ward.post(new(course.patient), GOOD)
    page = text(ward.get(at("", Result.objects.get(done_on=DAY).pk)))
    assert "Not used</span> Once positive, always positive." in page


BAD: list[tuple[dict[str, str], str]] = [
    ({"v-antibody_index": "11", "v-antibody": "positive"}, "11 is above the maximum of 10."),
    ({"v-antibody_index": "a lot"}, "is not a number"),
    ({"v-antibody_index": "1" * 41}, "at most 40 characters"),
    ({"v-antibody": "maybe"}, "Select a valid choice"),
    ({"v-antibody": ""}, "Give the result: Antibody test"),
    ({"v-antibody_index": "2.5"}, "A negative antibody test has no index as high as this."),
    ({"done_on": "2027-02-30"}, "Give the date as day, month and year."),
    ({"done_on": "2028-01-01"}, "is in the future"),
    ({"done_on": "1970-01-01"}, "before the date of birth"),
    ({"done_on": ""}, "Give the day on which it was requested or done") ,
    ({"reported_on": "2027-01-07"}, "reported before it was done"),
    ({"reported_on": ""}, "Values come with a report"),
    ({"requested_on": "2027-01-09"}, "done before it was requested"),
    ({"note": "x\x00y"}, "Null characters are not allowed"),
    ({"note": "x" * 401}, "at most 400 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "says"), BAD, ids=[says for _, says in BAD])
def test_what_cannot_be_right_is_refused_and_kept(
    typed: dict[str, str], says: str, ward: Client, course: InfusionCourse
) -> None:
    response = ward.post(new(course.patient), GOOD | typed)
    assert response.status_code in (409, 422)
    page = text(response)
    assert says in page
    assert 'value="2027-01-09"' in page or "reported_on" in typed
    assert not Result.objects.exists()
    assert not AuditEvent.objects.filter(verb="entered result").exists()


def test_sent_twice_is_one(ward: Client, course: InfusionCourse) -> None:
    first, second = (ward.post(new(course.patient), GOOD)["Location"] for _ in range(2))
    assert first == second
    assert Result.objects.count() == 1
    assert AuditEvent.objects.filter(verb="entered result").count() == 1


def test_a_requested_scan_is_completed_later(ward: Client, course: InfusionCourse) -> None:
    ward.post(new(course.patient, "brain_mri"), {"requested_on": "2027-01-05"})
    row = Result.objects.get()
    page = text(ward.get(at("", row.pk)))
    assert "It counts once it is reported" in page
    assert 'value="2027-01-05"' in text(ward.get(at("-report", row.pk)))
    days = {"requested_on": "2027-01-05", "done_on": "2027-01-08", "reported_on": "2027-01-09"}
    ward.post(at("-report", row.pk), days)
    row.refresh_from_db()
    assert row.reported_on == date(2027, 1, 9)
    ward.post(at("-seen", row.pk))
    row.refresh_from_db()
    assert row.seen_by is not None
    page = text(ward.get(at("", row.pk)))
    assert "Seen</span>" in page
    assert "Correct it instead." in text(ward.get(at("-report", row.pk)))
    assert ward.post(at("-report", row.pk), days).status_code == 409


def test_seen_twice_says_by_whom(ward: Client, course: InfusionCourse) -> None:
    row = ResultFactory(patient=course.patient)
    ward.post(at("-seen", row.pk))
    response = ward.post(at("-seen", row.pk), follow=True)
    assert "seen already, by" in text(response)
    assert AuditEvent.objects.filter(verb="saw result").count() == 1


def test_a_correction_supersedes_and_the_history_stays(
    ward: Client, course: InfusionCourse
) -> None:
    ward.post(new(course.patient), GOOD)
    wrong = Result.objects.get()
    page = text(ward.get(at("-correct", wrong.pk)))
    assert 'value="2027-01-08"' in page
    right = GOOD | {"v-antibody": "positive"}
    assert ward.post(at("-correct", wrong.pk), right).status_code == 422, "without a reason"
    assert Result.objects.count() == 1
    reasoned = right | {"reason": "Another person's report."}
    response = ward.post(at("-correct", wrong.pk), reasoned)
    row = Result.objects.get(supersedes=wrong)
    assert response["Location"].startswith(at("", row.pk))
    page = text(ward.get(at("", row.pk)))
    assert "Another person&#x27;s report." in page
    assert "Antibody test: Negative" in page, "the wrong one stays readable"
    old = text(ward.get(at("", wrong.pk)))
    assert "Corrected" in old
    assert at("", row.pk) in old
    again = ward.post(at("-correct", wrong.pk), reasoned)
    assert again.status_code == 409
    assert "Correct the newer one" in text(again)
    assert Result.objects.count() == 2


def test_another_persons_result_is_struck_out(ward: Client, course: InfusionCourse) -> None:
    ward.post(new(course.patient), GOOD | {"v-antibody": "positive"})
    wrong = Result.objects.get()
    assert at("-strike-out", wrong.pk) in text(ward.get(at("", wrong.pk)))
    page = text(ward.get(at("-strike-out", wrong.pk)))
    assert "1 alert or hold that it raised stays until somebody settles it." in page
    assert ward.post(at("-strike-out", wrong.pk), {"reason": " "}).status_code == 422
    said = {"reason": "Another person's."}
    assert ward.post(at("-strike-out", wrong.pk), said)["Location"] == at("", wrong.pk)
    row = Result.objects.get(supersedes=wrong)
    assert not Result.objects.standing().exists()
    assert not Result.objects.awaited().exists()
    assert course.due_items.open().filter(rule="antibody_baseline").exists(), "asked for again"
    page = text(ward.get(at("", row.pk)))
    assert "Struck out" in page
    assert "Another person&#x27;s." in page
    assert "Antibody test before the start" in page or "Antibody test, due 1 Feb 2027" in page
    for name in ("-strike-out", "-correct", "-report"):
        assert "struck out. Enter the right one" in text(ward.get(at(name, row.pk)))
    assert ward.post(at("-strike-out", wrong.pk), said).status_code == 409
    assert Result.objects.count() == 2
    ward.post(new(course.patient), {"done_on": "2027-01-08"})
    assert Result.objects.awaited().count() == 1, "what is entered anew is a result of its own"


def test_a_test_that_no_protocol_asks_for_any_more(ward: Client, course: InfusionCourse) -> None:
    row = ResultFactory(patient=course.patient, test="lost", facts={"gone": 7})
    page = text(ward.get(at("", row.pk)))
    assert "Lost" in page
    assert "Gone" in page
    assert ward.get(at("-correct", row.pk)).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "nowhere", ""],
)
def test_no_way_leads_out(wanted: str, ward: Client, course: InfusionCourse) -> None:
    response = ward.post(new(course.patient, next=wanted), GOOD)
    home = reverse("monitoring:course", args=[course.pk])
    assert response["Location"] == at("", Result.objects.get().pk, next=home)


def test_readers_read_and_change_nothing(
    sign_in: SignIn, course: InfusionCourse, nurse: User
) -> None:
    row = ResultFactory(patient=course.patient)
    auditor = sign_in(UserFactory(roles=[Role.AUDITOR], sites=[course.site]))
    page = text(auditor.get(at("", row.pk)))
    assert "I have seen it" not in page
    assert at("-correct", row.pk) not in page
    for name in ("-seen", "-correct", "-report"):
        assert auditor.post(at(name, row.pk), GOOD).status_code == 403


def test_foreign_results_do_not_exist(ward: Client, stranger: Patient) -> None:
    row = ResultFactory(patient=stranger)
    for name in ("", "-correct", "-report"):
        assert ward.get(at(name, row.pk)).status_code == 404
    assert ward.post(at("-seen", row.pk)).status_code == 404
    assert ward.post(new(stranger), GOOD).status_code == 404


def test_no_page_asks_more_often_because_there_is_more(
    ward: Client, course: InfusionCourse
) -> None:
    row = ResultFactory(patient=course.patient)
    addresses = [at("", row.pk), new(course.patient), new(course.patient, "")]

    def counts() -> list[int]:
        found = []
        for address in addresses:
            ward.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert ward.get(address).status_code == 200
            found.append(len(captured))
        return found

    few = counts()
    for number in range(20):
        ResultFactory(patient=course.patient, done_on=date(2026, 1, 1 + number))
    assert counts() == few
    assert max(few) <= 30
