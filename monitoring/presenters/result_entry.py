"""Of which test can a result be entered, and what stands beside its form?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from certification.criteria.facts import Vocabulary
from certification.models import Patient
from certification.presenters.citations import Source
from certification.presenters.wording import capitalised, day_words
from monitoring.models import DueItem, Result
from monitoring.presenters.citing import Cited
from monitoring.presenters.readings import Reading, reading_of
from monitoring.presenters.results import STATES, EarlierLine, state_of
from monitoring.presenters.values import values_line
from monitoring.result_questions import AskedTest

EARLIER_SHOWN = 5
DUE_WORDS = {"overdue": "Overdue", "due": "Due", "upcoming": "Upcoming"}


@dataclass(frozen=True, slots=True)
class TestLine:
    """A test to choose. ``state`` and ``word``: how its next item stands, if one is open."""

    label: str
    url: str
    state: str
    word: str
    due: str


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """A result that was requested or done, and is not reported yet."""

    label: str
    says: str
    tag: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class Choices:
    awaited: list[AwaitedLine]
    own: list[TestLine]
    others: list[TestLine]


@dataclass(frozen=True, slots=True)
class EntryAside:
    """What stands beside the form of a test: how it is read, and what was found before."""

    label: str
    due: str
    readings: list[Reading]
    earlier: list[EarlierLine]
    references: list[Source]


def choices_for(patient: Patient, asked: dict[str, AskedTest], today: date) -> Choices:
    """Every test of the person, the most urgent first, then the others."""
    due: dict[str, DueItem] = {}
    for item in DueItem.objects.open().filter(patient=patient).order_by("due_on", "id"):
        due.setdefault(item.test, item)
    own = [test for test in asked.values() if test.own]
    own.sort(key=lambda test: (due[test.key].due_on if test.key in due else date.max, test.label))
    others = sorted((t for t in asked.values() if not t.own), key=lambda test: test.label.lower())
    return Choices(
        awaited=_awaited(patient, asked),
        own=[_test_line(patient, test, due.get(test.key), today) for test in own],
        others=[_test_line(patient, test, None, today) for test in others],
    )


def _test_line(patient: Patient, test: AskedTest, item: DueItem | None, today: date) -> TestLine:
    state = item.state_on(today) if item else ""
    return TestLine(
        capitalised(test.label),
        f"{reverse('monitoring:result-new', args=[patient.pk])}?test={test.key}",
        state,
        DUE_WORDS.get(state, ""),
        day_words(item.due_on) if item else "",
    )


def _awaited(patient: Patient, asked: dict[str, AskedTest]) -> list[AwaitedLine]:
    lines = []
    for row in Result.objects.awaited().filter(patient=patient).order_by("requested_on", "id"):
        tag, word = STATES[state_of(row, corrected=False)]
        label = asked[row.test].label if row.test in asked else row.test.replace("_", " ")
        said = [
            f"requested {day_words(row.requested_on)}" if row.requested_on else "",
            f"done {day_words(row.done_on)}" if row.done_on else "",
        ]
        url = reverse("monitoring:result-report", args=[row.pk])
        says = ", ".join(part for part in said if part)
        lines.append(AwaitedLine(capitalised(label), says, tag, word, url))
    return lines


def entry_aside(patient: Patient, test: AskedTest, vocabulary: Vocabulary) -> EntryAside:
    cited = Cited()
    readings = [reading_of(one, cited) for one in test.readings]
    items = DueItem.objects.open().filter(patient=patient, test=test.key)
    first = items.order_by("due_on", "id").first()
    return EntryAside(
        label=capitalised(test.label),
        due=f"Due {day_words(first.due_on)}, overdue after {day_words(first.overdue_on)}."
        if first
        else "",
        readings=readings,
        earlier=_earlier(patient, test, vocabulary),
        references=cited.listed(),
    )


def _earlier(patient: Patient, test: AskedTest, vocabulary: Vocabulary) -> list[EarlierLine]:
    rows: Iterable[Result] = (
        Result.objects.standing()
        .filter(patient=patient, test=test.key)
        .order_by("-done_on", "-entered_at")[:EARLIER_SHOWN]
    )
    return [
        EarlierLine(
            day_words(row.done_on),
            values_line(row.facts, vocabulary) or row.note or "No values",
            reverse("monitoring:result", args=[row.pk]),
        )
        for row in rows
    ]
