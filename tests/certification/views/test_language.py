"""In whose words a page speaks: chosen on the page, or in one's own profile."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions.readers import choose_reader
from certification.models import AuditEvent, CriteriaVersion, User
from certification.policies import Refused
from tests.factories import CriteriaVersionFactory, StatementFactory, UserFactory
from tests.factories.content import document_for

SAYS, PLAIN = "A potent immunosuppressant.", "This is a strong drug."


@pytest.fixture(autouse=True)
def content(db: None) -> CriteriaVersion:
    StatementFactory(key="one", says=SAYS, plain=PLAIN, audience=[])
    document = document_for()
    document["criteria_set"]["precautions"][0]["plain"] = "Tell your nurse."
    return CriteriaVersionFactory(document=document, content_hash="f" * 64, version="9")


def page(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def first(html: str, *words: str) -> str:
    return min(words, key=html.index)


@pytest.mark.parametrize(
    ("reader", "leads"), [("patient", PLAIN), ("nurse", SAYS), ("clinician", SAYS), ("", SAYS)]
)
def test_statements_lead_with_the_words_of_the_reader(
    reviewer: Client, reader: str, leads: str
) -> None:
    html = page(reviewer, reverse("certification:evidence"), reader=reader)
    assert first(html, SAYS, PLAIN) == leads


def test_precautions_have_plain_words_too(reviewer: Client, content: CriteriaVersion) -> None:
    html = page(reviewer, content.get_absolute_url())
    says = content.document["criteria_set"]["precautions"][0]["says"]
    assert first(html, "Tell your nurse.", "In plain words") == "In plain words"
    html = page(reviewer, content.get_absolute_url(), reader="patient")
    assert first(html, "Tell your nurse.", "As clinicians say it") == "Tell your nurse."
    assert says.split()[0] in html


def test_a_choice_on_a_page_goes_on_to_the_next_and_keeps_what_was_asked(reviewer: Client) -> None:
    url = reverse("certification:evidence")
    html = page(reviewer, url, reader="patient", more="x&y")
    assert "reader=nurse&amp;more=x%26y" in html
    assert first(page(reviewer, url), SAYS, PLAIN) == PLAIN
    assert first(page(reviewer, url, reader="nonsense"), SAYS, PLAIN) == PLAIN
    assert first(page(reviewer, url, reader=""), SAYS, PLAIN) == SAYS


def test_the_profile_is_used_until_a_page_says_otherwise(reviewer: Client, nurse: User) -> None:
    url = reverse("certification:language")
    page(reviewer, reverse("certification:evidence"), reader="nurse")
    response = reviewer.post(url, {"reader": "patient"}, follow=True)
    assert "Saved." in response.content.decode()
    nurse.refresh_from_db()
    assert nurse.reader == "patient"
    assert first(page(reviewer, reverse("certification:evidence")), SAYS, PLAIN) == PLAIN
    assert AuditEvent.objects.filter(verb="chose a language").count() == 1


def test_what_is_not_offered_is_refused(reviewer: Client, nurse: User) -> None:
    response = reviewer.post(reverse("certification:language"), {"reader": "robot"})
    assert response.status_code == 422
    nurse.refresh_from_db()
    assert nurse.reader == ""


def test_the_action_refuses_who_may_not_read_and_what_is_not_offered(nurse: User, now: Any) -> None:
    with pytest.raises(Refused):
        choose_reader(by=UserFactory(roles=[]), now=now, reader="nurse")
    with pytest.raises(Refused) as refused:
        choose_reader(by=nurse, now=now, reader="robot")
    assert refused.value.field == "reader"
    choose_reader(by=nurse, now=now, reader="")
    assert not AuditEvent.objects.filter(verb="chose a language").exists()


def test_a_word_is_explained_where_it_stands_first(reviewer: Client) -> None:
    StatementFactory(key="two", says="PML, and again PML.", plain="", audience=[])
    html = page(reviewer, reverse("certification:evidence"))
    assert html.count('popovertarget="explained-pml"') == 1
    assert 'id="term-pml"' in page(reviewer, reverse("certification:glossary"))
