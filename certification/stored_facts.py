"""What is documented about a case or a person, in the form that a whole population is asked in?

Open cases stand as of today at their site, past ones as of the day they were signed, with the facts
that were sealed then. A monitored person stands as a renewal opened today would find them: the
registration, the newest answers, and what monitoring knows, as if all of it were confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from certification.case_facts import Prefill, prefill, vocabulary_of
from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactValue,
    Vocabulary,
    parse_value,
)
from certification.criteria_sql.stored import store
from certification.models import (
    Answer,
    Case,
    CriteriaVersion,
    Determination,
    Patient,
    PriorTherapy,
    Site,
    StoredFacts,
    StudiedKind,
)
from certification.registration import PATIENT_FACTS, registered_values, values_of
from certification.turnaround import local_date
from certification.workflow import DETERMINED_STATUSES, OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class Monitored:
    """A person whose infusions are being monitored. ``id`` gives the order in which they come."""

    id: UUID
    patient: Patient


def cases_of(set_key: str) -> QuerySet[Case]:
    """The cases that are studied: open or determined under a version of the set."""
    return Case.objects.filter(
        criteria_version__set_key=set_key, status__in=[*OPEN_STATUSES, *DETERMINED_STATUSES]
    )


def unread(set_key: str, now: datetime) -> QuerySet[Case]:
    """Those of which nothing is stored, or something that is not the newest any more."""
    moved_on = Q(stored_facts__isnull=True) | ~Q(stored_facts__case_revision=F("revision"))
    is_open = Q(status__in=OPEN_STATUSES)
    moved_on |= is_open & ~Q(stored_facts__patient_revision=F("patient__revision"))
    for today, sites in _sites_by_day(now).items():
        moved_on |= is_open & Q(site_id__in=sites) & ~Q(stored_facts__as_of=today)
    return cases_of(set_key).filter(moved_on)


def left_over(set_key: str) -> QuerySet[StoredFacts]:
    """Stored facts of cases that are not studied any more: withdrawn, or moved to another set."""
    kept = cases_of(set_key).values("pk")
    return StoredFacts.objects.filter(set_key=set_key, case__isnull=False).exclude(case__in=kept)


def _sites_by_day(now: datetime) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for pk, zone in Site.objects.values_list("pk", "time_zone"):
        days.setdefault(local_date(now, zone), []).append(pk)
    return days


class CaseRow(NamedTuple):
    """What is read of a case itself; ``registered`` in the order of ``PATIENT_FACTS``."""

    pk: UUID
    status: str
    request_type: str
    revision: int
    version_id: int
    therapy_key: str
    site_id: int
    time_zone: str
    patient_id: UUID
    patient_revision: int
    registered: tuple[Any, ...]

    @property
    def is_determined(self) -> bool:
        return self.status in DETERMINED_STATUSES


_OWN = (
    *("pk", "status", "request_type", "revision", "criteria_version_id", "therapy__key"),
    *("site_id", "site__time_zone", "patient_id", "patient__revision"),
)
_REGISTERED = tuple(f"patient__{field}" for field in PATIENT_FACTS)


def next_unread(set_key: str, now: datetime, after: str, limit: int) -> list[CaseRow]:
    """The next cases to read, by id; ``after`` empty: from the first."""
    waiting = unread(set_key, now)
    if after:
        waiting = waiting.filter(pk__gt=after)
    rows = waiting.order_by("pk").values_list(*_OWN, *_REGISTERED)[:limit]
    return [CaseRow._make((*row[: len(_OWN)], row[len(_OWN) :])) for row in rows]


def read_cases(cases: Sequence[CaseRow], set_key: str, now: datetime) -> list[StoredFacts]:
    """New rows for these cases, not written yet, in a fixed number of queries."""
    open_cases = [case for case in cases if not case.is_determined]
    sealed = _sealed([case.pk for case in cases if case.is_determined])
    answers = _answers([case.pk for case in open_cases])
    history = _history({case.patient_id for case in open_cases})
    # The documents are read when they are not kept yet.
    light = CriteriaVersion.objects.only("content_hash")
    versions = light.in_bulk({case.version_id for case in cases})
    rows = []
    for case in cases:
        vocabulary = vocabulary_of(versions[case.version_id])
        if case.is_determined:
            as_of, given = sealed[case.pk]
            facts = _answered(vocabulary, given)
        else:
            as_of = local_date(now, case.time_zone)
            registered = values_of(
                dict(zip(PATIENT_FACTS, case.registered, strict=True)),
                history.get(case.patient_id, ()),
                case.therapy_key,
                case.request_type,
                as_of,
            )
            facts = _registered(registered)
            facts |= _answered(vocabulary, answers.get(case.pk, ()))
        rows.append(
            StoredFacts(
                kind=StudiedKind.PAST if case.is_determined else StudiedKind.OPEN,
                set_key=set_key,
                case_id=case.pk,
                patient_id=case.patient_id,
                site_id=case.site_id,
                as_of=as_of,
                case_revision=case.revision,
                patient_revision=case.patient_revision,
                **store(facts)._asdict(),
            )
        )
    return rows


def read_monitored(
    people: Iterable[Monitored], version: CriteriaVersion, keys: Sequence[str], now: datetime
) -> list[StoredFacts]:
    """Rows for monitored people, for the questions with these keys, as of today at their sites.

    ``version`` stands for the renewal that would be opened; it is not stored.
    """
    rows = []
    vocabulary = vocabulary_of(version)
    for person in people:
        patient = person.patient
        as_of = local_date(now, patient.site.time_zone)
        renewal = Case(
            patient=patient,
            site=patient.site,
            therapy=version.therapy,
            request_type=version.request_type,
            criteria_version=version,
        )
        facts = _registered(registered_values(renewal, as_of))
        for key, offer in prefill(patient, keys, as_of, exclude=renewal).items():
            if key in vocabulary:
                facts |= _offered(vocabulary[key], offer)
        rows.append(
            StoredFacts(
                kind=StudiedKind.MONITORED,
                set_key=version.set_key,
                patient=patient,
                site=patient.site,
                as_of=as_of,
                patient_revision=patient.revision,
                **store(facts)._asdict(),
            )
        )
    return rows


def monitored_people(therapy_id: int, after: str, limit: int) -> list[Monitored]:
    """The next people who receive a therapy now, by id; ``after`` empty: from the first."""
    found: list[Monitored] = []
    for source in _monitored_sources():
        found += source(therapy_id=therapy_id, after=after, limit=limit)
    return sorted(found, key=lambda person: person.id.hex)[:limit]


def count_monitored(therapy_id: int) -> int:
    return sum(source(therapy_id=therapy_id) for source in _hooks("monitored_count"))


def _monitored_sources() -> tuple[Callable[..., list[Monitored]], ...]:
    return _hooks("monitored_source")


@cache
def _hooks(name: str) -> tuple[Callable[..., Any], ...]:
    """What other apps offer: the dotted path under this name in their configuration."""
    paths = (getattr(app, name, "") for app in apps.get_app_configs())
    return tuple(import_string(path) for path in paths if path)


class _Given(NamedTuple):
    """One answer as it was documented."""

    key: str
    value: Any
    observed_on: date | None
    asked: bool


def _sealed(cases: Sequence[UUID]) -> dict[UUID, tuple[date, list[_Given]]]:
    """The day and the facts of sealed records, without the documents that lie beside them."""
    found = Determination.objects.filter(case__in=cases).order_by()
    return {
        case_id: (as_of, [_as_sealed(key, answer) for key, answer in (facts or {}).items()])
        for case_id, as_of, facts in found.values_list("case_id", "as_of", "record__facts")
    }


def _as_sealed(key: str, answer: Mapping[str, Any]) -> _Given:
    day = answer.get("observed_on")
    observed_on = date.fromisoformat(day) if day else None
    return _Given(key, answer.get("value"), observed_on, bool(answer.get("asked")))


def _answers(cases: Sequence[UUID]) -> dict[UUID, list[_Given]]:
    """The answers of open cases; what was typed and not accepted is left out."""
    found: dict[UUID, list[_Given]] = {}
    accepted = Answer.objects.filter(case__in=cases).exclude(state=Answer.State.INVALID)
    columns = ("case_id", "fact_key", "value", "observed_on", "state")
    for case_id, key, value, day, state in accepted.order_by().values_list(*columns):
        asked = state == Answer.State.NOT_KNOWN
        found.setdefault(case_id, []).append(_Given(key, value, day, asked))
    return found


def _history(patients: Iterable[UUID]) -> dict[UUID, list[PriorTherapy]]:
    found: dict[UUID, list[PriorTherapy]] = {}
    for row in PriorTherapy.objects.filter(patient__in=patients):
        found.setdefault(row.patient_id, []).append(row)
    return found


def _answered(vocabulary: Vocabulary, given: Iterable[_Given]) -> dict[str, FactValue]:
    """Answers with the types that they were given in: those of the version of the case."""
    facts = {}
    for key, value, observed_on, asked in given:
        if key in vocabulary:
            try:
                typed = None if value is None else parse_value(vocabulary[key], value)
            except FactError:
                continue
            facts[key] = FactValue(typed, observed_on, asked=asked)
    return facts


def _registered(values: Iterable[tuple[str, Any]]) -> dict[str, FactValue]:
    return {
        key: FactValue(tuple(value) if isinstance(value, list) else value) for key, value in values
    }


def _offered(definition: FactDefinition, offer: Prefill) -> dict[str, FactValue]:
    try:
        value = parse_value(definition, offer.value)
    except FactError:
        return {}
    return {definition.key: FactValue(value, offer.observed_on)}
