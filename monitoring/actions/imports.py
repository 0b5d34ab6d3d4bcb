"""How does a CSV file of results come in: all of it or nothing, and only once?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.models import Patient, Site, User
from certification.policies import Refused
from certification.turnaround import local_date
from monitoring.actions.results import follow_up
from monitoring.models import ImportBatch, Result
from monitoring.planning import offered_vocabulary
from monitoring.policies import check_can_monitor_site
from monitoring.results_import import Known, Report, read_results_csv, record_numbers


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
            f"Line {first.line}: {first.message} Mend the file and import it again.",
            field="file",
        )
    if not report.new:
        return Imported(report, None)
    batch = ImportBatch.objects.create(
        sha256=hashlib.sha256(content).hexdigest(),
        site=site,
        file_name=one_line(file_name[-120:], field="file_name", limit=120) or "results.csv",
        rows=len(report.rows),
        added=len(report.new),
        imported_by=by,
        imported_at=now,
    )
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
    data = {"file": batch.file_name, "sha256": batch.sha256, "added": batch.added}
    record_event(by=by, verb="imported results", obj=batch, at=now, data=data)
    return Imported(report, batch)


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
