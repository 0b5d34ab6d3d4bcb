"""How does an infusion nurse find people and work through a visit in the browser?

People are those of the demonstration's cohort. They are asked for by what its script says of them,
and a person whose record a journey changes belongs to that journey alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from playwright.sync_api import Locator, Page

from monitoring.demo.cohort import FIRST_RECORD
from monitoring.demo.script import read_cohort
from tests.browser.conftest import Reader

BOARD = "/monitoring/board/"
WORKLIST = "/monitoring/"


def record_of(about: str) -> str:
    """The record number of the first person whose story begins so."""
    scripts = read_cohort().scripts()
    place = next(n for n, script in enumerate(scripts) if script.about.startswith(about))
    return f"SYN-{FIRST_RECORD + place}"


@dataclass(frozen=True)
class Someone:
    """A treated person: the name as lists show it, and where the record lies."""

    name: str
    key: str

    @property
    def path(self) -> str:
        return f"/monitoring/patients/{self.key}/"


def find_treated(reader: Reader, about: str) -> Someone:
    """Finds a person of the cohort by record number; ends on their monitoring page."""
    page = reader.page
    reader.goto("/patients/")
    page.get_by_label("Name or record number").fill(record_of(about))
    with page.expect_navigation():
        page.get_by_role("button", name="Find").click()
    page.locator("main .grid tbody a").first.click()
    page.locator("main").get_by_role("link", name="Monitoring", exact=True).click()
    page.get_by_role("heading", name="Monitoring at a glance").wait_for()
    found = re.search(r"/patients/([0-9a-f-]{36})/", page.url)
    assert found
    return Someone(page.locator(".who-name").first.inner_text().strip(), found[1])


def open_course(reader: Reader, someone: Someone) -> str:
    """From the monitoring page to the course; gives its path."""
    page = reader.page
    reader.goto(someone.path)
    page.locator("section[aria-labelledby=courses-title] th a").first.click()
    page.wait_for_url("**/courses/**")
    return page.url.removeprefix(reader.address)


def row_of(page: Page, someone: Someone) -> Locator:
    """The rows of a list in which the person stands."""
    return page.locator("[data-row]").filter(has_text=someone.name)


def on_board(reader: Reader, someone: Someone) -> Locator:
    """Goes to the infusion day; the row of the person."""
    reader.goto(BOARD)
    row = row_of(reader.page, someone)
    row.first.wait_for()
    return row.first


def answer_checklist(page: Page, *, yes: tuple[str, ...] = ()) -> None:
    """Answers what has to be answered: no, unless the question stands in ``yes``."""
    save = page.get_by_role("button", name="Save the checklist")
    save.wait_for()
    for fieldset in page.locator("section.question fieldset:has(.asteriskField)").all():
        title = fieldset.locator("legend").inner_text()
        answer = "Yes" if title.rstrip("*").strip() in yes else "No"
        fieldset.get_by_label(answer, exact=True).check()
    save.click()


def record_infusion(page: Page, *, batch: str, today: date) -> None:
    """Fills in the form of the infusion, with two rows of vital signs, and records it."""
    page.get_by_label("Batch or lot number").fill(batch)
    page.get_by_label("Batch expires on").fill((today + timedelta(days=200)).isoformat())
    page.get_by_label("Premedication given").fill("Acetaminophen 650 mg, 30 minutes before")
    page.get_by_label("Rate", exact=False).first.fill("over 60 minutes")
    page.get_by_label("Observed after it, in minutes").fill("60")
    for number, row in enumerate(
        (
            {"minutes": "0", "systolic": "124", "diastolic": "78"},
            {"minutes": "30", "systolic": "118", "diastolic": "74"},
        )
    ):
        for sign, value in row.items():
            page.locator(f"#vitals-rows [name$='-{number}-{sign}']").fill(value)
    page.get_by_role("button", name="Record the infusion").click()


def enter_report(page: Page, *, done_on: date, values: dict[str, str]) -> None:
    """Types a report on the page of a result, and saves it. Values are by the key of their fact."""
    save = page.get_by_role("button", name="Save", exact=True)
    save.wait_for()
    page.get_by_label("Done on").fill(done_on.isoformat())
    page.get_by_label("Reported on").fill(done_on.isoformat())
    for key, value in values.items():
        name = f"v-{key}"
        radio = page.locator(f"input[type=radio][name={name}][value='{value}']")
        if radio.count():
            radio.check()
        else:
            page.locator(f"[name={name}]").fill(value)
    save.click()
    page.get_by_role("heading", name="What followed from it").wait_for()
