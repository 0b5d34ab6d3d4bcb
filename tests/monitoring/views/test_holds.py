"""Holds, alerts and items: decided with a name and a reason, once, and back to where one was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from certification.models import AuditEvent, User
from config.roles import Role
from monitoring.models import Alert, DueItem, Hold, InfusionCourse
from tests.certification.views.conftest import SignIn
from tests.factories import UserFactory
from tests.factories.monitoring import AlertFactory, DueItemFactory, HoldFactory
from tests.monitoring.actions.steps import result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("references")]
BOARD = reverse("monitoring:board")


@pytest.fixture
def ward(sign_in: SignIn, infusion_nurse: User) -> Client:
    return sign_in(infusion_nurse)


def at(name: str, row: models.Model, **query: str) -> str:
    return reverse(f"monitoring:{name}", args=[row.pk], query=query or None)


def text(response: Any) -> str:
    return response.content.decode()


def test_a_hold_is_placed_once_and_leads_back(ward: Client, course: InfusionCourse) -> None:
    url = at("hold-place", course, next=BOARD)
    assert "until a named person releases" in text(ward.get(url))
    for _ in range(2):
        assert ward.post(url, {"reason": "Fever."})["Location"] == BOARD
    assert Hold.objects.get().reason == "Fever."
    assert AuditEvent.objects.filter(verb="placed hold").count() == 1


def test_a_second_reason_is_a_second_hold(ward: Client, course: InfusionCourse) -> None:
    for reason in ("Fever.", "No consent."):
        response = ward.post(at("hold-place", course), {"reason": reason})
        assert response["Location"] == at("course", course)
    assert Hold.objects.count() == 2


BAD = [
    ("", "This field is required"),
    ("   ", "This field is required"),
    ("x" * 401, "at most 400"),
    ("a\u202eb", "invisible character"),
]


@pytest.mark.parametrize(("reason", "says"), BAD)
@pytest.mark.parametrize("name", ["hold-place", "hold-release", "item-waive"])
def test_each_needs_a_reason_that_can_be_read(
    name: str, reason: str, says: str, ward: Client, course: InfusionCourse
) -> None:
    row: models.Model = {
        "hold-place": lambda: course,
        "hold-release": lambda: HoldFactory(course=course),
        "item-waive": lambda: course.due_items.open().first(),
    }[name]()
    before = AuditEvent.objects.exclude(verb="opened").count()
    response = ward.post(at(name, row), {"reason": reason})
    assert response.status_code in (409, 422)
    assert says in text(response)
    assert AuditEvent.objects.exclude(verb="opened").count() == before


def test_a_stopped_course_is_not_held(ward: Client, course: InfusionCourse, nurse: User) -> None:
    InfusionCourse.objects.update(
        stopped_on=date(2027, 2, 2), stop_reason="Ended.", stopped_by=nurse,
        stopped_at=course.opened_at,
    )  # fmt: skip
    url = at("hold-place", course)
    assert "This course was stopped" in text(ward.get(url))
    assert ward.post(url, {"reason": "Fever."}).status_code == 409
    assert not Hold.objects.exists()


def test_a_release_shows_where_the_hold_came_from(
    ward: Client, course: InfusionCourse, infusion_nurse: User
) -> None:
    row = result(course.patient, infusion_nurse, "brain_mri", date(2027, 1, 8), suspected=True)
    hold = Hold.objects.get()
    other = HoldFactory(course=course)
    url = at("hold-release", hold, next=BOARD)
    page = text(ward.get(url))
    assert "Withhold the next infusion." in page
    assert reverse("monitoring:result", args=[row.pk]) in page
    assert "Title of label_a" in page
    assert "1 more on this course still stop" in page
    assert ward.post(url, {"reason": "The scan was read again."})["Location"] == BOARD
    hold.refresh_from_db()
    assert (hold.released_by, hold.release_reason) == (infusion_nurse, "The scan was read again.")
    page = text(ward.get(url))
    assert "This hold was released already" in page
    assert "The scan was read again." in page
    again = ward.post(url, {"reason": "Again."})
    assert again.status_code == 409
    assert "released already, by" in text(again)
    assert AuditEvent.objects.filter(verb="released hold").count() == 1
    assert "No other hold stops" in text(ward.get(at("hold-release", other)))


def test_an_alert_is_acknowledged_by_name(
    ward: Client, course: InfusionCourse, infusion_nurse: User
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", date(2027, 1, 8), antibody="positive")
    alert = Alert.objects.get()
    url = at("alert-acknowledge", alert, next=BOARD)
    assert "Antibody test: Positive" in text(ward.get(url))
    assert ward.post(url)["Location"] == BOARD
    alert.refresh_from_db()
    assert alert.acknowledged_by == infusion_nurse
    assert "acknowledged already" in text(ward.get(url))
    assert ward.post(url).status_code == 409
    assert AuditEvent.objects.filter(verb="acknowledged alert").count() == 1


def test_an_alert_of_no_course_leads_back_to_the_person(ward: Client, infusion_nurse: User) -> None:
    alert = AlertFactory(course__patient__site=infusion_nurse.sites.get())
    Alert.objects.update(course=None)
    InfusionCourse.objects.all().delete()
    person = reverse("monitoring:person", args=[alert.patient_id])
    assert ward.post(at("alert-acknowledge", alert))["Location"] == person


def test_a_waiver_shows_what_takes_its_place(
    ward: Client, course: InfusionCourse, infusion_nurse: User
) -> None:
    result(course.patient, infusion_nurse, "jcv_antibody", date(2027, 1, 4), antibody="negative")
    item = course.due_items.open().get(rule="antibody_6m")
    url = at("item-waive", item, next=BOARD)
    page = text(ward.get(url))
    assert "It will no longer stand against the next infusion." in page
    said = page.partition("Next in line is then: ")[2].partition(".")[0]
    assert ward.post(url, {"reason": "Tested elsewhere."})["Location"] == BOARD
    item.refresh_from_db()
    assert (item.end, item.waived_by) == ("waived", infusion_nurse)
    heir = course.due_items.open().get(rule="antibody_6m")
    due_on = heir.due_on
    assert said == f"Antibody test, due {due_on.day} {due_on:%b %Y}"
    page = text(ward.get(url))
    assert "Tested elsewhere." in page
    assert "closed already (waived)" in page
    assert ward.post(url, {"reason": "Again."}).status_code == 409
    assert AuditEvent.objects.filter(verb="waived item").count() == 1


def test_the_next_one_of_a_fixed_grid_stands_already(ward: Client, course: InfusionCourse) -> None:
    first, second = course.due_items.open().filter(rule="count_6m").order_by("due_on")[:2]
    page = text(ward.get(at("item-waive", first)))
    due_on = second.due_on
    assert f"Next in line is then: Blood count, due {due_on.day} {due_on:%b %Y}." in page


def test_an_item_that_nothing_follows(ward: Client, course: InfusionCourse) -> None:
    item = course.due_items.open().get(rule="antibody_baseline")
    assert "Nothing follows it in the next two years" in text(ward.get(at("item-waive", item)))


def test_a_rule_that_the_protocol_no_longer_has(ward: Client, course: InfusionCourse) -> None:
    item = DueItemFactory(course=course, rule="gone", test="gone")
    assert "Gone" in text(ward.get(at("item-waive", item)))


def test_readers_decide_nothing(sign_in: SignIn, course: InfusionCourse) -> None:
    auditor = sign_in(UserFactory(roles=[Role.AUDITOR], sites=[course.site]))
    rows = {
        "hold-place": course,
        "hold-release": HoldFactory(course=course),
        "alert-acknowledge": AlertFactory(course=course),
        "item-waive": course.due_items.open().first(),
    }
    for name, row in rows.items():
        assert auditor.post(at(name, row), {"reason": "x"}).status_code == 403
    assert not DueItem.objects.filter(end="waived").exists()


def test_records_of_another_site_do_not_exist(ward: Client) -> None:
    for name, row in (
        ("hold-release", HoldFactory()),
        ("alert-acknowledge", AlertFactory()),
        ("item-waive", DueItemFactory()),
    ):
        assert ward.get(at(name, row)).status_code == 404
        assert ward.post(at(name, row), {"reason": "x"}).status_code == 404
