"""Criteria are written with the keyboard alone: rows moved, a test added, tried, thrown away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, Reader

SET = "ublituximab-renewal"
PAGES = ("change/", "tree/indications/?at=0", "precautions/", "tree/precautions.0/?at=top",
         "examples/", "try/?example=0")  # fmt: skip


@pytest.fixture
def editor(reader_as: Callable[..., Reader]) -> Reader:
    return reader_as("editor")


def test_criteria_are_written_with_the_keyboard_alone(
    editor: Reader, reader_as: Callable[..., Reader]
) -> None:
    page = editor.page
    editor.goto(f"/admin/certification/criteriaversion/?q={SET}")
    _follow(page, page.locator("#result_list tbody th a").first)
    _press(page, "Start a new version")
    editor.see("A draft of version")
    base = page.url.removesuffix("change/")
    _small_screen(reader_as, base)

    _follow(page, page.locator(".tabs a", has_text="Indications").first)
    first = page.locator(".edit-link").nth(1)
    words = first.inner_text()
    _follow(page, first)
    page.locator("form.node").wait_for()
    editor.check()
    _press(page, "Down")
    _said(page, "Moved down.")
    assert _focused(page) == "Down", "the focus stays on the button that was pressed"
    page.keyboard.press("Shift+Tab")
    assert _focused(page) == "Up"
    page.keyboard.press("Enter")
    _said(page, "Moved up.")
    assert page.locator(".edit-link[aria-current]").inner_text() == words

    _press(page, "Add a test below")
    _said(page, "A test was added.")
    expect(page.get_by_label("Question")).to_be_focused()
    page.keyboard.type("EDSS now")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Comparison")).to_be_visible()
    page.get_by_label("Value", exact=True).focus()
    page.keyboard.type("99")
    expect(page.locator("#reads")).to_contain_text("EDSS now is at least 99.")
    page.keyboard.press("Enter")
    _said(page, "Saved.")
    mistake = page.locator(".edit-row.is-open .mistake").first
    expect(mistake).to_contain_text("99 cannot be answered")
    editor.check()
    value = page.get_by_label("Value", exact=True)
    value.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("6.5")
    page.keyboard.press("Enter")
    expect(page.locator(".mistake")).to_have_count(0)
    expect(page.locator(".edit-row.is-open .edit-head")).to_contain_text("EDSS now is at least 6.5")

    editor.goto(f"{base.removeprefix(editor.address)}try/?example=0")
    page.locator("#outcome .tag").first.wait_for()
    page.get_by_label("EDSS now").focus()
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    expect(page.locator("#outcome")).to_contain_text("EDSS now is at least 6.5")
    editor.check()

    editor.goto(f"{base.removeprefix(editor.address)}change/")
    page.get_by_text("Discard this draft").focus()
    page.keyboard.press("Enter")
    _press(page, "Discard")
    editor.see("The draft is discarded.")


def _small_screen(reader_as: Callable[..., Reader], base: str) -> None:
    """Every page of the draft on a phone, none of them wider than it."""
    narrow = reader_as("editor", NARROW)
    for path in PAGES:
        narrow.page.goto(f"{base}{path}")
        narrow.check()


def _follow(page: Page, link: object) -> None:
    link.focus()  # type: ignore[attr-defined]
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.focus()
    page.keyboard.press("Enter")


def _said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()
