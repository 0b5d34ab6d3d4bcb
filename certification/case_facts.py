"""What is documented about a case, and what do its pinned criteria say to that?

Answers win over registration. Everything is evaluated with the document that the case is pinned to,
never with today's content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.utils.module_loading import import_string

from certification.criteria.codec import read_document
from certification.criteria.evaluation import Evaluation, Evaluator, Explanation
from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactType,
    FactValue,
    RowField,
    Vocabulary,
    parse_value,
)
from certification.criteria.tree import CriteriaSet
from certification.models import Answer, Case, CriteriaVersion, Patient
from certification.models.prepared import Prepared
from certification.registration import registered_facts
from certification.turnaround import local_date

REGISTRATION = Answer.Source.REGISTRATION.value
_YES = frozenset({"true", "yes", "1", "on"})
_NO = frozenset({"false", "no", "0", "off"})


@dataclass(frozen=True, slots=True)
class Prefill:
    """A value that an earlier case, or monitoring, documented, offered for confirmation with its
    age. ``from_case_number`` is empty and ``answer_id`` None when no case documented it."""

    value: Any
    observed_on: date | None
    source: str
    from_case_number: str
    age_days: int
    answer_id: int | None


# Read documents by content hash. A document never changes under its hash, so nothing goes stale.
_READ: dict[str, tuple[CriteriaSet, Vocabulary, Evaluator]] = {}
_READ_LIMIT = 256


def compiled(version: CriteriaVersion) -> tuple[CriteriaSet, Vocabulary, Evaluator]:
    """The criteria set of a version, its questions and its evaluator; kept by content hash."""
    found = _READ.get(version.content_hash)
    if found is None:
        criteria_set, vocabulary = read_document(version.document)
        found = criteria_set, vocabulary, Evaluator(criteria_set, vocabulary)
        if len(_READ) >= _READ_LIMIT:
            _READ.clear()
        _READ[version.content_hash] = found
    return found


def vocabulary_of(version: CriteriaVersion) -> Vocabulary:
    """The questions of a version, in wizard order."""
    return compiled(version)[1]


def criteria_of(version: CriteriaVersion) -> CriteriaSet:
    return compiled(version)[0]


def case_date(case: Case, now: datetime) -> date:
    """The date on which a case is evaluated at ``now``: the date at its site."""
    return local_date(now, case.site.time_zone)


def raw_facts(case: Case, as_of: date) -> dict[str, dict[str, Any]]:
    """Everything documented, as plain data in the form that ``evaluate`` takes.

    Only facts of the pinned version; only accepted answers. "Asked, not known" is kept apart.
    """
    vocabulary = vocabulary_of(case.criteria_version)
    raw: dict[str, dict[str, Any]] = {}
    for key, value in registered_facts(case, as_of):
        if key in vocabulary and _fits(vocabulary[key], value):
            raw[key] = {"value": value, "source": REGISTRATION}
    for answer in case.answers.all():
        if answer.fact_key not in vocabulary:
            continue
        if answer.state == Answer.State.NOT_KNOWN:
            raw[answer.fact_key] = {"value": None, "asked": True}
        elif answer.state == Answer.State.GIVEN:
            raw[answer.fact_key] = {"value": answer.value}
        else:
            continue
        if answer.observed_on:
            raw[answer.fact_key]["observed_on"] = answer.observed_on.isoformat()
        if answer.source:
            raw[answer.fact_key]["source"] = answer.source
    return raw


def typed_facts(
    vocabulary: Vocabulary, raw: Mapping[str, Mapping[str, Any]]
) -> dict[str, FactValue]:
    """Stored answers for the engine. They were checked against their day when they were saved, so
    that a code which was valid on the service date stays valid later. Raises ``FactError``."""
    facts: dict[str, FactValue] = {}
    for key, given in raw.items():
        observed_on = given.get("observed_on")
        value = given["value"]
        facts[key] = FactValue(
            None if value is None else parse_value(vocabulary[key], value),
            date.fromisoformat(observed_on) if observed_on else None,
            given.get("source", ""),
            asked=bool(given.get("asked")),
        )
    return facts


def evaluate_case(case: Case, as_of: date) -> Evaluation:
    """What the pinned criteria say to what is documented, on ``as_of``."""
    _, vocabulary, evaluator = compiled(case.criteria_version)
    return evaluator.evaluate(typed_facts(vocabulary, raw_facts(case, as_of)), as_of)


def explain_case(case: Case, as_of: date) -> Explanation:
    """The same with the whole explanation: every node, the facts it used, and why."""
    _, vocabulary, evaluator = compiled(case.criteria_version)
    return evaluator.explain(typed_facts(vocabulary, raw_facts(case, as_of)), as_of)


class _Given(NamedTuple):
    """An answer of one of a person's cases, as ``_GIVEN`` reads it."""

    answer_id: int
    fact_key: str
    value: Any
    observed_on: date | None
    source: str
    answered_at: datetime
    case_id: UUID
    case_number: str
    therapy_id: int


