"""Ask the evidence: approved sentences answer, with their sources, whatever is typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.actions.search_index import refresh_search
from certification.models import SearchEntry, Statement
from certification.workflow import ContentStatus
from config.roles import Role
from tests.factories import (
    CitationFactory,
    CriteriaVersionFactory,
    ReferenceFactory,
    StatementFactory,
    UserFactory,
)

SUBMITTED = {"status": ContentStatus.SUBMITTED, "approved_by": None, "approved_at": None}


def statement(key: str, topic: str, says: str, **more: Any) -> Statement:
    return StatementFactory(key=key, topic=topic, says=says, **{"plain": "", "note": ""} | more)


@pytest.fixture
def content(db: None) -> None:
    statement("some", "Other", "The kidney is watched.")
    statement("all", "Other", "The lung and, after a while, the kidney are watched.")
    statement("phrase", "Other", "Ask for a kidney lung test.")
    statement("title", "Kidney lung", "Something else.")
    statement("draft", "Other", "A kidney in a draft <b>.", **SUBMITTED)


def asked(client: Client, q: str, status: int = 200) -> str:
    response = client.get(reverse("certification:ask"), {"q": q})
    assert response.status_code == status
    return response.content.decode()


def answers(html: str) -> list[str]:
    part = html.split('id="waiting-title"')[0]
    answer = r'<li class="statement answer">.*?<p>(.*?)(?:<a class="cite"| <span)'
    found = re.findall(answer, part, re.S)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


@pytest.mark.usefixtures("content")
class TestOrder:
    def test_the_phrase_then_all_words_then_some_and_the_title_first(
        self, reviewer: Client
    ) -> None:
        assert answers(asked(reviewer, "kidney lung")) == [
            "Something else.",
            "Ask for a kidney lung test.",
            "The lung and, after a while, the kidney are watched.",
            "The kidney is watched.",
        ]

    def test_forms_of_a_word_are_found(self, reviewer: Client) -> None:
        assert "The kidney is watched." in answers(asked(reviewer, "kidneys watching"))


@pytest.mark.usefixtures("content")
class TestOnlyApproved:
    def test_a_draft_is_no_answer_and_is_said_to_exist(self, reviewer: Client) -> None:
        html = asked(reviewer, "draft")
        assert "Nothing approved answers this" in html
        assert "1 sentence of content that nobody has approved yet mentions it." in html
        assert "in a draft" not in html

    def test_an_editor_sees_it_apart(self, sign_in: Any) -> None:
        html = asked(sign_in(UserFactory(roles=[Role.CONTENT_EDITOR])), "draft")
        assert "Nothing approved answers this" in html
        assert "Not approved: no answer" in html
        assert "&lt;b&gt;" in html
        assert "<b>" not in html

    def test_criteria_answer_while_they_are_in_force(self, reviewer: Client) -> None:
        CriteriaVersionFactory()
        assert any("EDSS" in one for one in answers(asked(reviewer, "EDSS")))
        CriteriaVersionFactory(set_key="later", version="9", **SUBMITTED)
        html = asked(reviewer, "EDSS")
        assert html.count('href="/criteria/') == 1

    def test_what_is_retired_is_not_there_any_more(self, reviewer: Client) -> None:
        CriteriaVersionFactory(status=ContentStatus.RETIRED)
        assert "Nothing approved answers this" in asked(reviewer, "EDSS")


def test_an_answer_carries_its_sources_by_number(reviewer: Client) -> None:
    row = statement("one", "Lung", "The lung is watched.", verified="memory_low")
    CitationFactory(statement=row, reference=ReferenceFactory(key="a", title="First source"))
    CitationFactory(statement=row, reference=ReferenceFactory(key="b", title="Second source"))
    html = asked(reviewer, "lung")
    assert html.index("First source") < html.index("Second source")
    assert 'href="#ref-2"' in html
    assert "<mark>lung</mark>" in html
    assert "tag-unverified" in html
    assert 'href="/evidence/#statement-one"' in html


def test_a_brand_finds_its_drug_and_says_so(reviewer: Client) -> None:
    version = CriteriaVersionFactory()
    brand = version.therapy.brands.split(",")[0].strip()
    statement("one", "Other", f"{version.therapy.generic} is strong.")
    html = asked(reviewer, brand)
    assert f"{version.therapy.generic} is strong." in answers(html)
    assert "Asked under more than one name" in html


def test_the_same_sentence_of_two_sets_is_one_answer(reviewer: Client) -> None:
    CriteriaVersionFactory()
    CriteriaVersionFactory(set_key="other-initial", title="Another set")
    html = asked(reviewer, "EDSS is 4 or more")
    assert answers(html).count("The EDSS is 4 or more.") == 1
    assert "Another set" in html


def test_a_criterion_without_a_source_leans_on_the_one_around_it(reviewer: Client) -> None:
    version = CriteriaVersionFactory()
    reference = ReferenceFactory(key="seed_1", title="The source of the need")
    CitationFactory(statement=None, criteria_version=version, reference=reference, place="need")
    assert "The source of the need" in asked(reviewer, "EDSS is 4 or more")


@pytest.mark.parametrize(
    ("q", "says"),
    [
        ("", "Approved statements and criteria answer"),
        ("   ", "Approved statements and criteria answer"),
        ("?!", "There is no word in it to look for"),
        ("AND OR NEAR *", "There is no word in it to look for"),
        ('"', "There is no word in it to look for"),
        ('kidney"', "1 approved answer"),
        ("'kidney' OR 1=1 --", "1 approved answer"),
        ("says:kidney ^ NEAR(kidney lung)", "1 approved answer"),
        ("kidney) UNION SELECT", "1 approved answer"),
        ("kidney %s %(x)s {x}", "1 approved answer"),
        ("腎臓 почка", "Nothing approved answers this"),
        ("é̀ \u202e", "Nothing approved answers this"),
        ("<script>alert(1)</script>", "Nothing approved answers this"),
        ("x" * 300, "Nothing approved answers this"),
        (" ".join(["kidney"] + ["w1", "w2"] * 40), "1 approved answer"),
    ],
)
def test_whatever_is_typed_gets_a_clear_answer(reviewer: Client, q: str, says: str) -> None:
    statement("one", "Other", "The kidney is watched.")
    html = asked(reviewer, q)
    assert says in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("q", ["x" * 301, "kidney\x00"])
def test_what_cannot_be_asked_says_why_and_keeps_what_was_typed(reviewer: Client, q: str) -> None:
    html = asked(reviewer, q, 422)
    assert 'id="ask-error"' in html
    assert q[:6] in html


class TestIndex:
    def test_it_is_read_again_only_where_content_has_moved_on(
        self, nurse: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = statement("one", "Other", "The kidney.", **SUBMITTED)
        CriteriaVersionFactory()
        assert refresh_search(by=nurse) == 2
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert refresh_search(by=nurse) == 0
        assert len(queries) == 3
        first.says = "The lung."
        monkeypatch.undo()
        first.save()
        assert refresh_search(by=nurse) == 1
        assert SearchEntry.objects.get(statement=first).says == "The lung."

    def test_what_changed_is_found_under_its_new_words_only(
        self, reviewer: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = statement("one", "Other", "The kidney.", **SUBMITTED)
        assert "1 sentence of content" in asked(reviewer, "kidney")
        Statement.objects.filter(pk=row.pk).update(
            says="The lung.", updated_at="2027-05-05T12:00:00Z"
        )
        assert "of content that nobody" not in asked(reviewer, "kidney")
        assert "1 sentence of content" in asked(reviewer, "lung")

    def test_content_that_goes_takes_its_entries_along(self, nurse: Any) -> None:
        row = statement("one", "Other", "The kidney.", **SUBMITTED)
        refresh_search(by=nurse)
        row.delete()
        assert not SearchEntry.objects.exists()


def test_asking_costs_the_same_however_much_is_found(reviewer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            asked(reviewer, "kidney")
        return len(captured)

    for number in range(3):
        statement(f"s{number}", "Other", f"The kidney, number {number}.")
    asked(reviewer, "kidney")
    few = queries()
    for number in range(3, 12):
        statement(f"s{number}", "Other", f"The kidney, number {number}.")
    asked(reviewer, "kidney")
    assert queries() == few
