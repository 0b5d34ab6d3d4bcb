"""People of every role with a browser session, and one row of everything that the admin shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from certification.actions.packs import load_pack
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
from certification.packs.pack import read_pack
from config.roles import Role
from tests.certification.packs.conftest import SMALL
from tests.factories import (
    AuditEventFactory,
    CitationFactory,
    CriteriaDraftFactory,
    CriteriaVersionFactory,
    DeterminationReasonFactory,
    FactFactory,
    QuestionDraftFactory,
    ReferenceNoticeFactory,
    SiteFactory,
    TurnaroundProfileFactory,
    UserFactory,
)

SUBMITTED = {"status": "submitted", "approved_by": None, "approved_at": None}

SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    def signed_in(*roles: Role, **fields: Any) -> Client:
        client = Client()
        client.user = UserFactory(roles=roles, **fields)
        client.force_login(client.user)
        return client

    return signed_in


@pytest.fixture
def editor(sign_in: SignIn) -> Client:
    return sign_in(Role.CONTENT_EDITOR, name="Edda Editor")


@pytest.fixture
def approver(sign_in: SignIn) -> Client:
    return sign_in(Role.CONTENT_APPROVER, name="Ada Approver")


@pytest.fixture
def auditor(sign_in: SignIn) -> Client:
    return sign_in(Role.AUDITOR)


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in(Role.ADMINISTRATOR)


@pytest.fixture
def rows(db: None) -> dict[type[Model], Any]:
    """One row of each kind that stands in the admin."""
    version = CriteriaVersionFactory()
    citation = CitationFactory()
    fact = FactFactory()
    return {
        AuditEvent: AuditEventFactory(),
        Citation: citation,
        CriteriaDraft: CriteriaDraftFactory(based_on=version, therapy=version.therapy),
        CriteriaVersion: version,
        DeterminationReason: DeterminationReasonFactory(),
        Fact: fact,
        FactGroup: fact.group,
        QuestionDraft: QuestionDraftFactory(based_on=fact),
        Reference: citation.reference,
        ReferenceNotice: ReferenceNoticeFactory(),
        Site: SiteFactory(),
        Statement: citation.statement,
        Therapy: version.therapy,
        TurnaroundProfile: TurnaroundProfileFactory(),
        User: UserFactory(),
    }


@pytest.fixture
def draft(editor: Client) -> CriteriaDraft:
    """A draft that an editor has just begun from a version with worked examples."""
    load_pack(by=None, now=datetime(2026, 6, 1, 12, tzinfo=UTC), pack=read_pack(SMALL))
    version = CriteriaVersion.objects.get(set_key="examplimab-initial")
    start = reverse("admin:certification_criteriadraft_start", args=[version.pk])
    assert "A draft of version" in editor.post(start, follow=True).content.decode()
    return CriteriaDraft.objects.get()


def page(model: type[Model], name: str, *args: Any) -> str:
    """The address of an admin page: changelist, add, change, history, export or editorial."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def filled_form(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send back from a change page, with some inputs changed."""
    data: dict[str, Any] = {"seen": response.context.get("seen") or ""}
    forms = [response.context["adminform"].form]
    for below in response.context["inline_admin_formsets"]:
        forms += [below.formset.management_form, *below.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if isinstance(value, date):
                value = value.isoformat()
            if value is not None and value is not False:
                data[field.html_name] = value
    return {name: value for name, value in (data | changes).items() if value is not None}


def act(client: Client, obj: Any, name: str, **given: Any) -> Any:
    """Opens the page of a row, presses one of its editorial buttons and returns what follows."""
    seen = client.get(page(type(obj), "change", obj.pk)).context["seen"]
    data = {"act": name, "seen": seen, **given}
    return client.post(page(type(obj), "editorial", obj.pk), data, follow=True)


def acts_of(client: Client) -> list[AuditEvent]:
    """What the audit trail says this person did, oldest first."""
    return list(AuditEvent.objects.filter(actor_id=client.user.pk).order_by("id"))
