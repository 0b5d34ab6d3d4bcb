"""Which findings about sources stand today, at a cost that a page can afford?

Checking everything takes a second. What was found is kept until content, a notice or the day
changes, which one small query tells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.urls import NoReverseMatch, reverse

from certification.content_kinds import content_kinds
from certification.content_stamp import stamp_of
from certification.criteria.codec import CriteriaError
from certification.lint.findings import Finding, Level, Rule
from certification.models import EditorialModel, ReferenceNotice
from certification.source_checks import all_findings, version_findings

KEPT_SECONDS = 24 * 3600
LEVEL_TITLES = {Level.ERROR: "Error", Level.WARNING: "Warning", Level.NOTE: "Note"}
LEVEL_TAGS = {Level.ERROR: "quarantine", Level.WARNING: "finding", Level.NOTE: "remark"}
RULE_TITLES = {
    Rule.RETRACTED: "Retracted reference",
    Rule.DANGLING: "Dangling citation",
    Rule.UNCITED: "Criterion without citation",
    Rule.SECONDARY_ONLY: "A summary is the only source",
    Rule.SUPERSEDED: "Superseded reference",
    Rule.DOUBTED: "Corrected or doubted reference",
    Rule.EXPIRED: "Review overdue",
    Rule.NO_SOURCE_FOR_NUMBER: "Threshold without source",
    Rule.UNVERIFIED: "Unverified number",
    Rule.NO_LOCATOR: "Citation without locator",
    Rule.DUPLICATE: "Duplicate DOI or PMID",
    Rule.CAUTION: "Reference with a caution",
}


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as a page shows it. ``url``: the admin page of the content; empty without one."""

    level: str
    tag: str
    word: str
    rule: str
    rule_title: str
    kind: str
    key: str
    place: str
    says: str
    url: str = ""


def kept_findings(as_of: date) -> list[Finding]:
    key = f"source-findings:{as_of}:{stamp_of([*content_kinds(), ReferenceNotice])}"
    found: list[Finding] | None = cache.get(key)
    if found is None:
        found = all_findings(as_of)
        cache.set(key, found, KEPT_SECONDS)
    return found


def counts_by_level(findings: Iterable[Finding]) -> Counter[Level]:
    return Counter(finding.level for finding in findings)


def finding_line(finding: Finding, urls: dict[tuple[str, str], str] | None = None) -> FindingLine:
    return FindingLine(
        level=finding.level.value,
        tag=LEVEL_TAGS[finding.level],
        word=LEVEL_TITLES[finding.level],
        rule=finding.rule.value,
        rule_title=RULE_TITLES[finding.rule],
        kind=finding.kind,
        key=finding.key,
        place=finding.place,
        says=finding.says,
        url=(urls or {}).get((finding.kind, finding.key), ""),
    )


class PlacedFindings:
    """What is wrong with the sources of one version, by the node or rule that it concerns."""

    def __init__(self, version: EditorialModel, as_of: date) -> None:
        self._waiting: dict[str, list[FindingLine]] = defaultdict(list)
        try:
            found = version_findings(version, as_of)
        except CriteriaError:
            found = []  # The page says that the document cannot be read.
        self.counts = counts_by_level(found)
        for finding in found:
            self._waiting[finding.place].append(finding_line(finding))

    def at(self, place: str) -> tuple[FindingLine, ...]:
        """Those of a place, for the one line of the page that shows it."""
        return tuple(self._waiting.pop(place, ()))

    def rest(self) -> tuple[FindingLine, ...]:
        """Those whose place no line shows: of the version as a whole, or deep inside."""
        return tuple(line for lines in self._waiting.values() for line in lines)


def content_urls() -> dict[tuple[str, str], str]:
    """The admin page of all content by kind and key, as findings name them. A query a kind."""
    urls = {}
    for model in content_kinds():
        names = ("set_key", "version") if _has(model, "set_key") else ("key", "version")
        columns = names if model.IS_VERSION else ("key",)
        kind = str(model._meta.verbose_name).split(" ")[0]
        route = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        try:
            reverse(route, args=[0])
        except NoReverseMatch:
            continue
        for pk, *key in model._default_manager.values_list("pk", *columns):
            urls[kind, " ".join(key)] = reverse(route, args=[pk])
    return urls


def _has(model: type[EditorialModel], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)
