"""What does an impact study say: how far it is, how many would change, who, and because of what?

Counts cover every site. A record is named to those who work at its site and may read it; for
everybody else it stands in the list with its reasons and without its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from certification.criteria.codec import read_document
from certification.criteria.tree_words import sentence
from certification.impact import GONE, MET, NOT_MET, UNKNOWN, Flip, comparison_of, read_reasons
from certification.models import (
    CriteriaVersion,
    ImpactChange,
    ImpactStudy,
    StudiedKind,
    User,
)
from certification.presenters.therapies import RECOMMENDATION_WORDS
from certification.presenters.wording import counted, day_words, moment_words
from config.roles import Permission

NAMED_REASONS = 12
KINDS = (
    (StudiedKind.OPEN, "Open cases"),
    (StudiedKind.PAST, "Past determinations"),
    (StudiedKind.MONITORED, "Monitored people"),
)
MARKS = {MET: "met", NOT_MET: "not met", UNKNOWN: "not documented", GONE: "not asked"}
BAR_MARKS = {MET: "present", NOT_MET: "not present", UNKNOWN: "not documented", GONE: "not asked"}
# The worst for the person comes first: what could be certified and could not be any more.
TRANSITIONS = (
    ("certify", "refer"),
    ("certify", "pend"),
    ("pend", "refer"),
    ("refer", "pend"),
    ("pend", "certify"),
    ("refer", "certify"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: from which recommendation to which, and how many of each kind."""

    before: str
    after: str
    before_word: str
    after_word: str
    cells: tuple[Cell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A criterion that had a part in changes. ``bars``: a contraindication."""

    says: str
    before: str
    after: str
    bars: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class ChangeLine:
    kind: str
    name: str
    url: str
    site: str
    as_of: str
    before: str
    after: str
    before_word: str
    after_word: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class StudyPage:
    study: ImpactStudy
    percent: int
    far: str
    started: str
    ended: str
    against: str
    warnings: tuple[str, ...]
    of_kind: tuple[Cell, ...]
    unchanged: tuple[Cell, ...]
    unchanged_total: int
    transitions: tuple[Transition, ...]
    counted: int
    changed: int
    summary: str
    reasons: tuple[Reason, ...]
    other_reasons: int


@dataclass(frozen=True, slots=True)
class StudyLink:
    """A study in the list of a version."""

    url: str
    state: str
    state_word: str
    says: str
    current: bool


class Criteria:
    """The criteria of both documents by id, in words."""

    def __init__(self, study: ImpactStudy) -> None:
        self._words: dict[str, tuple[str, bool]] = {}
        self.comparison = comparison_of(study)
        for document, required in (
            (study.base.document, self.comparison.base),
            (study.document, self.comparison.draft),
        ):
            _, vocabulary = read_document(document)
            for one in required:
                self._words[one.node.id] = sentence(one.node, vocabulary), one.bars

    def reason(self, flip: Flip, count: int = 0) -> Reason:
        says, bars = self._words.get(flip.id, (flip.id, False))
        words = BAR_MARKS if bars else MARKS
        return Reason(says, words[flip.before], words[flip.after], bars, count)

    def reasons(self, change: ImpactChange) -> tuple[Reason, ...]:
        flips = self.comparison.flips(change.marks_before, change.marks_after)
        return tuple(self.reason(flip) for flip in flips)


def study_page(
    study: ImpactStudy, criteria: Criteria, current: CriteriaVersion | None
) -> StudyPage:
    """``current``: the version in force today."""
    counts: dict[str, dict[str, int]] = study.counts
    shown = [kind for kind in KINDS if _is_shown(kind[0], study)]
    transitions = tuple(_transition(pair, counts, shown) for pair in TRANSITIONS)
    changed = sum(row.total for row in transitions)
    unchanged = tuple(
        Cell(title, sum(n for pair, n in counts.get(kind, {}).items() if _same(pair)), "")
        for kind, title in shown
    )
    reasons = [criteria.reason(flip, count) for flip, count in read_reasons(study.reasons)]
    percent = 100 * study.done // study.total if study.total else 0
    return StudyPage(
        study=study,
        percent=percent,
        far=_far(study, percent),
        started=f"{moment_words(study.started_at, settings.TIME_ZONE)} by {study.started_by}",
        ended=_ended(study),
        against=f"version {study.base.version}",
        warnings=tuple(_warnings(study, current)),
        of_kind=tuple(
            Cell(title, sum(row.cells[place].count for row in transitions), f"?kind={kind}#people")
            for place, (kind, title) in enumerate(shown)
        ),
        unchanged=unchanged,
        unchanged_total=study.done - changed,
        transitions=tuple(row for row in transitions if row.total),
        counted=study.done,
        changed=changed,
        summary=_summary(study.done, changed),
        reasons=tuple(reasons[:NAMED_REASONS]),
        other_reasons=max(0, len(reasons) - NAMED_REASONS),
    )


def _is_shown(kind: str, study: ImpactStudy) -> bool:
    return kind != StudiedKind.MONITORED or study.request_type == "renewal"


def _same(pair: str) -> bool:
    before, _, after = pair.partition(" ")
    return before == after


def _transition(
    pair: tuple[str, str], counts: Mapping[str, Mapping[str, int]], kinds: Iterable[Any]
) -> Transition:
    before, after = pair
    cells = []
    for kind, title in kinds:
        count = counts.get(kind, {}).get(f"{before} {after}", 0)
        cells.append(Cell(title, count, f"?kind={kind}&from={before}&to={after}#people"))
    words = RECOMMENDATION_WORDS[before], RECOMMENDATION_WORDS[after]
    return Transition(before, after, *words, tuple(cells), sum(cell.count for cell in cells))


# What each phase does, and what it goes through.
PHASES = {
    ImpactStudy.Phase.CASES: ("Reading answers", "case", "cases"),
    ImpactStudy.Phase.MONITORED: ("Asking monitoring", "person", "people"),
    ImpactStudy.Phase.COUNTING: ("Applying both versions", "record", "records"),
}


def _far(study: ImpactStudy, percent: int) -> str:
    does, one, many = PHASES[ImpactStudy.Phase(study.phase)]
    if not study.total:
        return f"{does}: looking for what is new"
    what = one if study.total == 1 else many
    return f"{does}: {study.done:,} of {study.total:,} {what} ({percent} %)"


def _ended(study: ImpactStudy) -> str:
    if study.finished_at:
        return moment_words(study.finished_at, settings.TIME_ZONE)
    if study.cancelled_at:
        at = moment_words(study.cancelled_at, settings.TIME_ZONE)
        return f"{at} by {study.cancelled_by}"
    return ""


def _summary(done: int, changed: int) -> str:
    if not done:
        return "Nobody has been reviewed under these criteria yet, so nobody would be concerned."
    if not changed:
        return f"Of {counted(done, 'record')}, none would get another recommendation."
    return f"{changed:,} of {counted(done, 'record')} would get another recommendation."


def _warnings(study: ImpactStudy, current: CriteriaVersion | None) -> Iterator[str]:
    version = study.version
    if version is not None and version.content_hash != study.content_hash:
        yield (
            "The criteria were changed after this study. It tells about a document that is not "
            "up for approval any more; start a new one."
        )
    if (
        current is not None
        and current.pk != study.base_id
        and (version is None or current.pk != version.pk)
    ):
        yield (
            f"Version {current.version} is in force by now. This study compares with version "
            f"{study.base.version}."
        )


def change_lines(
    changes: Iterable[ImpactChange], criteria: Criteria, reader: User
) -> list[ChangeLine]:
    """``changes`` with their cases, sites and people."""
    titles = dict(StudiedKind.choices)
    lines = []
    for change in changes:
        name, url = _named(change, reader)
        lines.append(
            ChangeLine(
                kind=titles[change.kind],
                name=name,
                url=url,
                site=change.site.name,
                as_of=day_words(change.as_of),
                before=change.before,
                after=change.after,
                before_word=RECOMMENDATION_WORDS[change.before],
                after_word=RECOMMENDATION_WORDS[change.after],
                reasons=criteria.reasons(change),
            )
        )
    return lines


def _named(change: ImpactChange, reader: User) -> tuple[str, str]:
    """The number and the page of a record, for those who may read it."""
    if change.site_id not in reader.site_ids:
        return "", ""
    if change.case is not None:
        if reader.may(Permission.VIEW_CASES):
            return change.case.number, reverse("certification:case", args=[change.case_id])
        return "", ""
    if reader.may(Permission.VIEW_PATIENTS):
        number = change.patient.record_number
        return number, reverse("certification:patient", args=[change.patient_id])
    return "", ""


def study_links(
    studies: Iterable[ImpactStudy], version: CriteriaVersion, current: CriteriaVersion | None
) -> list[StudyLink]:
    """The newest studies of a version, and whether each still tells about it as it stands."""
    links = []
    for study in studies:
        changed = sum(
            count for of in study.counts.values() for pair, count in of.items() if not _same(pair)
        )
        told = f"{_summary(study.done, changed)} " if study.is_finished else ""
        at = moment_words(study.started_at, settings.TIME_ZONE)
        is_current = study.content_hash == version.content_hash
        is_current &= current is None or study.base_id == current.pk
        links.append(
            StudyLink(
                url=reverse("admin:certification_criteriaversion_study", args=[study.pk]),
                state=study.state,
                state_word=study.get_state_display(),
                says=f"{told}Against version {study.base.version}, started {at} by "
                f"{study.started_by}.",
                current=is_current,
            )
        )
    return links
