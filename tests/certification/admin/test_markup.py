"""Do the admin's pages, Django's own parts included, keep to the strict content security policy?"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from config.roles import Role

from .conftest import SignIn, page
from .test_reach import BEGUN_ELSEWHERE, MODELS, WRITERS

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|<[^>]+\s(?:style|on[a-z]+)=|javascript:")


@pytest.fixture
def everybody(sign_in: SignIn) -> Client:
    return sign_in(*Role)


def check(client: Client, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert not INLINE.findall(response.content.decode()), url


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_inline(model: type[Model], rows: dict[Any, Any], everybody: Client) -> None:
    check(everybody, page(model, "changelist"))
    for name in ("change", "history"):
        check(everybody, page(model, name, rows[model].pk))


@pytest.mark.parametrize(
    "model", sorted(WRITERS.keys() - BEGUN_ELSEWHERE, key=lambda m: m.__name__)
)
def test_nothing_is_inline_in_new_rows(model: type[Model], everybody: Client) -> None:
    check(everybody, page(model, "add"))


def test_nothing_is_inline_on_the_first_pages(everybody: Client) -> None:
    check(everybody, "/admin/")
    check(everybody, "/admin/certification/")
