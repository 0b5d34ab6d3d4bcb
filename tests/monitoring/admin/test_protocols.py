"""Are protocols read, reviewed and approved in the admin as criteria are, and refused where due?"""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction
from django.test import Client

from certification.criteria.codec import content_hash
from certification.models import Reference, User
from config.roles import Role
from monitoring.admin.protocol_reading import reading_of
from monitoring.models import ProtocolVersion
from tests.certification.admin.conftest import SUBMITTED, SignIn, act, acts_of, page
from tests.factories import ReferenceFactory, UserFactory
from tests.factories.monitoring import CITE, ProtocolVersionFactory


@pytest.fixture
def label(db: None) -> Reference:
    return ReferenceFactory(key=CITE[0]["ref"], title="A label")


def submitted(by: User | None = None, change: Any = None) -> ProtocolVersion:
    row = ProtocolVersionFactory(submitted_by=by, **SUBMITTED)
    if change is not None:
        document = deepcopy(row.document)
        change(document["protocol"])
        row.document, row.content_hash = document, content_hash(document)
        row.save()
    return row


def fail(protocol: dict[str, Any]) -> None:
    protocol["examples"][0]["clear_to_infuse"] = "yes"


def cite(protocol: dict[str, Any]) -> None:
    """Every point with a source, as an approval asks for."""
    for part in ("rules", "keeps", "clearance", "interpretations"):
        for entry in protocol[part]:
            entry.setdefault("cite", CITE)


def status(row: ProtocolVersion) -> str:
    row.refresh_from_db()
    return str(row.status)


def test_every_rule_is_there_with_its_sources(approver: Client, label: Reference) -> None:
    row = submitted()
    shown = approver.get(page(ProtocolVersion, "change", row.pk)).content.decode()
    protocol = row.document["protocol"]
    for rule in protocol["rules"]:
        assert f"<code>{rule['id']}</code>" in shown
        assert rule["says"] in shown
    for one in (*protocol["clearance"], *protocol["interpretations"]):
        assert f"<code>{one['id']}</code>" in shown
    assert ">label_a, section 2</a>" in shown
    assert "Applies when" in shown
    assert "All 1 come out as expected" in shown


def test_from_submitted_to_retired(approver: Client, label: Reference) -> None:
    row = submitted(UserFactory(), cite)
    for name, given, after in (
        ("review", {}, "under_review"),
        ("approve", {}, "approved"),
        ("retire", {"reason": "Out of date."}, "retired"),
    ):
        response = act(approver, row, name, **given)
        said = [str(one) for one in response.context["messages"]]
        assert status(row) == after, said
    assert [event.verb for event in acts_of(approver)] == [
        "started review of", "approved", "retired",
    ]  # fmt: skip


def test_nobody_approves_their_own(sign_in: SignIn, label: Reference) -> None:
    both = sign_in(Role.CONTENT_EDITOR, Role.CONTENT_APPROVER)
    row = submitted(both.user)
    act(both, row, "review")
    act(both, row, "approve")
    assert status(row) != "approved"


def test_failing_examples_are_not_approved(approver: Client, label: Reference) -> None:
    row = submitted(UserFactory(), fail)
    act(approver, row, "review")
    response = act(approver, row, "approve")
    shown = response.content.decode()
    assert "do not come out as expected" in shown
    assert "This protocol cannot be approved." in shown
    assert status(row) == "under_review"
    assert reading_of(row, date(2026, 6, 1)).failing == 1


def test_a_stored_document_that_was_changed_is_told(approver: Client, label: Reference) -> None:
    row = submitted()
    ProtocolVersion.objects.filter(pk=row.pk).update(content_hash="0" * 64)
    shown = approver.get(page(ProtocolVersion, "change", row.pk)).content.decode()
    assert "its hash differs" in shown


def test_nobody_edits_a_version_in_place(editor: Client, label: Reference) -> None:
    row = submitted()
    url = page(ProtocolVersion, "change", row.pk)
    assert "_save" not in editor.get(url).content.decode()
    assert editor.post(url, {"title": "Mine"}).status_code == 403
    assert editor.get(page(ProtocolVersion, "add")).status_code == 403


def test_an_approved_version_stays_as_it_is_in_orm_and_database(label: Reference) -> None:
    row = ProtocolVersionFactory()
    for change in (
        lambda: ProtocolVersion.objects.filter(pk=row.pk).update(title="Mine"),
        lambda: _sql("UPDATE monitoring_protocolversion SET title = 'Mine' WHERE id = %s", row.pk),
        lambda: _sql("DELETE FROM monitoring_protocolversion WHERE id = %s", row.pk),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    row.refresh_from_db()
    assert row.title != "Mine"


def _sql(statement: str, pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [pk])


def test_first_pages_count_protocols_too(approver: Client, label: Reference) -> None:
    submitted(UserFactory())
    kinds = {kind.title: kind for kind in approver.get("/admin/").context["content_kinds"]}
    counted = {one.label: one.count for one in kinds["Protocol versions"].numbers if one.count}
    assert counted["Submitted"] == 1
    home = approver.get("/").content.decode()
    assert "1 protocol version awaiting review" in home
    assert page(ProtocolVersion, "changelist") in home


def test_a_list_reads_no_documents(approver: Client, label: Reference) -> None:
    row = submitted()
    assert row in approver.get(page(ProtocolVersion, "changelist")).context["cl"].result_list
    with pytest.raises(ObjectDoesNotExist):
        ProtocolVersion.objects.get(pk=row.pk + 1)
