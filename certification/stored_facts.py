"""What is documented about a case or a person, in the form that a whole population is asked in?

Open cases stand as of today at their site, past ones as of the day they were signed, with the facts
that were sealed then. A monitored person stands as a renewal opened today would find them: the
registration, the newest answers, and what monitoring knows, as if all of it were confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from certification.case_facts import Prefill, prefill, vocabulary_of
from certification.criteria.facts import FactDefinition, FactError, FactValue, parse_value
from certification.criteria_sql.stored import Stored, store
from certification.models import (
    Answer,
    Case,
    CriteriaVersion,
    Determination,
    Patient,
    Site,
    StoredFacts,
    StudiedKind,
)
from certification.registration import registered_values
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


def read_cases(cases: Sequence[Case], set_key: str, now: datetime) -> list[StoredFacts]:
    """New rows for these cases, not written yet. ``cases`` as ``whole_cases`` gives them."""
    sealed = dict(_sealed(case.pk for case in cases if case.is_determined))
    rows = []
    for case in cases:
        if case.is_determined:
            as_of, given = sealed[case.pk]
            facts = _answered(case, given.items())
        else:
            as_of = local_date(now, case.site.time_zone)
            facts = _registered(case, as_of)
            facts |= _answered(case, _answers(case))
        rows.append(
            StoredFacts(
                kind=StudiedKind.PAST if case.is_determined else StudiedKind.OPEN,
                set_key=set_key,
                case=case,
                patient_id=case.patient_id,
                site_id=case.site_id,
                as_of=as_of,
                case_revision=case.revision,
                patient_revision=case.patient.revision,
                **store(facts)._asdict(),
            )
        )
    return rows


def whole_cases(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The same with everything that reading them takes, in a fixed number of queries."""
    related = cases.select_related("patient", "site", "therapy", "criteria_version")
    return related.defer("therapy__details").prefetch_related("answers", "patient__prior_therapies")


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
        facts = _registered(renewal, as_of)
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


def _sealed(cases: Iterable[Any]) -> Iterator[tuple[Any, tuple[date, Mapping[str, Any]]]]:
    """The day and the facts of sealed records, without the documents that lie beside them."""
    found = Determination.objects.filter(case__in=list(cases)).order_by()
    for case_id, as_of, facts in found.values_list("case_id", "as_of", "record__facts"):
        yield case_id, (as_of, facts or {})


def _answers(case: Case) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for answer in case.answers.all():
        if answer.state != Answer.State.INVALID:
            asked = answer.state == Answer.State.NOT_KNOWN
            observed_on = answer.observed_on.isoformat() if answer.observed_on else None
            yield (
                answer.fact_key,
                {"value": answer.value, "observed_on": observed_on, "asked": asked},
            )


def _answered(case: Case, given: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, FactValue]:
    """Answers with the types that they were given in: those of the version of the case."""
    vocabulary = vocabulary_of(case.criteria_version)
    facts = {}
    for key, answer in given:
        if key not in vocabulary:
            continue
        value = answer.get("value")
        try:
            typed = None if value is None else parse_value(vocabulary[key], value)
        except FactError:
            continue
        observed_on = answer.get("observed_on")
        facts[key] = FactValue(
            typed,
            date.fromisoformat(observed_on) if observed_on else None,
            asked=bool(answer.get("asked")),
        )
    return facts


def _registered(case: Case, as_of: date) -> dict[str, FactValue]:
    return {
        key: FactValue(tuple(value) if isinstance(value, list) else value)
        for key, value in registered_values(case, as_of)
    }


def _offered(definition: FactDefinition, offer: Prefill) -> dict[str, FactValue]:
    try:
        value = parse_value(definition, offer.value)
    except FactError:
        return {}
    return {definition.key: FactValue(value, offer.observed_on)}


def stored_of(row: StoredFacts) -> Stored:
    """What a row holds, to be read with the questions of a document."""
    return Stored(row.answers, row.seen, row.asked)
