"""How does a reviewer work through a case in the browser? The steps that journeys share."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from certification.demo.accounts import PASSWORD
from tests.browser.conftest import Reader
from tests.browser.requested import Asked, Request, today

MOST_STEPS = 25


def register(reader: Reader, request: Request, *, look: bool = False) -> None:
    """Registers the person of a request; ends on their page.

    ``look``: hold these pages to the rules too. They are the same in every journey.
    """
    reader.goto("/patients/new/")
    if look:
        reader.check()
    page = reader.page
    page.get_by_label("Site").select_option(label="Demonstration Infusion Centre North")
    page.get_by_label("Given name").fill("Journey")
    page.get_by_label("Family name").fill(request.family_name)
    page.get_by_label("Record number").fill(f"SYN-J-{request.family_name}")
    page.get_by_label("Date of birth").fill(request.birth_date.isoformat())
    page.get_by_label(request.sex.capitalize(), exact=True).check()
    page.get_by_label("This is an invented person").check()
    page.get_by_label("MS course").select_option(value=request.course)
    page.get_by_label("ICD-10-CM code").select_option(value=request.code)
    page.get_by_role("button", name="Register").click()
    page.get_by_role("heading", name=f"Journey {request.family_name}").wait_for()
    if look:
        reader.check()


def find(reader: Reader, family_name: str) -> None:
    """Finds a registered person by name; ends on their page."""
    reader.goto("/patients/")
    reader.check()
    page = reader.page
    page.get_by_label("Name or record number").fill(family_name)
    with page.expect_navigation():
        page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=re.compile(family_name)).first.click()
    page.get_by_role("link", name="Open a case").first.wait_for()


def open_case(reader: Reader, request: Request, *, look: bool = False) -> None:
    """From the person's page; ends on the first step of the wizard. ``look``: see ``register``."""
    page = reader.page
    page.get_by_role("link", name="Open a case").first.click()
    page.get_by_role("heading", name="Open a case").wait_for()
    if look:
        reader.check()
    page.get_by_label("Therapy and type of request").select_option(value=request.set_key)
    page.get_by_label("Ordering clinician", exact=False).first.fill("Dr J. Sample-Orderer, MD")
    page.get_by_label("Planned start of service").fill((today() + timedelta(days=10)).isoformat())
    page.get_by_label("Standard").check()
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url("**/steps/**")


def work_through(reader: Reader, request: Request, *, leave_out: tuple[str, ...] = ()) -> int:
    """Answers step after step until the wizard asks nothing more; ends on the check page.

    Returns the number of steps that were walked through.
    """
    page = reader.page
    for steps in range(1, MOST_STEPS):
        reader.check()
        if steps == 1:
            page.get_by_label("You are reading from").select_option(value="record")
        answer_step(page, request, leave_out=leave_out)
        before = page.url
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url(lambda url, before=before: url != before)
        if "/steps/" not in page.url:
            page.get_by_role("heading", name="Check the answers").wait_for()
            reader.check()
            return steps
    raise AssertionError("the wizard did not come to an end")


def answer_step(page: Page, request: Request, *, leave_out: tuple[str, ...] = ()) -> None:
    """Types what the request says to every question that stands open on the page."""
    for section in page.locator("form > .answers > section.question").all():
        key = (section.get_attribute("id") or "").removeprefix("q-")
        if key in request.answers and key not in leave_out:
            answer(section, f"a-{key}", request.answers[key])


def answer(section: Locator, name: str, asked: Asked) -> None:
    value = {True: "yes", False: "no"}.get(asked.value, asked.value) if _is_flag(asked) else asked
    value = value.value if isinstance(value, Asked) else value
    if isinstance(value, list | tuple):
        _rows(section, name, value)
    elif (radio := section.locator(f"input[type=radio][name={name}][value='{value}']")).count():
        radio.check()
    elif (select := section.locator(f"select[name={name}]")).count():
        select.select_option(value=str(value))
    else:
        section.locator(f"input[name={name}]").fill(str(value))
    if asked.observed_on:
        day = section.locator(f"input[name={name}-on]")
        if not day.is_visible():
            section.locator("summary", has_text="Source and note").click()
        day.fill(asked.observed_on)


def _is_flag(asked: Asked) -> bool:
    return isinstance(asked.value, bool)


def _rows(section: Locator, name: str, rows: Any) -> None:
    for number, row in enumerate(rows):
        for column, cell in row.items():
            field = section.locator(f"[name={name}-{number}-{column}]")
            text = {True: "yes", False: "no"}[cell] if isinstance(cell, bool) else str(cell)
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value=text)
            else:
                field.fill(text)


def to_recommendation(reader: Reader, words: str) -> None:
    """From the check page; the recommendation says so in words."""
    page = reader.page
    page.get_by_role("link", name="Recommendation", exact=True).first.click()
    page.get_by_role("heading", name="Recommendation", exact=True).wait_for()
    expect(page.locator(".outcome")).to_contain_text(words)
    reader.check()


def sign(reader: Reader, button: str) -> None:
    """Signs the form that stands on the page; ends on the determination."""
    page = reader.page
    page.get_by_label("Your password, as your signature").fill(PASSWORD)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/determinations/**")
    page.get_by_role("heading", name="Determination").wait_for()
    reader.check()


def download_letters(page: Page) -> list[bytes]:
    """Downloads both letters; each is the stored one, byte for byte, by the hash on the page."""
    expect(page.locator("a[href*='/letters/']")).to_have_count(2)
    hashes = page.locator("code.hash").all_inner_texts()
    letters = []
    for link in page.locator("a[href*='/letters/']").all():
        with page.expect_download() as downloading:
            link.click()
        letter = Path(downloading.value.path()).read_bytes()
        assert letter.startswith(b"%PDF-")
        assert hashlib.sha256(letter).hexdigest() in hashes
        letters.append(letter)
    assert len(letters) == 2
    return letters
