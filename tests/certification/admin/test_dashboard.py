"""What do the first page and the history of a row say?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.models import AuditEvent, Reference, Site, Therapy
from config.roles import Role
from tests.factories import (
    AuditEventFactory,
    CriteriaVersionFactory,
    ReferenceFactory,
    SiteFactory,
    StatementFactory,
    TherapyFactory,
    UserFactory,
)

from .conftest import SUBMITTED, SignIn, page


def numbers(client: Client, title: str) -> dict[str, int]:
    for kind in client.get("/admin/").context["content_kinds"]:
        if kind.title == title:
            return {number.label: number.count for number in kind.numbers if number.count}
    raise AssertionError(f"no {title}")


def content() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    ReferenceFactory(**SUBMITTED)
    ReferenceFactory(**SUBMITTED, next_review_on=yesterday, verified="memory_low")
    ReferenceFactory(**(SUBMITTED | {"status": "under_review"}))
    ReferenceFactory(approved_by=UserFactory(is_demo=True), verified="stored")
    ReferenceFactory(**(SUBMITTED | {"status": "retired"}), next_review_on=yesterday,
                     verified="proposed")  # fmt: skip
    CriteriaVersionFactory()
    TherapyFactory(
        key="two", details={"dosing": {"verified": "memory_high", "more": [{"verified": "seed"}]}}
    )


def test_how_the_content_stands(approver: Client) -> None:
    content()
    assert numbers(approver, "References") == {
        "Submitted": 2, "Under review": 1, "Approved": 1, "Retired": 1, "Review overdue": 1,
        "Unverified": 1, "Demo approval": 1,
    }  # fmt: skip
    assert numbers(approver, "Criteria versions") == {"Approved": 1, "Unverified": 1}
    assert numbers(approver, "Therapies") == {"Approved": 2, "Unverified": 2}
    assert numbers(approver, "Facts") == {}


def test_every_number_leads_to_its_rows(approver: Client) -> None:
    content()
    followed = 0
    for kind in approver.get("/admin/").context["content_kinds"]:
        for number in kind.numbers:
            if number.url:
                rows = approver.get(number.url).context["cl"].result_count
                counts_points = number.label == "Unverified" and kind.title in {
                    "Criteria versions", "Therapies",
                }  # fmt: skip
                assert counts_points or rows == number.count
                followed += 1
    assert followed > 8


@pytest.mark.parametrize("role", [Role.CONTENT_APPROVER, Role.ADMINISTRATOR])
def test_its_queries_do_not_grow(role: Role, sign_in: SignIn) -> None:
    client = sign_in(role)

    def queries() -> int:
        client.get("/admin/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/")
        return len(captured)

    content()
    few = queries()
    for number in range(8):
        ReferenceFactory()
        CriteriaVersionFactory(version=str(number), therapy=Therapy.objects.first())
        AuditEventFactory(actor_id=client.user.pk)
    assert queries() == few <= 16


def test_whose_turn_it_is(sign_in: SignIn) -> None:
    both = sign_in(Role.CONTENT_EDITOR, Role.CONTENT_APPROVER)
    assert both.get("/admin/").context["my_turn"] == [
        "Nothing waits for a review that you may do.", "Nothing was returned to you.",
    ]  # fmt: skip
    StatementFactory(**SUBMITTED, submitted_by=both.user)
    StatementFactory(**SUBMITTED)
    returned = SUBMITTED | {"status": "returned", "return_reason": "Cite it."}
    StatementFactory(**returned, submitted_by=both.user)
    assert both.get("/admin/").context["my_turn"] == [
        "1 row of content waits for a review that you may do.",
        "1 row was returned to you with a reason.",
    ]  # fmt: skip


def test_what_one_did_last(editor: Client) -> None:
    reference = ReferenceFactory()
    event = {"object_type": "reference", "object_id": str(reference.pk)}
    AuditEventFactory(actor_id=editor.user.pk, verb="edited", **event)
    AuditEventFactory(actor_id=editor.user.pk + 1, verb="not mine", **event)
    shown = editor.get("/admin/").content.decode()
    assert f'edited <a href="{page(Reference, "change", reference.pk)}">reference' in shown
    assert "not mine" not in shown


def event(obj: Any, **fields: Any) -> AuditEvent:
    row: AuditEvent = AuditEventFactory(
        object_type=obj._meta.model_name, object_id=str(obj.pk), **fields
    )
    return row


def test_the_history_is_the_audit_trail(approver: Client) -> None:
    reference, other = ReferenceFactory(), ReferenceFactory()
    event(other, verb="something else")
    changes = {"title": ["Old title", "New title"], "authors": [[], ["Doe J"]]}
    event(reference, verb="edited", actor_name="Edda", actor_roles="content_editor",
          data={"changes": changes})  # fmt: skip
    event(reference, verb="returned", actor_name="Ada",
          data={"status": ["under_review", "returned"], "reason": "Cite the label."})  # fmt: skip
    lines = approver.get(page(Reference, "history", reference.pk)).context["history"].lines
    assert [(line.who, line.says) for line in lines] == [("Ada", "returned"), ("Edda", "edited")]
    assert lines[1].roles == "Content editor"
    assert [(c.label, c.old, c.new) for c in (*lines[0].changes, *lines[1].changes)] == [
        ("Status", "Under review", "Returned"),
        ("Title", "Old title", "New title"),
        ("Authors", "nothing", "Doe J"),
    ]
    assert lines[0].notes == (("Reason", "Cite the label."),)


def test_a_long_history_has_pages(approver: Client) -> None:
    reference = ReferenceFactory()
    for number in range(60):
        event(reference, verb=f"act {number}")
    url = page(Reference, "history", reference.pk)
    first = approver.get(url).context["history"]
    assert (len(first.lines), first.lines[0].says) == (50, "act 59")
    rest = approver.get(url, {"before": first.older}).context["history"]
    assert ([line.says for line in rest.lines][-1], rest.older) == ("act 0", None)
    assert approver.get(url, {"before": "x"}).status_code == 200
    assert approver.get(url, {"before": "9" * 40}).status_code == 200


def test_events_of_foreign_sites_stay_there(administrator: Client) -> None:
    site = SiteFactory()
    event(site, verb="seen")
    event(site, verb="unseen", site_id=site.pk)
    shown = administrator.get(page(Site, "history", site.pk)).content.decode()
    assert "unseen" not in shown
    assert "seen" in shown


def test_a_row_that_is_not_there(approver: Client) -> None:
    for name in ("change", "history"):
        response = approver.get(page(Reference, name, 987654))
        assert response.headers["Location"] == "/admin/"
