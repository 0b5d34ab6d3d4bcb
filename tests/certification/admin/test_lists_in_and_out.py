"""References and notices come in by upload and leave as files: the pages, and for whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from certification.models import Reference, ReferenceNotice, UploadedList
from config.roles import Role
from tests.factories import ReferenceFactory

from .conftest import SUBMITTED, SignIn, acts_of, filled_form, page

RIS = b"TY  - JOUR\nTI  - A <i>new</i> trial\nAU  - Roe, B\nPY  - 2024\nER  -\n"
NOTICES = b"kind,doi,pmid,announced on,reason\nretracted,10.1000/a,,2026-05-01,Wrong data\n"
SENT: dict[type[Any], tuple[str, bytes]] = {
    Reference: ("refs.txt", RIS),
    ReferenceNotice: ("notices.csv", NOTICES),
}
BOTH = pytest.mark.parametrize("model", SENT)


def upload(client: Client, model: type[Any], content: bytes | None = None) -> Any:
    name, good = SENT[model]
    file = SimpleUploadedFile(name, good if content is None else content)
    return client.post(page(model, "import"), {"file": file}, follow=True)


def confirm(client: Client, **data: str) -> Any:
    kept = UploadedList.objects.latest("uploaded_at")
    model = Reference if kept.purpose == "references" else ReferenceNotice
    return client.post(page(model, "imported", kept.pk), data, follow=True)


@BOTH
def test_read_then_confirmed(model: type[Any], editor: Client) -> None:
    report = upload(editor, model)
    assert report.status_code == 200
    assert b"New" in report.content
    assert not model.objects.exists()
    done = confirm(editor, fingerprint=report.context["report"].fingerprint)
    assert b"imported" in done.content
    assert model.objects.count() == 1
    assert acts_of(editor)[-1].verb.startswith("imported")


@BOTH
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"\xff\xfe\x00", "This is UTF-16"),
        (b"words", "no column|No reference"),
    ],
)
def test_a_bad_file_is_told(model: type[Any], content: bytes, says: str, editor: Client) -> None:
    response = upload(editor, model, content)
    assert response.status_code == 409
    assert any(word in response.content.decode() for word in says.split("|"))
    assert editor.post(page(model, "import")).status_code == 422


@BOTH
def test_put_aside(model: type[Any], editor: Client) -> None:
    upload(editor, model)
    response = confirm(editor, fingerprint="x", aside="1")
    assert b"Nothing was imported" in response.content
    assert b"already" in confirm(editor, fingerprint="x").content
    assert not model.objects.exists()


@BOTH
def test_a_report_that_was_not_read_is_shown_again(model: type[Any], editor: Client) -> None:
    upload(editor, model)
    response = confirm(editor, fingerprint="another")
    assert response.status_code == 409
    assert b"says something else now" in response.content
    assert confirm(editor).status_code == 422


@BOTH
def test_a_list_is_its_uploaders_own(model: type[Any], editor: Client, sign_in: SignIn) -> None:
    upload(editor, model)
    url = page(model, "imported", UploadedList.objects.get().pk)
    assert sign_in(Role.CONTENT_EDITOR).get(url).status_code == 404


@BOTH
@pytest.mark.parametrize("role", [*Role, None])
def test_import_is_for_its_roles(model: type[Any], role: Role | None, sign_in: SignIn) -> None:
    client = sign_in(*([role] if role else []))
    allowed = {Role.CONTENT_EDITOR} | ({Role.ADMINISTRATOR} if model is ReferenceNotice else set())
    expected = 200 if role in allowed else 403
    assert client.get(page(model, "import")).status_code == expected
    assert upload(client, model).status_code == expected
    shown = client.get(page(model, "changelist"))
    if shown.status_code == 200:
        assert (page(model, "import") in shown.content.decode()) == (role in allowed)


def test_html_in_a_title_is_no_html_in_a_page(editor: Client) -> None:
    evil = json.dumps([{"title": "A &lt;img src=x onerror=alert(1)&gt; trial & <b"}]).encode()
    content = upload(editor, Reference, evil).content.decode()
    assert "A trial &amp; &lt;b" in content
    assert "onerror" not in content


@pytest.mark.parametrize("name", ["ris", "bibtex", "csl-json", "pubmed"])
def test_a_list_leaves_with_its_filters(name: str, auditor: Client) -> None:
    ReferenceFactory(key="one", title="A trial", kind="trial")
    ReferenceFactory(key="two", title="A label", kind="label")
    ReferenceFactory(key="gap", title="", kind="unlisted")
    url = page(Reference, "export_list", name)
    text = auditor.get(url, {"kind__exact": "trial"}).content.decode()
    assert ("A trial" in text, "A label" in text) == (True, False)
    response = auditor.get(url)
    assert "attachment" in response["Content-Disposition"]
    assert "A label" in response.content.decode()
    assert acts_of(auditor)[-1].data["rows"] == 3


def test_one_reference_leaves(auditor: Client) -> None:
    row = ReferenceFactory(key="one", title="A trial")
    response = auditor.get(page(Reference, "export_one", row.pk, "ris"))
    assert response["Content-Disposition"] == 'attachment; filename="one.ris"'
    assert "TI  - A trial" in response.content.decode()
    assert page(Reference, "export_one", row.pk, "ris") in (
        auditor.get(page(Reference, "change", row.pk)).content.decode()
    )


def test_exports_that_are_not_there(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    gap, row = ReferenceFactory(title=""), ReferenceFactory()
    assert auditor.get(page(Reference, "export_one", gap.pk, "ris")).status_code == 404
    assert auditor.get(page(Reference, "export_one", row.pk, "word")).status_code == 404
    assert auditor.get(page(Reference, "export_list", "word")).status_code == 404
    monkeypatch.setattr("certification.admin.reference_files.LONGEST", 1)
    response = auditor.get(page(Reference, "export_list", "ris"), follow=True)
    assert b"Narrow the list first" in response.content


@pytest.mark.parametrize("role", [Role.NURSE_REVIEWER, None])
def test_exports_and_checks_are_for_readers_of_content(role: Role | None, sign_in: SignIn) -> None:
    client, row = sign_in(*([role] if role else [])), ReferenceFactory()
    for url in (
        page(Reference, "export_list", "ris"), page(Reference, "export_one", row.pk, "ris"),
        reverse("admin:certification_reference_checks"),
    ):  # fmt: skip
        assert client.get(url).status_code == 403


def test_authors_are_typed_by_line(editor: Client) -> None:
    kept = {"literal": "European Agency EMA"}
    authors = ["Polman CH", kept, {"family": "Roe", "given": "B"}]
    row = ReferenceFactory(title="A", authors=authors, **SUBMITTED)
    url = page(Reference, "change", row.pk)
    form = editor.get(url).context["adminform"].form
    assert form["authors"].value() == "Polman CH\n{European Agency EMA}\nRoe, B"
    data = filled_form(editor.get(url), authors="Roe, B\n{European Agency EMA}\nNICE")
    assert editor.post(url, data, follow=True).status_code == 200
    row.refresh_from_db()
    assert row.authors == [{"family": "Roe", "given": "B"}, kept, "NICE"]
    editor.post(url, filled_form(editor.get(url)))
    assert [event.verb for event in acts_of(editor)] == ["edited"]
    bad = editor.post(url, filled_form(editor.get(url), authors="{ }"))
    assert b"on each line" in bad.content
