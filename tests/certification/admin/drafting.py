"""How a test works on a draft: as a browser without scripts does."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from certification.criteria import editing
from certification.models import CriteriaDraft, Draft

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def url(draft: Draft, name: str, *args: Any, **query: str) -> str:
    meta = draft._meta
    return reverse(
        f"admin:{meta.app_label}_{meta.model_name}_{name}",
        args=[draft.pk, *args],
        query=query or None,
    )


def words(response: Any) -> str:
    """The text of a page, without its markup."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


def typed(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the open row, with some inputs changed."""
    node, editor = response.context["editor"].node, response.context["editor"]
    data: dict[str, Any] = {"revision": editor.revision, "seen": node.form.node.get("id", "")}
    forms = [node.form, node.form.cites.management_form, *node.form.cites.forms]
    for field in (field for form in forms for field in form):
        if (value := field.value()) is not None and value is not False:
            data[field.html_name] = value
    if hasattr(node.form, "shown"):
        data |= {"as_fact": node.form.shown["fact"], "as_op": node.form.shown.get("op", "")}
    return data | changes


def press(client: Client, draft: Draft, tree: str, at: str, **changes: Any) -> Any:
    """Opens a row, changes inputs, presses a button (``act``), and follows."""
    address = url(draft, "tree", tree, at=at)
    opened = client.get(address)
    assert opened.status_code == 200
    data = typed(opened, **({"act": "save"} | changes))
    response = client.post(address, data, follow=True)
    draft.refresh_from_db()
    return response


def node(draft: CriteriaDraft, at: str, tree: str = "indications") -> dict[str, Any]:
    draft.refresh_from_db()
    return editing.node_at(draft.content[tree], editing.path_of("" if at == "top" else at))


def names(draft: CriteriaDraft) -> list[str]:
    return [part["id"] for part in node(draft, "top")["parts"]]
