"""Courses as pages: opened, read, documented, certified further, stopped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Case, Determination, User
from config.roles import Role
from monitoring.actions.courses import record_facts, stop_course
from monitoring.actions.holds import place_hold
from monitoring.models import CourseAuthorization, InfusionCourse, ProtocolVersion, Visit
from tests.certification.views.conftest import SignIn, somebody
from tests.certification.views.test_queries import constant
from tests.factories import CriteriaVersionFactory, PatientFactory, TurnaroundProfileFactory
from tests.factories.monitoring import (
    CertifiedFactory,
    InfusionCourseFactory,
    ProtocolVersionFactory,
    VisitFactory,
)
from tests.monitoring.actions.steps import START, at, book, give
from tests.monitoring.views.conftest import OnDay

pytestmark = pytest.mark.usefixtures("references")


def url(name: str, course: InfusionCourse) -> str:
    return reverse(f"monitoring:{name}", args=[course.pk])


def new_url(determination: Determination) -> str:
    return reverse("monitoring:course-new", args=[determination.pk])


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_determination_leads_to_its_course(
    determination: Determination, protocol: ProtocolVersion, chair: Client
) -> None:
    page = text(chair, new_url(determination))
    assert "1 Feb 2027 to 31 Jan 2028" in page
    assert "Exemplumab, monitoring, version 2026.1" in page
    early = chair.post(new_url(determination), {"start_on": "2027-01-31"})
    assert early.status_code == 409
    assert 'value="2027-01-31"' in early.content.decode(), "what was typed stays"
    assert chair.post(new_url(determination), {"start_on": "soon"}).status_code == 422
    opened = chair.post(new_url(determination), {"start_on": "2027-02-01"})
    course = InfusionCourse.objects.get()
    assert opened["Location"] == url("course", course)
    assert chair.get(new_url(determination))["Location"] == url("course", course)
    again = chair.post(new_url(determination), {"start_on": "2027-02-01"})
    assert again["Location"] == url("course", course), "sent twice, opened once"


def test_what_cannot_be_opened_says_why(determination: Determination, chair: Client) -> None:
    assert "No protocol is in force" in text(chair, new_url(determination))
    refused = chair.post(new_url(determination), {"start_on": "2027-02-01"})
    assert refused.status_code == 409
    assert "A content approver approves a version first." in refused.content.decode()


def test_a_foreign_or_unknown_record_is_not_there(chair: Client, stranger: Any) -> None:
    elsewhere = InfusionCourseFactory(patient=stranger)
    visit = VisitFactory(course=elsewhere)
    for address in (
        url("course", elsewhere),
        url("course-stop", elsewhere),
        reverse("monitoring:visit", args=[visit.pk]),
        reverse("monitoring:visit-infuse", args=[visit.pk]),
        new_url(CertifiedFactory(patient=stranger)),
    ):
        assert chair.get(address).status_code == 404


def test_the_page_says_what_is_given_and_what_comes_next(
    tested: InfusionCourse, infusion_nurse: User, chair: Client
) -> None:
    page = text(chair, url("course", tested))
    assert "13 left" in page
    assert "31 Jan 2028" in page
    assert "Approved" in page
    assert "No visit yet" in page
    place_hold(by=infusion_nurse, now=at(START), course=tested, reason="Fever.")
    book(tested, infusion_nurse, START)
    page = text(chair, url("course", tested))
    assert "Not clear to infuse" in page
    assert "Fever." in page
    assert reverse("monitoring:hold-release", args=[tested.holds.get().pk]) in page
    assert "Once a year." in page, "why this date"
    assert "Title of label_a" in page, "the source"


def test_who_reads_only_is_told_who_acts(
    tested: InfusionCourse, chair: Client, sign_in: SignIn
) -> None:
    auditor = sign_in(somebody(tested.site, Role.AUDITOR))
    page = text(auditor, url("course", tested))
    assert "Not clear to infuse" in page
    assert "Infusion nurse" in page
    for name in ("course-book", "course-stop", "course-facts", "course-certification"):
        assert url(name, tested) not in page
        assert auditor.get(url(name, tested)).status_code == 403


def test_facts_are_documented_and_taken_back(tested: InfusionCourse, chair: Client) -> None:
    page = text(chair, url("course-facts", tested))
    assert "Active infection" in page
    assert "Antibody test" not in page, "that is a result"
    typed = {"revision": str(tested.revision), "observed_on": "2027-02-01",
             "f-active_infection": "yes"}  # fmt: skip
    assert chair.post(url("course-facts", tested), typed).status_code == 302
    tested.refresh_from_db()
    assert tested.facts["active_infection"]["value"] is True
    back = typed | {"revision": str(tested.revision), "f-active_infection": ""}
    assert chair.post(url("course-facts", tested), back).status_code == 302
    tested.refresh_from_db()
    assert "active_infection" not in tested.facts


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ({"observed_on": "2027-02-02"}, 409, "is in the future"),
        ({"observed_on": ""}, 422, "This field is required."),
        ({"f-active_infection": "perhaps"}, 422, "not one of the available choices"),
    ],
)
def test_facts_say_what_is_wrong(
    wrong: dict[str, str], status: int, says: str, tested: InfusionCourse, chair: Client
) -> None:
    typed = {"revision": str(tested.revision), "observed_on": "2027-02-01",
             "f-suspected": "yes"} | wrong  # fmt: skip
    response = chair.post(url("course-facts", tested), typed)
    assert response.status_code == status
    assert says in response.content.decode()
    assert '<option value="yes" selected>' in response.content.decode()


def test_a_stale_form_tells_what_somebody_else_documented(
    tested: InfusionCourse, chair: Client, infusion_nurse: User
) -> None:
    before = tested.revision
    record_facts(
        by=infusion_nurse, now=at(START), course=tested, revision=before,
        facts={"active_infection": True},
    )  # fmt: skip
    typed = {"revision": str(before), "observed_on": "2027-02-01", "f-suspected": "yes"}
    response = chair.post(url("course-facts", tested), typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Active infection: nothing before, now <strong>yes</strong>" in page
    tested.refresh_from_db()
    assert "suspected" not in tested.facts


def test_a_course_moves_to_the_version_in_force(tested: InfusionCourse, chair: Client) -> None:
    assert "by the version in force" in text(chair, url("course-protocol", tested))
    ProtocolVersionFactory(version="2027.1", effective_on=date(2027, 1, 1))
    assert "Version 2027.1 is in force." in text(chair, url("course", tested))
    page = text(chair, url("course-protocol", tested))
    assert "Move to the version in force" in page
    typed = {"revision": str(tested.revision)}
    assert chair.post(url("course-protocol", tested), typed).status_code == 302
    tested.refresh_from_db()
    assert tested.protocol_version.version == "2027.1"
    assert chair.post(url("course-protocol", tested), typed).status_code == 409


def test_a_course_is_stopped_with_a_reason(
    tested: InfusionCourse, chair: Client, infusion_nurse: User
) -> None:
    book(tested, infusion_nurse, START)
    typed = {"revision": str(tested.revision), "stopped_on": "2027-02-01", "reason": "Moved."}
    for wrong, status in (({"stopped_on": "2027-02-09"}, 409), ({"reason": ""}, 422)):
        assert chair.post(url("course-stop", tested), typed | wrong).status_code == status
    assert chair.post(url("course-stop", tested), typed).status_code == 302
    page = text(chair, url("course", tested))
    assert "This course was stopped" in page
    assert "open a new course from a new determination" in page
    assert Visit.objects.get().state == Visit.State.CANCELLED
    assert "Not possible now" in text(chair, url("course-stop", tested))
    assert chair.post(url("course-stop", tested), typed).status_code == 409


def test_a_further_determination_is_added(
    tested: InfusionCourse, chair: Client, sign_in: SignIn
) -> None:
    page = text(chair, url("course-certification", tested))
    assert "It is opened by: Nurse reviewer." in page
    more = CertifiedFactory(
        patient=tested.patient,
        period_start_on=date(2028, 2, 1),
        period_end_on=date(2029, 1, 31),
    )
    foreign = CertifiedFactory(patient=PatientFactory(site=tested.site))
    assert more.case.number in text(chair, url("course-certification", tested))
    typed = {"revision": str(tested.revision), "determination": str(foreign.pk)}
    assert chair.post(url("course-certification", tested), typed).status_code == 422
    typed["determination"] = str(more.pk)
    assert chair.post(url("course-certification", tested), typed).status_code == 302
    assert CourseAuthorization.objects.filter(course=tested).count() == 2
    assert chair.post(url("course-certification", tested), typed).status_code == 422


def test_after_a_stop_a_new_determination_opens_a_new_course(
    tested: InfusionCourse, chair: Client, infusion_nurse: User
) -> None:
    stop_course(
        by=infusion_nurse, now=at(START), course=tested, revision=tested.revision,
        stopped_on=START, reason="Moved.",
    )  # fmt: skip
    again = CertifiedFactory(patient=tested.patient)
    assert new_url(again) in text(chair, url("course-certification", tested))


def test_a_renewal_is_opened_early_enough_and_by_a_reviewer(
    tested: InfusionCourse, on_day: OnDay, sign_in: SignIn, nurse: User
) -> None:
    TurnaroundProfileFactory()
    CriteriaVersionFactory(
        set_key="exemplumab-renewal", request_type="renewal", therapy=tested.therapy
    )
    near = date(2027, 12, 10)
    page = text(on_day(near), url("course", tested))
    assert "The certification ends on 31 Jan 2028 (52 days). Open a renewal." in page
    assert url("course-renew", tested) not in page, "opening a case is the reviewer's"
    reviewer = sign_in(nurse)
    assert url("course-renew", tested) in text(reviewer, url("course", tested))
    page = text(reviewer, url("course-renew", tested))
    assert 'value="2028-02-01"' in page, "the day after the certification ends"
    typed = {"ordering_clinician": "Dr Sample, MD", "service_on": "2028-02-01",
             "urgency": "standard", "ordering_clinician_number": ""}  # fmt: skip
    short = reviewer.post(url("course-renew", tested), typed | {"ordering_clinician_number": "12"})
    assert short.status_code == 422
    opened = reviewer.post(url("course-renew", tested), typed)
    case = Case.objects.get(request_type="renewal")
    assert opened["Location"] == reverse("certification:case", args=[case.pk])
    again = reviewer.post(url("course-renew", tested), typed)
    assert again.status_code == 409
    assert case.number in again.content.decode()


def test_what_is_given_once_is_not_renewed(
    tested: InfusionCourse, sign_in: SignIn, nurse: User, chair: Client
) -> None:
    """Without renewal criteria the reviewer is led to a new case."""
    page = text(sign_in(nurse), url("course-renew", tested))
    assert "No renewal criteria are in force" in page
    assert reverse("certification:case-new", args=[tested.patient_id]) in page


def test_the_page_asks_no_more_often_when_there_is_more_in_it(
    tested: InfusionCourse, infusion_nurse: User, on_day: OnDay
) -> None:
    client, weeks = on_day(START + timedelta(weeks=20)), iter(range(0, 20, 4))

    def grow(count: int) -> None:
        give(tested, infusion_nurse, START + timedelta(weeks=next(weeks)))
        for _ in range(count):
            VisitFactory(
                course=tested, state="missed", reason="x", recorded_by=infusion_nurse,
                recorded_at=at(START), scheduled_on=START,
            )  # fmt: skip
        InfusionCourse.objects.update(planned_through_on=date(2099, 1, 1))

    grow(1)
    constant(client, url("course", tested), grow)


def test_of_a_tail_the_end_is_told_once_the_last_infusion_is_known(
    tested: InfusionCourse, chair: Client, infusion_nurse: User
) -> None:
    give(tested, infusion_nurse, START)
    words = "Asked for until 1 Aug 2027, 6 months after the last infusion."
    assert words not in text(chair, url("course", tested))
    tested.refresh_from_db()
    stop_course(
        by=infusion_nurse, now=at(START), course=tested, revision=tested.revision,
        stopped_on=START, reason="Moved.",
    )  # fmt: skip
    assert words in text(chair, url("course", tested))
