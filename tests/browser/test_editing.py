"""Content in the admin: submitted by one person, reviewed, returned, approved by another."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Reader
from tests.browser.requested import RUN

KEY = f"journey-{RUN}"
SET = "mitoxantrone-renewal"
SENTENCE = f"A sentence of journey {RUN} that rests on a source."


def test_a_statement_is_returned_submitted_again_and_approved_by_somebody_else(
    reader_as: Callable[..., Reader],
) -> None:
    editor, approver = reader_as("editor"), reader_as("approver")
    _write(editor)
    address = _find(editor.page)
    editor.check()
    expect(_acts(editor.page).get_by_role("button", name="Approve")).to_have_count(0)

    approver.page.goto(address)
    approver.check()
    _press(approver.page, "Start review", "Under review")
    _acts(approver.page).get_by_label("Reason").fill("Say which source.")
    _press(approver.page, "Return to its author", "Returned")

    editor.page.goto(address)
    editor.page.get_by_text("Say which source.").first.wait_for()
    editor.page.get_by_label("Note", exact=False).first.fill("The first source of the article.")
    editor.page.get_by_role("button", name="Save and continue editing").click()
    _status(editor.page, "Submitted")

    approver.page.goto(address)
    _press(approver.page, "Start review", "Under review")
    _press(approver.page, "Approve", "Approved")
    approver.check()
    approver.page.get_by_role("link", name="History").click()
    approver.see("approved")

    editor.goto("/evidence/")
    expect(editor.page.get_by_text(SENTENCE)).to_be_visible()


def test_criteria_are_returned_drafted_again_and_approved_by_somebody_else(
    reader_as: Callable[..., Reader],
) -> None:
    editor, approver = reader_as("editor"), reader_as("approver")
    editor.goto(f"/admin/certification/criteriaversion/?q={SET}&status__exact=approved")
    editor.page.locator("#result_list tbody th a").first.click()
    returned = _submit_next(editor)
    editor.check()
    expect(_acts(editor.page).get_by_role("button", name="Approve")).to_have_count(0)

    approver.page.goto(returned)
    _press(approver.page, "Start review", "Under review")
    _acts(approver.page).get_by_label("Reason").fill("Say in the note what is new.")
    _press(approver.page, "Return to its author", "Returned")

    editor.page.goto(returned)
    editor.see("Say in the note what is new.")
    again = _submit_next(editor, note=f"What is new in journey {RUN}.")
    assert again != returned

    approver.page.goto(again)
    approver.see(f"What is new in journey {RUN}.")
    _press(approver.page, "Start review", "Under review")
    _press(approver.page, "Approve", "Approved")


def _submit_next(editor: Reader, note: str = "") -> str:
    """From the page of a version to the one that follows it; the address of that one."""
    page = editor.page
    page.get_by_role("button", name="Start a new version").click()
    page.get_by_role("heading", name="Submit for review").wait_for()
    if note:
        page.get_by_label("Note to readers").fill(note)
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved.").wait_for()
        editor.check()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_text("is submitted. Another person reviews it.").wait_for()
    return page.url.split("?")[0]


def _write(editor: Reader) -> None:
    page = editor.page
    editor.goto("/admin/certification/statement/add/")
    editor.check()
    page.get_by_label("Key").fill(KEY)
    page.get_by_label("Says").fill(SENTENCE)
    page.get_by_label("Clinician").check()
    page.get_by_text("Add another Citation").click()
    page.locator("[name=citations-0-reference]").fill("seed_1")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist").wait_for()


def _find(page: Page) -> str:
    """The address of the statement, by the search of its list."""
    page.locator("#searchbar").fill(KEY)
    page.locator("#searchbar").press("Enter")
    page.wait_for_url(f"**{KEY}*")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("heading", name="Review").first.wait_for()
    return page.url.split("?")[0]


def _acts(page: Page) -> Locator:
    return page.locator("section.editorial")


def _press(page: Page, button: str, status: str) -> None:
    _acts(page).get_by_role("button", name=button).click()
    _status(page, status)


def _status(page: Page, status: str) -> None:
    page.locator("section.editorial h2 .tag", has_text=status).first.wait_for()
