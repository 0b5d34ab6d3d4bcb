"""Therapies, criteria, evidence, policy, glossary: each with its status beside it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import CriteriaVersion, Reference, Therapy, User
from certification.workflow import ContentStatus
from tests.factories import (
    CitationFactory,
    CriteriaVersionFactory,
    ReferenceFactory,
    StatementFactory,
    TherapyFactory,
    UserFactory,
)

SUBMITTED = {"status": ContentStatus.SUBMITTED, "approved_by": None, "approved_at": None}
WAITS = "This content still waits for human review."


def get(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"certification:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


class TestTherapies:
    def test_each_with_its_criteria_and_their_state(
        self, reviewer: Client, version: CriteriaVersion
    ) -> None:
        CriteriaVersionFactory(version="2026.9", **SUBMITTED)
        page = get(reviewer, "therapy-list")
        assert "Exemplumab" in page
        assert "In force" in page
        assert "Submitted" in page

    def test_without_content_the_page_says_how_to_load_it(self, reviewer: Client) -> None:
        assert "content load shipped" in get(reviewer, "therapy-list")

    def test_the_free_part_is_shown_with_its_sources(
        self, reviewer: Client, references: None
    ) -> None:
        details = {
            "dosing": {
                "dose": "300 mg",
                "interval": {"weeks": 4},
                "cite": [{"ref": "label_a", "at": "section 2"}],
                "verified": "memory_low",
            },
            "screening": [
                {"test": "Antibody", "says": "Before the first dose.", "fact": "a_fact_key"}
            ],
            "rems": {"required": True},
            "brands_abroad": [],
            "note": "Not sold everywhere.",
        }
        TherapyFactory(details=details)
        page = get(reviewer, "therapy", "exemplumab")
        for words in ("300 mg", "4 weeks", "Title of label_a", "Antibody", "REMS", "Not sold"):
            assert words in page
        assert "tag-unverified" in page
        assert "a_fact_key" not in page
        assert "Brands abroad" not in page

    def test_an_unknown_therapy(self, reviewer: Client) -> None:
        assert reviewer.get(reverse("certification:therapy", args=["nothing"])).status_code == 404


class TestCriteria:
    def test_the_tree_is_readable(
        self, reviewer: Client, version: CriteriaVersion, references: None
    ) -> None:
        page = get(reviewer, "criteria-version", version.pk)
        for words in ("All of", "Any of", "is 4 or more.", "An active infection"):
            assert words in page
        assert version.content_hash in page
        assert WAITS not in page

    def test_what_waits_for_review_says_so(self, reviewer: Client) -> None:
        version = CriteriaVersionFactory(**SUBMITTED)
        assert WAITS in get(reviewer, "criteria-version", version.pk)

    def test_a_demo_approval_is_never_mistaken(self, reviewer: Client) -> None:
        version = CriteriaVersionFactory(approved_by=UserFactory(is_demo=True))
        assert "not a clinical approval" in get(reviewer, "criteria-version", version.pk)

    def test_an_unknown_version(self, reviewer: Client) -> None:
        url = reverse("certification:criteria-version", args=[999])
        assert reviewer.get(url).status_code == 404


class TestEvidence:
    @pytest.fixture(autouse=True)
    def statements(self, db: None) -> None:
        listed = ReferenceFactory(key="seed_1", seed_number=1, listed_in_seed=True)
        unlisted = ReferenceFactory(
            key="seed_6",
            kind=Reference.Kind.UNLISTED,
            title="",
            authors=[],
            container="",
            year=None,
            doi="",
            seed_number=6,
            listed_in_seed=False,
        )
        first = StatementFactory(key="t1", seed="T1", topic="Established therapies")
        CitationFactory(statement=first, reference=listed)
        CitationFactory(statement=first, reference=unlisted)
        StatementFactory(
            key="conflict_1", topic="Where sources differ", seed="", audience=["nurse"],
            says="The label is wider.", verified="memory_low",
        )  # fmt: skip

    def test_statements_by_topic_with_citations_and_status(self, reviewer: Client) -> None:
        page = get(reviewer, "evidence")
        assert "Article statement T1" in page
        assert "#ref-1" in page
        assert "Article and label differ" in page
        assert "tag-unverified" in page

    def test_what_the_article_does_not_list_stays_so(self, reviewer: Client) -> None:
        page = get(reviewer, "evidence")
        assert "Cited, not listed in the source" in page
        assert "Nothing was made up for it." in page

    def test_the_reader_chooses_the_language(self, reviewer: Client) -> None:
        page = get(reviewer, "evidence", reader="patient")
        assert "This is a strong drug." in page
        assert "The label is wider." not in page
        assert "The label is wider." in get(reviewer, "evidence", reader="nurse")
        assert "The label is wider." in get(reviewer, "evidence", reader="nonsense")


def test_the_editorial_policy_explains_each_state(reviewer: Client) -> None:
    page = get(reviewer, "editorial-policy")
    for word in ("Submitted", "Under review", "Approved", "Returned", "Retired", "Unverified"):
        assert word in page


def test_the_glossary_is_the_projects_own(reviewer: Client) -> None:
    page = get(reviewer, "glossary")
    assert "Expanded Disability Status Scale" in page
    assert "<strong>word</strong>" not in page


def test_every_page_about_content_leads_to_the_policy(
    reviewer: Client, version: CriteriaVersion, references: None, nurse: User
) -> None:
    policy = reverse("certification:editorial-policy")
    therapy = Therapy.objects.get()
    for name, args in (("therapy", [therapy.key]), ("criteria-version", [version.pk])):
        assert policy in get(reviewer, name, *args)
