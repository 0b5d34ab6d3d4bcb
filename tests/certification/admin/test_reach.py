"""Which admin page opens for which role? Generated from the pages that are registered."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client

from certification.models import (
    AuditEvent,
    Citation,
    CriteriaDraft,
    CriteriaVersion,
    DeterminationReason,
    EditorialModel,
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

from .conftest import SignIn, page

EDITOR, APPROVER = Role.CONTENT_EDITOR, Role.CONTENT_APPROVER
AUDITOR, ADMINISTRATOR = Role.AUDITOR, Role.ADMINISTRATOR
CONTENT_READERS = {EDITOR, APPROVER, AUDITOR, ADMINISTRATOR}
EDITED = {
    Citation, CriteriaDraft, DeterminationReason, Fact, FactGroup, QuestionDraft, Reference,
    Statement, Therapy, TurnaroundProfile,
}  # fmt: skip
BEGUN_ELSEWHERE = {QuestionDraft}
"""Written by editors, and begun on another page than the usual one for adding."""

READERS: dict[type[Model], set[Role]] = {
    **dict.fromkeys((*EDITED, CriteriaVersion, ReferenceNotice), CONTENT_READERS),
    Site: {AUDITOR, ADMINISTRATOR},
    User: {AUDITOR, ADMINISTRATOR},
    AuditEvent: {AUDITOR},
}
WRITERS: dict[type[Model], set[Role]] = {
    **{model: {EDITOR} for model in EDITED},
    Site: {ADMINISTRATOR},
    User: {ADMINISTRATOR},
}
EXPORTED = {Reference, Statement, AuditEvent}
OURS = (model for model in admin.site._registry if model._meta.app_label == "certification")
MODELS = sorted(OURS, key=lambda model: model.__name__)
ROLES = [*Role, None]


def test_the_table_names_every_page() -> None:
    assert set(MODELS) == set(READERS)


def status(client: Client, url: str) -> int:
    return int(client.get(url).status_code)


def expected(allowed: bool) -> int:
    return 200 if allowed else 403


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("role", ROLES)
def test_pages_open_for_their_roles_only(
    role: Role | None, model: type[Model], rows: dict[Any, Any], sign_in: SignIn
) -> None:
    client = sign_in(*([role] if role else []))
    reads, writes = role in READERS[model], role in WRITERS.get(model, set())
    pk = rows[model].pk
    assert status(client, page(model, "changelist")) == expected(reads)
    assert status(client, page(model, "change", pk)) == expected(reads)
    assert status(client, page(model, "history", pk)) == expected(reads)
    adds = writes and model not in BEGUN_ELSEWHERE
    assert status(client, page(model, "add")) == expected(adds)
    assert client.post(page(model, "add"), {}).status_code == expected(adds)
    assert status(client, page(model, "delete", pk)) == 403
    assert client.post(page(model, "delete", pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=pk).exists()
    if model in EXPORTED:
        assert status(client, page(model, "export")) == expected(reads)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("role", ROLES)
def test_only_writers_send_changes(
    role: Role | None, model: type[Model], rows: dict[Any, Any], sign_in: SignIn
) -> None:
    client = sign_in(*([role] if role else []))
    sent = client.post(page(model, "change", rows[model].pk), {"key": "x"})
    assert (sent.status_code != 403) is (role in WRITERS.get(model, set()))


@pytest.mark.parametrize("role", ROLES)
def test_the_first_page(role: Role | None, sign_in: SignIn) -> None:
    client = sign_in(*([role] if role else []))
    enters = role in CONTENT_READERS
    assert status(client, "/admin/") == expected(enters)
    assert status(client, "/admin/certification/") == expected(enters)


def test_a_refusal_is_a_sentence_and_no_redirect(sign_in: SignIn) -> None:
    nurse = sign_in(Role.NURSE_REVIEWER)
    for url in ("/admin/", "/admin/login/?next=/admin/", page(Reference, "changelist")):
        response = nurse.get(url)
        assert response.status_code == 403
        assert "Your roles do not include the administration pages" in response.content.decode()
    editor = sign_in(EDITOR).get(page(AuditEvent, "changelist"))
    assert "It is done by: Auditor." in editor.content.decode()


def test_a_closed_account_does_not_enter(sign_in: SignIn) -> None:
    client = sign_in(*Role)
    User.objects.filter(pk=client.user.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_a_superuser_without_roles_is_nobody(sign_in: SignIn) -> None:
    client = sign_in(is_superuser=True, is_staff=True)
    assert status(client, "/admin/") == 403
    assert status(client, page(Reference, "changelist")) == 403


def test_whoever_signs_in_comes_back_to_the_page(editor: Client) -> None:
    target = page(Reference, "changelist")
    stranger = Client().get(target)
    assert stranger.status_code == 302
    entrance = stranger.headers["Location"]
    assert editor.get(entrance).headers["Location"].endswith(target)
    at_login = Client().get("/admin/login/", {"next": target}).headers["Location"]
    assert at_login.startswith("/accounts/login/")
    elsewhere = editor.get("/admin/login/", {"next": "https://elsewhere.example/"})
    assert elsewhere.headers["Location"] == "/admin/"


def test_passwords_are_changed_on_one_page_only(editor: Client) -> None:
    response = editor.get("/admin/password_change/")
    assert response.headers["Location"] == "/accounts/password/change/"


def test_pages_that_packages_bring_stay_out() -> None:
    """Second factors and mail addresses of people are nobody's to read in the admin."""
    assert {model._meta.app_label for model in MODELS} <= {"certification", "monitoring"}
    assert all(getattr(page, "asks_roles", False) for page in admin.site._registry.values())


REVIEWED = [model for model in MODELS if issubclass(model, EditorialModel)]


@pytest.mark.parametrize("model", REVIEWED)
def test_editorial_buttons_take_no_other_way(
    model: type[Model], rows: dict[Any, Any], editor: Client
) -> None:
    url = page(model, "editorial", rows[model].pk)
    assert editor.get(url).status_code == 403
    assert Client().post(url, {"act": "approve"}).status_code == 302
