"""A threshold is changed, returned, its impact read, and approved; a pack is read and put aside."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, Reader
from tests.certification.packs.conftest import PAYER

SET = "ocrelizumab_sc-renewal"
REASON = "Say in the sentence what the threshold is now."


def test_a_threshold_is_changed_its_impact_read_and_another_person_approves(
    reader_as: Callable[..., Reader],
) -> None:
    editor, approver = reader_as("editor"), reader_as("approver")
    page = editor.page
    editor.goto(f"/admin/certification/criteriaversion/?q={SET}")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("button", name="Start a new version").click()
    page.locator(".tabs a", has_text="Indications").first.click()
    _double_the_age(editor)
    page.locator(".tabs a").first.click()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_text("is submitted. Another person reviews it.").wait_for()
    address = page.url
    editor.check()
    expect(_acts(page).get_by_role("button", name="Approve")).to_have_count(0)

    approver.page.goto(address)
    _press(approver.page, "Start review", "Under review")
    _acts(approver.page).get_by_label("Reason").first.fill(REASON)
    _press(approver.page, "Return to its author", "Returned")
    approver.check()

    page.goto(address)
    page.get_by_text(REASON).first.wait_for()
    editor.check()
    _press(page, "Submit again", "Submitted")
    _read_the_impact(editor)

    approver.page.goto(address)
    approver.page.get_by_role("link", name="Impact study").first.click()
    approver.see("From what to what")
    approver.page.goto(address)
    _press(approver.page, "Start review", "Under review")
    _press(approver.page, "Approve", "Approved")
    expect(approver.page.locator(".answering")).to_contain_text("this one")
    approver.check()
    approver.page.get_by_role("link", name="Plan its days").click()
    approver.see("Plan its days")
    approver.page.goto(f"{address}history/".replace("change/history", "history"))
    approver.see("returned")


def test_another_publishers_pack_is_read_before_it_is_loaded(
    reader_as: Callable[..., Reader],
) -> None:
    for viewport in (None, NARROW):
        editor = reader_as("editor", viewport)
        page = editor.page
        editor.goto("/admin/certification/criteriaversion/packs/")
        editor.check()
        broken = {"name": "bad.yaml", "mimeType": "text/yaml", "buffer": b"facts:\n- key: 1\n"}
        page.locator("[name=file]").set_input_files(broken)  # type: ignore[arg-type]
        page.get_by_role("button", name="Check the pack").click()
        page.get_by_text("nothing was loaded").wait_for()
        editor.refused_with(422)
        editor.check()
        page.locator("[name=file]").set_input_files(PAYER / "pack.yaml")
        page.get_by_role("button", name="Check the pack").click()
        page.get_by_text("new: criteria_sets invented-plan-examplimab 7").wait_for()
        editor.check()
        page.get_by_role("button", name="Put it aside").click()
        page.get_by_text("Put aside. Nothing was loaded.").wait_for()


def _double_the_age(editor: Reader) -> None:
    page = editor.page
    page.locator(".edit-link", has_text=re.compile("years or older")).first.click()
    value = page.get_by_label("Value", exact=True)
    before = value.input_value()
    after = str(2 * int(before))
    value.fill(after)
    sentence = page.get_by_label("In your words", exact=False).first
    sentence.fill(sentence.input_value().replace(before, after))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#said")).to_contain_text("Saved.")
    expect(page.locator(".edit-row.is-open .edit-head")).to_contain_text(after)
    editor.check()


def _read_the_impact(editor: Reader) -> None:
    """The page carries the study on by itself until it is finished."""
    page = editor.page
    page.get_by_role("button", name="Start an impact study").click()
    page.locator("progress, .summary").first.wait_for()
    page.locator(".summary").wait_for()
    editor.see("From what to what")
    changed = page.locator("table.transitions tbody a").first
    expect(changed, "somebody is younger than the new threshold").to_be_visible()
    people = page.locator("section[aria-labelledby=people]")
    expect(people).to_contain_text("before")
    expect(people).to_contain_text("after")


def _acts(page: Page) -> Locator:
    return page.locator("section.editorial").first


def _press(page: Page, button: str, status: str) -> None:
    _acts(page).get_by_role("button", name=button).click()
    page.locator("section.editorial h2 .tag", has_text=status).first.wait_for()
