"""How do a file of results, its report and its template look, on a page and as CSV?"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from certification.criteria.facts import FactDefinition, FactType
from certification.presenters.wording import counted, day_words, moment_words
from monitoring.models import CheckedFile, ImportBatch
from monitoring.presenters.values import limit_words
from monitoring.result_questions import AskedTest
from monitoring.results_import import NO, YES, Report

SHOWN_ROWS = 200
STATES = {
    "error": ("invalid", "Refused"),
    "new": ("given", "New"),
    "same": ("plain", "Nothing to do"),
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    ("record_number", "Record number, as registered at the site. Needed."),
    ("test", "Key of the test, from the list of tests. Needed."),
    ("done_on", "Day on which it was done, YYYY-MM-DD. Needed."),
    ("reported_on", "Day of the report, YYYY-MM-DD. Left out: the day it was done."),
    ("requested_on", "Day of the request, YYYY-MM-DD."),
    ("note", "Up to 400 characters."),
)


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the template. ``tests``: for which tests it is filled in."""

    name: str
    heading: str
    says: str
    tests: str


@dataclass(frozen=True, slots=True)
class TestLine:
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Guide:
    columns: list[ColumnLine]
    tests: list[TestLine]


@dataclass(frozen=True, slots=True)
class RowLine:
    line: int
    tag: str
    word: str
    column: str
    says: str
    record_number: str
    test: str
    done_on: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class BatchLine:
    url: str
    file_name: str
    says: str
    site: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """``hidden``: so many rows stand in the report to download only."""

    title: str
    says: str
    tag: str
    word: str
    file_name: str
    facts: list[dict[str, str]]
    rows: list[RowLine]
    hidden: int
    report_url: str
    fingerprint: str = ""
    may_import: bool = False
    button: str = ""


def guide_for(asked: Mapping[str, AskedTest]) -> Guide:
    """Every column that a file may have, explained."""
    definitions: dict[str, FactDefinition] = {}
    tests: dict[str, list[str]] = {}
    for test in asked.values():
        for question in test.questions:
            definitions.setdefault(question.key, question)
            tests.setdefault(question.key, []).append(test.key)
    columns = [ColumnLine(name, name, says, "") for name, says in COLUMNS]
    columns += [
        ColumnLine(key, _heading(one), _takes(one), ", ".join(tests[key]))
        for key, one in definitions.items()
    ]
    return Guide(columns, [TestLine(test.key, test.label) for test in asked.values()])


def _heading(definition: FactDefinition) -> str:
    return f"{definition.key} [{definition.unit}]" if definition.unit else definition.key


def _takes(definition: FactDefinition) -> str:
    match definition.type:
        case FactType.BOOLEAN:
            return f"{definition.label}. {YES[1]} or {NO[1]}."
        case FactType.CHOICE:
            offered = [choice.value for choice in definition.choices if not choice.unknown]
            return f"{definition.label}. One of {', '.join(offered)}."
        case FactType.DATE:
            return f"{definition.label}. YYYY-MM-DD."
    limits = limit_words(definition)
    return f"{definition.label}. {limits}".strip()


