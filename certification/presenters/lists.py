"""What would an uploaded list do, and what became of it, in words?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from certification.models import Reference, UploadedList
from certification.notice_import import NoticeLine, NoticePlan
from certification.notice_import import State as NoticeState
from certification.presenters.citations import reference_text
from certification.presenters.wording import counted, day_words
from certification.reference_import import RecordLine, ReferencePlan
from certification.reference_import import State as RecordState

SHOWN = 200
RECORD_STATES = {
    RecordState.WRONG: ("Cannot be read", "failed"),
    RecordState.TWICE: ("Twice in the file", "retired"),
    RecordState.THERE: ("There already", "retired"),
    RecordState.NEW: ("New", "submitted"),
}
NOTICE_STATES = {
    NoticeState.WRONG: ("Cannot be read", "failed"),
    NoticeState.NEW: ("New", "submitted"),
    NoticeState.CHANGED: ("Changed", "submitted"),
    NoticeState.ENDS: ("Ends a retraction", "submitted"),
    NoticeState.THERE: ("There already", "retired"),
    NoticeState.TWICE: ("Twice in the list", "retired"),
    NoticeState.NOTHING: ("Left out", "retired"),
}
NOTICE_WORDS = {
    "retracted": "Retracted",
    "superseded": "Superseded",
    "corrected": "Corrected",
    "concern": "Expression of concern",
    "reinstated": "Reinstated",
}


@dataclass(frozen=True, slots=True)
class ListLine:
    """``place``: where in the file. ``notes``: what was left out, or which key it gets."""

    place: str
    text: str
    says: str = ""
    notes: tuple[str, ...] = ()
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True, slots=True)
class ListGroup:
    """Lines of one state. ``more``: how many are not shown."""

    title: str
    tag: str
    count: int
    lines: tuple[ListLine, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class ListReport:
    summary: str
    button: str
    fingerprint: str
    groups: tuple[ListGroup, ...]
    concerning: tuple[ListLine, ...] = ()


def report_of(plan: ReferencePlan | NoticePlan) -> ListReport:
    return _of_references(plan) if isinstance(plan, ReferencePlan) else _of_notices(plan)


def outcome_words(kept: UploadedList) -> str:
    """What became of a list, for the message after it."""
    counts = kept.outcome
    if kept.purpose == UploadedList.Purpose.REFERENCES:
        words = counted(counts["new"], "reference was", "references were")
        return f"{words} imported and {'is' if counts['new'] == 1 else 'are'} submitted by you."
    words = counted(counts["new"] + counts["changed"], "notice was", "notices were")
    ended = counts["ends"]
    more = f" {counted(ended, 'retraction was', 'retractions were')} ended." if ended else ""
    return f"{words} imported.{more}"


def _of_references(plan: ReferencePlan) -> ListReport:
    new, words = len(plan.new), _summary(plan.counts, RECORD_STATES)
    return ListReport(
        summary=f"{plan.format}, {counted(len(plan.lines), 'record')}: {words}.",
        button=f"Import {counted(new, 'reference')}" if new else "",
        fingerprint=plan.fingerprint,
        groups=_groups(plan.lines, RECORD_STATES, _record_line),
    )


def _record_line(one: RecordLine) -> ListLine:
    place = f"Record {one.number}" + (f", line {one.line}" if one.line else "")
    if not one.data:
        return ListLine(place, "", one.says)
    columns = {name: value for name, value in one.data.items() if name != "accessed_on"}
    row = Reference(key=one.key, **columns)
    notes = list(one.remarks)
    if one.state is RecordState.NEW:
        notes.insert(0, f"{row.get_kind_display()}; its key will be {one.key}.")
    url = reverse("admin:certification_reference_change", args=[one.pk]) if one.pk else ""
    return ListLine(place, reference_text(row), one.says, tuple(notes), url, one.key)


def _of_notices(plan: NoticePlan) -> ListReport:
    changes = plan.of(NoticeState.NEW, NoticeState.CHANGED, NoticeState.ENDS)
    return ListReport(
        summary=f"{counted(len(plan.lines), 'line')}: {_summary(plan.counts, NOTICE_STATES)}.",
        button=f"Import {counted(len(changes), 'notice')}" if changes else "",
        fingerprint=plan.fingerprint,
        groups=_groups(plan.lines, NOTICE_STATES, _notice_line),
        concerning=tuple(map(_concerning, plan.concerning[:SHOWN])),
    )


def _notice_line(one: NoticeLine) -> ListLine:
    names = [f"doi:{one.doi}" if one.doi else "", f"PMID {one.pmid}" if one.pmid else ""]
    words = [NOTICE_WORDS.get(one.kind, ""), day_words(one.on), *names]
    notes = (one.reason,) if one.reason else ()
    return ListLine(f"Line {one.line}", ", ".join(filter(None, words)), one.says, notes)


def _concerning(one: NoticeLine) -> ListLine:
    line = _notice_line(one)
    return ListLine(line.place, line.text, f"Concerns {', '.join(one.concerns)}.", line.notes)


def _summary(counts: Mapping[str, int], states: Mapping[Any, tuple[str, str]]) -> str:
    words = [
        f"{counts[state.value]:,} {title.lower()}"
        for state, (title, _) in states.items()
        if counts[state.value]
    ]
    return ", ".join(words)


def _groups(
    lines: Iterable[Any], states: Mapping[Any, tuple[str, str]], line_of: Any
) -> tuple[ListGroup, ...]:
    by_state: dict[Any, list[Any]] = {state: [] for state in states}
    for one in lines:
        by_state[one.state].append(one)
    return tuple(
        ListGroup(
            title, tag, len(by_state[state]), tuple(map(line_of, by_state[state][:SHOWN])),
            max(0, len(by_state[state]) - SHOWN),
        )
        for state, (title, tag) in states.items()
        if by_state[state]
    )  # fmt: skip