_GIVEN: Prepared[tuple[Any, ...]] = Prepared(
    lambda patient, keys: (
        Answer.objects.filter(case__patient=patient, fact_key__in=keys, state=Answer.State.GIVEN)
        .order_by("answered_at", "id")
        .values_list(
            *("id", "fact_key", "value", "observed_on", "source", "answered_at"),
            *("case_id", "case__number", "case__therapy_id"),
        )
    ),
    patient=Patient._meta.pk,
    keys=Answer._meta.get_field("fact_key"),
)


def prefill(
    patient: Patient, fact_keys: Iterable[str], as_of: date, *, exclude: Case | None = None
) -> dict[str, Prefill]:
    """The newest answer of the person's other cases to each question, offered with its age.

    Newest by the date observed, else by the date answered. ``exclude``: the case that is being
    answered; a question about the requested therapy takes answers of that therapy only.
    """
    fact_keys = list(fact_keys)
    if not fact_keys:
        return {}
    vocabulary = vocabulary_of(exclude.criteria_version) if exclude is not None else {}
    # A person's cases belong to the person's site.
    site = exclude.site if exclude is not None else patient.site
    newest: dict[str, tuple[date, _Given]] = {}
    for answer in map(_Given._make, _GIVEN.rows(patient=patient.pk, keys=fact_keys)):
        key = answer.fact_key
        if exclude is not None and answer.case_id == exclude.pk:
            continue
        of_request = key in vocabulary and vocabulary[key].of_request
        if of_request and exclude is not None and answer.therapy_id != exclude.therapy_id:
            continue
        seen_on = answer.observed_on or local_date(answer.answered_at, site.time_zone)
        if key not in newest or seen_on >= newest[key][0]:
            newest[key] = (seen_on, answer)
    offers = {
        key: Prefill(
            answer.value,
            answer.observed_on,
            answer.source,
            answer.case_number,
            max(0, (as_of - seen_on).days),
            answer.answer_id,
        )
        for key, (seen_on, answer) in newest.items()
    }
    for source in _prefill_sources():
        for key, offer in source(patient, fact_keys, as_of, exclude).items():
            if key not in offers or offer.age_days <= offers[key].age_days:
                offers[key] = offer
    return offers


@cache
def _prefill_sources() -> tuple[Callable[..., Mapping[str, Prefill]], ...]:
    """What other apps offer: the dotted path in ``prefill_source`` of their configuration, called
    with the person, the fact keys, the day and the case that is being answered."""
    paths = (getattr(app, "prefill_source", "") for app in apps.get_app_configs())
    return tuple(import_string(path) for path in paths if path)


def read_typed(definition: FactDefinition, typed: Any, *, as_of: date, valid_on: date) -> Any:
    """The value of one question from what was typed in a form. Raises ``FactError``.

    ``as_of``: dates after it are in the future. ``valid_on``: choices that are valid for a limited
    time, such as codes, must be valid then (the date of service).
    """
    day = valid_on if definition.type == FactType.CHOICE else as_of
    return parse_value(definition, as_raw(definition, typed), day)


def as_raw(definition: FactDefinition | RowField, typed: Any) -> Any:
    """Text from a form field turned into what the engine reads; anything else is left as it is."""
    if isinstance(typed, str):
        text = typed.strip()
        match definition.type:
            case FactType.BOOLEAN:
                return True if text.lower() in _YES else False if text.lower() in _NO else text
            case FactType.INTEGER:
                return int(text) if _is_whole(text) else text
            case _:
                return text
    if definition.type == FactType.ROWS and isinstance(typed, list | tuple):
        fields = {field.key: field for field in definition.fields}  # type: ignore[union-attr]
        return [
            {
                key: as_raw(fields[key], cell) if key in fields else cell
                for key, cell in row.items()
                if cell not in ("", None)
            }
            if isinstance(row, Mapping)
            else row
            for row in typed
        ]
    return typed


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-").removeprefix("+")
    return digits.isascii() and digits.isdigit() and len(digits) <= 15


def _fits(definition: FactDefinition, value: Any) -> bool:
    try:
        parse_value(definition, value)
    except FactError:
        return False
    return True
