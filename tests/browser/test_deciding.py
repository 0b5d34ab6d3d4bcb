"""What else happens to a case: pended and resumed, referred, and not certified by a physician."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Reader
from tests.browser.requested import request
from tests.browser.reviewing import (
    download_letters,
    find,
    open_case,
    register,
    sign,
    to_recommendation,
    work_through,
)


def test_a_case_is_pended_for_exactly_what_decides_and_resumed(nurse: Reader) -> None:
    wanted = request("natalizumab-initial", "Pend", recommendation="certify")
    register(nurse, wanted)
    open_case(nurse, wanted)
    page = nurse.page
    case = page.url.split("/steps/")[0]
    page.goto(f"{case}/recommendation/")
    nurse.check()
    page.get_by_role("link", name="Pend for information").click()
    page.get_by_role("heading", name="Pend for information").wait_for()
    nurse.check()
    asked = page.locator("input[name=fact_keys]:checked").count()
    assert asked > 3
    page.get_by_label("Message to the ordering clinician").fill("Please send the reports.")
    page.get_by_role("button", name="Pend and stop the clock").click()
    page.get_by_text("The clock stands still").first.wait_for()
    expect(page.locator("ul.missing li")).to_have_count(asked)
    nurse.check()
    page.get_by_role("link", name="Resume the review").first.click()
    page.get_by_role("button", name="Resume", exact=True).click()
    page.get_by_text("The clock is running").first.wait_for()
    nurse.check()


def test_a_referred_case_is_not_certified_by_a_physician_who_says_why(
    nurse: Reader, reader_as: Callable[..., Reader]
) -> None:
    wanted = request("methylprednisolone_ivmp-acute_course", "Refer", recommendation="refer")
    register(nurse, wanted)
    open_case(nurse, wanted)
    work_through(nurse, wanted)
    to_recommendation(nurse, "Refer to a physician")
    page = nurse.page
    expect(page.get_by_role("link", name="Not certify")).to_have_count(0)
    page.get_by_role("link", name="Refer to a physician").click()
    page.get_by_role("heading", name="Refer to a physician").wait_for()
    nurse.check()
    page.get_by_label("Why a physician should look").fill("The impairment is mild.")
    page.get_by_role("button", name="Refer", exact=True).click()
    page.get_by_text("Referred to a physician reviewer").wait_for()
    nurse.check()

    physician = reader_as("physician")
    find(physician, wanted.family_name)
    page = physician.page
    page.locator(".grid a[href*='/cases/']").first.click()
    physician.see("The impairment is mild.")
    page.get_by_role("link", name="Recommendation", exact=False).first.click()
    page.get_by_role("link", name="Not certify").click()
    page.get_by_role("heading", name="Not certify").wait_for()
    physician.check()
    page.get_by_label("Coded reason").select_option(index=1)
    page.get_by_label("The criterion that decides").select_option(index=1)
    page.get_by_label("Rationale").fill("The relapse does not impair function.")
    page.get_by_label("What would change the answer").fill("A report that shows impairment.")
    sign(physician, "Sign: not certified")
    expect(page.locator(".outcome")).to_contain_text("Not certified")
    expect(page.get_by_text("A report that shows impairment.")).to_be_visible()
    download_letters(page)
