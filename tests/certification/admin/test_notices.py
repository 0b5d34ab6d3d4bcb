"""Can a mistaken notice be withdrawn from its page, with a reason, and by whom?"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from certification.models import ReferenceNotice
from config.roles import Role
from tests.factories import ReferenceNoticeFactory

from .conftest import SignIn, acts_of, page
from .drafting import words


@pytest.fixture
def concern(db: None) -> ReferenceNotice:
    return ReferenceNoticeFactory(kind="concern")


def address(notice: ReferenceNotice) -> str:
    return reverse("admin:certification_referencenotice_withdraw", args=[notice.pk])


@pytest.mark.parametrize("role", [Role.CONTENT_EDITOR, Role.ADMINISTRATOR])
def test_a_notice_is_withdrawn(concern: Any, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    shown = client.get(page(ReferenceNotice, "change", concern.pk))
    assert "Withdraw this notice" in words(shown)
    refused = client.post(address(concern), {"reason": " "}, follow=True)
    assert "Say why this notice is withdrawn." in words(refused)
    said = words(client.post(address(concern), {"reason": "Another paper."}, follow=True))
    assert "It counts no more, and stays here." in said
    assert "Another paper." in said
    assert "This notice was withdrawn already." in said
    assert "withdrew" in words(client.get(page(ReferenceNotice, "history", concern.pk)))
    assert "Expression of concern, withdrawn" in words(
        client.get(page(ReferenceNotice, "changelist"))
    )
    assert len(acts_of(client)) == 1


@pytest.mark.parametrize("role", [Role.CONTENT_APPROVER, Role.AUDITOR])
def test_others_read(concern: Any, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    assert "Withdraw" not in words(client.get(page(ReferenceNotice, "change", concern.pk)))
    assert client.post(address(concern), {"reason": "x"}).status_code == 403
    assert sign_in(Role.CONTENT_EDITOR).get(address(concern)).status_code == 403


def test_a_retraction_says_how_it_ends(sign_in: SignIn) -> None:
    notice = ReferenceNoticeFactory(kind="retracted")
    client = sign_in(Role.CONTENT_EDITOR)
    shown = words(client.get(page(ReferenceNotice, "change", notice.pk)))
    assert "It ends with a notice of reinstatement" in shown
    assert "reinstatement" in words(client.post(address(notice), {"reason": "x"}, follow=True))
    assert (
        client.post(reverse("admin:certification_referencenotice_withdraw", args=[0])).status_code
        == 404
    )
