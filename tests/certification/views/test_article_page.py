"""Where the article lives: each row leads to its homes, and what has none says so."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from certification.article import Kind, homes
from certification.models import CriteriaVersion, Reference
from certification.presenters.article import FEATURES
from certification.workflow import ContentStatus
from tests.factories import (
    CitationFactory,
    CriteriaVersionFactory,
    ReferenceFactory,
    StatementFactory,
    TherapyFactory,
)
from tests.factories.monitoring import ProtocolVersionFactory

TODAY = date(2027, 1, 12)


@pytest.fixture(autouse=True)
def article(db: None) -> None:
    """Statement T1, a criterion and a drug that rest on it, and a statement that differs."""
    seed = ReferenceFactory(key="seed_1", seed_number=1, listed_in_seed=True)
    ReferenceFactory(
        key="seed_6", kind=Reference.Kind.UNLISTED, title="", seed_number=6, listed_in_seed=False
    )
    first = StatementFactory(key="t1", seed="T1", says="A drug to step up to.")
    CitationFactory(statement=first, reference=seed, at="article statement T1")
    other = StatementFactory(key="conflict_1", seed="", says="The label is wider.")
    CitationFactory(statement=other, reference=seed, at="article statement T1")
    TherapyFactory(
        details={
            "premedication": {
                "says": "Give it before.",
                "cite": [{"ref": "seed_1", "at": "article statement T1"}],
            }
        }
    )
    CriteriaVersionFactory()


def read(client: Client) -> str:
    response = client.get(reverse("certification:article"))
    assert response.status_code == 200
    return response.content.decode()


def test_a_row_leads_to_each_of_its_homes(reviewer: Client) -> None:
    page = read(reviewer)
    version = CriteriaVersion.objects.get()
    assert f'href="/criteria/{version.pk}/#node-need"' in page
    assert 'href="/therapies/exemplumab/#premedication"' in page
    assert 'href="/evidence/#statement-t1"' in page
    assert "Lives in 2 places" in page


def test_every_link_to_a_home_ends_at_something(reviewer: Client) -> None:
    for url in re.findall(r'<li><a href="(/[^"]+#[^"]+)"', read(reviewer)):
        path, _, anchor = url.partition("#")
        assert f'id="{anchor}"' in reviewer.get(path).content.decode(), url


def test_a_difference_stands_beside_the_row_and_is_no_home(reviewer: Client) -> None:
    page = read(reviewer)
    assert "Article and label differ" in page
    assert "The label is wider." in page
    assert "other statement" not in page


def test_what_has_no_home_says_so(reviewer: Client) -> None:
    page = read(reviewer)
    assert "The statement is not loaded." in page
    assert re.search(r"Without a home:</strong> T2, T3.*J4", page)


def test_the_gaps_of_its_own_list_are_told(reviewer: Client) -> None:
    page = read(reviewer)
    assert "Numbers 6 are cited in the text" in page
    assert "Nothing was made up for it." in page


def test_without_content_it_says_how_to_load_it(reviewer: Client) -> None:
    Reference.objects.all().update(seed_number=None)
    assert "content load shipped" in read(reviewer)


def test_its_features_are_where_it_says(reviewer: Client) -> None:
    page = read(reviewer)
    for number, title, _, name, anchor in FEATURES:
        url = reverse(f"certification:{name}")
        assert f'id="row-{number}"' in page
        assert title in page
        assert not anchor or f'id="{anchor}"' in reviewer.get(url).content.decode()


def test_rules_of_protocols_are_homes_too(reviewer: Client) -> None:
    protocol = ProtocolVersionFactory()
    rule = protocol.document["protocol"]["rules"][0]
    rule["cite"] = [{"ref": "seed_1", "at": "article statement M1"}]
    type(protocol).objects.create(
        key="other", therapy=protocol.therapy, title="Other", version="1",
        document=protocol.document, content_hash="1" * 64,
    )  # fmt: skip
    [home] = homes(TODAY)["M1"]
    assert (home.kind, home.content.key) == (Kind.RULE, "other")


def test_the_version_in_force_is_read_before_a_newer_draft(reviewer: Client) -> None:
    CriteriaVersionFactory(
        version="2027.9", status=ContentStatus.SUBMITTED, approved_by=None, approved_at=None
    )
    versions = [h.content.version for h in homes(TODAY)["T1"] if h.kind is Kind.CRITERION]
    assert versions == ["2026.1"]
