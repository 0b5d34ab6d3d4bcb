"""Can everybody work with it: by keyboard alone, on a narrow screen, in every role?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, Reader
from tests.browser.requested import Request, request
from tests.browser.reviewing import answer_step, open_case, register

MOST_TABS = 250


def test_one_step_can_be_worked_with_the_keyboard_alone(nurse: Reader) -> None:
    wanted = request("methylprednisolone_ivmp-acute_course", "Keyboard", recommendation="certify")
    register(nurse, wanted)
    open_case(nurse, wanted)
    page = nurse.page
    step = page.url
    answered = _answer_by_keyboard(page, wanted)
    assert answered >= 1
    assert _focused(page)["text"] == "Save and continue"
    assert _focused(page)["outline"] != "none"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != step)
    page.goto(step)
    for key, asked in wanted.answers.items():
        radio = page.locator(f"input[type=radio][name=a-{key}]:checked")
        if radio.count():
            value = {True: "yes", False: "no"}.get(asked.value, asked.value)
            assert radio.get_attribute("value") == value


def _answer_by_keyboard(page: Page, wanted: Request) -> int:
    """Tabs through the page; chooses with arrows, types, and stops at the main button."""
    answered = 0
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = _focused(page)
        if focused["text"] == "Save and continue":
            return answered
        key = focused["name"].removeprefix("a-")
        if key not in wanted.answers or focused["name"] == key:
            continue
        value = wanted.answers[key].value
        value = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        if focused["type"] == "radio":
            page.keyboard.press("Space")
            for _ in range(8):
                if _focused(page)["value"] == value:
                    break
                page.keyboard.press("ArrowDown")
        elif focused["type"] == "select-one":
            page.keyboard.type(_label(page, focused["name"], value))
        else:
            page.keyboard.type(value)
        answered += 1
    raise AssertionError("the main button was not reached with the Tab key")


def _focused(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(
        """() => { const e = document.activeElement; return {
            name: e.name || "", type: e.type || "", value: e.value || "",
            text: (e.textContent || "").trim(), outline: getComputedStyle(e).outlineStyle }; }"""
    )
    return found


def _label(page: Page, name: str, value: str) -> str:
    return page.locator(f"select[name={name}] option[value='{value}']").inner_text()


def test_a_case_can_be_worked_on_a_screen_360_pixels_wide(reader_as: Callable[..., Reader]) -> None:
    reader = reader_as("nurse", viewport=NARROW)
    wanted = request("ocrelizumab_iv-initial", "Narrow", recommendation="certify")
    reader.goto("/")
    reader.check()
    reader.goto("/cases/")
    reader.check()
    register(reader, wanted, look=True)
    open_case(reader, wanted, look=True)
    page = reader.page
    reader.check()
    answer_step(page, wanted)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_text(re.compile(r"Step [2-9] of")).wait_for()
    reader.check()
    case = page.url.split("/steps/")[0]
    for tail in ("", "/check/", "/recommendation/", "/decide/pend/", "/history/"):
        page.goto(case + tail)
        reader.check()


def test_the_wizard_works_without_scripts(reader_as: Callable[..., Reader]) -> None:
    reader = reader_as("nurse", scripts=False)
    wanted = request("methylprednisolone_ivmp-acute_course", "Scriptless", recommendation="certify")
    register(reader, wanted)
    open_case(reader, wanted)
    page = reader.page
    step = page.url
    answer_step(page, wanted)
    typed = page.locator("input[type=radio]:checked").count()
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url(lambda url: url != step)
    page.goto(step)
    assert typed > 0
    expect(page.locator("input[type=radio]:checked")).to_have_count(typed)


def pages_of(username: str) -> list[str]:
    everybody = ["/", "/therapies/", "/evidence/", "/editorial-policy/", "/glossary/"]
    return {
        "nurse": [
            *everybody,
            "/accounts/2fa/",
            "/accounts/sessions/",
            "/accounts/password/change/",
        ],
        "auditor": ["/", "/audit/"],
        "infusion": ["/", "/patients/"],
        "editor": ["/", "/admin/", "/admin/certification/reference/"],
        "approver": ["/", "/admin/certification/criteriaversion/"],
        "admin": ["/", "/admin/certification/user/"],
    }[username]


@pytest.mark.parametrize(
    "username", ["nurse", "auditor", "infusion", "editor", "approver", "admin"]
)
def test_every_role_finds_its_pages_without_a_barrier(
    reader_as: Callable[..., Reader], username: str
) -> None:
    reader = reader_as(username)
    for path in pages_of(username):
        reader.goto(path)
        expect(reader.page).to_have_url(f"{reader.address}{path}")
        reader.check()


def test_a_second_factor_can_be_added(nurse: Reader) -> None:
    nurse.goto("/accounts/2fa/")
    nurse.see("Authenticator")
    nurse.goto("/accounts/2fa/totp/activate/")
    nurse.check()


def test_content_pages_show_their_sources(nurse: Reader) -> None:
    page = nurse.page
    nurse.goto("/therapies/")
    page.locator("main a[href*='/therapies/natalizumab']").first.click()
    page.wait_for_url("**/therapies/natalizumab/")
    nurse.check()
    page.locator("main a[href*='/criteria/']").first.click()
    page.wait_for_url("**/criteria/**")
    nurse.check()
    nurse.goto("/patients/")
    page.locator(".grid a").first.click()
    page.get_by_role("link", name="Every therapy").click()
    page.wait_for_url("**/every-therapy/")
    nurse.check()
