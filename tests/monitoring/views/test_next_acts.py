"""A nurse is never stuck: every reason against an infusion leads to the page that settles it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from certification.models import User
from config.access import has_permission
from config.roles import ROLES, Role
from monitoring import clearing
from monitoring.actions.holds import place_hold
from monitoring.clearing import APPROVER, NURSE, REVIEWER, Reason
from monitoring.models import InfusionCourse
from monitoring.presenters.next_acts import KIND_WORDS, LABELS, Place, links_of
from monitoring.schedule import clearance
from tests.factories import UserFactory
from tests.monitoring.actions.steps import START, at, book

# Every kind of reason with every act that it can name.
REASONS = [
    ("certification", "renew"),
    ("budget", "renew"),
    ("protocol", "move_protocol"),
    ("protocol", "approve_protocol"),
    ("hold", "release_hold"),
    ("stopped", "stop_course"),
    ("stopped", "open_course"),
    ("complete", "book"),
    ("spacing", "book"),
    ("barred", "record_facts"),
    ("not_documented", "record_facts"),
    ("not_done", "complete_checklist"),
    ("not_done", "enter_result"),
    ("overdue", "enter_result"),
]


@pytest.fixture
def somewhere(course: InfusionCourse, infusion_nurse: User) -> dict[str, Any]:
    hold = place_hold(by=infusion_nurse, now=at(START), course=course, reason="Fever.")
    visit = book(course, infusion_nurse, START)
    return {"course": course, "hold": hold, "visit": visit}


def place(somewhere: dict[str, Any], *, booked: bool) -> Place:
    course = somewhere["course"]
    visit = somewhere["visit"].pk if booked else None
    return Place(course.pk, course.patient_id, visit, course.protocol_version_id)


def reason(kind: str, act: str, somewhere: dict[str, Any]) -> Reason:
    return Reason(kind, "Why.", act, "do it", source=str(somewhere["hold"].pk), test="jcv_antibody")


def test_the_list_above_is_whole() -> None:
    """Every kind that the engine and ``clearing`` name, and every act, is in it."""
    source = Path(clearing.__file__).read_text(encoding="utf-8")
    acts = {
        *re.findall(r'return "(\w+)",', source),
        *re.findall(r'return \(\s*"(\w+)",', source),
        *re.findall(r'next_act, act, who = "[^"]+", "(\w+)"', source),
        *re.findall(r', "(renew|release_hold)", ', source),
    }
    acts |= {"renew", "release_hold"}
    assert acts == {act for _, act in REASONS} == set(LABELS)
    said = (clearance.Obstacle.__doc__ or "").partition("``kind``:")[2].partition(".")[0]
    kinds = {word.strip() for word in said.replace("\n", " ").split(",")}
    kinds |= {"certification", "budget", "protocol", "hold"}
    assert kinds == {kind for kind, _ in REASONS} == set(KIND_WORDS)


@pytest.mark.parametrize("booked", [True, False])
@pytest.mark.parametrize(("kind", "act"), REASONS)
def test_every_reason_leads_the_infusion_nurse_somewhere(
    kind: str,
    act: str,
    booked: bool,
    somewhere: dict[str, Any],
    infusion_nurse: User,
    chair: Client,
) -> None:
    links = list(links_of(reason(kind, act, somewhere), place(somewhere, booked=booked),
                          infusion_nurse))  # fmt: skip
    assert links
    for link in links:
        assert link.label
        view = resolve(urlsplit(link.url).path).func
        assert has_permission(infusion_nurse, view.required_permission), link.url
        if view.__module__.rpartition(".")[2] in {"courses", "visits", "infusions", "certifying"}:
            assert chair.get(link.url).status_code == 200, link.url


@pytest.mark.parametrize(
    ("act", "role", "title"),
    [
        ("renew", Role.NURSE_REVIEWER, REVIEWER),
        ("approve_protocol", Role.CONTENT_APPROVER, APPROVER),
        ("release_hold", Role.INFUSION_NURSE, NURSE),
    ],
)
def test_whoever_is_named_can_do_it(
    act: str, role: Role, title: str, somewhere: dict[str, Any], course: InfusionCourse,
    sign_in: Any,
) -> None:  # fmt: skip
    assert ROLES[role].title == title
    person = UserFactory(roles=[role], sites=[course.site])
    kind = next(kind for kind, one in REASONS if one == act)
    links = list(links_of(reason(kind, act, somewhere), place(somewhere, booked=True), person))
    assert links
    if act != "release_hold":
        assert sign_in(person).get(links[-1].url).status_code == 200


def test_who_only_reads_gets_no_links(somewhere: dict[str, Any], course: InfusionCourse) -> None:
    auditor = UserFactory(roles=[Role.AUDITOR], sites=[course.site])
    for kind, act in REASONS:
        there = place(somewhere, booked=True)
        assert not list(links_of(reason(kind, act, somewhere), there, auditor))


def test_the_page_names_each_reason_with_its_act(
    somewhere: dict[str, Any], on_day: Any, course: InfusionCourse
) -> None:
    page = on_day(START + timedelta(days=400)).get(f"/monitoring/courses/{course.pk}/")
    words = page.content.decode()
    for said in ("No certification is in force", "Fever.", "Next:", "Add a determination"):
        assert said in words
    assert words.count('class="against-next"') == words.count("against-says") > 3
