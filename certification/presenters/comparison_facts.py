"""What is documented about a person, as far as one version of criteria can read it?

Each version carries its own questions, and answers were given to the questions of another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.case_facts import compiled
from certification.criteria.facts import FactDefinition, FactError, Vocabulary, parse_value
from certification.criteria.tree_words import value_text
from certification.models import Answer, Case, CriteriaVersion, Patient
from certification.presenters.wording import age_words, day_words
from certification.registration import REQUEST_FACT, THERAPY_FACT, registered_facts
from certification.turnaround import local_date

# Each set of criteria answers these by itself.
OF_THE_REQUEST = frozenset({THERAPY_FACT, REQUEST_FACT})


@dataclass(frozen=True, slots=True)
class UsedFact:
    """An answer of an earlier case, in the words of the question that it was given to."""

    label: str
    text: str
    says: str


def latest_answers(patient: Patient) -> dict[str, list[Answer]]:
    """Every answer of the person's cases by fact, the newest first. One query."""
    answers: dict[str, list[Answer]] = {}
    found = Answer.objects.filter(case__patient=patient).exclude(state=Answer.State.INVALID)
    found = found.select_related("case__site", "case__criteria_version").only(
        *("fact_key", "state", "value", "observed_on", "source", "answered_at"),
        *("case__number", "case__therapy_id", "case__site__time_zone"),
        "case__criteria_version__content_hash",
    )
    for answer in found.order_by("-answered_at", "-id"):
        answers.setdefault(answer.fact_key, []).append(answer)
    for rows in answers.values():
        rows.sort(key=seen_on, reverse=True)
    return answers


def seen_on(answer: Answer) -> date:
    return answer.observed_on or local_date(answer.answered_at, answer.case.site.time_zone)


def facts_for(
    version: CriteriaVersion,
    vocabulary: Vocabulary,
    patient: Patient,
    answers: Mapping[str, list[Answer]],
    today: date,
) -> dict[str, dict[str, Any]]:
    """Registration and the newest answers, as far as this version can read them.

    What was answered about a requested drug counts only for requests of the same drug. Packs of
    different publishers may ask different things under the same key: an answer to another kind of
    question, or in another unit, is left out, and so is one that this version does not offer.
    """
    request = Case(patient=patient, therapy=version.therapy, request_type=version.request_type)
    raw: dict[str, dict[str, Any]] = {}
    for key, value in registered_facts(request, today):
        if _fits(vocabulary, key, value):
            raw[key] = {"value": value, "source": Answer.Source.REGISTRATION.value}
    for key, rows in answers.items():
        if key not in vocabulary or key in OF_THE_REQUEST:
            continue
        asked = vocabulary[key]
        answer = next(
            (
                row
                for row in rows
                if (not asked.of_request or row.case.therapy_id == version.therapy_id)
                and _same_question(row, asked)
            ),
            None,
        )
        if answer is None:
            continue
        if answer.state == Answer.State.NOT_KNOWN:
            raw[key] = {"value": None, "asked": True}
        elif _fits(vocabulary, key, answer.value):
            raw[key] = {"value": answer.value, "source": answer.source}
            if answer.observed_on:
                raw[key]["observed_on"] = answer.observed_on.isoformat()
    return raw


def _same_question(answer: Answer, asked: FactDefinition) -> bool:
    """Whether an answer means the same under another definition of its question."""
    own = asked_as(answer)
    if own is None:
        return True
    units = {own.unit, asked.unit} - {""}
    return own.type == asked.type and len(units) < 2


def asked_as(answer: Answer) -> FactDefinition | None:
    """The question as the criteria of the answer's own case ask it."""
    _, vocabulary, _ = compiled(answer.case.criteria_version)
    return vocabulary.get(answer.fact_key)


def _fits(vocabulary: Vocabulary, key: str, value: Any) -> bool:
    if key not in vocabulary:
        return False
    try:
        parse_value(vocabulary[key], value)
    except FactError:
        return False
    return True


def used_facts(
    vocabularies: Iterable[Vocabulary], answers: Mapping[str, list[Answer]], today: date
) -> list[UsedFact]:
    """The answers that all this rests on, with their age and the case they come from."""
    definitions: dict[str, FactDefinition] = {}
    for vocabulary in vocabularies:
        for key, definition in vocabulary.items():
            definitions.setdefault(key, definition)
    used = []
    for key, definition in definitions.items():
        for answer in answers.get(key, ())[:1]:
            own = asked_as(answer) or definition
            if answer.state != Answer.State.GIVEN or not _fits({key: own}, key, answer.value):
                continue
            day = seen_on(answer)
            age = age_words(max(0, (today - day).days))
            text = value_text(own, parse_value(own, answer.value))
            says = f"case {answer.case.number}, {day_words(day)}, {age}"
            used.append(UsedFact(own.label, text, says))
    return used
