"""A file of results: checked, read row by row, confirmed, and never more than the report said."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.models import Patient, User
from config.roles import Role
from monitoring.models import CheckedFile, ImportBatch, InfusionCourse, Result
from monitoring.presenters.imports import SHOWN_ROWS
from monitoring.results_file import LARGEST_FILE, MOST_ROWS
from tests.certification.views.conftest import SignIn
from tests.factories import SiteFactory, UserFactory
from tests.factories.monitoring import CheckedFileFactory, ImportBatchFactory

pytestmark = pytest.mark.django_db
IMPORT = reverse("monitoring:results-import")
TEMPLATE = reverse("monitoring:results-template")
HEADER = "record_number,test,done_on,cells\n"
GOOD = HEADER + "A1,cbc,2027-01-05,4.5\nA1,cbc,2027-01-05,4.5\nA1,cbc,2026-12-01,5\n"


@pytest.fixture
def ward(sign_in: SignIn, infusion_nurse: User) -> Client:
    return sign_in(infusion_nurse)


@pytest.fixture
def someone(course: InfusionCourse) -> Patient:
    Patient.objects.filter(pk=course.patient_id).update(record_number="A1")
    return Patient.objects.get(pk=course.patient_id)


def text(response: Any) -> str:
    return response.content.decode()


def sent(ward: Client, someone: Patient, content: str | bytes, name: str = "march.csv") -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(name, data)
    return ward.post(IMPORT, {"site": someone.site_id, "file": file})


def read(ward: Client, someone: Patient, content: str) -> tuple[str, str]:
    """The address of the report, and the page."""
    url = sent(ward, someone, content)["Location"]
    return url, text(ward.get(url))


def confirm(ward: Client, url: str, page: str) -> Any:
    fingerprint = page.partition('name="fingerprint" value="')[2].partition('"')[0]
    return ward.post(url, {"import": "1", "fingerprint": fingerprint})


def cells(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_checked_read_confirmed(ward: Client, someone: Patient) -> None:
    url, page = read(ward, someone, GOOD)
    assert "2 results will be added, all or none. 1 row is there already" in page
    assert "The same as line 2." in page
    assert not Result.objects.exists()
    response = confirm(ward, url, page)
    batch = ImportBatch.objects.get()
    assert response["Location"] == reverse("monitoring:import-batch", args=[batch.pk])
    assert Result.objects.count() == 2
    page = text(ward.get(response["Location"]))
    assert "2 results added." in page
    for row in Result.objects.all():
        assert reverse("monitoring:result", args=[row.pk]) in page
    assert ward.post(url, {"fingerprint": "x"})["Location"] == response["Location"], "sent twice"
    assert ward.get(url)["Location"] == response["Location"]
    assert Result.objects.count() == 2
    assert bytes(CheckedFile.objects.get().content) == b""
    assert batch.file_name in text(ward.get(IMPORT))


def test_the_same_file_again_changes_nothing(ward: Client, someone: Patient) -> None:
    url, page = read(ward, someone, GOOD)
    confirm(ward, url, page)
    url, page = read(ward, someone, GOOD)
    assert "Nothing new" in page
    assert 'name="import"' not in page
    assert "Imported before." in page
    assert Result.objects.count() == 2


def test_a_wrong_row_is_told_with_line_column_and_mending(ward: Client, someone: Patient) -> None:
    url, page = read(ward, someone, GOOD + "A1,cbc,2027-01-04,=1+1\nZ9,cbc,2027-01-04,4\n")
    assert "2 rows of 5 cannot be taken in, so nothing will be." in page
    assert "<code>cells</code>: begins like a formula (=). Give the plain value." in page
    assert "or register the person first." in page
    assert page.index("formula") < page.index("New</span>"), "what is to be mended comes first"
    assert 'name="import"' not in page
    forced = confirm(ward, url, page)
    assert forced.status_code == 409
    assert "Nothing was imported" in text(forced)
    assert not Result.objects.exists()


def test_a_report_that_no_longer_holds_is_shown_again(ward: Client, someone: Patient) -> None:
    url, page = read(ward, someone, GOOD)
    other, other_page = read(ward, someone, HEADER + "A1,cbc,2027-01-05,4.5\n")
    confirm(ward, other, other_page)
    late = confirm(ward, url, page)
    assert late.status_code == 409
    assert "it says something else now" in text(late)
    assert Result.objects.count() == 1
    assert confirm(ward, url, text(late)).status_code == 302
    assert Result.objects.count() == 2


def test_a_file_is_put_aside(ward: Client, someone: Patient) -> None:
    url, _ = read(ward, someone, GOOD)
    assert ward.post(url, {"aside": "1"})["Location"] == IMPORT
    assert bytes(CheckedFile.objects.get().content) == b""
    for again in (ward.get(url), ward.post(url, {"aside": "1"}), ward.get(f"{url}report.csv")):
        assert again["Location"] == IMPORT
    assert "Check it again" in text(ward.get(IMPORT))


BAD_FILES: list[tuple[bytes, str]] = [
    (b"", "The file is empty"),
    (b"\xff\xfer\x00e\x00", "UTF-16"),
    ("record_number,test,done_on,note\nA1,cbc,2027-01-05,Jürgen\n".encode("latin-1"), "Latin-1"),
    (b"record_number,test,done_on\nA1,c\x00bc,2027-01-05\n", "Line 2 has a NUL"),
    (b"PK\x03\x04xl", "spreadsheet"),
    (b"name;age\nA;3\n", "There is no column"),
    (b"record_number,test\nA1,cbc\n", "no column done_on"),
    (HEADER.encode(), "a heading and no rows"),
    (b"# only a remark\n", "no heading"),
    (HEADER.encode() + b'"A1,cbc,2027-01-05,4\n', "quotation mark that is not"),
    (HEADER.encode() + b"A1,cbc,2027-01-05,4.5\n" * 50_000, f"more than {MOST_ROWS:,} rows"),
    (b"x" * (LARGEST_FILE + 1), "larger than 5 MB"),
]


@pytest.mark.parametrize(("content", "says"), BAD_FILES, ids=[says for _, says in BAD_FILES])
def test_a_file_that_cannot_be_read_says_why(
    content: bytes, says: str, ward: Client, someone: Patient
) -> None:
    response = sent(ward, someone, content)
    assert response.status_code == 409
    assert says in text(response)
    assert not CheckedFile.objects.exists()


@pytest.mark.parametrize("name", ["a\u202eb.csv", "x" * 300 + ".csv", "../../etc/passwd.csv"])
def test_the_name_of_a_file_is_only_a_name(name: str, ward: Client, someone: Patient) -> None:
    response = sent(ward, someone, GOOD, name)
    assert response.status_code in (302, 409)
    assert not CheckedFile.objects.filter(file_name__contains="/").exists()


def test_what_is_missing_is_asked_for(ward: Client, someone: Patient) -> None:
    response = ward.post(IMPORT, {"site": someone.site_id})
    assert response.status_code == 422
    assert "Choose the file." in text(response)
    foreign = SiteFactory()
    file = SimpleUploadedFile("a.csv", GOOD.encode())
    assert ward.post(IMPORT, {"site": foreign.pk, "file": file}).status_code == 422
    assert not CheckedFile.objects.exists()


def test_a_confirmation_without_its_report_is_refused(ward: Client, someone: Patient) -> None:
    url, _ = read(ward, someone, GOOD)
    for fingerprint in ("", "x", "y" * 65):
        response = ward.post(url, {"import": "1", "fingerprint": fingerprint})
        assert response.status_code in (409, 422)
    assert not Result.objects.exists()


def test_the_template_is_explained_and_comes_back(ward: Client, someone: Patient) -> None:
    response = ward.get(TEMPLATE)
    assert response["Content-Disposition"] == 'attachment; filename="results-template.csv"'
    rows = cells(response)
    heading = rows[-1]
    assert heading[:3] == ["record_number", "test", "done_on"]
    assert "cells [10^9/L]" in heading
    remarks = [row[0] for row in rows[:-1]]
    assert all(remark.startswith("# ") for remark in remarks)
    assert any("0 to 100 10^9/L" in remark and "cbc" in remark for remark in remarks)
    line = dict.fromkeys(heading, "") | {
        "record_number": "A1", "test": "cbc", "done_on": "2027-01-05", "cells [10^9/L]": "4.5",
    }  # fmt: skip
    filled = response.content.decode() + ",".join(line.values()) + "\r\n"
    _, page = read(ward, someone, filled)
    assert "1 result will be added" in page
    page = text(ward.get(IMPORT))
    assert "cells [10^9/L]" in page


def test_the_report_as_a_file_holds_no_formula(ward: Client, someone: Patient) -> None:
    url, _ = read(ward, someone, GOOD + '"=HYPERLINK(""x"")",cbc,2027-01-04,4\n')
    rows = cells(ward.get(f"{url}report.csv"))
    assert rows[0] == [
        "line", "state", "column", "message", "record_number", "test", "done_on",
    ]  # fmt: skip
    assert [row[:2] for row in rows[1:]] == [
        ["2", "new"], ["3", "same"], ["4", "new"], ["5", "error"],
    ]  # fmt: skip
    assert rows[4][4] == '\'=HYPERLINK("x")'
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)


def test_the_report_of_a_past_import_as_a_file(ward: Client, someone: Patient) -> None:
    url, page = read(ward, someone, GOOD)
    batch_url = confirm(ward, url, page)["Location"]
    rows = cells(ward.get(f"{batch_url}report.csv"))
    assert [row[0] for row in rows] == ["line", "2", "3", "4"]


def test_long_reports_are_cut_on_the_page(ward: Client, someone: Patient) -> None:
    lines = "".join(f"Z{number},cbc,2027-01-05,4\n" for number in range(SHOWN_ROWS + 5))
    url, page = read(ward, someone, HEADER + lines)
    assert "5 more rows stand in the report as CSV." in page
    assert len(cells(ward.get(f"{url}report.csv"))) == SHOWN_ROWS + 6


def test_without_a_site_or_a_protocol_the_next_act_is_named(
    sign_in: SignIn, site: Any, infusion_nurse: User
) -> None:
    nobody = sign_in(UserFactory(roles=[Role.INFUSION_NURSE], sites=[]))
    assert "You work at no site yet" in text(nobody.get(IMPORT))
    assert "No protocol is in force" in text(sign_in(infusion_nurse).get(IMPORT))


def test_files_of_another_site_do_not_exist(ward: Client, someone: Patient) -> None:
    checked, batch = CheckedFileFactory(), ImportBatchFactory()
    for name, row in (("checked", checked), ("batch", batch)):
        for part in ("", "-report"):
            url = reverse(f"monitoring:import-{name}{part}", args=[row.pk])
            assert ward.get(url).status_code == 404
    url = reverse("monitoring:import-checked", args=[checked.pk])
    assert ward.post(url, {"aside": "1"}).status_code == 404


def test_readers_read_past_imports_only(sign_in: SignIn, someone: Patient) -> None:
    auditor = sign_in(UserFactory(roles=[Role.AUDITOR], sites=[someone.site]))
    batch = ImportBatchFactory(site=someone.site)
    assert auditor.get(reverse("monitoring:import-batch", args=[batch.pk])).status_code == 200
    assert sent(auditor, someone, GOOD).status_code == 403
    assert auditor.get(TEMPLATE).status_code == 403


def test_no_page_asks_more_often_because_there_is_more(ward: Client, someone: Patient) -> None:
    def count(url: str) -> int:
        ward.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert ward.get(url).status_code == 200
        return len(captured)

    few = count(read(ward, someone, GOOD)[0])
    lines = "".join(f"A1,cbc,2026-{m:02}-{d:02},4\n" for m in range(1, 12) for d in range(1, 9))
    assert count(read(ward, someone, HEADER + lines)[0]) == few
    few = count(IMPORT)
    for _ in range(10):
        ImportBatchFactory(site=someone.site)
    assert count(IMPORT) == few
