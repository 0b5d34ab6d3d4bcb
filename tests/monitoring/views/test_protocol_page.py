"""The page on which a reader sees what a protocol asks for."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from config.roles import Role
from tests.factories import UserFactory
from tests.factories.monitoring import ProtocolVersionFactory


@pytest.fixture
def editor(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[Role.CONTENT_EDITOR]))
    return client


def test_each_rule_with_its_anchor_and_the_state_of_the_content(editor: Client) -> None:
    version = ProtocolVersionFactory()
    response = editor.get(reverse("monitoring:protocol-version", args=[version.pk]))
    assert response.status_code == 200
    page = response.content.decode()
    for rule in version.document["protocol"]["rules"]:
        assert f'id="rule-{rule["id"]}"' in page
    for words in (version.title, version.content_hash, "Last updated", "Editorial policy"):
        assert words in page


def test_an_unknown_version(editor: Client) -> None:
    assert editor.get(reverse("monitoring:protocol-version", args=[999])).status_code == 404
