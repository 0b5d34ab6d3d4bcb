"""An overdue review of a protocol shows on every page of the courses that it monitors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.models import InfusionCourse, ProtocolVersion
from tests.factories.monitoring import VisitFactory
from tests.monitoring.actions.steps import START

OVERDUE = "Its review is overdue."


@pytest.fixture
def urls(tested: InfusionCourse) -> list[str]:
    visit = VisitFactory(course=tested, scheduled_on=START)
    names = ("visit", "visit-checklist", "visit-infuse", "visit-reaction")
    pages = [reverse(f"monitoring:{name}", args=[visit.pk]) for name in names]
    own = [
        reverse(f"monitoring:{name}", args=[tested.pk]) for name in ("course", "course-protocol")
    ]
    return [*own, *pages]


def test_on_each_page_of_a_course(chair: Client, urls: list[str]) -> None:
    policy = reverse("certification:editorial-policy")
    for url in urls:
        page = chair.get(url).content.decode()
        assert OVERDUE not in page
        assert "content-status" in page
        assert policy in page
    ProtocolVersion.objects.update(next_review_on=START - timedelta(days=1))
    for url in urls:
        assert OVERDUE in chair.get(url).content.decode(), url


def test_on_the_page_of_a_person(chair: Client, tested: InfusionCourse) -> None:
    url = reverse("monitoring:person", args=[tested.patient_id])
    assert "Review overdue" not in chair.get(url).content.decode()
    ProtocolVersion.objects.update(next_review_on=START - timedelta(days=1))
    assert "Review overdue" in chair.get(url).content.decode()
