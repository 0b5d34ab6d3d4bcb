"""An infusion day in the browser: ready or not, infused, missed, held and released."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Reader
from tests.browser.nursing import (
    answer_checklist,
    enter_report,
    find_treated,
    on_board,
    open_course,
    record_infusion,
    row_of,
)
from tests.browser.requested import today


@pytest.fixture
def ward(reader_as: Callable[..., Reader]) -> Reader:
    return reader_as("infusion")


def test_an_infusion_day_from_the_checklist_to_the_next_booking(
    reader_as: Callable[..., Reader],
) -> None:
    reader = reader_as()
    reader.sign_in("infusion")
    page = reader.page
    reader.see("Infusion day")
    someone = find_treated(reader, "Becomes antibody positive in month 13")
    reader.check()
    reader.goto("/")
    day = page.locator("section.work").filter(has=page.get_by_role("heading", name="Infusion day"))
    day.get_by_role("link", name="All of it").click()
    page.get_by_role("heading", name="Infusion day: Today").wait_for()
    reader.check()
    row = row_of(page, someone)
    expect(row).to_contain_text("Not clear")
    row.get_by_role("link", name="Do the checklist").click()
    page.get_by_role("heading", name="Checklist before the infusion").wait_for()
    reader.check()
    answer_checklist(page)
    reader.see("Nothing stands against it.")
    page.get_by_role("link", name="Record the infusion").first.click()
    page.get_by_role("heading", name="Record the infusion").wait_for()
    reader.check()
    record_infusion(page, batch="JOURNEY-1", today=today())
    page.get_by_role("heading", name="Vital signs").wait_for()
    expect(page.locator("main")).to_contain_text("JOURNEY-1")
    reader.check()
    page.get_by_role("link", name="Record a reaction").click()
    page.get_by_role("heading", name="Record a reaction").wait_for()
    reader.check()
    page.get_by_label("Grade 2", exact=True).check()
    page.get_by_label("Symptoms").fill("Flushing and hives")
    page.get_by_label("Began, minutes after the start").fill("20")
    page.get_by_label("What was done").fill("Paused, then half the rate")
    page.get_by_role("button", name="Record the reaction").click()
    reader.see("After the reaction: what the next visit carries")
    expect(page.locator("main")).to_contain_text("Grade 2: Flushing and hives")
    page.get_by_role("link", name="Book it").click()
    page.get_by_role("heading", name="Book", exact=True).wait_for()
    reader.check()
    assert page.get_by_label("Day", exact=False).first.input_value() > today().isoformat()
    page.get_by_role("button", name="Book", exact=True).click()
    page.get_by_text("Scheduled", exact=True).first.wait_for()
    reader.see("After the reaction: what the next visit carries")
    expect(on_board(reader, someone)).to_contain_text("Infused")


def test_who_is_blocked_is_clear_after_the_one_next_act(ward: Reader) -> None:
    page = ward.page
    someone = find_treated(ward, "Comes today with an infection")
    row = on_board(ward, someone)
    expect(row).to_contain_text("Not clear")
    acts = row.locator(".ln-act a")
    expect(acts, "one next act").to_have_count(1)
    acts.click()
    page.get_by_role("heading", name="Document facts").wait_for()
    ward.check()
    page.get_by_label("Active infection today").select_option(label="No")
    page.get_by_role("button", name="Save", exact=True).click()
    ward.see("Nothing stands against it.")
    expect(on_board(ward, someone)).not_to_contain_text("Not clear")


def test_an_overdue_antibody_test_then_a_hold_and_its_release(ward: Reader) -> None:
    page = ward.page
    someone = find_treated(ward, "Negative, the antibody test has become overdue")
    ward.goto("/monitoring/?show=overdue")
    ward.check()
    line = row_of(page, someone).filter(has_text="Anti-JCV antibody test")
    expect(line).to_contain_text("Overdue")
    line.get_by_role("link", name="Enter the result").click()
    page.get_by_role("heading", name="Anti-JCV antibody test").wait_for()
    ward.check()
    values = {"jcv_antibody_status": "positive", "jcv_index": "1.7"}
    enter_report(page, done_on=today(), values=values)
    ward.check()
    expect(page.locator("section[aria-labelledby=raised-title]")).to_contain_text("Alert")
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_text("Marked as seen by you.").wait_for()

    course = open_course(ward, someone)
    ward.check()
    expect(page.locator("section.readiness")).not_to_contain_text("Overdue")
    page.get_by_role("link", name="Place a hold").click()
    page.get_by_label("Why the next infusion has to wait").fill("The neurologist decides anew.")
    ward.check()
    page.get_by_role("button", name="Hold", exact=True).click()
    page.wait_for_url(f"**{course}")
    ward.see("The neurologist decides anew.")
    expect(page.locator("section.readiness")).to_contain_text("Not clear to infuse")
    row = on_board(ward, someone)
    expect(row).to_contain_text("On hold since")
    row.get_by_role("link", name="Release the hold").click()
    page.get_by_role("heading", name="Release a hold").wait_for()
    ward.check()
    page.get_by_role("button", name="Release the hold").click()
    page.locator(".error-summary").wait_for()
    ward.refused_with(422)
    ward.check()
    page.get_by_label("Why the infusion can go on").fill("Seen; the benefit outweighs the risk.")
    page.get_by_role("button", name="Release the hold").click()
    page.get_by_role("heading", name="Release a hold").wait_for(state="detached")
    ward.goto(course)
    ward.see("Nothing stands against it.")
    ward.goto(someone.path)
    expect(page.locator("main")).to_contain_text("The neurologist decides anew.")


def test_after_a_missed_infusion_the_next_visit_carries_the_advice(ward: Reader) -> None:
    page = ward.page
    someone = find_treated(ward, "Comes today, everything ready")
    on_board(ward, someone).get_by_role("link", name="Open the visit").click()
    page.get_by_role("link", name="Missed: did not come").click()
    page.get_by_role("heading", name="Missed: the person did not come").wait_for()
    ward.check()
    page.get_by_label("Reason").fill("No train.")
    page.get_by_role("button", name="Record as missed").click()
    ward.see("Recorded as missed.")
    page.get_by_role("link", name="Book it").click()
    page.get_by_role("button", name="Book", exact=True).click()
    page.get_by_text("Scheduled", exact=True).first.wait_for()
    ward.check()
    advice = page.locator("section.advice")
    expect(advice).to_contain_text("After the missed infusion")
    expect(advice).to_contain_text("Founding article, P4")
    expect(advice, "beside what the label says").to_contain_text("Label")
