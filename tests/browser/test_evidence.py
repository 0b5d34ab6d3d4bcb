"""A reader asks, changes the language, opens a word, and finds where the article lives."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import NARROW, Reader


def test_a_question_is_answered_with_sources_and_in_the_words_of_the_reader(
    nurse: Reader,
) -> None:
    page = nurse.page
    nurse.goto("/")
    page.get_by_label("Ask the evidence").locator("input[type=search]").fill("risk of PML")
    page.keyboard.press("Enter")
    page.wait_for_url("**/evidence/ask/?q=risk*")
    nurse.see("approved answers")
    expect(page.locator(".answers mark").first).to_be_visible()
    expect(page.locator(".answers .cite").first).to_be_visible()
    page.get_by_role("link", name="A patient or relative").click()
    page.wait_for_url("**reader=patient**")
    expect(page.locator("input[type=search]")).to_have_value("risk of PML")
    page.get_by_text("As clinicians say it").first.wait_for()
    nurse.check()
    nurse.goto("/evidence/ask/?q=zebra&reader=")
    nurse.see("Nothing approved answers this")


def test_a_word_opens_where_it_stands_by_keyboard_and_without_scripts(
    reader_as: Callable[..., Reader],
) -> None:
    for scripts in (True, False):
        reader = reader_as("nurse", scripts=scripts)
        page = reader.page
        reader.goto("/evidence/")
        word = page.locator("button.term").first
        said = page.locator(f"#{word.get_attribute('popovertarget')}")
        expect(said).to_be_hidden()
        word.focus()
        page.keyboard.press("Enter")
        expect(said).to_be_visible()
        if scripts:
            reader.check()
        page.keyboard.press("Escape")
        expect(said).to_be_hidden()


def test_a_row_of_the_article_leads_to_its_home(reader_as: Callable[..., Reader]) -> None:
    reader = reader_as("nurse", viewport=NARROW)
    page = reader.page
    reader.goto("/evidence/article/")
    reader.check()
    row = page.locator("#row-M3")
    row.get_by_text("monitoring rule").first.click()
    row.locator("details[open] a").first.click()
    page.wait_for_url("**/monitoring/protocols/**")
    expect(page.locator(":target")).to_have_count(1)
    reader.check()


def test_a_person_chooses_how_they_are_spoken_to(reader_as: Callable[..., Reader]) -> None:
    reader = reader_as("auditor")
    page = reader.page
    reader.goto("/")
    page.locator("details[data-menu] summary").click()
    page.get_by_role("link", name="How to speak to you").click()
    reader.check()
    page.get_by_label("A patient or relative").check()
    page.get_by_role("button", name="Save").click()
    reader.see("Saved.")
    reader.goto("/evidence/")
    page.get_by_text("As clinicians say it").first.wait_for()
    reader.check()
