"""A therapy that nobody knew: built in the admin alone, certified by a nurse, then monitored."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Reader
from tests.browser.requested import RUN, Asked, Request, today
from tests.browser.reviewing import (
    answer_step,
    download_letters,
    open_case,
    register,
    sign,
    to_recommendation,
)

NAME = f"Novelumab {RUN}"
QUESTION = f"Receptor type {RUN}"
SOURCE = f"NOVELIS {RUN} prescribing information"
LABEL = f"label_novelis_{RUN}"
FACT = f"receptor_type_{RUN}"
SET = f"novelumab_{RUN}-initial"


def test_a_new_therapy_from_nothing_to_due_items(reader_as: Callable[..., Reader]) -> None:
    editor, approver = reader_as("editor"), reader_as("approver")
    made = [*_library(editor), _criteria(editor), _protocol(editor)]
    for address in made:
        _approve(approver, address)
    _certify(reader_as("nurse"))
    _monitor(reader_as("infusion"))


def _library(editor: Reader) -> list[str]:
    """Reference, therapy and question; their addresses in the admin."""
    page = editor.page
    _add(editor, "reference")
    page.locator("#id_key").fill(LABEL)
    page.locator("#id_kind").select_option("label")
    page.locator("#id_title").fill(SOURCE)
    page.locator("#id_url").fill("https://label.example/novelis")
    page.locator("#id_accessed_on").fill(today().isoformat())
    page.locator("#id_verified").select_option("stored")
    reference = _saved(page)
    _add(editor, "therapy")
    page.locator("#id_generic").fill(NAME)
    page.locator("#id_brands").fill("Novelis")
    page.locator("#id_efficacy").select_option("high")
    page.locator("#id_detail_dosing_dose").fill("40 mg")
    therapy = _saved(page)
    _add(editor, "fact")
    page.locator("#id_label").fill(QUESTION)
    page.locator("#id_type").select_option("choice")
    page.locator("#id_group").select_option(index=1)
    page.locator("#id_choices").fill("Type A\nType B")
    return [reference, therapy, _saved(page)]


def _criteria(editor: Reader) -> str:
    page = editor.page
    _add(editor, "criteriadraft")
    page.get_by_label("Therapy").select_option(label=NAME)
    page.get_by_label("Type of request").select_option("initial")
    page.get_by_label("Title").fill(f"{NAME}, first request")
    page.get_by_label("Months that a certification lasts").fill("12")
    page.get_by_role("button", name="Start the draft").click()
    page.get_by_role("button", name="Add a test").click()
    _said(page, "A test was added.")
    page.get_by_label("Question").fill(QUESTION)
    page.keyboard.press("Tab")
    page.get_by_label("Comparison").select_option(label="is")
    page.get_by_label("Answer", exact=True).select_option(label="Type A")
    page.get_by_label("In your words").fill("The receptor type is A.")
    page.get_by_label("Another reference").fill(LABEL)
    page.get_by_label("Where in it").last.fill("section 1")
    page.get_by_label("How the source was read").select_option("stored")
    page.get_by_role("button", name="Save", exact=True).last.click()
    _said(page, "Saved.")
    editor.check()
    _tab(page, "Overview")
    page.locator("#id_dose").fill("40 mg")
    page.locator("#id_interval").fill("every 8 weeks")
    page.locator("#id_count").fill("7")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    _tab(page, "Try it")
    page.get_by_label(QUESTION).select_option(label="Type A")
    expect(page.locator("#outcome .outcome-word")).to_contain_text("Certify")
    page.get_by_label("Name of the example").fill("Type A")
    page.get_by_label("Certify", exact=True).check()
    page.get_by_role("button", name="Keep as an example").click()
    page.get_by_text("1 of 1 worked example as expected").wait_for()
    return _submitted(editor)


def _protocol(editor: Reader) -> str:
    page = editor.page
    editor.goto("/admin/monitoring/protocoldraft/add/")
    editor.check()
    page.get_by_label("Therapy").select_option(label=NAME)
    page.get_by_label("Title").fill(f"{NAME}, monitoring")
    page.get_by_role("button", name="Start the draft").click()
    page.locator("#id_interval_0").fill("8")
    page.locator("#id_interval_1").select_option("weeks")
    _told(page, "40 mg every 8 weeks.", "section 2")
    expect(page.locator("main, #content").first).to_contain_text("Every 8 weeks")
    editor.check()
    _tab(page, "Rules")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("When", exact=True).select_option("recurring")
    page.get_by_role("button", name="Show the inputs of the chosen kind").click()
    page.get_by_label("What is due").select_option(label="Blood count")
    page.get_by_label("Short name").fill("Blood count")
    page.get_by_label("Counted from").select_option("start")
    page.locator("#id_interval_0").fill("6")
    _told(page, "A blood count every 6 months.", "section 2")
    expect(page.locator(".reads-back")).to_contain_text("Every 6 months, counted from the first")
    editor.check()
    _tab(page, "Five years")
    expect(page.locator("#outcome")).to_contain_text("Blood count")
    editor.check()
    page.get_by_label("Name of the example").fill("Starts today")
    page.get_by_role("button", name="Keep as an example").click()
    page.get_by_text("1 of 1 worked example as expected").wait_for()
    return _submitted(editor)


def _told(page: Page, says: str, place: str) -> None:
    """What the reader is told, and its source."""
    page.get_by_label("What the reader is told").fill(says)
    page.get_by_label("How the source was read").select_option("stored")
    page.get_by_label("Another reference").fill(LABEL)
    page.get_by_label("Where in it").last.fill(place)
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_text("Saved.").wait_for()


def _approve(approver: Reader, address: str) -> None:
    page = approver.page
    page.goto(address)
    approver.check()
    acts = page.locator("section.editorial")
    acts.get_by_role("button", name="Start review").click()
    acts.get_by_role("button", name="Approve").click()
    page.locator("section.editorial h2 .tag", has_text="Approved").first.wait_for()


def _certify(nurse: Reader) -> None:
    wanted = Request(
        SET, f"{NAME}, first request", f"New-{RUN}", date(1990, 5, 17), "female", "RRMS", "G35.A",
        {FACT: Asked("type_a")},
    )  # fmt: skip
    page = nurse.page
    register(nurse, wanted)
    open_case(nurse, wanted)
    nurse.check()
    page.get_by_label("You are reading from").select_option(value="record")
    answer_step(page, wanted)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("heading", name="Check the answers").wait_for()
    to_recommendation(nurse, "Certify")
    page.get_by_role("link", name="Certify", exact=True).click()
    sign(nurse, "Sign and certify")
    for letter in download_letters(page):
        pages = PdfReader(io.BytesIO(letter)).pages
        words = " ".join(" ".join(one.extract_text() for one in pages).split())
        assert f"{NAME} (Novelis)" in words
        assert "40 mg" in words
        assert "every 8 weeks" in words


def _monitor(infusion: Reader) -> None:
    page = infusion.page
    infusion.goto("/patients/")
    page.get_by_label("Name or record number").fill(f"New-{RUN}")
    with page.expect_navigation():
        page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=re.compile(f"New-{RUN}")).first.click()
    page.locator("main").get_by_role("link", name="Monitoring", exact=True).click()
    page.get_by_role("link", name=re.compile(f"{NAME}, certified")).click()
    page.get_by_role("link", name="Open a course").click()
    page.get_by_label("First infusion on").fill((today() + timedelta(days=12)).isoformat())
    page.get_by_role("button", name="Open the course").click()
    infusion.see("The course is open and its schedule is worked out.")
    expect(page.get_by_text("Blood count").first).to_be_visible()


def _add(editor: Reader, model: str) -> None:
    editor.goto(f"/admin/certification/{model}/add/")
    editor.check()


def _saved(page: Page) -> str:
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url("**/change/**")
    page.get_by_role("heading", name="Review").first.wait_for()
    return page.url.split("?")[0]


def _submitted(editor: Reader) -> str:
    """Submits the draft; its version's address."""
    page = editor.page
    _tab(page, "Overview")
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_text("is submitted. Another person reviews it.").wait_for()
    return page.url.split("?")[0]


def _tab(page: Page, title: str) -> None:
    page.locator(".tabs a", has_text=title).first.click()
    page.locator(".tabs a[aria-current]", has_text=title).wait_for()
    # What is chosen before the scripts have come is evaluated with the next choice only.
    page.wait_for_load_state()


def _said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)
    page.wait_for_load_state()