def template_csv(guide: Guide) -> str:
    """The heading, under remarks that explain it. The mark in front is for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out)
    for column in guide.columns:
        where = f" For {column.tests}." if column.tests else ""
        writer.writerow([f"# {column.name}: {column.says}{where}"])
    for test in guide.tests:
        writer.writerow([f"# test {test.key}: {test.label}"])
    writer.writerow([column.heading for column in guide.columns])
    return f"\ufeff{out.getvalue()}"


def checked_page(checked: CheckedFile, report: Report) -> ReportPage:
    """What importing a checked file would do."""
    lines = [
        RowLine(
            row.line,
            *STATES[row.state],
            row.column,
            row.message,
            row.record_number,
            row.test,
            day_words(row.done_on),
        )
        for row in report.rows
    ]
    errors, new = len(report.errors), len(report.new)
    if errors:
        tag, word = "invalid", "Cannot be imported"
        says = (
            f"{counted(errors, 'row')} of {len(lines)} cannot be taken in, so nothing will be. "
            "Mend the file as the report says and check it again."
        )
    elif new:
        tag, word = "given", "Ready to import"
        says = f"{_results(new)} will be added, all or none. {_rest(len(lines) - new)}".strip()
    else:
        tag, word = "plain", "Nothing new"
        says = "Every row is there already. Importing it would change nothing."
    zone = checked.site.time_zone
    return ReportPage(
        title="Report before the import",
        says=says,
        tag=tag,
        word=word,
        file_name=checked.file_name,
        facts=[
            {"label": "File", "value": checked.file_name},
            {"label": "Site", "value": checked.site.name},
            {
                "label": "Checked",
                "value": f"{checked.checked_by}, {moment_words(checked.checked_at, zone)}",
            },
            *_counts(row.state for row in report.rows),
        ],
        rows=_first(lines),
        hidden=max(0, len(lines) - SHOWN_ROWS),
        report_url=reverse("monitoring:import-checked-report", args=[checked.pk]),
        fingerprint=report.fingerprint,
        may_import=bool(new) and not errors,
        button=f"Import {_results(new)}",
    )


def batch_page(batch: ImportBatch) -> ReportPage:
    """What a past import did."""
    lines = batch_rows(batch)
    zone = batch.site.time_zone
    return ReportPage(
        title="Import of results",
        says=f"{_results(batch.added)} added. {_rest(batch.rows - batch.added)}".strip(),
        tag="done",
        word="Imported",
        file_name=batch.file_name,
        facts=[
            {"label": "File", "value": batch.file_name},
            {"label": "Site", "value": batch.site.name},
            {
                "label": "Imported",
                "value": f"{batch.imported_by}, {moment_words(batch.imported_at, zone)}",
            },
            *_counts(line["state"] for line in batch.report),
        ],
        rows=_first(lines),
        hidden=max(0, len(lines) - SHOWN_ROWS),
        report_url=reverse("monitoring:import-batch-report", args=[batch.pk]),
    )


def batch_rows(batch: ImportBatch) -> list[RowLine]:
    return [
        RowLine(
            line["line"],
            *STATES[line["state"]],
            "",
            line["message"],
            line["record_number"],
            line["test"],
            day_words(date.fromisoformat(line["done_on"])) if line["done_on"] else "",
            reverse("monitoring:result", args=[line["result"]]) if line["result"] else "",
        )
        for line in batch.report
    ]


def batch_lines(batches: Iterable[ImportBatch]) -> list[BatchLine]:
    return [
        BatchLine(
            reverse("monitoring:import-batch", args=[batch.pk]),
            batch.file_name,
            f"{_results(batch.added)}, {batch.imported_by}, "
            f"{moment_words(batch.imported_at, batch.site.time_zone)}",
            batch.site.name,
        )
        for batch in batches
    ]


def report_csv(rows: Iterable[tuple[int, str, str, str, str, str, str]]) -> str:
    """The report as a file. No cell of it begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["line", "state", "column", "message", "record_number", "test", "done_on"])
    for row in rows:
        writer.writerow([_harmless(str(cell)) for cell in row])
    return f"\ufeff{out.getvalue()}"


def checked_cells(report: Report) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    for row in report.rows:
        done_on = row.done_on.isoformat() if row.done_on else ""
        yield (
            row.line, row.state, row.column, row.message, row.record_number, row.test, done_on,
        )  # fmt: skip


def batch_cells(batch: ImportBatch) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    for line in batch.report:
        yield (
            line["line"], line["state"], "", line["message"], line["record_number"], line["test"],
            line["done_on"],
        )  # fmt: skip


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _first(lines: list[RowLine]) -> list[RowLine]:
    """What has to be mended first, then what will be added, each in the order of the file."""
    order = [word for _, word in STATES.values()]
    return sorted(lines, key=lambda line: (order.index(line.word), line.line))[:SHOWN_ROWS]


def _counts(states: Iterable[str]) -> list[dict[str, Any]]:
    found = Counter(states)
    return [
        {"label": word, "value": counted(found[state], "row")}
        for state, (_, word) in STATES.items()
        if found[state]
    ]


def _results(count: int) -> str:
    return counted(count, "result")


def _rest(count: int) -> str:
    if not count:
        return ""
    if count == 1:
        return "1 row is there already and stays as it is."
    return f"{count} rows are there already and stay as they are."
