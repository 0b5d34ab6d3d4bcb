"""How are the answers of a case documented, so that nothing typed is lost or overwritten?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.revisions import changed_data, changes_since, locked_case
from certification.actions.typed_text import one_line
from certification.case_facts import case_date, read_typed, vocabulary_of
from certification.criteria.facts import FactDefinition, FactError, FactType, Vocabulary
from certification.criteria.plain import to_data
from certification.models import Answer, Case, User
from certification.policies import Change, Refused, Stale, check_can_answer_case

LONGEST_ANSWER = 20_000
STALE_ANSWERS = (
    "Somebody answered the same questions in the meantime. Nothing was overwritten; look at what "
    "changed and save again."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a reviewer typed for one question.

    ``typed``: text from a form, or a plain value; None or "" takes an answer back; an empty list
    documents that there are no rows. ``observed_on``: a date, or the text that was typed for one.
    """

    typed: Any = None
    observed_on: date | str | None = None
    source: str = ""
    not_known: bool = False
    note: str = ""
    copied_from_id: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """``errors``: what could not be accepted (kept as typed), by fact key. ``others``: what other
    people changed meanwhile in these questions, where this save left their answer as it is."""

    revision: int
    errors: Mapping[str, str] = field(default_factory=dict)
    others: tuple[Change, ...] = ()


@transaction.atomic
def save_answers(
    *, by: User, now: datetime, case: Case, revision: int, entries: Mapping[str, Entry]
) -> Saved:
    """Documents answers. ``revision``: the one that the form was filled from.

    What cannot be accepted becomes an answer in state ``invalid`` whose ``typed`` holds ``value``
    and ``observed_on`` as they were typed; it never reaches the engine.

    A question that somebody else answered differently in the meantime raises ``Stale`` when this
    entry differs too; when this entry still holds the former answer, theirs stays and is reported.
    """
    case = locked_case(case)
    check_can_answer_case(by, case)
    vocabulary = vocabulary_of(case.criteria_version)
    current = {answer.fact_key: answer for answer in case.answers.all()}
    wanted: dict[str, Answer | None] = {}
    errors: dict[str, str] = {}
    for key, entry in entries.items():
        wanted[key], message = _read(case, vocabulary, key, entry, now)
        if message:
            errors[key] = message
    others = _merge(case, revision, wanted, errors) if revision != case.revision else ()
    _write(by, now, case, wanted, current, verb="answered case")
    return Saved(case.revision, errors, others)


@transaction.atomic
def clear_answer(*, by: User, now: datetime, case: Case, revision: int, fact_key: str) -> Saved:
    """Takes one answer back. Raises ``Stale`` when somebody changed it in the meantime."""
    case = locked_case(case)
    check_can_answer_case(by, case)
    if revision != case.revision:
        change = changes_since(case, revision).get(fact_key)
        if change is not None and change.new is not None:
            raise Stale(STALE_ANSWERS, changed=(change,), revision=case.revision)
    current = {answer.fact_key: answer for answer in case.answers.filter(fact_key=fact_key)}
    _write(by, now, case, {fact_key: None}, current, verb="cleared answer")
    return Saved(case.revision)


def refit_answers(*, case: Case, as_of: date) -> list[str]:
    """Checks the answers against the questions of the version that the case is pinned to now.

    What no longer fits is kept as typed. Part of moving a case; returns the keys asked again.
    """
    vocabulary = vocabulary_of(case.criteria_version)
    asked_again = []
    for answer in case.answers.filter(state=Answer.State.GIVEN):
        definition = vocabulary.get(answer.fact_key)
        if definition is None:
            continue
        try:
            value = read_typed(definition, answer.value, as_of=as_of, valid_on=case.service_on)
            answer.value = to_data(value)
        except FactError:
            observed_on = answer.observed_on.isoformat() if answer.observed_on else ""
            answer.typed = {"value": answer.value, "observed_on": observed_on}
            answer.value, answer.state = None, Answer.State.INVALID
            asked_again.append(answer.fact_key)
        answer.save()
    return asked_again


def _read(
    case: Case, vocabulary: Vocabulary, key: str, entry: Entry, now: datetime
) -> tuple[Answer | None, str]:
    """The answer that an entry makes, or None to take it back; and what is wrong with it."""
    definition = vocabulary.get(key)
    if definition is None:
        raise Refused(f"These criteria have no question “{key}”.", field=key)
    if entry.source and entry.source not in Answer.Source.values:
        raise Refused("Choose one of the sources offered.", field=key)
    typed = _storable(key, entry.typed)
    if not entry.not_known and (typed is None or typed == ""):
        return None, ""
    answer = Answer(
        case=case,
        fact_key=key,
        state=Answer.State.NOT_KNOWN,
        typed=typed,
        source=entry.source,
        note=one_line(entry.note, field="note", limit=400),
        copied_from_id=_copied_from(case, key, entry.copied_from_id),
    )
    today = case_date(case, now)
    try:
        answer.observed_on = _observed_on(definition, entry.observed_on, case, today)
        if not entry.not_known:
            value = read_typed(definition, typed, as_of=today, valid_on=case.service_on)
            _check_after_birth(definition, value, case)
            answer.state, answer.value = Answer.State.GIVEN, to_data(value)
            answer.typed = None
    except FactError as error:
        answer.state, answer.value = Answer.State.INVALID, None
        answer.typed = {"value": typed, "observed_on": str(entry.observed_on or "")}
        return answer, error.message
    return answer, ""


