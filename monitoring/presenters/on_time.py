"""How is the share of tests on time told, so that it cannot be read as more than it is?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from certification.criteria.tree import Citation
from certification.models import Site, Statement
from certification.presenters.citations import Cite, Source, Sources
from certification.presenters.wording import capitalised
from certification.turnaround import local_date
from monitoring.charts.months import Month, Months, months
from monitoring.models import ProtocolVersion
from monitoring.on_time import Tally, tallies, together
from monitoring.schedule.months import add_months
from monitoring.shares import FEW, TOO_FEW, percent

BASELINE_TOPIC = "Monitoring on time"
HEADS = (
    "site", "test", "test_name", "month", "on_time", "late", "counted", "percent_on_time",
    "low_95", "high_95", "not_decided_yet", "waived_in_time", "superseded_in_time",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One line of a table; ``share`` is a dash where no percentage is told."""

    name: str
    share: str
    interval: str
    of: str
    late: int
    waiting: int
    waived: int
    superseded: int
    few: bool


@dataclass(frozen=True, slots=True)
class TestPanel:
    key: str
    title: str
    total: ShareLine
    drawing: Months
    months: tuple[ShareLine, ...]
    sites: tuple[ShareLine, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    says: str
    note: str
    verified: str
    status: str
    status_word: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class OnTimePage:
    panels: list[TestPanel]
    baselines: list[Baseline]
    references: list[Source]
    period: str
    few: int
    too_few: int


def test_names() -> dict[str, str]:
    """Every test of every protocol that was ever loaded, with its name. One query."""
    names: dict[str, str] = {}
    for listed in ProtocolVersion.objects.values_list("document__protocol__tests", flat=True):
        for test in listed or ():
            names.setdefault(test["key"], capitalised(test["label"]))
    return {"infusion": "Infusion"} | dict(sorted(names.items(), key=lambda item: item[1]))


def found_tallies(
    sites: Sequence[Site], tests: Iterable[str], length: int, now: datetime
) -> tuple[list[Tally], date]:
    """The tallies of the last months up to this one, and the first of these months."""
    today = max((local_date(now, site.time_zone) for site in sites), default=now.date())
    first = add_months(today.replace(day=1), 1 - length)
    return tallies(sites, tests, first, length, now), first


def on_time_page(
    sites: Sequence[Site], names: dict[str, str], test: str, length: int, now: datetime
) -> OnTimePage:
    """A fixed number of queries."""
    found, first = found_tallies(sites, [test] if test else names, length, now)
    by_test: dict[str, list[Tally]] = {}
    for tally in found:
        by_test.setdefault(tally.test, []).append(tally)
    days = [add_months(first, number) for number in range(length)]
    baselines, sources = _baselines()
    return OnTimePage(
        panels=[_panel(names, sites, rows, days) for key, rows in _ordered(by_test, names)],
        baselines=baselines,
        references=sources.listed(),
        period=f"{first:%b %Y} to {days[-1]:%b %Y}",
        few=FEW,
        too_few=TOO_FEW,
    )


def csv_rows(
    found: Iterable[Tally], sites: Sequence[Site], names: dict[str, str]
) -> Iterator[tuple[Any, ...]]:
    places = {site.pk: site.name for site in sites}
    for one in found:
        share = one.share
        low, high = share.interval
        shares = (share.part / share.whole, low, high) if share.told else ()
        told = [str(percent(one)) for one in shares] or [""] * 3
        yield (
            places[one.site_id], one.test, names.get(one.test, one.test), f"{one.month:%Y-%m}",
            one.on_time, one.late, share.whole, *told, one.waiting, one.waived, one.superseded,
        )  # fmt: skip


def _ordered(
    by_test: dict[str, list[Tally]], names: dict[str, str]
) -> list[tuple[str, list[Tally]]]:
    return sorted(by_test.items(), key=lambda item: names.get(item[0], item[0]))


def _panel(
    names: dict[str, str], sites: Sequence[Site], rows: list[Tally], days: Sequence[date]
) -> TestPanel:
    test = rows[0].test
    by_month = {day: together(row for row in rows if row.month == day) for day in days}
    by_site = {site: together(row for row in rows if row.site_id == site.pk) for site in sites}
    lines = [_line(f"{day:%b %Y}", tally) for day, tally in by_month.items()]
    drawn = [
        _month(day, tally, f"{line.name}: {line.share} ({line.of}), {line.interval}")
        for (day, tally), line in zip(by_month.items(), lines, strict=True)
    ]
    return TestPanel(
        key=test,
        title=names.get(test, test),
        total=_line("All", together(rows)),
        drawing=months(drawn),
        months=tuple(lines),
        sites=tuple(_line(site.name, tally) for site, tally in by_site.items())
        if len(sites) > 1
        else (),
    )


def _month(day: date, tally: Tally | None, words: str) -> Month:
    if tally is None or not tally.share.told:
        return Month(day, None, words=words)
    share = tally.share
    return Month(day, share.value, *share.interval, tally.waiting > 0, share.whole < FEW, words)


def _line(name: str, tally: Tally | None) -> ShareLine:
    if tally is None:
        return ShareLine(name, "–", "", "nothing due", 0, 0, 0, 0, False)
    share = tally.share
    told, interval = "–", ""
    if share.told and share.value is not None:
        low, high = share.interval
        told, interval = f"{percent(share.value)} %", f"{percent(low)} to {percent(high)} %"
    of = f"{share.part} of {share.whole}" if share.whole else "nothing decided"
    few = share.told and share.whole < FEW
    return ShareLine(
        name, told, interval, of, tally.late, tally.waiting, tally.waived, tally.superseded, few
    )


def _baselines() -> tuple[list[Baseline], Sources]:
    """What others published, as content, with its sources."""
    rows = list(
        Statement.objects.filter(topic=BASELINE_TOPIC)
        .prefetch_related("citations__reference")
        .order_by("key")
    )
    refs = dict.fromkeys(c.reference.key for row in rows for c in row.citations.all())
    sources = Sources({ref: number for number, ref in enumerate(refs, start=1)})
    return [
        Baseline(
            row.says, row.note, row.verified, row.status, row.status_title,
            sources.cites(
                Citation(c.reference.key, c.at, c.note) for c in row.citations.all()
            ),
        )
        for row in rows
    ], sources  # fmt: skip
