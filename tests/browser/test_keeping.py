"""Nothing that was typed is lost: two people, wrong values, signing out in the middle."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import APIResponse, Route, expect

from certification.demo.accounts import PASSWORD
from tests.browser.conftest import Reader
from tests.browser.requested import Asked, request
from tests.browser.reviewing import answer, open_case, register

QUESTION = "ms_diagnosis_confirmed"


def test_two_people_on_one_case_are_told_what_the_other_did(
    nurse: Reader, reader_as: Callable[..., Reader]
) -> None:
    wanted = request("natalizumab-initial", "Stale", recommendation="certify")
    register(nurse, wanted)
    open_case(nurse, wanted)
    other = reader_as("physician")
    other.page.goto(nurse.page.url)
    _answer(nurse, "yes")
    _answer(other, "no", saved=False)
    page = other.page
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Nothing was saved, and nothing is lost").wait_for()
    other.refused_with(409)
    other.check()
    theirs, mine = page.get_by_label("Theirs:"), page.get_by_label("Yours, as typed below:")
    expect(theirs).to_be_checked()
    mine.check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Nothing was saved").wait_for(state="detached")
    expect(page.locator(f"input[name=a-{QUESTION}][value=no]")).to_be_checked()
    nurse.page.reload()
    expect(nurse.page.locator(f"input[name=a-{QUESTION}][value=no]")).to_be_checked()


def _answer(reader: Reader, value: str, *, saved: bool = True) -> None:
    page = reader.page
    page.locator(f"input[name=a-{QUESTION}][value={value}]").check()
    words = "Saved" if saved else "Not saved"
    page.get_by_text(words, exact=True).first.wait_for()


def test_a_value_that_cannot_be_right_is_kept_as_typed_and_explained(nurse: Reader) -> None:
    wanted = request("natalizumab-initial", "Typed", recommendation="refer", dmt_adherence="poor")
    register(nurse, wanted)
    open_case(nurse, wanted)
    page = nurse.page
    page.goto(page.url.split("/steps/")[0] + "/check/")
    page.get_by_role("link", name="EDSS").first.click()
    section = page.locator("#q-edss")
    answer(section, "a-edss", Asked("3.3"))
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".error-summary").wait_for()
    expect(page.locator("#alerts-edss")).to_contain_text("3.3 is not a multiple of 0.5")
    nurse.check()
    page.reload()
    expect(page.locator("input[name=a-edss]")).to_have_value("3.3")
    answer(section, "a-edss", Asked("3.5"))
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".error-summary").wait_for(state="detached")
    expect(page.locator("input[name=a-edss]")).to_have_value("3.5")


def test_whoever_signs_out_in_the_middle_comes_back_to_everything(
    reader_as: Callable[..., Reader],
) -> None:
    reader = reader_as()
    reader.sign_in("nurse")
    wanted = request("natalizumab-initial", "Back", recommendation="certify")
    register(reader, wanted)
    open_case(reader, wanted)
    page = reader.page
    step = page.url
    _answer(reader, "yes")
    page.locator("details[data-menu] > summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    page.goto(step)
    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(step)
    expect(page.locator(f"input[name=a-{QUESTION}][value=yes]")).to_be_checked()
    reader.check()


def test_a_save_waits_for_the_one_that_is_under_way_in_the_background(nurse: Reader) -> None:
    wanted = request("natalizumab-initial", "Waits", recommendation="certify")
    register(nurse, wanted)
    open_case(nurse, wanted)
    page = nurse.page
    page.goto(page.url.split("/steps/")[0] + "/check/")
    page.get_by_role("link", name="EDSS").first.click()
    late: list[tuple[Route, APIResponse]] = []

    def answered_late(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            late.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/steps/**", answered_late)
    edss = page.locator("input[name=a-edss]")
    edss.fill("3.5")
    edss.blur()
    while not late:
        page.wait_for_timeout(20)
    edss.fill("4.0")
    page.get_by_role("button", name="Save", exact=True).click()
    route, response = late[0]
    route.fulfill(response=response)
    expect(edss, "saved, and shown as it was saved").to_have_value("4")
    nurse.check()
    page.unroute("**/steps/**")
