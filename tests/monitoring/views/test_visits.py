"""Visits as the infusion nurse works through them: book, check, infuse, react, or not infused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Therapy, User
from monitoring.actions.visits import move_visit
from monitoring.models import Hold, InfusionCourse, Reaction, Visit
from tests.factories import StatementFactory
from tests.monitoring.actions.steps import START, at, book, check, give, infuse, result
from tests.monitoring.views.conftest import OnDay

pytestmark = pytest.mark.usefixtures("references")
NEXT = START + timedelta(weeks=4)
GIVEN = {
    "infused_on": "2027-02-01", "dose": "300 mg", "batch": "B-7", "batch_expires_on": "2027-09-30",
    "vitals-TOTAL_FORMS": "3", "vitals-INITIAL_FORMS": "0",
}  # fmt: skip


def url(name: str, visit: Visit) -> str:
    return reverse(f"monitoring:{name}", args=[visit.pk])


def course_url(name: str, course: InfusionCourse) -> str:
    return reverse(f"monitoring:{name}", args=[course.pk])


def seen(visit: Visit) -> int:
    return Visit.objects.get(pk=visit.pk).revision


@pytest.fixture
def booked(tested: InfusionCourse, infusion_nurse: User) -> Visit:
    return book(tested, infusion_nurse, START)


@pytest.fixture
def ready(booked: Visit, infusion_nurse: User) -> Visit:
    return check(booked, infusion_nurse, START)


@pytest.fixture
def given(ready: Visit, infusion_nurse: User) -> Visit:
    return infuse(ready, infusion_nurse, START)


def test_a_visit_is_booked_once(tested: InfusionCourse, chair: Client) -> None:
    page = chair.get(course_url("course-book", tested)).content.decode()
    assert 'value="2027-02-01"' in page, "the day on which it is due is offered"
    typed = {"scheduled_on": "2027-02-01", "scheduled_time": "09:30"}
    response = chair.post(course_url("course-book", tested), typed)
    visit = Visit.objects.get()
    assert response["Location"] == url("visit", visit)
    assert (visit.scheduled_on, str(visit.scheduled_time)) == (START, "09:30:00")
    again = chair.post(course_url("course-book", tested), typed)
    assert again.status_code == 409
    assert "booked on 01 Feb 2027 already" in again.content.decode()
    assert 'value="09:30"' in again.content.decode()
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ({"scheduled_time": "09:30"}, 422, "This field is required."),
        ({"scheduled_on": "soon"}, 422, "Give the date as day, month and year."),
        ({"scheduled_on": "2027-02-01", "scheduled_time": "25:99"}, 422, "hours and minutes"),
        ({"scheduled_on": "2027-01-31"}, 409, "is past"),
    ],
)
def test_a_booking_says_what_is_wrong(
    typed: dict[str, str], status: int, says: str, tested: InfusionCourse, chair: Client
) -> None:
    response = chair.post(course_url("course-book", tested), typed)
    assert response.status_code == status
    assert says in response.content.decode()
    assert not Visit.objects.exists()


def test_the_days_of_a_course_are_booked_in_one_act(tested: InfusionCourse, chair: Client) -> None:
    Therapy.objects.update(status="submitted")
    Therapy.objects.update(details={"dosing": {"course_days": [3, 5]}})
    page = chair.get(course_url("course-book", tested)).content.decode()
    assert "3 visits, on days in a row" in page
    assert "5 visits, on days in a row" in page
    assert "6 visits" not in page
    typed = {"scheduled_on": "2027-02-01", "visits": "4"}
    response = chair.post(course_url("course-book", tested), typed)
    assert response["Location"] == course_url("course", tested)
    days = [START + timedelta(days=n) for n in range(4)]
    assert list(Visit.objects.values_list("scheduled_on", flat=True)) == days
    clash = chair.post(course_url("course-book", tested), typed | {"scheduled_on": "2027-01-30"})
    assert clash.status_code == 409, "all or none"
    assert Visit.objects.count() == 4
    assert chair.post(course_url("course-book", tested), typed | {"visits": "9"}).status_code == 422


def test_a_visit_is_moved(booked: Visit, chair: Client) -> None:
    typed = {"revision": "1", "scheduled_on": "2027-02-03", "scheduled_time": "13:00"}
    assert chair.get(url("visit-move", booked)).status_code == 200
    assert chair.post(url("visit-move", booked), typed).status_code == 302
    booked.refresh_from_db()
    assert booked.scheduled_on == date(2027, 2, 3)
    past = chair.post(
        url("visit-move", booked), typed | {"revision": "2", "scheduled_on": "2027-01-02"}
    )
    assert past.status_code == 409


def test_a_stale_form_tells_what_changed_and_keeps_what_was_typed(
    booked: Visit, chair: Client, infusion_nurse: User
) -> None:
    move_visit(
        by=infusion_nurse, now=at(START), visit=booked, revision=1,
        scheduled_on=date(2027, 2, 2),
    )  # fmt: skip
    typed = {"revision": "1", "reason": "Fever since the morning."}
    response = chair.post(url("visit-not-infused", booked), typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Changed while your page was open" in page
    assert "Scheduled on: 2027-02-01 before, now <strong>2027-02-02</strong>" in page
    assert "Fever since the morning." in page
    assert 'name="revision" value="2"' in page, "sent again, it counts"
    booked.refresh_from_db()
    assert booked.state == Visit.State.SCHEDULED


@pytest.mark.parametrize(
    ("name", "state"),
    [("visit-missed", "missed"), ("visit-not-infused", "not_infused"),
     ("visit-cancel", "cancelled")],
)  # fmt: skip
def test_what_was_not_given_has_a_reason(
    name: str, state: str, booked: Visit, chair: Client
) -> None:
    assert chair.get(url(name, booked)).status_code == 200
    empty = chair.post(url(name, booked), {"revision": "1", "reason": " "})
    assert empty.status_code == 422
    assert chair.post(url(name, booked), {"revision": "1", "reason": "Car."}).status_code == 302
    booked.refresh_from_db()
    assert (booked.state, booked.reason) == (state, "Car.")
    page = chair.get(url("visit", booked)).content.decode()
    assert "Car." in page
    assert "Not possible now" in chair.get(url(name, booked)).content.decode()


def test_a_visit_to_come_is_not_missed_yet(booked: Visit, on_day: OnDay) -> None:
    early = on_day(START - timedelta(days=2))
    response = early.post(url("visit-missed", booked), {"revision": "1", "reason": "Will not come"})
    assert response.status_code == 409
    assert "still to come" in response.content.decode()
    assert "In 2 days" in early.get(url("visit", booked)).content.decode()


def test_the_checklist_asks_what_can_stand_against_it(booked: Visit, chair: Client) -> None:
    page = chair.get(url("visit-checklist", booked)).content.decode()
    assert "Active infection" in page
    assert "Wait until the infection has gone." in page
    assert "checked" not in page.partition("f-active_infection")[2][:200], "asked anew each time"
    unanswered = chair.post(url("visit-checklist", booked), {"revision": "1"})
    assert unanswered.status_code == 422
    assert "Answer this." in unanswered.content.decode()
    typed = {"revision": "1", "f-active_infection": "yes", "f-suspected": "no"}
    assert chair.post(url("visit-checklist", booked), typed).status_code == 302
    booked.refresh_from_db()
    assert booked.checklist == {"active_infection": True, "suspected": False}
    page = chair.get(url("visit", booked)).content.decode()
    assert "Not clear to infuse" in page
    assert "Wait until the infection has gone." in page
    again = chair.post(url("visit-checklist", booked), typed)
    assert again.status_code == 409, "sent twice, done once"


def test_an_infusion_is_recorded(ready: Visit, chair: Client) -> None:
    page = chair.get(url("visit-infuse", ready)).content.decode()
    assert "Clear to infuse" in page
    typed = GIVEN | {
        "revision": str(seen(ready)), "rate": "over 60 minutes", "premedication": "paracetamol",
        "observed_minutes": "60", "note": "Went well.", "vitals-0-minutes": "0",
        "vitals-0-systolic": "120", "vitals-0-diastolic": "80", "vitals-0-temperature": "36.7",
    }  # fmt: skip
    response = chair.post(url("visit-infuse", ready), typed)
    assert response["Location"] == url("visit", ready)
    ready.refresh_from_db()
    assert (ready.state, ready.dose, ready.observed_minutes) == ("infused", "300 mg", 60)
    assert ready.vitals == [
        {"minutes": "0", "systolic": "120", "diastolic": "80", "temperature": "36.7"}
    ]
    page = chair.get(url("visit", ready)).content.decode()
    for said in ("B-7", "expires 30 Sep 2027", "over 60 minutes", "36.7", "Went well."):
        assert said in page
    again = chair.post(url("visit-infuse", ready), typed)
    assert again.status_code == 409, "sent twice, recorded once"
    assert "State: Scheduled before, now <strong>Infused</strong>" in again.content.decode()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"dose": ""}, "This field is required."),
        ({"batch": ""}, "This field is required."),
        ({"batch_expires_on": "2027-01-31"}, "This batch had expired"),
        ({"batch_expires_on": ""}, "This field is required."),
        ({"infused_on": "2027-02-02"}, "This day is in the future"),
        ({"infused_on": "1.2.2027"}, "Give the date as day, month and year."),
        ({"observed_minutes": "-5"}, "greater than or equal to 0"),
        ({"observed_minutes": "9000"}, "less than or equal to 1440"),
        ({"vitals-0-systolic": "1200"}, "less than or equal to 350"),
        ({"vitals-1-temperature": "3.6"}, "greater than or equal to 25"),
        ({"vitals-0-saturation": "101"}, "less than or equal to 100"),
        ({"vitals-0-pulse": "fast"}, "Enter a whole number."),
        ({"vitals-2-systolic": "80", "vitals-2-diastolic": "120"}, "above the systolic one"),
        ({"vitals-0-minutes": "-1"}, "greater than or equal to 0"),
        ({"vitals-0-temperature": "NaN"}, "Enter a number."),
        ({"dose": "\u202e300 mg"}, "invisible character"),
    ],
)
def test_an_infusion_says_what_is_wrong_and_keeps_the_rest(
    wrong: dict[str, str], says: str, ready: Visit, chair: Client
) -> None:
    typed = GIVEN | {"revision": str(seen(ready)), "note": "Kept as typed."} | wrong
    response = chair.post(url("visit-infuse", ready), typed)
    page = response.content.decode()
    assert response.status_code in (409, 422)
    assert says in page
    assert "Kept as typed." in page
    ready.refresh_from_db()
    assert ready.state == Visit.State.SCHEDULED


def test_what_is_not_clear_is_refused_with_its_next_act(booked: Visit, chair: Client) -> None:
    page = chair.get(url("visit-infuse", booked)).content.decode()
    assert "Not clear to infuse" in page
    assert url("visit-checklist", booked) in page
    response = chair.post(url("visit-infuse", booked), GIVEN | {"revision": "1"})
    assert response.status_code == 409
    assert "Next: complete the checklist" in response.content.decode()


def test_a_reaction_shows_its_action_and_holds_what_the_protocol_says(
    given: Visit, chair: Client
) -> None:
    StatementFactory(key="infusion_reaction_grade_2", says="Slow or pause, then go on.", seed="")
    page = chair.get(url("visit-reaction", given)).content.decode()
    assert "Slow or pause, then go on." in page
    assert page.count("Holds the next infusion") == 3, "grades 3, 4 and 5"
    for wrong, says in (
        ({"symptoms": "Hives"}, "Choose the grade."),
        ({"grade": "9", "symptoms": "Hives"}, "not one of the available choices"),
        ({"grade": "2"}, "This field is required."),
        ({"grade": "2", "symptoms": "Hives", "began_minutes": "-3"}, "greater than or equal to 0"),
    ):
        bad = chair.post(url("visit-reaction", given), {"revision": str(seen(given)), **wrong})
        assert bad.status_code == 422
        assert says in bad.content.decode()
    revision = str(seen(given))
    typed = {"revision": revision, "grade": "3", "symptoms": "Hives and low pressure"}
    assert chair.post(url("visit-reaction", given), typed).status_code == 302
    assert Hold.objects.get().rule == "reaction_severe"
    again = chair.post(url("visit-reaction", given), typed)
    assert again.status_code == 409, "sent twice, recorded once"
    assert Reaction.objects.count() == 1
    assert "Grade 3: Hives and low pressure" in again.content.decode()
    assert (
        "The prescriber decides." in chair.get(course_url("course", given.course)).content.decode()
    )


def test_a_reaction_needs_an_infusion(booked: Visit, chair: Client) -> None:
    page = chair.get(url("visit-reaction", booked)).content.decode()
    assert "Record the infusion first." in page
    typed = {"revision": "1", "grade": "1", "symptoms": "Itch"}
    assert chair.post(url("visit-reaction", booked), typed).status_code == 409


def test_the_next_visit_carries_the_advice_after_a_missed_one(
    tested: InfusionCourse, infusion_nurse: User, on_day: OnDay
) -> None:
    StatementFactory(seed="P4", says="More slowly and with pretreatment.", key="p4")
    give(tested, infusion_nurse, START)
    client = on_day(NEXT)
    missed = book(tested, infusion_nurse, NEXT)
    client.post(url("visit-missed", missed), {"revision": "1", "reason": "Did not come."})
    later = book(tested, infusion_nurse, NEXT + timedelta(days=3), on=NEXT)
    page = client.get(url("visit", later)).content.decode()
    assert "After the missed infusion" in page
    assert "Founding article, P4" in page
    assert "More slowly and with pretreatment." in page
    assert "Give it soon and count from that day." in page, "the protocol beside it"


def test_after_the_newest_visit_the_next_one_is_booked_and_an_old_one_advises_nothing(
    tested: InfusionCourse, infusion_nurse: User, on_day: OnDay
) -> None:
    StatementFactory(seed="P4", says="More slowly and with pretreatment.", key="p4")
    old = give(tested, infusion_nurse, START)
    client = on_day(NEXT)
    assert "Book the next visit" in client.get(url("visit", old)).content.decode()
    missed = book(tested, infusion_nurse, NEXT)
    assert "Book the next visit" not in client.get(url("visit", old)).content.decode()
    client.post(url("visit-missed", missed), {"revision": "1", "reason": "Did not come."})
    page = client.get(url("visit", missed)).content.decode()
    assert "Book the next visit" in page
    assert course_url("course-book", tested) in page
    assert "More slowly and with pretreatment." in page
    earlier = client.get(url("visit", old)).content.decode()
    assert "Book the next visit" not in earlier
    assert "More slowly and with pretreatment." not in earlier


def test_from_the_determination_to_the_visit_after_a_reaction(
    determination: Any, protocol: Any, on_day: OnDay
) -> None:
    """Open the course, enter nothing twice, infuse, a reaction, and the next visit knows."""
    StatementFactory(seed="M4", says="Pretreatment reduces reactions.", key="m4")
    StatementFactory(key="infusion_reaction_grade_2", says="Slow or pause.", seed="")
    client = on_day(START)
    opened = client.post(
        reverse("monitoring:course-new", args=[determination.pk]), {"start_on": "2027-02-01"}
    )
    course = InfusionCourse.objects.get()
    assert opened["Location"] == course_url("course", course)
    page = client.get(opened["Location"]).content.decode()
    assert "Not clear to infuse" in page
    assert "antibody test" in page.lower()
    result(course.patient, course.opened_by, "jcv_antibody", START, antibody="negative")
    client.post(course_url("course-book", course), {"scheduled_on": "2027-02-01"})
    first = Visit.objects.get()
    assert "Do the checklist" in client.get(url("visit", first)).content.decode()
    client.post(
        url("visit-checklist", first),
        {"revision": "1", "f-active_infection": "no", "f-suspected": "no"},
    )
    assert "Record the infusion" in client.get(url("visit", first)).content.decode()
    client.post(url("visit-infuse", first), GIVEN | {"revision": str(seen(first))})
    client.post(
        url("visit-reaction", first),
        {"revision": str(seen(first)), "grade": "2", "symptoms": "Flushing"},
    )
    client = on_day(NEXT)
    client.post(course_url("course-book", course), {"scheduled_on": NEXT.isoformat()})
    following = Visit.objects.booked().get()
    page = client.get(url("visit", following)).content.decode()
    assert "After the reaction" in page
    assert "Pretreatment reduces reactions." in page
    assert "Slow or pause." in page
