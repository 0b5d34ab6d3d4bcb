"""How does a CSV file of results come in: all of it or nothing, and only once?

A file is checked first and kept, so that what is imported is exactly what was checked, without
sending it again; it is kept no longer than until it is imported, put aside, or a day old.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.models import Patient, Site, User
from certification.policies import Refused
from certification.turnaround import local_date
from monitoring.actions.results import follow_up
from monitoring.models import CheckedFile, ImportBatch, Result
from monitoring.planning import offered_vocabulary
from monitoring.policies import check_can_finish, check_can_monitor_site
from monitoring.results_import import Known, Report, Row, read_results_csv, record_numbers

KEPT = timedelta(days=1)
"""How long the content of a checked file waits for its confirmation."""
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Imported:
    """``batch`` is None when the file held nothing new."""

    report: Report
    batch: ImportBatch | None


def dry_run(*, by: User, now: datetime, site: Site, content: bytes) -> Report:
    """What importing a file would do, row by row. Writes nothing."""
    check_can_monitor_site(by, site)
    return read_results_csv(content, _known(site, now, content))


@transaction.atomic
def check_file(
    *, by: User, now: datetime, site: Site, content: bytes, file_name: str
) -> CheckedFile:
    """Keeps a file to be imported once its report was read. Raises ``Refused`` when it cannot be
    read at all."""
    report = dry_run(by=by, now=now, site=site, content=content)
    if report.problem:
        raise Refused(report.problem, field="file")
    old = CheckedFile.objects.waiting().filter(site=site, checked_at__lt=now - KEPT)
    old.update(content=b"", finished_at=now)
    checked = CheckedFile.objects.create(
        site=site,
        file_name=_named(file_name),
        content=content,
        checked_by=by,
        checked_at=now,
    )
    data = {
        "file": checked.file_name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": len(report.rows),
        "new": len(report.new),
        "errors": len(report.errors),
    }
    record_event(by=by, verb="checked results", obj=checked, at=now, data=data)
    return checked


@transaction.atomic
def import_checked(
    *, by: User, now: datetime, checked: CheckedFile, fingerprint: str
) -> ImportBatch | None:
    """Imports a checked file, if what would happen is still what was shown (``fingerprint``).

    None: there was nothing new. A file that was imported already is left as it is.
    """
    check_can_monitor_site(by, checked.site)
    checked = CheckedFile.objects.select_for_update(of=("self",)).get(pk=checked.pk)
    if checked.batch is not None:
        return checked.batch
    check_can_finish(by, checked)
    content = bytes(checked.content)
    if dry_run(by=by, now=now, site=checked.site, content=content).fingerprint != fingerprint:
        raise Refused(
            "Results have been entered since this report was made, and it says something else now. "
            "Nothing was imported. Read it again and confirm it."
        )
    imported = import_results(
        by=by, now=now, site=checked.site, content=content, file_name=checked.file_name
    )
    checked.content, checked.finished_at, checked.batch = b"", now, imported.batch
    checked.save()
    return imported.batch


@transaction.atomic
def put_aside(*, by: User, now: datetime, checked: CheckedFile) -> CheckedFile:
    """Lets a checked file go without importing it. Its content is not kept."""
    check_can_monitor_site(by, checked.site)
    checked = CheckedFile.objects.select_for_update(of=("self",)).get(pk=checked.pk)
    check_can_finish(by, checked)
    checked.content, checked.finished_at = b"", now
    checked.save()
    record_event(by=by, verb="put results aside", obj=checked, at=now)
    return checked


@transaction.atomic
def import_results(
    *, by: User, now: datetime, site: Site, content: bytes, file_name: str
) -> Imported:
    """Takes every new result of a file in, or none of them when one row is wrong.

    Each one goes the way of a result that is typed: schedules, alerts, holds, audit event. The same
    file again changes nothing. Raises ``Refused``; ``dry_run`` tells every row.
    """
    check_can_monitor_site(by, site)
    # Two imports at once: the second waits, and then sees what the first brought.
    Site.objects.select_for_update().get(pk=site.pk)
    report = read_results_csv(content, _known(site, now, content))
    if report.problem:
        raise Refused(report.problem, field="file")
    if report.errors:
        first = report.errors[0]
        count = len(report.errors)
        raise Refused(
            f"Nothing was imported: {count} {'row has' if count == 1 else 'rows have'} an error. "
            f"{first.place}: {first.message} Mend the file and import it again.",
            field="file",
        )
    if not report.new:
        return Imported(report, None)
    batch = ImportBatch.objects.create(
        sha256=hashlib.sha256(content).hexdigest(),
        site=site,
        file_name=_named(file_name),
        rows=len(report.rows),
        added=len(report.new),
        imported_by=by,
        imported_at=now,
    )
    taken: dict[int, str] = {}
    patients = Patient.objects.select_related("site").in_bulk({row.patient for row in report.new})
    for row in sorted(report.new, key=lambda one: (one.done_on, one.line)):
        result = Result.objects.create(
            patient=patients[row.patient],
            site=site,
            test=row.test,
            facts=dict(row.facts),
            requested_on=row.requested_on,
            done_on=row.done_on,
            reported_on=row.reported_on,
            note=row.note,
            batch=batch,
            import_key=row.import_key,
            entered_by=by,
            entered_at=now,
        )
        follow_up(result, by=by, now=now, verb="imported result")
        taken[row.line] = str(result.pk)
    batch.report = [_line(row, taken.get(row.line, "")) for row in report.rows]
    batch.save(update_fields=["report"])
    data = {"file": batch.file_name, "sha256": batch.sha256, "added": batch.added}
    record_event(by=by, verb="imported results", obj=batch, at=now, data=data)
    return Imported(report, batch)


def _named(file_name: str) -> str:
    return one_line(file_name[-LONGEST_NAME:], field="file", limit=LONGEST_NAME) or "results.csv"


def _line(row: Row, result: str) -> dict[str, Any]:
    """What became of one line, for the report of the batch."""
    return {
        "line": row.line,
        "state": row.state,
        "message": row.message,
        "record_number": row.record_number,
        "test": row.test,
        "done_on": row.done_on.isoformat() if row.done_on else "",
        "result": result,
    }


def _known(site: Site, now: datetime, content: bytes) -> Known:
    today = local_date(now, site.time_zone)
    named = Patient.objects.filter(site=site, record_number__in=record_numbers(content))
    people = list(named.values_list("pk", "record_number", "birth_date"))
    rows = Result.objects.filter(patient__in=[pk for pk, _, _ in people])
    vocabulary, tests = offered_vocabulary(today)
    existing = {
        (patient, test, done_on): facts
        for patient, test, done_on, facts in rows.standing()
        .order_by("entered_at")
        .values_list("patient_id", "test", "done_on", "facts")
        if done_on is not None
    }
    imported = rows.exclude(import_key="")
    return Known(
        patients={number: pk for pk, number, _ in people},
        births={pk: born for pk, _, born in people},
        vocabulary=vocabulary,
        tests=tests,
        existing=existing,
        imported=frozenset(imported.values_list("import_key", flat=True)),
        today=today,
    )
