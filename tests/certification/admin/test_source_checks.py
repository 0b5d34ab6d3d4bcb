"""What is wrong with sources is shown in the admin, and beside the criterion of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.admin.findings import RULE_TITLES
from certification.case_notices import case_notices, notices_to_seal
from certification.lint.findings import Level, Rule
from certification.models import CriteriaVersion, ReferenceNotice, User
from certification.quarantine import notices
from certification.source_checks import version_findings
from tests.factories import (
    AnswerFactory,
    CaseFactory,
    ReferenceFactory,
    ReferenceNoticeFactory,
    StatementFactory,
)

from .conftest import page

CHECKS = "admin:certification_reference_checks"
TODAY = date(2026, 6, 1)


@pytest.fixture
def version(rows: dict[Any, Any]) -> CriteriaVersion:
    """A version whose every source is there."""
    for key in ("guideline_a", "label_a", "trial_a", "seed_1"):
        ReferenceFactory(key=key, title=f"The {key}", doi=f"10.1000/{key}")
    version: CriteriaVersion = rows[CriteriaVersion]
    return version


@pytest.fixture
def retracted(version: CriteriaVersion) -> ReferenceNotice:
    return ReferenceNoticeFactory(doi="10.1000/label_a")


def test_the_page_lists_what_is_wrong(auditor: Client, retracted: ReferenceNotice) -> None:
    response = auditor.get(reverse(CHECKS))
    text = response.content.decode()
    assert "was retracted" in text
    assert page(CriteriaVersion, "change", CriteriaVersion.objects.get().pk) in text
    levels = [line.level for line in response.context["lines"]]
    assert levels == sorted(levels, key=list(Level).index)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"level": "error"}, {"level": "error"}),
        ({"rule": "retracted_reference"}, {"rule": "retracted_reference"}),
        ({"kind": "criteria"}, {"kind": "criteria"}),
        ({"kind": "criteria", "level": "error"}, {"kind": "criteria", "level": "error"}),
    ],
)
def test_filters(
    query: dict[str, str], expected: dict[str, str], auditor: Client, retracted: ReferenceNotice
) -> None:
    lines = auditor.get(reverse(CHECKS), query).context["lines"]
    assert lines
    assert all(getattr(line, name) == value for line in lines for name, value in expected.items())


@pytest.mark.parametrize("query", [{"level": "burnt"}, {"page": "99"}, {"rule": "<b>"}])
def test_what_finds_nothing_says_so(query: dict[str, str], auditor: Client) -> None:
    StatementFactory()
    ReferenceFactory(key="a", doi="10.1/a"), ReferenceFactory(key="b", doi="10.1/a")
    response = auditor.get(reverse(CHECKS), query)
    assert response.status_code == 200
    assert b"Nothing is found under these filters" in response.content
    assert auditor.get(reverse(CHECKS), {"page": "²"}).context["lines"]


def test_an_empty_library_has_nothing_wrong(auditor: Client) -> None:
    assert b"Nothing is wrong with any source" in auditor.get(reverse(CHECKS)).content


def test_pages_and_kept_findings(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certification.admin.source_checks.PAGE", 2)
    for number in range(4):
        ReferenceFactory(key=f"r{number}", doi="10.1000/same")
    first = auditor.get(reverse(CHECKS))
    assert (len(first.context["lines"]), first.context["total"]) == (2, 3)
    assert first.context["after"] == "?page=2"
    second = auditor.get(reverse(CHECKS), {"page": "2"})
    assert (len(second.context["lines"]), second.context["before"]) == (1, "?page=1")
    ReferenceFactory(key="r9", doi="10.1000/same")
    assert auditor.get(reverse(CHECKS)).context["total"] == 4


def test_every_rule_has_a_title() -> None:
    assert set(RULE_TITLES) == set(Rule)


def test_counts_on_the_first_page(auditor: Client, retracted: ReferenceNotice) -> None:
    numbers = auditor.get(reverse("admin:index")).context["source_checks"]
    found = auditor.get(reverse(CHECKS)).context
    assert [number.count for number in numbers] == [
        next((one.count for one in found["levels"] if one.title == word), 0)
        for word in ("Error", "Warning", "Note")
    ]
    assert numbers[0].url.endswith("?level=error")


def test_a_version_shows_its_findings_beside_the_node(
    auditor: Client, version: CriteriaVersion, retracted: ReferenceNotice
) -> None:
    response = auditor.get(page(CriteriaVersion, "change", version.pk))
    reading = response.context["reading"]
    places = {one.place for one in version_findings(version, TODAY)}
    lines = (*reading.indications, *reading.contraindications)
    shown = {found.place for line in lines for found in line.findings}
    shown |= {found.place for line in reading.precautions for found in line.findings}
    shown |= {found.place for found in reading.other_findings}
    assert shown == places
    text = response.content.decode()
    assert "tag-quarantine" in text
    assert "this version cannot be approved" in text


def test_a_case_warns_of_a_criterion_in_quarantine(
    version: CriteriaVersion, retracted: ReferenceNotice
) -> None:
    case = CaseFactory(criteria_version=version)
    (notice,) = notices(case, None, TODAY)
    assert notice.kind == "warning"
    assert "in quarantine" in notice.title
    assert "was retracted" in notice.lines[0]
    assert notice in case_notices(case, None, TODAY)
    assert notices_to_seal(case, TODAY)[0]["title"] == notice.title


PAGES = {
    "case": "certification:case",
    "recommendation": "certification:case-recommendation",
    "sign": "certification:case-certify",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_the_case_say_which_criterion_is_in_quarantine(
    name: str, version: CriteriaVersion, nurse: User, client: Client
) -> None:
    """In words: at the criterion where it is shown, and with the way there from the others."""
    case = CaseFactory(criteria_version=version, patient__site=nurse.sites.get())
    client.force_login(nurse)
    url = reverse(PAGES[name], args=[case.pk])
    assert "quarantine" not in client.get(url).content.decode()
    ReferenceNoticeFactory(doi="10.1000/label_a")
    (notice,) = notices(case, None, TODAY)
    text = client.get(url).content.decode()
    assert notice.title in text
    explanation = reverse(PAGES["recommendation"], args=[case.pk])
    assert f'href="{explanation}#node-{notice.marks[0]}"' in text
    if name == "recommendation":
        places = [text.index(f'id="node-{mark}"') for mark in notice.marks]
        for place in places:
            assert "In quarantine" in text[place:].partition("</li>")[0].partition("</summary>")[0]
        assert text.count("In quarantine</span>") == len(notice.marks)


def test_what_stands_in_the_way_is_marked_where_it_is_signed(
    version: CriteriaVersion, nurse: User, client: Client
) -> None:
    case = CaseFactory(criteria_version=version, patient__site=nurse.sites.get())
    AnswerFactory(case=case, fact_key="active_infection", value=True)
    ReferenceNoticeFactory(doi="10.1000/label_a")
    client.force_login(nurse)
    text = client.get(reverse(PAGES["sign"], args=[case.pk])).content.decode()
    assert "In quarantine" in text.partition("In the way")[2].partition("</ul>")[0]


def test_what_is_kept_of_a_quarantine_follows_the_notices(version: CriteriaVersion) -> None:
    case = CaseFactory(criteria_version=version)
    before = list(notices(case, None, TODAY))
    with CaptureQueriesContext(connection) as captured:
        assert list(notices(case, None, TODAY)) == before
    assert len(captured) == 1
    assert before == []
    ReferenceNoticeFactory(doi="10.1000/label_a")
    (notice,) = notices(case, None, TODAY)
    assert "The source “The label_a” was retracted" in notice.lines[0]


def test_criteria_that_cannot_be_read_put_nothing_in_quarantine(version: CriteriaVersion) -> None:
    case = CaseFactory(criteria_version=version)
    case.criteria_version.document = {"criteria_set": {}}
    case.criteria_version.content_hash = "0" * 64
    assert list(notices(case, None, TODAY)) == []
