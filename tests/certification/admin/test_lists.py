"""Do lists stay cheap, find what is there, and leave as safe CSV?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.admin import base, exporting
from certification.admin.exporting import safe_cell
from certification.models import (
    AuditEvent,
    Citation,
    CriteriaDraft,
    CriteriaVersion,
    DeterminationReason,
    Fact,
    FactGroup,
    QuestionDraft,
    Reference,
    ReferenceNotice,
    Site,
    Statement,
    Therapy,
    TurnaroundProfile,
    User,
)
from config.roles import Role
from tests.factories import (
    AuditEventFactory,
    CitationFactory,
    CriteriaDraftFactory,
    CriteriaVersionFactory,
    DeterminationReasonFactory,
    FactFactory,
    FactGroupFactory,
    QuestionDraftFactory,
    ReferenceFactory,
    ReferenceNoticeFactory,
    SiteFactory,
    StatementFactory,
    TherapyFactory,
    TurnaroundProfileFactory,
    UserFactory,
)

from .conftest import SUBMITTED, SignIn, acts_of, page


def demo_user() -> User:
    return UserFactory(is_demo=True)


MORE: dict[type[Model], Callable[[int], Any]] = {
    AuditEvent: lambda n: AuditEventFactory(object_type="reference", object_id=str(n)),
    Citation: lambda n: CitationFactory(),
    CriteriaDraft: lambda n: CriteriaDraftFactory(set_key=f"set-{n}"),
    CriteriaVersion: lambda n: CriteriaVersionFactory(
        version=str(n), approved_by=demo_user(), submitted_by=UserFactory(),
        therapy=TherapyFactory(key=f"t-{n}"),
    ),
    DeterminationReason: lambda n: DeterminationReasonFactory(approved_by=demo_user()),
    Fact: lambda n: FactFactory(approved_by=demo_user()),
    FactGroup: lambda n: FactGroupFactory(),
    QuestionDraft: lambda n: QuestionDraftFactory(based_on=FactFactory()),
    Reference: lambda n: ReferenceFactory(
        approved_by=demo_user(), identified_as=ReferenceFactory()
    ),
    ReferenceNotice: lambda n: ReferenceNoticeFactory(),
    Site: lambda n: SiteFactory(),
    Statement: lambda n: CitationFactory(statement__approved_by=demo_user()).statement,
    Therapy: lambda n: TherapyFactory(key=f"t-{n}", approved_by=demo_user()),
    TurnaroundProfile: lambda n: TurnaroundProfileFactory(approved_by=demo_user()),
    User: lambda n: UserFactory(roles=[Role.AUDITOR], sites=[SiteFactory()]),
}  # fmt: skip


@pytest.mark.parametrize("model", sorted(MORE, key=lambda model: model.__name__))
def test_queries_do_not_grow_with_the_rows(model: type[Model], auditor: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert auditor.get(page(model, "changelist")).status_code == 200
        return len(captured)

    for n in range(2):
        MORE[model](n)
    queries()  # Criteria keep their marks from the first time on.
    few = queries()
    for n in range(2, 12):
        MORE[model](n)
    queries()
    assert queries() == few <= 12


def test_every_list_is_measured() -> None:
    ours = {model for model in admin.site._registry if model._meta.app_label == "certification"}
    assert set(MORE) == ours


def test_long_lists_are_not_counted_to_their_end(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "COUNTED", 60)
    AuditEvent.objects.bulk_create(AuditEventFactory.build_batch(200))
    with CaptureQueriesContext(connection) as captured:
        response = auditor.get(page(AuditEvent, "changelist"))
    changelist = response.context["cl"]
    assert (changelist.result_count, len(changelist.result_list)) == (61, 50)
    assert "More than 60" in response.content.decode()
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 61" in sql for sql in counts)


def found(client: Client, model: type[Model], **query: str) -> set[Any]:
    return set(client.get(page(model, "changelist"), query).context["cl"].result_list)


def test_filters_of_content(approver: Client) -> None:
    overdue = ReferenceFactory(next_review_on=timezone.localdate() - timedelta(days=1))
    undated = ReferenceFactory(verified="memory_low")
    later = timezone.localdate() + timedelta(days=30)
    demo = ReferenceFactory(next_review_on=later, approved_by=demo_user(), verified="stored")
    mine = ReferenceFactory(**SUBMITTED, submitted_by=approver.user, next_review_on=later)
    assert found(approver, Reference, review="overdue") == {overdue}
    assert found(approver, Reference, review="none") == {undated}
    assert found(approver, Reference, source="unverified") == {undated}
    assert found(approver, Reference, source="read") == {demo}
    assert found(approver, Reference, approval="demo") == {demo}
    assert found(approver, Reference, approval="staff") == {overdue, undated}
    assert found(approver, Reference, submitted="mine") == {mine}
    assert found(approver, Reference, submitted="others") == {overdue, undated, demo}
    assert found(approver, Reference, status__exact="submitted") == {mine}


def test_search(auditor: Client) -> None:
    reference = ReferenceFactory(key="affirm_2006", title="Natalizumab", authors=["Polman CH"])
    citation = CitationFactory(reference=reference)
    for words in ("affirm", "natalizumab", "polman", "10.1000"):
        assert reference in found(auditor, Reference, q=words)
    assert found(auditor, Statement, q="affirm") == {citation.statement}
    assert found(auditor, Citation, q="affirm") == {citation}
    assert not found(auditor, Reference, q="nothing like it")


def test_the_trail_shows_the_sites_of_its_reader(sign_in: SignIn) -> None:
    own, foreign = SiteFactory(name="Own office"), SiteFactory()
    auditor = sign_in(Role.AUDITOR, sites=[own])
    here, nowhere = AuditEventFactory(site_id=own.pk), AuditEventFactory()
    there = AuditEventFactory(site_id=foreign.pk, object_type="user", object_id="1")
    assert found(auditor, AuditEvent) == {here, nowhere}
    assert "Own office" in auditor.get(page(AuditEvent, "changelist")).content.decode()
    assert auditor.get(page(AuditEvent, "change", there.pk)).status_code == 302
    exported = auditor.get(page(AuditEvent, "export")).content.decode("utf-8-sig")
    assert {row["id"] for row in csv.DictReader(io.StringIO(exported))} == {
        str(here.pk), str(nowhere.pk),
    }  # fmt: skip


def test_filters_of_the_trail(auditor: Client) -> None:
    now = timezone.now()
    old = AuditEventFactory(at=now - timedelta(days=20), verb="approved", object_type="fact")
    new = AuditEventFactory(at=now, verb="opened", object_type="case", object_id="abc")
    assert found(auditor, AuditEvent, days="7") == {new}
    assert found(auditor, AuditEvent, verb="approved") == {old}
    assert found(auditor, AuditEvent, object_type="case") == {new}
    assert found(auditor, AuditEvent, q="abc") == {new}
    assert not found(auditor, AuditEvent, verb="never done")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "2006", "N Engl J Med", "'=1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text
    assert safe_cell(None) == ""


def exported(client: Client, model: type[Model], **query: str) -> list[dict[str, str]]:
    response = client.get(page(model, "export"), query)
    assert response["Content-Type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_lists_leave_as_csv(editor: Client, auditor: Client) -> None:
    evil = ReferenceFactory(key="evil", title="=HYPERLINK(1)", authors=["@x", "Roe B"], note="-1")
    ReferenceFactory(key="other", kind="label")
    StatementFactory(key="says_it", says='+1 risk, "quoted"\nand more')
    (row,) = exported(editor, Reference, kind__exact="trial")
    assert (row["key"], row["title"], row["authors"], row["note"]) == (
        "evil", "'=HYPERLINK(1)", "'@x; Roe B", "'-1",
    )  # fmt: skip
    assert row["year"] == str(evil.year)
    (statement,) = exported(editor, Statement)
    assert statement["says"] == '\'+1 risk, "quoted"\nand more'
    assert [event.verb for event in acts_of(editor)] == ["exported", "exported"]
    assert acts_of(editor)[0].data == {
        "list": "references", "rows": 1, "filters": "kind__exact=trial",
    }  # fmt: skip
    AuditEventFactory(data={"reason": "=1", "changes": {"title": ["a", "b"]}})
    rows = exported(auditor, AuditEvent)
    assert rows[0]["data"] == "reason: =1, changes: title: a; b"
    assert {row["actor_name"] for row in rows} == {"Person", editor.user.name}


def test_an_export_has_an_end(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "LONGEST", 3)
    for kind in ("case", "case", "fact", "fact"):
        AuditEventFactory(object_type=kind)
    assert len(exported(auditor, AuditEvent, object_type="fact")) == 2
    response = auditor.get(page(AuditEvent, "export"), follow=True)
    assert "more than 3 rows" in response.content.decode()
    assert len(acts_of(auditor)) == 1
