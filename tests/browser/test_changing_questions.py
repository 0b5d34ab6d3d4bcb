"""A question gets a rule, a step its place, a protocol a figure: in the admin, by labels alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, Reader

QUESTION = "/admin/certification/fact/?q=last_vaccination_date"


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_a_question_is_given_a_rule_and_its_mistake_is_shown_at_the_node(
    reader_as: Callable[..., Reader], viewport: dict[str, int] | None
) -> None:
    editor = reader_as("editor", viewport)
    page = editor.page
    _open_first(editor, QUESTION)
    page.get_by_role("button", name="Change its rules").click()
    editor.see("The question stays as it is until you submit.")
    page.locator(".tabs a", has_text="Applies when").click()
    page.locator(".edit-link").first.click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Add a test").click()
    expect(page.locator(".mistake").first).to_contain_text("Choose the question")
    page.wait_for_load_state()
    page.get_by_label("Question").fill("EDSS now")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Comparison")).to_be_visible()
    value = page.get_by_label("Value", exact=True)
    value.fill("99")
    expect(page.locator("#reads")).to_contain_text("EDSS now is at least 99.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#said")).to_contain_text("Saved.")
    told = page.locator(".edit-row.is-open .mistake", has_text="99 cannot be answered")
    expect(told.first).to_be_visible()
    editor.check()
    value.fill("4")
    expect(page.locator("#reads")).to_contain_text("EDSS now is at least 4.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".mistake")).to_have_count(0)
    page.locator(".tabs a", has_text="Contradictions").click()
    page.get_by_role("button", name="Add a contradiction").click()
    page.get_by_label("What the reader is told").fill("This cannot be.")
    editor.check()
    page.locator("form.words").get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Saved.")
    page.locator(".tabs a", has_text="Overview").click()
    expect(page.locator("#troubles")).to_be_visible()
    editor.check()
    _discard(page)


def test_steps_are_ordered_and_named(reader_as: Callable[..., Reader]) -> None:
    for viewport in (NARROW, None):
        editor = reader_as("editor", viewport)
        page = editor.page
        editor.goto("/admin/certification/factgroup/")
        editor.check()
        second = page.locator("#result_list tbody th a").nth(1).inner_text()
        page.get_by_role("button", name=f"Up: {second}").click()
        editor.see(f"“{second}” was moved up.")
        expect(page.locator("#result_list tbody th a").first).to_have_text(second)
        page.get_by_role("button", name=f"Down: {second}").click()
        editor.see(f"“{second}” was moved down.")
        page.locator("#result_list tbody th a").first.click()
        editor.see("What the wizard says above the questions of this step.")


def test_figures_kept_values_and_tests_of_a_protocol(reader_as: Callable[..., Reader]) -> None:
    editor = reader_as("editor")
    page = editor.page
    _open_first(editor, "/admin/monitoring/protocolversion/?q=natalizumab")
    editor.see("Published tables of risk")
    address = page.url
    narrow = reader_as("editor", NARROW)
    narrow.page.goto(address)
    narrow.see("Published tables of risk")
    page.get_by_role("button", name="Start a new version").click()
    for tab in ("Kept values", "Tests", "Tables of risk"):
        words = re.compile(rf"^{tab}")
        page.locator(".tabs a", has_text=words).click()
        page.locator(".tabs a[aria-current]", has_text=words).wait_for()
        editor.check()
        listed = page.url
        page.locator(".precaution-line a").first.click()
        page.wait_for_url(lambda url, listed=listed: url != listed)
        editor.check()
        narrow.page.goto(page.url)
        narrow.check()
    cell = page.get_by_label("Antibody negative", exact=True).first
    cell.fill("0.2")
    page.get_by_role("button", name="Save row 1").click()
    editor.see("The row is saved.")
    expect(cell).to_have_value("0.2")
    page.locator(".tabs a", has_text="Worked examples").click()
    page.locator("details.example summary").first.click()
    page.get_by_role("link", name="Show or change").first.click()
    editor.see("Change this worked example")
    page.locator(".tabs a", has_text="Overview").click()
    _discard(page)


def _open_first(editor: Reader, address: str) -> None:
    editor.goto(address)
    editor.page.locator("#result_list tbody th a").first.click()
    editor.check()


def _discard(page: Page) -> None:
    page.get_by_text("Discard this draft").click()
    page.get_by_role("button", name="Discard", exact=True).click()
    page.get_by_text("The draft is discarded.").wait_for()
