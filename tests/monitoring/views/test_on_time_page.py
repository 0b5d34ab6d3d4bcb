"""The page and the file of tests on time."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Site, User
from tests.certification.views.conftest import SignIn
from tests.certification.views.test_queries import constant
from tests.factories import CitationFactory, ReferenceFactory, SiteFactory, StatementFactory
from tests.factories.monitoring import ProtocolVersionFactory
from tests.monitoring.test_on_time import World

PAGE, FILE = reverse("monitoring:on-time"), reverse("monitoring:on-time-csv")
DECEMBER = date(2026, 12, 10)


@pytest.fixture
def nurses(sign_in: SignIn, infusion_nurse: User) -> Client:
    ProtocolVersionFactory()
    return sign_in(infusion_nurse)


def fill(site: Site, on_time: int, late: int, due_on: date = DECEMBER) -> World:
    world = World(site)
    for number in range(on_time + late):
        grace = due_on + timedelta(days=14)
        ended_on = due_on if number < on_time else grace + timedelta(days=1)
        world.item("done", ended_on, due_on, grace)
    return world


def text(client: Client, **query: str) -> str:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return response.content.decode()


def rows(client: Client, **query: str) -> list[dict[str, str]]:
    response = client.get(FILE, query)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="on-time.csv"'
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


def test_percentages_stand_with_their_numbers_and_interval(nurses: Client, site: Site) -> None:
    fill(site, 9, 3)
    page = text(nurses)
    assert "<strong>75 %</strong>" in page
    assert "9 of 12" in page
    assert "47 to 91 %" in page


def test_the_chart_has_a_column_for_each_month_of_the_table(nurses: Client, site: Site) -> None:
    fill(site, 9, 3)
    page = text(nurses, months="6")
    drawn = re.findall(r'<g class="event"><title>(\w{3} \d{4}):', page)
    table = page[page.index("month by month</caption>") :]
    listed = re.findall(r'data-label="Of">(\w{3} \d{4})<', table[: table.index("</table>")])
    assert drawn == listed
    assert drawn == ["Aug 2026", "Sep 2026", "Oct 2026", "Nov 2026", "Dec 2026", "Jan 2027"]
    assert page.count('<circle class="mark mark-share is-few"') == 1


def test_of_few_no_percentage_is_told(nurses: Client, site: Site) -> None:
    fill(site, 3, 1)
    page = text(nurses)
    assert "3 of 4" in page
    assert "75 %</strong>" not in page
    (row,) = rows(nurses)
    assert (row["on_time"], row["counted"], row["percent_on_time"]) == ("3", "4", "")


def test_the_page_says_what_counts(nurses: Client) -> None:
    page = text(nurses)
    for word in ("Counted in a month", "On time", "Late", "Waived, superseded", "Not decided"):
        assert f"<dt>{word}</dt>" in page
    assert "Nothing was due in this time" in page


def test_the_file_holds_each_site_test_and_month(nurses: Client, site: Site) -> None:
    fill(site, 9, 3)
    fill(site, 5, 0, date(2026, 11, 3))
    assert rows(nurses) == [
        {
            "site": site.name, "test": "cbc", "test_name": "Blood count", "month": month,
            "on_time": on_time, "late": late, "counted": whole, "percent_on_time": percent,
            "low_95": low, "high_95": high, "not_decided_yet": "0", "waived_in_time": "0",
            "superseded_in_time": "0",
        }
        for month, on_time, late, whole, percent, low, high in (
            ("2026-11", "5", "0", "5", "100", "57", "100"),
            ("2026-12", "9", "3", "12", "75", "47", "91"),
        )
    ]  # fmt: skip


def test_no_cell_is_a_formula(nurses: Client, site: Site) -> None:
    Site.objects.update(name='=HYPERLINK("http://bad";"x")')
    fill(site, 9, 3)
    (row,) = rows(nurses)
    assert row["site"] == '\'=HYPERLINK("http://bad";"x")'


def test_sites_stand_apart_and_foreign_ones_are_not_there(
    nurses: Client, site: Site, infusion_nurse: User
) -> None:
    second, foreign = SiteFactory(name="Second"), SiteFactory(name="Foreign")
    infusion_nurse.sites.add(second)
    for place, late in ((site, 1), (second, 2), (foreign, 3)):
        fill(place, 9, late)
    page = text(nurses)
    assert "18 of 21" in page, "both sites together"
    assert "9 of 10" in page
    assert "9 of 11" in page
    assert "Foreign" not in page
    assert {row["site"] for row in rows(nurses)} == {site.name, "Second"}
    assert "9 of 10" not in text(nurses, site=str(second.pk))
    # What one may not see is left out, not refused: the page answers for one's own sites.
    assert {row["site"] for row in rows(nurses, site=str(foreign.pk))} == {site.name, "Second"}


@pytest.mark.parametrize(
    "query",
    [
        {"site": "x"}, {"site": "-1"}, {"test": "no_such_test"}, {"months": "0"},
        {"months": "100000"}, {"months": "x"}, {"test": "cbc' OR 1=1"},
    ],
)  # fmt: skip
def test_bad_parameters_are_left_out(nurses: Client, site: Site, query: dict[str, str]) -> None:
    fill(site, 9, 3)
    assert "9 of 12" in text(nurses, **query)
    assert len(rows(nurses, **query)) == 1


def test_one_test_alone(nurses: Client, site: Site) -> None:
    world = fill(site, 9, 3)
    world.item("done", DECEMBER, DECEMBER, DECEMBER, "brain_mri")
    assert [row["test"] for row in rows(nurses, test="brain_mri")] == ["brain_mri"]
    page = text(nurses, test="brain_mri")
    assert 'id="test-cbc"' not in page
    assert "?test=brain_mri" in page, "the file is asked for in the same way"


def test_baselines_stand_beside_with_their_source_and_confidence(nurses: Client) -> None:
    statement = StatementFactory(
        key="on_time_before", topic="Monitoring on time", says="Before, few were on time.",
        note="Source not listed.", verified="memory_low",
    )  # fmt: skip
    CitationFactory(statement=statement, reference=ReferenceFactory(key="commission"))
    page = text(nurses)
    assert "Before, few were on time." in page
    assert "Source not listed." in page
    assert "Unverified, check before use" in page
    assert 'href="#ref-1"' in page


def test_queries_do_not_grow(nurses: Client, site: Site) -> None:
    days = iter(DECEMBER - timedelta(days=9 * number) for number in range(40))

    def grow(count: int) -> None:
        for _ in range(count):
            fill(site, 1, 1, next(days))

    assert constant(nurses, PAGE, grow) <= 8
    assert constant(nurses, FILE, lambda count: None) <= 6
