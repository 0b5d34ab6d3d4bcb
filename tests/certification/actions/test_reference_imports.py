"""What does importing a file of references do, and what does it refuse?"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from certification.actions.reference_imports import import_references
from certification.actions.uploads import put_list_aside, upload_list
from certification.models import AuditEvent, Reference, UploadedList, User
from certification.policies import Refused
from certification.reference_import import State, plan_references
from config.roles import Role
from tests.factories import ReferenceFactory, UserFactory

NEW = {"title": "A new trial", "author": [{"family": "Roe", "given": "B"}], "DOI": "10.1000/new",
       "issued": {"date-parts": [[2024]]}}  # fmt: skip


@pytest.fixture
def editor(db: None) -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR])


def file(*items: dict[str, Any]) -> bytes:
    return json.dumps(items).encode()


def kept(by: User, now: datetime, content: bytes) -> UploadedList:
    return upload_list(
        by=by, now=now, purpose="references", content=content, file_name="my\nrefs.json"
    )


def states(content: bytes) -> list[tuple[State, str]]:
    return [(line.state, line.key) for line in plan_references(content).lines]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("there", "item", "state"),
    [
        ({"doi": "10.1000/NEW"}, NEW, State.THERE),
        ({"doi": "https://doi.org/10.1000/new"}, NEW, State.THERE),
        ({"pmid": "77", "doi": ""}, NEW | {"PMID": "77"}, State.THERE),
        ({"title": "A new trial!", "year": 2024, "doi": "", "pmid": ""}, NEW, State.THERE),
        ({"title": "A new trial", "year": 2023, "doi": "", "pmid": ""}, NEW, State.NEW),
        ({"title": "A new trial", "year": 2024, "doi": "10.1000/other"}, NEW, State.NEW),
        ({}, NEW, State.NEW),
        ({}, {"title": ""}, State.WRONG),
    ],
)
def test_what_a_record_is_beside_what_is_there(
    there: dict[str, Any], item: dict[str, Any], state: State
) -> None:
    ReferenceFactory(key="old", **there)
    assert [found for found, _ in states(file(item))] == [state]


@pytest.mark.django_db
def test_twice_in_the_file_and_keys_that_are_taken() -> None:
    ReferenceFactory(key="roe_2024_new")
    other = NEW | {"DOI": "10.1000/second", "title": "New words"}
    found = states(file(NEW, NEW | {"title": "Another title"}, other))
    assert found == [
        (State.NEW, "roe_2024_new_2"), (State.TWICE, ""), (State.NEW, "roe_2024_new_3"),
    ]  # fmt: skip


def test_rows_arrive_as_submitted_with_an_event_each(editor: User, now: datetime) -> None:
    full = NEW | {"URL": "https://a.example/x", "accessed": {"date-parts": [[2026, 3, 1]]}}
    uploaded = kept(editor, now, file(full, {"title": ""}))
    plan = plan_references(uploaded.content)
    done = import_references(by=editor, now=now, kept=uploaded, fingerprint=plan.fingerprint)
    row = Reference.objects.get(key="roe_2024_new")
    assert (row.status, row.submitted_by, row.verified) == ("submitted", editor, "")
    assert (row.authors, row.doi, str(row.accessed_on)) == (
        [{"family": "Roe", "given": "B"}], "10.1000/new", "2026-03-01",
    )  # fmt: skip
    assert (done.content, done.outcome["new"], done.outcome["wrong"]) == (b"", 1, 1)
    events = AuditEvent.objects.order_by("id").values_list("verb", "object_type")
    assert list(events) == [
        ("read references from", "uploadedlist"), ("created", "reference"),
        ("imported references from", "uploadedlist"),
    ]  # fmt: skip
    assert uploaded.file_name == "my refs.json"


def test_only_what_was_shown_is_imported(editor: User, now: datetime) -> None:
    uploaded = kept(editor, now, file(NEW))
    shown = plan_references(uploaded.content).fingerprint
    ReferenceFactory(doi="10.1000/new")
    with pytest.raises(Refused, match="says something else now"):
        import_references(by=editor, now=now, kept=uploaded, fingerprint=shown)
    assert Reference.objects.count() == 1
    assert UploadedList.objects.waiting().get() == uploaded


def test_a_list_comes_in_once(editor: User, now: datetime) -> None:
    uploaded = kept(editor, now, file(NEW))
    order = {"kept": uploaded, "fingerprint": plan_references(uploaded.content).fingerprint}
    import_references(by=editor, now=now, **order)
    with pytest.raises(Refused, match="imported or put aside already"):
        import_references(by=editor, now=now, **order)


@pytest.mark.parametrize("role", [Role.CONTENT_APPROVER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_editors_import(role: Role, now: datetime, db: None) -> None:
    with pytest.raises(Refused):
        kept(UserFactory(roles=[role]), now, file(NEW))


def test_nobody_imports_the_list_of_somebody_else(editor: User, now: datetime) -> None:
    uploaded = kept(editor, now, file(NEW))
    with pytest.raises(Refused, match="Whoever uploaded"):
        put_list_aside(by=UserFactory(roles=[Role.CONTENT_EDITOR]), now=now, kept=uploaded)


def test_a_file_that_cannot_be_read_is_not_kept(editor: User, now: datetime) -> None:
    with pytest.raises(Refused, match="The file is empty"):
        kept(editor, now, b"")
    assert not UploadedList.objects.exists()


def test_content_is_kept_for_a_day(editor: User, now: datetime) -> None:
    old = kept(editor, now, file(NEW))
    put = put_list_aside(by=editor, now=now, kept=kept(editor, now, file(NEW)))
    assert (put.content, put.outcome) == (b"", {})
    kept(editor, now + timedelta(days=1, minutes=1), file(NEW))
    old.refresh_from_db()
    assert (old.content, old.finished_at is not None) == (b"", True)
