"""Nobody falls out: the tail, files of results, relapses, renewals, calendars and the audit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, Reader
from tests.browser.nursing import (
    WORKLIST,
    Someone,
    enter_report,
    find_treated,
    on_board,
    open_course,
    record_of,
    row_of,
)
from tests.browser.requested import today

MOST_TABS = 60


@pytest.fixture
def ward(reader_as: Callable[..., Reader]) -> Reader:
    return reader_as("infusion")


def test_the_tail_after_the_last_infusion_goes_on_in_month_47(ward: Reader) -> None:
    page = ward.page
    someone = find_treated(ward, "Month 47 of the tail")
    course = open_course(ward, someone)
    page.get_by_role("link", name="Stop the course").wait_for()
    expect(page.locator("main")).not_to_contain_text("Open a renewal")
    page.get_by_role("link", name="Stop the course").click()
    page.get_by_label("Reason").fill("Both courses were given.")
    ward.check()
    page.get_by_role("button", name="Stop the course").click()
    page.wait_for_url(f"**{course}")
    page.get_by_role("heading", name="This course was stopped").wait_for()
    ward.check()
    stopped = page.locator("section[aria-labelledby=stopped-title]")
    expect(stopped).to_contain_text("Watched until")
    monthly = page.locator("section[aria-labelledby=due-title] tr", has_text="Monthly blood count")
    words = re.compile(r"Asked for until \d+ \w+ 20\d\d, 48 months after the last infusion")
    expect(monthly.first, "the end of the tail is told").to_contain_text(words)

    ward.goto("/monitoring/?therapy=alemtuzumab&show=due")
    ward.check()
    line = row_of(page, someone).filter(has_text="Blood count").first
    line.get_by_role("link", name="Enter the result").click()
    page.get_by_role("heading", name="Blood count").wait_for()
    values = {"lymphocyte_count": "1.1", "neutrophil_count": "3.2"}
    enter_report(page, done_on=today(), values=values)
    ward.check()
    followed = page.locator("section[aria-labelledby=followed-title]")
    expect(followed.locator("li", has_text="Done").first).to_be_visible()
    next_one = followed.locator("li", has_text="Next")
    expect(next_one, "the tail has not ended").to_have_count(1)
    ward.goto(course)
    expect(page.locator(".who, .course-head").first).to_contain_text("Stopped")
    expect(page.locator("section[aria-labelledby=due-title] tbody tr").nth(3)).to_be_attached()


def test_a_file_of_results_is_mended_confirmed_and_the_second_time_changes_nothing(
    ward: Reader, tmp_path: Path
) -> None:
    page = ward.page
    record = record_of("Between the courses")
    day = today().isoformat()
    heading = "record_number,test,done_on,tsh_miu_l,creatinine_mg_dl"
    good = f"{record},tsh,{day},1.9,\n{record},creatinine,{day},,0.8\n"
    bad = (
        f"{heading}\n{good}"
        f"{record},tsh,{day},2.9,\n"
        f"NOBODY-1,tsh,{day},1.1,\n"
        f"{record},tsh,13/45/2026,1.1,\n"
        f"{record},creatinine,{day},,900\n"
        f'{record},tsh,{day},"=1+1",\n'
        f"{record},no_such_test,{day},1.1,\n"
    )
    ward.goto(WORKLIST)
    page.get_by_role("link", name="Import results").click()
    page.get_by_role("heading", name="Import results").wait_for()
    ward.check()
    _send(ward, tmp_path / "bad.csv", bad)
    refused = page.locator("main tbody tr", has_text="Refused")
    expect(refused.nth(4)).to_be_visible()
    for words in ("NOBODY-1", "no_such_test"):
        expect(page.locator("main table")).to_contain_text(words)
    ward.check()
    some = page.get_by_role("button", name=re.compile("Import|Add"))
    expect(some, "none, not some").to_have_count(0)
    page.get_by_role("link", name="Check another file").click()

    _send(ward, tmp_path / "mended.csv", f"{heading}\n{good}")
    expect(page.locator("main tbody tr", has_text="New")).to_have_count(2)
    ward.check()
    page.locator("button[name=import]").click()
    ward.see("2 results added.")
    page.locator("main tbody a").first.click()
    page.get_by_role("heading", name="What was found").wait_for()
    ward.check()

    ward.goto("/monitoring/import/")
    _send(ward, tmp_path / "again.csv", f"{heading}\n{good}")
    expect(page.locator("main tbody tr", has_text="Nothing to do")).to_have_count(2)
    ward.check()
    expect(page.locator("button[name=import]")).to_have_count(0)


def _send(reader: Reader, path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    page = reader.page
    page.get_by_label("Site").select_option(label="Demonstration Infusion Centre North")
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Check the file").click()
    page.locator(".file-acts").wait_for()


def test_a_relapse_course_is_booked_in_one_act_and_asks_what_the_relapse_means(
    ward: Reader, reader_as: Callable[..., Reader]
) -> None:
    page = ward.page
    someone = find_treated(ward, "A relapse, the second of three days")
    course = open_course(ward, someone)
    page.get_by_role("link", name="Open the visit").first.click()
    page.get_by_role("link", name="Cancel the booking").click()
    page.get_by_label("Reason").fill("Booked anew with the days that follow.")
    page.get_by_role("button", name="Cancel the booking").click()
    page.get_by_text("Cancelled.").first.wait_for()
    ward.goto(f"{course}book/")
    ward.check()
    page.get_by_label(re.compile(r"\d visits, on days in a row")).first.check()
    page.get_by_role("button", name="Book", exact=True).click()
    page.wait_for_url(f"**{course}")
    expect(page.locator("main").get_by_text("Scheduled", exact=True).first).to_be_attached()
    ward.check()
    page.locator("section[aria-labelledby=relapse-title]").get_by_role("link").first.click()
    page.get_by_role("heading", name="What does this relapse mean?").wait_for()
    page.get_by_label("Yes: another is to be reviewed").check()
    page.get_by_label("Why").fill("The neurologist, after the second relapse of the year.")
    ward.check()
    page.get_by_role("button", name="Record the answer").click()
    ward.see("Answered.")

    reviewer = reader_as("nurse")
    reviewer.goto(course)
    reviewer.check()
    theirs = reviewer.page
    theirs.locator("section[aria-labelledby=relapse-title]").get_by_role("link").first.click()
    theirs.get_by_role("heading", name="This relapse changes the therapy: open a case").wait_for()
    reviewer.check()
    theirs.get_by_label("Therapy and type of request").select_option(value="natalizumab-initial")
    theirs.get_by_label("Ordering clinician", exact=False).first.fill("Dr J. Sample-Orderer, MD")
    theirs.get_by_role("button", name="Open the case").click()
    theirs.wait_for_url("**/cases/**")
    _to_monitored(reviewer)


def _to_monitored(reader: Reader) -> Locator:
    """Walks through the steps of the case that is open, until one offers what was monitored."""
    page = reader.page
    case = re.sub(r"(/cases/[0-9a-f-]+/).*", r"\1", page.url)
    page.goto(case)
    steps = page.locator("a[href*='/steps/']").evaluate_all("all => all.map(one => one.href)")
    assert steps
    for step in dict.fromkeys(steps):
        page.goto(step)
        offers = page.locator(".offer:visible", has_text="From monitoring, confirm")
        if offers.count():
            reader.check()
            return offers.first
    raise AssertionError("no step offers anything from monitoring")


def test_a_renewal_is_prefilled_from_monitoring_and_shows_the_lapse(
    ward: Reader, reader_as: Callable[..., Reader]
) -> None:
    page = ward.page
    someone = find_treated(ward, "Every certified infusion has been given")
    ward.goto("/monitoring/?show=renewals")
    ward.check()
    row_of(page, someone).get_by_role("link", name="Open the course").click()
    page.wait_for_url("**/courses/**")
    course = page.url.removeprefix(ward.address)
    budget = page.locator("section[aria-labelledby=budget-title]")
    expect(budget).to_contain_text("Open a renewal.")
    expect(on_board(ward, someone)).to_contain_text("Add a determination")

    reviewer = reader_as("nurse")
    theirs = reviewer.page
    reviewer.goto(course)
    theirs.get_by_role("link", name="Open a renewal case").first.click()
    theirs.get_by_role("heading", name="Open a renewal case").wait_for()
    reviewer.check()
    theirs.get_by_label("Ordering clinician", exact=False).first.fill("Dr J. Sample-Orderer, MD")
    theirs.get_by_role("button", name="Open the renewal case").click()
    theirs.wait_for_url("**/cases/**")
    reviewer.see("A lapse in monitoring")
    expect(theirs.locator("main")).to_contain_text("Anti-JCV antibody test: was due on")
    offer = _to_monitored(reviewer)
    expect(offer, "each value with its age").to_contain_text(re.compile("days? old"))
    offer.get_by_role("button", name="Confirm and use").click()
    theirs.get_by_text("From monitoring, confirmed").first.wait_for()
    reviewer.check()


def test_the_worklist_is_worked_with_the_keyboard_alone(ward: Reader) -> None:
    page = ward.page
    ward.goto("/monitoring/?show=results")
    ward.check()
    waiting = page.locator("[data-row]").count()
    assert waiting > 2
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if _focused(page, "e.name === 'key'"):
            break
    for key in ("j", "x", "ArrowDown", "k", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("input[name=key]:checked")).to_have_count(2)
    assert _focused(page, "getComputedStyle(e).outlineStyle !== 'none'"), "where am I?"
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if _focused(page, "e.textContent.trim() === 'Mark the chosen results as seen'"):
            break
    page.keyboard.press("Enter")
    page.get_by_text("2 results marked as seen.").wait_for()
    ward.check()
    expect(page.locator("[data-row]")).to_have_count(waiting - 2)


def _focused(page: Page, question: str) -> bool:
    return bool(page.evaluate(f"() => {{ const e = document.activeElement; return {question}; }}"))


def test_a_nurse_can_work_on_a_screen_360_pixels_wide(reader_as: Callable[..., Reader]) -> None:
    reader = reader_as("infusion", viewport=NARROW)
    page = reader.page
    for path in ("/", WORKLIST, "/monitoring/board/", "/monitoring/on-time/"):
        reader.goto(path)
        reader.check()
    someone: Someone = find_treated(reader, "Low index, missed an infusion")
    reader.check()
    open_course(reader, someone)
    reader.check()
    page.get_by_role("link", name="Open the visit").first.click()
    page.get_by_role("heading", name="Record or change").wait_for()
    reader.check()
    page.get_by_role("link", name="Move").click()
    page.get_by_label("Time").fill("10:30")
    page.get_by_role("button", name="Move", exact=True).click()
    reader.see("Moved.")
    expect(page.locator("main")).to_contain_text("10:30")
    reader.goto(f"{someone.path}results/new/")
    reader.check()
    page.get_by_role("link", name="Brain MRI").first.click()
    page.get_by_role("heading", name="Brain MRI").wait_for()
    reader.check()


def test_a_calendar_is_read_without_a_session_until_it_is_revoked(
    ward: Reader, reader_as: Callable[..., Reader]
) -> None:
    page = ward.page
    ward.goto("/monitoring/calendars/")
    ward.check()
    page.get_by_label("The whole site").check()
    page.get_by_role("button", name="Make the address").click()
    address = page.get_by_label("Secret address").input_value()
    ward.check()
    stranger = reader_as().page.context.request
    answer = stranger.get(address)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = answer.text()
    assert "BEGIN:VEVENT" in calendar
    assert "Sample-" not in calendar, "initials, and no name"
    page.get_by_role("button", name=re.compile("^Revoke")).first.click()
    ward.see("Revoked.")
    assert stranger.get(address).status == 404


def test_the_audit_of_tests_on_time_is_a_chart_a_table_and_a_file(ward: Reader) -> None:
    page = ward.page
    ward.goto(WORKLIST)
    page.get_by_role("link", name="Tests on time").click()
    page.get_by_role("heading", name="Tests on time").wait_for()
    ward.check()
    page.get_by_label("Time", exact=True).select_option(index=2)
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/on-time/?**")
    expect(page.locator("svg.chart-months").nth(3)).to_be_attached()
    ward.check()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    text = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "site"
    assert len(rows) > 20
    assert "Sample-" not in text, "nobody's name"
