"""Does a CSV file come in whole, once, and is every bad one told clearly?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from certification.models import AuditEvent, Patient, User
from certification.policies import Refused
from monitoring.actions.imports import dry_run, import_results
from monitoring.actions.results import ResultEntry, correct_result
from monitoring.models import Alert, ImportBatch, InfusionCourse, Result
from tests.factories import PatientFactory

from .steps import START, at, result

pytestmark = pytest.mark.django_db
HEADER = "record_number,test,done_on,reported_on,antibody,cells [10^9/L]\n"


@pytest.fixture
def someone(course: InfusionCourse) -> Patient:
    Patient.objects.filter(pk=course.patient_id).update(record_number="A1")
    return Patient.objects.get(pk=course.patient_id)


def tried(someone: Patient, by: User, content: str | bytes) -> list[tuple[int, str, str]]:
    data = content if isinstance(content, bytes) else content.encode()
    report = dry_run(by=by, now=at(START), site=someone.site, content=data)
    if report.problem:
        return [(0, "problem", report.problem)]
    return [(row.line, row.state, row.message) for row in report.rows]


def taken(someone: Patient, by: User, content: str, name: str = "march.csv") -> Any:
    return import_results(
        by=by, now=at(START), site=someone.site, content=content.encode(), file_name=name
    )


def test_results_come_in_once(someone: Patient, infusion_nurse: User) -> None:
    content = HEADER + "A1,jcv_antibody,2027-01-30,2027-01-31,positive,\nA1,cbc,2027-01-30,,,4.50\n"
    before = AuditEvent.objects.count()
    assert [row[1] for row in tried(someone, infusion_nurse, content)] == ["new", "new"]
    assert AuditEvent.objects.count() == before, "a dry run writes nothing"
    batch = taken(someone, infusion_nurse, content).batch
    assert (batch.rows, batch.added) == (2, 2)
    assert Alert.objects.get().rule == "antibody_positive"
    item = someone.due_items.get(rule="antibody_baseline")
    assert (item.end, item.ended_on) == ("done", date(2027, 1, 30))
    assert Result.objects.get(test="cbc").facts == {"cells": 4.5}
    before = AuditEvent.objects.count()
    again = taken(someone, infusion_nurse, content.replace(",", ";"), "again.csv")
    assert again.batch is None
    assert {row.message for row in again.report.rows} == {"Imported before."}
    assert (Result.objects.count(), ImportBatch.objects.count()) == (2, 1)
    assert AuditEvent.objects.count() == before


def test_one_wrong_row_keeps_all_out(someone: Patient, infusion_nurse: User) -> None:
    content = HEADER + "A1,cbc,2027-01-30,,,4.5\nB7,cbc,2027-01-30,,,4.5\n"
    with pytest.raises(
        Refused, match=r"1 row has an error\. Line 3, record_number: No person .* 'B7'"
    ):
        taken(someone, infusion_nurse, content)
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("A1,cbc,2027-01-30,,4.5", "5 cells; the heading has 6"),
        ("A1,cbc,2027-01-30,,,4.5,", "7 cells"),
        ("ZZ,cbc,2027-01-30,,,4.5", "No person at this site"),
        ("A1,tsh,2027-01-30,,,4.5", "no test 'tsh'; there are brain_mri, cbc"),
        ("A1,cbc,,,,4.5", "a date is required"),
        ("A1,cbc,30.01.2027,,,4.5", "is not a date (YYYY-MM-DD)"),
        ("A1,cbc,2027-02-02,,,4.5", "in the future"),
        ("A1,cbc,1950-01-01,,,4.5", "before the date of birth"),
        ("A1,cbc,2027-01-30,2027-01-29,,4.5", "reported before it was done"),
        ("A1,cbc,2027-01-30,,,", "needs a value: cells"),
        ("A1,cbc,2027-01-30,,,many", "is not a number"),
        ("A1,cbc,2027-01-30,,,400", "above the maximum"),
        ('A1,cbc,2027-01-30,,,"4,5"', "is not a number"),
        ("A1,cbc,2027-01-30,,,=1+1", "begins like a formula (=)"),
        ("@A1,cbc,2027-01-30,,,4.5", "begins like a formula (@)"),
        ("A1,jcv_antibody,2027-01-30,,maybe,", "is not offered"),
        ('A1,"c\nbc",2027-01-30,,,4.5', "line break"),
    ],
)
def test_every_bad_row_is_told(row: str, says: str, someone: Patient, infusion_nurse: User) -> None:
    [(line, state, message)] = tried(someone, infusion_nurse, HEADER + row + "\n")
    assert state == "error"
    assert says in message
    assert line >= 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (HEADER.encode(), "no rows"),
        (b"\xff\xfer\x00", "UTF-16"),
        (b"PK\x03\x04", "spreadsheet"),
        (b"record_number,test,done_on\nA1,c\x00bc,2027-01-30\n", "Line 2 has a NUL"),
        (
            "record_number,test,done_on,note\nA1,cbc,2027-01-30,Jürgen".encode("latin-1"),
            "Line 2 is",
        ),
        (b"record_number,test\nA1,cbc\n", "no column done_on"),
        (b"record_number,test,done_on,colour\nA1,cbc,2027-01-30,red\n", "no column 'colour'"),
        (b"record_number,test,test\n", "stands twice"),
        (b"record_number,test,done_on,cells [mg]\n", "taken in 10^9/L, not in 'mg'"),
        (b'record_number,test,done_on\n"A1,cbc\n', "is not CSV"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    content: bytes, says: str, someone: Patient, infusion_nurse: User
) -> None:
    [(_, state, message)] = tried(someone, infusion_nurse, content)
    assert (state, says in message) == ("problem", True), message
    with pytest.raises(Refused):
        import_results(
            by=infusion_nurse, now=at(START), site=someone.site, content=content, file_name="x"
        )


def test_a_mark_at_the_front_is_no_matter(someone: Patient, infusion_nurse: User) -> None:
    content = b"\xef\xbb\xbf" + (HEADER + "A1,cbc,2027-01-30,,,4.5\r\n").encode()
    assert [row[1] for row in tried(someone, infusion_nurse, content)] == ["new"]


def test_the_same_twice_and_the_same_otherwise(someone: Patient, infusion_nurse: User) -> None:
    line = "A1,cbc,2027-01-30,,,4.5\n"
    rows = tried(someone, infusion_nurse, HEADER + line + line.replace("4.5", "4.50"))
    assert rows[1] == (3, "same", "The same as line 2.")
    rows = tried(someone, infusion_nurse, HEADER + line + line.replace("4.5", "5"))
    assert (rows[1][1], "Line 2 has the same test" in rows[1][2]) == ("error", True)


def test_what_was_typed_is_not_doubled(someone: Patient, infusion_nurse: User) -> None:
    row = result(someone, infusion_nurse, "cbc", START, cells="4.5")
    line = "A1,cbc,2027-02-01,,,4.5\n"
    assert tried(someone, infusion_nurse, HEADER + line)[0][1:] == (
        "same", "This result is there already.",
    )  # fmt: skip
    entry = ResultEntry("cbc", done_on=START, reported_on=START, facts={"cells": "6"})
    correct_result(by=infusion_nurse, now=at(START), result=row, entry=entry, reason="Mistyped.")
    assert "Correct that one" in tried(someone, infusion_nurse, HEADER + line)[0][2]


def test_people_of_other_sites_are_unknown(someone: Patient, infusion_nurse: User) -> None:
    PatientFactory(record_number="C3")
    rows = tried(someone, infusion_nurse, HEADER + "C3,cbc,2027-01-30,,,4.5\n")
    assert "No person at this site" in rows[0][2]


def test_only_nurses_of_the_site_import(someone: Patient, nurse: User) -> None:
    with pytest.raises(Refused, match="infusion nurse"):
        taken(someone, nurse, HEADER)
