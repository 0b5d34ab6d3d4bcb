"""The pages of differences and impact studies: who opens them, what they say, what they refuse."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions import impact
from certification.models import AuditEvent, Case, CriteriaVersion, ImpactStudy, User
from config.roles import Role
from tests.certification.actions.flow import MEETS, answer
from tests.certification.drafts import ask_more, bar_more, draft_version
from tests.factories import CaseFactory, PatientFactory, SiteFactory

from .conftest import SignIn, acts_of, page

READERS = {Role.CONTENT_EDITOR, Role.CONTENT_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR}
CARRIERS = {Role.CONTENT_EDITOR, Role.CONTENT_APPROVER}


def url(name: str, *args: Any) -> str:
    return reverse(f"admin:certification_criteriaversion_{name}", args=args)


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def draft(version: CriteriaVersion) -> CriteriaVersion:
    return draft_version(ask_more)


@pytest.fixture
def met(case: Case, nurse: User, now: Any) -> Case:
    return answer(case, nurse, now, MEETS)


def started(client: Client, draft: CriteriaVersion) -> ImpactStudy:
    client.post(url("study_start", draft.pk))
    return ImpactStudy.objects.latest("started_at")


def finished(client: Client, draft: CriteriaVersion) -> ImpactStudy:
    study = started(client, draft)
    client.post(url("study_on", study.pk))
    study.refresh_from_db()
    assert study.is_finished
    return study


def test_the_version_page_leads_to_both(
    approver: Client, draft: CriteriaVersion, version: CriteriaVersion, met: Case
) -> None:
    shown = words(approver.get(page(CriteriaVersion, "change", draft.pk)))
    assert "Version 2026.1 (in force)" in shown
    assert "Start an impact study" in shown
    assert "No impact study was made of this version yet." in shown
    finished(approver, draft)
    shown = words(approver.get(page(CriteriaVersion, "change", draft.pk)))
    assert "1 of 1 record would get another recommendation. Against version 2026.1" in shown
    assert "Out of date" not in shown
    CriteriaVersion.objects.filter(pk=draft.pk).update(content_hash="0" * 64)
    shown = words(approver.get(page(CriteriaVersion, "change", draft.pk)))
    assert "Out of date" in shown
    own = words(approver.get(page(CriteriaVersion, "change", version.pk)))
    assert "Start an impact study" not in own


def test_differences_in_words_and_side_by_side(
    auditor: Client, draft: CriteriaVersion, version: CriteriaVersion
) -> None:
    shown = words(auditor.get(url("differences", draft.pk)))
    says = "Added to the indications: “A remark is documented (Remark is documented)”."
    assert says in shown
    assert "Before: version 2026.1 Approved After: version 2027.1 Submitted" in shown
    assert "Not there Remark is documented" not in shown
    assert "Added Not there A remark is documented." in shown
    back = words(auditor.get(url("differences", version.pk), {"with": draft.pk}))
    assert "Removed from the indications: “A remark is documented" in back
    assert auditor.get(url("differences", draft.pk), {"with": "x"}).status_code == 200
    assert auditor.get(url("differences", 10**6)).status_code == 404


def test_the_only_version_has_nothing_to_be_compared_with(
    editor: Client, version: CriteriaVersion
) -> None:
    shown = words(editor.get(url("differences", version.pk)))
    assert "there is nothing to compare it with. Load or write another version first." in shown


def test_a_study_from_start_to_end(approver: Client, draft: CriteriaVersion, met: Case) -> None:
    study = started(approver, draft)
    shown = words(approver.get(url("study", study.pk)))
    assert "Reading answers: looking for what is new" in shown
    assert "Carry on" in shown
    response = approver.post(url("study_on", study.pk), headers={"hx-request": "true"}, follow=True)
    while "Carry on" in words(response):
        response = approver.post(url("study_on", study.pk), follow=True)
    shown = words(response)
    assert "1 of 1 record would get another recommendation." in shown
    assert "Certify → becomes Pend 1 0 1 The same as before 0 0 0" in shown
    assert "A remark is documented. not asked before, not documented after" in shown
    assert met.number not in shown
    assert [event.verb for event in acts_of(approver)] == [
        "started impact study", "finished impact study",
    ]  # fmt: skip


def test_only_those_at_the_site_read_the_number(
    approver: Client, draft: CriteriaVersion, met: Case, sign_in: SignIn
) -> None:
    study = finished(approver, draft)
    at_site = sign_in(Role.AUDITOR, sites=[met.site])
    shown = at_site.get(url("study", study.pk)).content.decode()
    assert f'href="{reverse("certification:case", args=[met.pk])}">{met.number}<' in shown
    for other in (
        sign_in(Role.AUDITOR, sites=[SiteFactory()]),
        sign_in(Role.CONTENT_EDITOR, sites=[met.site]),
    ):
        shown = other.get(url("study", study.pk)).content.decode()
        assert met.number not in shown
        assert str(met.pk) not in shown
        assert met.site.name in shown


def test_the_list_in_pages_and_narrowed(
    approver: Client, draft: CriteriaVersion, met: Case, nurse: User, now: Any
) -> None:
    for _ in range(27):
        case = CaseFactory(
            patient=PatientFactory(site=met.site), criteria_version=met.criteria_version
        )
        answer(case, nurse, now, MEETS)
    study = finished(approver, draft)
    first = approver.get(url("study", study.pk))
    assert len(first.context["lines"]) == 25
    second = approver.get(url("study", study.pk), {"after": first.context["listed"].after})
    assert len(second.context["lines"]) == 3
    narrowed = {"kind": "open", "from": "certify", "to": "pend"}
    assert "All 28: open cases (28) , past determinations (0)." in words(first)
    of_kind = approver.get(url("study", study.pk), {"kind": "open"})
    assert "Open case: every change." in words(of_kind)
    assert len(of_kind.context["lines"]) == 25
    assert approver.get(url("study", study.pk), {"kind": "past"}).context["lines"] == []
    assert "Open case: Certify before, Pend after" in words(
        approver.get(url("study", study.pk), narrowed)
    )
    none = approver.get(url("study", study.pk), narrowed | {"to": "refer"})
    assert none.context["lines"] == []
    odd = approver.get(url("study", study.pk), {"kind": "x' OR 1=1", "after": "x"})
    assert len(odd.context["lines"]) == 25


def test_queries_do_not_grow(
    approver: Client, draft: CriteriaVersion, met: Case, nurse: User, now: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for _ in range(6):
        case = CaseFactory(
            patient=PatientFactory(site=met.site), criteria_version=met.criteria_version
        )
        answer(case, nurse, now, MEETS)
    study = finished(approver, draft)
    with django_assert_max_num_queries(9):
        approver.get(url("study", study.pk))


def test_the_export_names_what_its_reader_may_read(
    approver: Client, draft: CriteriaVersion, met: Case, sign_in: SignIn
) -> None:
    study = finished(approver, draft)
    for reader, number in ((sign_in(Role.AUDITOR, sites=[met.site]), met.number), (approver, "")):
        response = reader.get(url("study_export", study.pk))
        row = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))[1]
        assert row[:3] == ["Open case", number, met.site.name]


def test_export_is_safe_and_written_down(
    approver: Client, version: CriteriaVersion, met: Case, nurse: User, now: Any
) -> None:
    draft = draft_version(bar_more)
    part = draft.document["criteria_set"]["contraindications"]["any"][1]
    assert part["id"] == "positive"
    answer(met, nurse, now, {"antibody": MEETS["antibody"].__class__("positive", source="record")})
    type(met.site).objects.filter(pk=met.site_id).update(name="=cmd|' /C calc'!A0")
    study = finished(approver, draft)
    response = approver.get(url("study_export", study.pk))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["record", "number", "site", "as of", "before", "after", "because"]
    assert rows[1][2].startswith("'=cmd")
    assert "The antibody is positive." in rows[1][6]
    assert AuditEvent.objects.filter(verb="exported", object_id=str(study.pk)).exists()


def test_cancel(approver: Client, draft: CriteriaVersion, met: Case) -> None:
    study = started(approver, draft)
    response = approver.post(url("study_cancel", study.pk), follow=True)
    assert "This study was cancelled (Reading answers: looking for what is new)" in words(response)
    again = approver.post(url("study_cancel", study.pk), follow=True)
    assert "This study is cancelled already." in words(again)
    assert approver.get(url("study_export", study.pk)).status_code == 404


def test_nobody_reviewed_yet(approver: Client, draft: CriteriaVersion) -> None:
    study = finished(approver, draft)
    assert "Nobody has been reviewed under these criteria yet" in words(
        approver.get(url("study", study.pk))
    )


def test_refusals_are_sentences(approver: Client, version: CriteriaVersion) -> None:
    response = approver.post(url("study_start", version.pk), follow=True)
    assert "Nothing would change." in words(response)
    assert not ImpactStudy.objects.exists()


@pytest.mark.parametrize("role", [*Role, None])
def test_who_opens_what(
    role: Role | None, sign_in: SignIn, approver: Client, draft: CriteriaVersion, met: Case
) -> None:
    study = finished(approver, draft)
    running = started(approver, draft)
    client = sign_in(*([role] if role else []))
    reads, carries = role in READERS, role in CARRIERS
    for name, key in (("study", study.pk), ("study_export", study.pk), ("differences", draft.pk)):
        assert client.get(url(name, key)).status_code == (200 if reads else 403)
        assert client.post(url(name, key)).status_code in (200, 403)
    before = ImpactStudy.objects.count()
    for name, key in (("study_on", running.pk), ("study_start", draft.pk),
                      ("study_cancel", running.pk)):  # fmt: skip
        assert client.get(url(name, key)).status_code == 403
        assert client.post(url(name, key)).status_code == (302 if reads else 403)
    assert ImpactStudy.objects.count() - before == int(carries)
    running.refresh_from_db()
    assert running.is_running is not carries


def test_a_running_study_is_carried_on_by_whoever_may(
    sign_in: SignIn, approver: Client, draft: CriteriaVersion, met: Case
) -> None:
    study = started(approver, draft)
    shown = words(sign_in(Role.AUDITOR).get(url("study", study.pk)))
    assert "A content editor or approver who opens this page carries the study on." in shown
    assert "Carry on" not in shown


def test_a_request_stops_in_time(
    approver: Client, draft: CriteriaVersion, met: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certification.admin.impact.WATCHED_SECONDS", 0.0)
    study = started(approver, draft)
    approver.post(url("study_on", study.pk), headers={"hx-request": "true"})
    study.refresh_from_db()
    assert (study.is_running, study.phase) == (True, impact.Phase.CASES)
