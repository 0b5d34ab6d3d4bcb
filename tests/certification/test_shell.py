"""Do the shell, the components, the error pages and sign-in show what they must?"""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults
from django.views.csrf import csrf_failure

from certification.models import RoleGrant, User
from certification.models.editorial import UNVERIFIED
from config.roles import Role, permissions_of
from tests.certification.test_look import INLINE, SCRIPT

# The shell ---------------------------------------------------------------------------------------


def person(*roles: str) -> SimpleNamespace:
    return SimpleNamespace(
        is_authenticated=bool(roles),
        is_active=True,
        role_keys=frozenset(roles),
        signing_name="Ines Mora, RN",
        get_username="ines",
    )


def page_for(user: SimpleNamespace, template: str = "base.html") -> str:
    request: HttpRequest = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    return render_to_string(template, {}, request)


def navigation(html: str) -> str:
    found = re.search(r'<nav class="nav-main".*?</nav>', html, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("role", list(Role))
def test_the_navigation_offers_what_the_role_may_do(role: Role) -> None:
    links = navigation(page_for(person(role)))
    names = {permission.name for permission in permissions_of(frozenset({role}))}
    enters_admin = names & {"EDIT_CONTENT", "APPROVE_CONTENT", "MANAGE_USERS", "READ_AUDIT"}
    assert ("Administration" in links) == bool(enters_admin)


def test_every_page_can_be_used_from_the_keyboard_and_says_what_it_is_not() -> None:
    html = page_for(person("nurse_reviewer"))
    assert html.index('href="#main"') < html.index("<nav")
    assert '<main id="main"' in html
    assert "never replaces it" in html
    assert re.search(r'<form method="post" action="[^"]*logout', html)
    assert "Ines Mora, RN" in html


def test_a_stranger_sees_no_navigation() -> None:
    html = page_for(person())
    assert not navigation(html)
    assert "account menu" not in html


@pytest.mark.parametrize("demo", [True, False])
def test_the_demonstration_says_so_on_every_page(demo: bool, settings) -> None:
    settings.DEMO = demo
    assert ("synthetic people; approvals by demo accounts" in page_for(person())) is demo


def test_error_pages_say_what_happened_and_where_to_go() -> None:
    request = RequestFactory().get("/nowhere/")
    request.user = person()  # type: ignore[assignment]
    pages = {
        "not found": defaults.page_not_found(request, Http404()),
        "refused": defaults.permission_denied(request, PermissionDenied("Done by: Auditor.")),
        "unreadable": defaults.bad_request(request, ValueError()),
        "broken": defaults.server_error(request),
        "expired": csrf_failure(request),
    }
    for what, response in pages.items():
        html = response.content.decode()
        assert "<h1>" in html, what
        assert 'href="/"' in html, what
    assert "Done by: Auditor." in pages["refused"].content.decode()


# Components ---------------------------------------------------------------------------------------


def component(name: str, **values: object) -> str:
    return render_to_string(f"components/{name}.html", values)


def test_a_criterion_shows_its_truth_its_facts_and_why_it_is_unknown() -> None:
    fact = {"label": "JCV index", "text": "2.1", "source": "Laboratory report"}
    row = {
        "depth": 2,
        "truth": "unknown",
        "word": "Not documented",
        "says": "JCV index at most 0.9",
        "facts": [fact | {"observed_on": date(2026, 3, 1)}],
        "why": "The result is too old.",
        "cites": [{"number": 3}],
        "verified": "memory_low",
    }
    html = component("tree", rows=[row])
    assert '<span class="tag tag-unknown">Not documented</span>' in html
    for words in ("Level 3", "JCV index at most 0.9", "<strong>2.1</strong>", "1 Mar 2026"):
        assert words in html
    assert "The result is too old." in html
    assert 'href="#ref-3"' in html
    assert "Unverified" in html


@pytest.mark.parametrize("confidence", sorted(UNVERIFIED))
def test_what_nobody_verified_is_marked(confidence: str) -> None:
    assert "tag-unverified" in component("unverified", verified=confidence)


@pytest.mark.parametrize("confidence", ["", "stored", "stored_partial"])
def test_what_was_read_in_its_source_is_not_marked(confidence: str) -> None:
    assert component("unverified", verified=confidence).strip() == ""


def test_each_mistake_is_a_link_to_its_field() -> None:
    class Score(forms.Form):
        edss = forms.DecimalField(label="EDSS score")

    html = component("error_summary", form=Score({"edss": "high"}))
    assert re.search(r'<a href="#id_edss">EDSS score: [^<]+</a>', html)
    assert component("error_summary", form=Score({"edss": "3.5"})).strip() == ""


@pytest.mark.parametrize("status", ["submitted", "under_review", "returned", "retired"])
def test_content_that_is_not_approved_says_what_it_cannot_do(status: str) -> None:
    html = component("content_status", status=status, word="x")
    assert "is-waiting" in html
    assert "determination" in html


def test_a_demo_approval_is_never_taken_for_a_clinical_one() -> None:
    html = component(
        "content_status", status="approved", word="Approved", approved_by="A", demo_approval=True
    )
    assert "not a clinical approval" in html


# Sign-in and the admin ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_sign_in_wears_the_look_and_offers_no_account(client: Client) -> None:
    response = client.get("/accounts/login/")
    html = response.content.decode()
    assert "style-src 'self'" in response.headers["Content-Security-Policy"]
    assert 'class="wordmark"' in html
    assert "signup" not in html
    assert not INLINE.search(html)


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    html = client.get("/accounts/signup/").content.decode()
    assert "Nobody signs up" in html
    assert "password" not in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/sessions/",
        "/accounts/email/",
        "/accounts/logout/",
        "/admin/",
    ],
)
def test_account_and_admin_pages_need_no_inline_style(address: str, client: Client) -> None:
    user = User.objects.create(username="ines", name="Ines Mora")
    RoleGrant.objects.create(user=user, role=Role.ADMINISTRATOR)
    client.force_login(user)
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 200
    assert not INLINE.search(html)
    assert "css/tokens.css" in html
    for attributes in SCRIPT.findall(html):
        assert "src=" in attributes or "application/json" in attributes
