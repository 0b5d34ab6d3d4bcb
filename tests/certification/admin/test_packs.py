"""Does content leave the admin as a pack and come back the same, and is a bad pack told?"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from certification.actions.packs import load_whole_pack
from certification.models import (
    AuditEvent,
    Citation,
    CriteriaVersion,
    DeterminationReason,
    Fact,
    FactGroup,
    Reference,
    Statement,
    Therapy,
    TurnaroundProfile,
    UploadedList,
    User,
)
from certification.packs.archive import write_archive
from certification.packs.pack import folders_of, read_pack
from config.roles import Role
from monitoring.models import ProtocolVersion
from tests.certification.packs.conftest import SMALL

from .conftest import SignIn, acts_of

PACKS = reverse("admin:certification_criteriaversion_packs")
EXPORT = reverse("admin:certification_criteriaversion_pack_export")
SMALL_TEXT = (SMALL / "pack.yaml").read_text(encoding="utf-8")
CONTENT: tuple[type[Any], ...] = (
    Citation, ProtocolVersion, CriteriaVersion, Statement, Therapy, Fact, FactGroup, Reference,
    TurnaroundProfile, DeterminationReason,
)  # fmt: skip


def file(content: str | bytes, name: str = "pack.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def upload(client: Client, content: str | bytes, name: str = "pack.yaml") -> Any:
    return client.post(PACKS, {"file": file(content, name)}, follow=True)


def confirm(client: Client, shown: Any, *, overwrite: bool = False, **given: str) -> Any:
    """Sends the page as it stands; ``overwrite``: after the box that it ticked was unticked."""
    url = shown.redirect_chain[-1][0]
    data = {"fingerprint": shown.context["fingerprint"], **given}
    if shown.context["form"]["keep"].value() and not overwrite:
        data["keep"] = "on"
    return client.post(url, data, follow=True)


def hashes() -> set[tuple[str, ...]]:
    criteria = CriteriaVersion.objects.values_list("set_key", "version", "content_hash")
    return {*criteria, *ProtocolVersion.objects.values_list("key", "version", "content_hash")}


def load_shipped(now: datetime, by: User | None = None) -> None:
    load_whole_pack(by=by, now=now, pack=read_pack(*folders_of(["shipped"])))


def test_export_and_load_into_an_empty_database_give_the_same_hashes(
    editor: Client, now: datetime
) -> None:
    load_shipped(now)
    before = hashes()
    first, second = editor.post(EXPORT), editor.post(EXPORT)
    assert first.headers["Content-Type"] == "application/zip"
    assert first.content == second.content, "the same content has the same bytes"
    (event, _) = acts_of(editor)
    assert (event.verb, event.data["list"]) == ("exported", "reference pack")
    Reference.objects.update(superseded_by=None, identified_as=None)
    for model in CONTENT:
        model._default_manager.all().delete()
    assert not hashes()

    shown = upload(editor, first.content, "pack.zip")
    assert shown.status_code == 200
    assert any(title.startswith("new: protocols") for title, _, _ in shown.context["changes"])
    said = confirm(editor, shown)
    assert "The pack was loaded" in said.content.decode()
    assert hashes() == before
    assert set(CriteriaVersion.objects.values_list("status", "submitted_by")) == {
        ("submitted", editor.user.pk)
    }
    again = upload(editor, editor.post(EXPORT).content, "pack.zip")
    assert "The database has all of it already." in again.content.decode()


def test_a_version_whose_question_has_changed_since_is_told(editor: Client) -> None:
    confirm(editor, upload(editor, SMALL_TEXT))
    key = next(iter(CriteriaVersion.objects.get().document["facts"]))["key"]
    Fact.objects.filter(key=key).update(label="Asked in other words")
    told = editor.post(EXPORT)
    assert "text/html" in told.headers["Content-Type"]
    assert "get another content hash" in told.content.decode()
    assert editor.post(EXPORT, {"anyway": "1"}).headers["Content-Type"] == "application/zip"


def test_without_content_there_is_nothing_to_export(editor: Client) -> None:
    assert "There is no content yet." in editor.post(EXPORT, follow=True).content.decode()


def test_what_a_pack_would_change_is_read_before_it_is_loaded(editor: Client) -> None:
    confirm(editor, upload(editor, SMALL_TEXT))
    changed = SMALL_TEXT.replace("title: A made-up guideline", "title: Another guideline", 1)
    if changed == SMALL_TEXT:
        title = Reference.objects.get(key="example-guideline").title
        changed = SMALL_TEXT.replace(title, "Another guideline", 1)
    shown = upload(editor, changed)
    html = shown.content.decode()
    assert "changed: references example-guideline" in html
    assert "Another guideline" in html
    assert Reference.objects.get(key="example-guideline").title != "Another guideline"
    confirm(editor, shown)
    assert Reference.objects.get(key="example-guideline").title != "Another guideline"
    confirm(editor, upload(editor, changed), overwrite=True)
    assert Reference.objects.get(key="example-guideline").title == "Another guideline"


def test_a_press_too_early_overwrites_no_question(editor: Client) -> None:
    """Another publisher asks under a key that we use as well."""
    confirm(editor, upload(editor, SMALL_TEXT))
    fact = Fact.objects.get(key="score")
    theirs = SMALL_TEXT.replace(f"label: {fact.label}", "label: Their score", 1)
    assert theirs != SMALL_TEXT
    shown = upload(editor, theirs)
    assert "checked" in str(shown.context["form"]["keep"])
    said = confirm(editor, shown).content.decode()
    assert "2 kept" in said, "the question, and the criteria that ask it"
    fact.refresh_from_db()
    assert fact.label != "Their score"


def test_problems_are_told_with_file_and_line(editor: Client) -> None:
    broken = write_archive({
        "good.yaml": SMALL_TEXT,
        "bad.yaml": "statements:\n- key: a\n  says: b\n  cite: [{ref: nowhere}]\n",
    })  # fmt: skip
    response = upload(editor, broken, "pack.zip")
    assert response.status_code == 422
    html = response.content.decode()
    assert "bad.yaml, line 4" in html
    assert "nowhere" in html
    assert not UploadedList.objects.exists()
    assert not acts_of(editor)


def test_a_worked_example_that_differs_is_a_problem(editor: Client) -> None:
    wrong = SMALL_TEXT.replace("recommendation: certify", "recommendation: refer", 1)
    assert wrong != SMALL_TEXT
    response = upload(editor, wrong)
    assert response.status_code == 422
    assert "recommendation" in response.content.decode()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"\x89PNG\r\n\x1a\n", "pack.png", "which is not UTF-8 text"),
        (b"", "pack.yaml", "an empty file"),
        (b"PK\x03\x04x", "pack.zip", "a zip that cannot be unpacked"),
        (b"#" * 5_000_001, "pack.yaml", "a larger file"),
    ],
)
def test_other_files_are_refused_in_a_sentence(
    content: bytes, name: str, says: str, editor: Client
) -> None:
    response = upload(editor, content, name)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert "Choose the file." in editor.post(PACKS, {}).content.decode()


def test_a_sealed_version_is_not_overwritten(editor: Client, now: datetime) -> None:
    confirm(editor, upload(editor, SMALL_TEXT))
    version = CriteriaVersion.objects.get(set_key="examplimab-initial")
    approver = User.objects.create(username="approver-of-it")
    version.status, version.approved_by, version.approved_at = "approved", approver, now
    version.save()
    changed = SMALL_TEXT.replace(version.title, "Another title", 1)
    assert changed != SMALL_TEXT
    shown = upload(editor, changed)
    refused = confirm(editor, shown, overwrite=True)
    assert refused.status_code == 409
    assert "its content is sealed, and this pack changes it" in refused.content.decode()
    assert not refused.context["form"]["keep"].value(), "what was unticked stays so"
    assert "The pack was loaded" in confirm(editor, shown).content.decode()
    version.refresh_from_db()
    assert version.title != "Another title"


def test_a_report_that_says_something_else_by_now_is_read_again(editor: Client) -> None:
    shown = upload(editor, SMALL_TEXT)
    confirm(editor, upload(editor, SMALL_TEXT))
    late = confirm(editor, shown)
    assert late.status_code == 409
    assert "Read it again and confirm it." in late.content.decode()
    aside = confirm(editor, shown, aside="1")
    assert "Put aside. Nothing was loaded." in aside.content.decode()
    over = editor.get(shown.redirect_chain[-1][0], follow=True)
    assert "loaded or put aside already" in over.content.decode()


@pytest.mark.parametrize("role", [*Role, None])
def test_who_reaches_what(role: Role | None, sign_in: SignIn, editor: Client) -> None:
    url = upload(editor, SMALL_TEXT).redirect_chain[-1][0]
    client = sign_in(*([role] if role else []))
    reads = role in {
        Role.CONTENT_EDITOR, Role.CONTENT_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR,
    }  # fmt: skip
    assert client.get(PACKS).status_code == (200 if reads else 403)
    assert client.get(EXPORT).status_code == 403
    assert client.post(EXPORT).status_code == (302 if reads else 403)
    loads = role is Role.CONTENT_EDITOR
    assert upload(client, SMALL_TEXT).status_code == (200 if loads else 403)
    # What somebody else uploaded is theirs to read.
    assert client.get(url).status_code == (404 if loads else 403)
    assert client.post(url, {"fingerprint": "x"}).status_code == (404 if loads else 403)
    assert not AuditEvent.objects.filter(verb="loaded a pack from").exists()


def test_the_schema_is_published(editor: Client) -> None:
    response = editor.get("/reference-pack.schema.json")
    assert response.headers["Content-Type"].startswith("application/schema+json")
    assert "criteria_sets" in json.loads(response.content)["properties"]
    assert "/reference-pack.schema.json" in editor.get(PACKS).content.decode()
