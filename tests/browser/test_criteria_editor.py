"""Criteria are written with the keyboard alone: rows moved, a test added, tried, thrown away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

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
    first.focus()
    page.keyboard.press("Enter")
    page.locator("form.node").wait_for()
    editor.check()
    up, down = _button(page, "Up"), _button(page, "Down")
    _press(page, "Down")
    _said(page, "Moved down.")
    expect(down, "the focus stays on the button that was pressed").to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    _said(page, "Moved up.")
    row = page.locator(".edit-link[aria-current]")
    expect(row).to_have_text(words, use_inner_text=True)
    expect(row, "the first row has no way up: the row keeps the focus").to_be_focused()
    _pressed_twice(page, down)
    _press(page, "Close")
    expect(page.locator("form.node")).to_have_count(0)
    expect(page.locator("#row-1"), "where it was open").to_be_focused()
    page.keyboard.press("Enter")

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


def _pressed_twice(page: Page, down: Locator) -> None:
    """The second press while the first is under way does nothing, and refuses nothing."""
    held: list[Route] = []
    page.route("**/tree/indications/**", lambda route: held.append(route))
    down.focus()
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("Enter")
    held[0].continue_()
    _said(page, "Moved down.")
    assert len(held) == 1
    page.unroute("**/tree/indications/**")
    expect(down).to_be_focused()


def _small_screen(reader_as: Callable[..., Reader], base: str) -> None:
    """Every page of the draft on a phone, none of them wider than it."""
    narrow = reader_as("editor", NARROW)
    for path in PAGES:
        narrow.page.goto(f"{base}{path}")
        narrow.check()


def _follow(page: Page, link: Locator) -> None:
    """To another page: a key, unlike a click, does not wait for it."""
    link.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _button(page: Page, name: str) -> Locator:
    button = page.get_by_role("button", name=name, exact=True)
    return button.or_(page.get_by_role("link", name=name, exact=True)).first


def _press(page: Page, name: str) -> None:
    _button(page, name).focus()
    page.keyboard.press("Enter")


def _said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)
    page.wait_for_load_state()
