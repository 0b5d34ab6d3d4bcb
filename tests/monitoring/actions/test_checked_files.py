"""Is exactly the file imported whose report was read, once, and kept no longer than that?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from certification.models import AuditEvent, Patient, User
from certification.policies import Refused
from monitoring.actions.imports import check_file, dry_run, import_checked, put_aside
from monitoring.models import CheckedFile, ImportBatch, InfusionCourse, Result
from tests.factories import SiteFactory, UserFactory

from .steps import START, at, result

pytestmark = pytest.mark.django_db
CONTENT = "record_number,test,done_on,cells\nA1,cbc,2027-01-30,4.5\nA1,cbc,2027-01-30,4.5\n"


@pytest.fixture
def someone(course: InfusionCourse) -> Patient:
    Patient.objects.filter(pk=course.patient_id).update(record_number="A1")
    return Patient.objects.get(pk=course.patient_id)


def checked_file(someone: Patient, by: User, content: str = CONTENT) -> CheckedFile:
    return check_file(
        by=by, now=at(START), site=someone.site, content=content.encode(), file_name="march.csv"
    )


def shown(checked: CheckedFile, by: User) -> str:
    """The fingerprint of the report that a page shows now."""
    content = bytes(CheckedFile.objects.get(pk=checked.pk).content)
    return dry_run(by=by, now=at(START), site=checked.site, content=content).fingerprint


def confirm(checked: CheckedFile, by: User, fingerprint: str) -> ImportBatch | None:
    return import_checked(by=by, now=at(START), checked=checked, fingerprint=fingerprint)


def test_what_was_checked_is_imported_once(someone: Patient, infusion_nurse: User) -> None:
    checked = checked_file(someone, infusion_nurse)
    event = AuditEvent.objects.get(verb="checked results")
    assert (event.site_id, event.data["rows"], event.data["new"]) == (someone.site_id, 2, 1)
    assert not Result.objects.exists()
    fingerprint = shown(checked, infusion_nurse)
    batch = confirm(checked, infusion_nurse, fingerprint)
    assert batch is not None
    assert [(line["line"], line["state"]) for line in batch.report] == [(2, "new"), (3, "same")]
    assert batch.report[0]["result"] == str(Result.objects.get().pk)
    assert confirm(checked, infusion_nurse, fingerprint) == batch, "sent twice, imported once"
    assert Result.objects.count() == 1
    checked.refresh_from_db()
    assert (bytes(checked.content), checked.finished_at, checked.batch) == (b"", at(START), batch)


def test_a_report_that_no_longer_holds_is_read_again(
    someone: Patient, infusion_nurse: User
) -> None:
    checked = checked_file(someone, infusion_nurse)
    fingerprint = shown(checked, infusion_nurse)
    result(someone, infusion_nurse, "cbc", START.replace(month=1, day=30), cells="4.5")
    with pytest.raises(Refused, match="says something else now"):
        confirm(checked, infusion_nurse, fingerprint)
    assert Result.objects.count() == 1
    assert confirm(checked, infusion_nurse, shown(checked, infusion_nurse)) is None
    with pytest.raises(Refused, match="Check it again"):
        confirm(checked, infusion_nurse, fingerprint)


def test_a_wrong_row_keeps_all_out(someone: Patient, infusion_nurse: User) -> None:
    checked = checked_file(someone, infusion_nurse, CONTENT + "B7,cbc,2027-01-30,4\n")
    with pytest.raises(Refused, match="Nothing was imported: 1 row has an error"):
        confirm(checked, infusion_nurse, shown(checked, infusion_nurse))
    assert CheckedFile.objects.waiting().exists()


def test_what_is_put_aside_is_gone(someone: Patient, infusion_nurse: User) -> None:
    checked = checked_file(someone, infusion_nurse)
    fingerprint = shown(checked, infusion_nurse)
    put_aside(by=infusion_nurse, now=at(START), checked=checked)
    checked.refresh_from_db()
    assert bytes(checked.content) == b""
    for again in (
        lambda: put_aside(by=infusion_nurse, now=at(START), checked=checked),
        lambda: confirm(checked, infusion_nurse, fingerprint),
    ):
        with pytest.raises(Refused, match="Check it again"):
            again()


def test_content_is_not_kept_for_longer_than_a_day(someone: Patient, infusion_nurse: User) -> None:
    checked = checked_file(someone, infusion_nurse)
    CheckedFile.objects.update(checked_at=at(START) - timedelta(days=1, seconds=1))
    newer = checked_file(someone, infusion_nurse)
    assert list(CheckedFile.objects.waiting()) == [newer]
    checked.refresh_from_db()
    assert bytes(checked.content) == b""


def test_a_finished_file_has_no_content(someone: Patient, infusion_nurse: User) -> None:
    checked = checked_file(someone, infusion_nurse)
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckedFile.objects.filter(pk=checked.pk).update(finished_at=at(START))


def test_a_file_that_cannot_be_read_is_not_kept(someone: Patient, infusion_nurse: User) -> None:
    with pytest.raises(Refused, match="empty") as refusal:
        checked_file(someone, infusion_nurse, "")
    assert refusal.value.field == "file"
    assert not CheckedFile.objects.exists()


@pytest.mark.parametrize("act", [put_aside, import_checked])
def test_only_nurses_of_the_site(act: object, someone: Patient, infusion_nurse: User) -> None:
    checked = checked_file(someone, infusion_nurse)
    stranger = UserFactory(roles=["infusion_nurse"], sites=[SiteFactory()])
    terms = {"fingerprint": ""} if act is import_checked else {}
    with pytest.raises(Refused, match="site that you do not work at"):
        act(by=stranger, now=at(START), checked=checked, **terms)  # type: ignore[operator]
