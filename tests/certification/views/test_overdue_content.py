"""An overdue review shows on every page that uses the content."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.case_notices import case_notices
from certification.models import Case, CriteriaVersion, Fact, Reference, Therapy
from tests.certification.views.conftest import case_url
from tests.factories import CitationFactory

OVERDUE = "Its review is overdue."
NOTICE = "The review of some content is overdue"
# Beside what the content means, and never behind a click.
OF_A_CASE = ("", "-check", "-recommendation", "-decide", "-pend")


@pytest.fixture
def before(now: Any) -> date:
    return (now - timedelta(days=30)).date()


@pytest.mark.usefixtures("references", "facts")
class TestOnACase:
    @pytest.mark.parametrize("name", OF_A_CASE)
    def test_of_its_criteria(self, name: str, reviewer: Client, case: Case, before: date) -> None:
        assert OVERDUE not in reviewer.get(case_url(name, case)).content.decode()
        CriteriaVersion.objects.update(next_review_on=before)
        page = reviewer.get(case_url(name, case)).content.decode()
        assert OVERDUE in page
        assert reverse("certification:editorial-policy") in page

    def test_of_its_criteria_beside_each_question(
        self, reviewer: Client, case: Case, before: date
    ) -> None:
        CriteriaVersion.objects.update(next_review_on=before)
        assert OVERDUE in reviewer.get(case_url("-step", case, "questions-1")).content.decode()

    @pytest.mark.parametrize("model", [Therapy, Reference, Fact])
    def test_of_what_they_rest_on(
        self, model: Any, reviewer: Client, case: Case, before: date, now: Any
    ) -> None:
        CitationFactory(
            criteria_version=case.criteria_version, statement=None,
            reference=Reference.objects.get(key="label_a"),
        )  # fmt: skip
        assert NOTICE not in reviewer.get(case_url("", case)).content.decode()
        keys = {} if model is Therapy else {"key__in": ["label_a", "phenotype"]}
        assert model.objects.filter(**keys).update(next_review_on=before) == 1
        case.refresh_from_db()
        notice = next(n for n in case_notices(case, None, now.date()) if n.title == NOTICE)
        assert notice.lines[0].endswith(": was due on 12 Dec 2026")
        assert NOTICE in reviewer.get(case_url("", case)).content.decode()

    def test_a_closed_case_is_left_alone(self, case: Case, before: date, now: Any) -> None:
        Therapy.objects.update(next_review_on=before)
        case.status = "withdrawn"
        assert NOTICE not in [notice.title for notice in case_notices(case, None, now.date())]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"effective_on": date(2027, 3, 1)}, "It starts on 1 Mar 2027."),
        ({"expires_on": date(2027, 1, 2)}, "It expired on 2 Jan 2027."),
        ({"expires_on": date(2027, 8, 2)}, "Its last day is 2 Aug 2027."),
    ],
)
def test_the_banner_tells_the_days_of_a_version(
    changes: dict[str, date], says: str, reviewer: Client, version: CriteriaVersion
) -> None:
    url = reverse("certification:criteria-version", args=[version.pk])
    assert says not in reviewer.get(url).content.decode()
    CriteriaVersion.objects.update(**changes)
    assert says in reviewer.get(url).content.decode()


def test_on_the_list_of_therapies(reviewer: Client, version: CriteriaVersion, before: date) -> None:
    url = reverse("certification:therapy-list")
    assert "Review overdue" not in reviewer.get(url).content.decode()
    CriteriaVersion.objects.update(next_review_on=before)
    assert "Review overdue" in reviewer.get(url).content.decode()
