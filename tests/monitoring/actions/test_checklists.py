"""Does the checklist ask only what applies, and everything that may apply?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.criteria.codec import vocabulary_from_data
from certification.models import User
from certification.policies import Refused
from monitoring.checklists import idle_questions
from monitoring.models import InfusionCourse, Visit
from monitoring.schedule.codec import document
from tests.factories.monitoring import CITE, FACTS, PROTOCOL, ProtocolVersionFactory
from tests.monitoring.actions.steps import START, at, book, check

pytestmark = pytest.mark.django_db

OPINION = {
    "key": "opinion", "label": "Opinion of the expert", "type": "choice",
    "choices": [{"value": "supports", "label": "Supports"},
                {"value": "none", "label": "None yet", "unknown": True}],
    "applies_when": {"fact": "suspected", "op": "is_true"},
}  # fmt: skip
NEEDED = {
    "id": "opinion_needed", "says": "An expert must support it.", "cite": CITE,
    "when": {"all": [{"fact": "suspected", "op": "is_true"},
                     {"not": {"fact": "opinion", "op": "eq", "value": "supports"}}]},
}  # fmt: skip


@pytest.fixture
def asking(course: InfusionCourse) -> InfusionCourse:
    """The course under a protocol that asks for an opinion only where it is suspected."""
    content = PROTOCOL | {"clearance": [*PROTOCOL["clearance"], NEEDED], "version": "2026.2"}
    course.protocol_version = ProtocolVersionFactory(
        version="2026.2", document=document(content, vocabulary_from_data([*FACTS, OPINION]))
    )
    course.save()
    return course


@pytest.mark.parametrize(
    ("answers", "left_out"),
    [({}, False), ({"suspected": None}, False), ({"suspected": True}, False),
     ({"suspected": False}, True)],
)  # fmt: skip
def test_what_is_not_known_stays_asked(
    asking: InfusionCourse, answers: dict[str, Any], left_out: bool
) -> None:
    assert ("opinion" in idle_questions(asking, START, answers)) is left_out


def test_an_answer_that_does_not_apply_is_not_asked_for(
    asking: InfusionCourse, infusion_nurse: User
) -> None:
    visit = book(asking, infusion_nurse, START)
    with pytest.raises(Refused, match="Opinion of the expert"):
        check(visit, infusion_nurse, START, active_infection=False, suspected=True)
    visit = check(visit, infusion_nurse, START, active_infection=False, suspected=False)
    assert visit.checklist == {"active_infection": False, "suspected": False}
    asking.refresh_from_db()
    assert "opinion" in idle_questions(asking, START), "by what was answered last"


def test_the_page_leaves_it_out_once_it_is_known_not_to_apply(
    asking: InfusionCourse, infusion_nurse: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(START))
    visit: Visit = book(asking, infusion_nurse, START)
    client.force_login(infusion_nurse)
    url = reverse("monitoring:visit-checklist", args=[visit.pk])
    assert "Opinion of the expert" in client.get(url).content.decode()
    no, yes = ({"f-active_infection": "no", "f-suspected": word} for word in ("no", "yes"))
    refused = client.post(url, {"revision": visit.revision, **yes})
    assert refused.status_code == 422
    assert "Opinion of the expert" in refused.content.decode()
    assert client.post(url, {"revision": visit.revision, **no}).status_code == 302
    assert "Opinion of the expert" not in client.get(url).content.decode()
    visit.refresh_from_db()
    again = client.post(url, {"revision": visit.revision, **yes})
    assert "Opinion of the expert" in again.content.decode(), "asked again by today's answer"