def _storable(key: str, typed: Any) -> Any:
    """What was typed, as data that every database can keep. Raises ``Refused`` when it is huge."""
    if len(json.dumps(to_data(typed))) > LONGEST_ANSWER:
        raise Refused(f"An answer has at most {LONGEST_ANSWER} characters.", field=key)
    return _without_nul(to_data(typed))


def _without_nul(typed: Any) -> Any:
    """PostgreSQL keeps no NUL character in text."""
    match typed:
        case str():
            return typed.replace("\x00", "")
        case list():
            return [_without_nul(part) for part in typed]
        case dict():
            return {_without_nul(key): _without_nul(value) for key, value in typed.items()}
    return typed


def _observed_on(
    definition: FactDefinition, typed: date | str | None, case: Case, today: date
) -> date | None:
    if typed is None or typed == "":
        return None
    try:
        day = typed if isinstance(typed, date) else date.fromisoformat(typed.strip())
    except ValueError:
        raise FactError(
            definition.key, f"the date observed, “{typed}”, is not a date (YYYY-MM-DD)"
        ) from None
    if day > today:
        raise FactError(definition.key, f"observed on {day}, which is in the future")
    if day < case.patient.birth_date:
        raise FactError(definition.key, f"observed on {day}, which is before the date of birth")
    return day


def _check_after_birth(definition: FactDefinition, value: Any, case: Case) -> None:
    if definition.type == FactType.DATE and value < case.patient.birth_date:
        raise FactError(definition.key, f"{value} is before the date of birth")


def _copied_from(case: Case, key: str, answer_id: int | None) -> int | None:
    if answer_id is None:
        return None
    earlier = Answer.objects.filter(pk=answer_id, fact_key=key, case__patient=case.patient)
    if not earlier.exists():
        raise Refused("That earlier answer belongs to another person or question.", field=key)
    return answer_id


def _merge(
    case: Case, revision: int, wanted: dict[str, Answer | None], errors: dict[str, str]
) -> tuple[Change, ...]:
    """Leaves to others what only they changed; raises ``Stale`` for what both changed."""
    clashes, others = [], []
    for key, change in changes_since(case, revision).items():
        if key not in wanted:
            continue
        mine = snapshot(wanted[key])
        if mine == change.new:
            continue
        if mine == change.old:
            others.append(change)
            del wanted[key]
            errors.pop(key, None)
        else:
            clashes.append(change)
    if clashes:
        raise Stale(STALE_ANSWERS, changed=tuple(clashes), revision=case.revision)
    return tuple(others)


def _write(
    by: User,
    now: datetime,
    case: Case,
    wanted: Mapping[str, Answer | None],
    current: Mapping[str, Answer],
    *,
    verb: str,
) -> None:
    """Writes what differs, counts the revision up and writes the event; where nothing differs
    nothing happened, and the audit trail says nothing."""
    changed: dict[str, tuple[Any, Any]] = {}
    added: list[Answer] = []
    for key, answer in wanted.items():
        before = current.get(key)
        old, new = snapshot(before), snapshot(answer)
        if old == new:
            continue
        changed[key] = (old, new)
        if answer is None:
            if before is not None:
                before.delete()
            continue
        answer.answered_by, answer.answered_at = by, now
        if before is None:
            added.append(answer)
        else:
            answer.pk = before.pk
            answer.save(force_update=True)
    Answer.objects.bulk_create(added)
    if changed:
        case.revision += 1
        case.save(update_fields=["revision"])
        data = changed_data(case.revision, changed)
        record_event(by=by, verb=verb, obj=case, at=now, data=data)


def snapshot(answer: Answer | None) -> dict[str, Any] | None:
    """An answer as plain data, as the audit trail keeps it and as two people are compared."""
    if answer is None:
        return None
    data = {
        "state": str(answer.state),
        "value": answer.value,
        "observed_on": answer.observed_on.isoformat() if answer.observed_on else None,
        "source": answer.source,
        "note": answer.note,
    }
    if answer.state == Answer.State.INVALID:
        data["typed"] = answer.typed
    return data
