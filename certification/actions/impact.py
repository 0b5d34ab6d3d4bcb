"""How is an impact study started, carried on and cancelled?

A study moves in slices: each reads a bounded part outside any lock, and writes what came of it in a
transaction of milliseconds, if nobody else has written that slice meanwhile. So it never blocks
anybody, two open pages do no harm, and after a crash it goes on where it was. Whoever watches it
carries it on: there is no queue that would have to be kept running.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet
from django.utils.timezone import localdate

from certification.actions.events import record_event
from certification.content_policies import check_can_study_impact
from certification.criteria.codec import CriteriaError, content_hash, read_document
from certification.impact import Told, Verdict, comparison_of, reasons_of, slice_of, tally
from certification.models import (
    CriteriaVersion,
    ImpactChange,
    ImpactStudy,
    RequestType,
    StoredFacts,
    Therapy,
    User,
)
from certification.policies import Refused
from certification.stored_facts import (
    count_monitored,
    left_over,
    monitored_people,
    next_unread,
    read_cases,
    read_monitored,
    unread,
)

CASES_A_SLICE = 500
PEOPLE_A_SLICE = 10
COUNTED_A_SLICE = 4_000

State, Phase = ImpactStudy.State, ImpactStudy.Phase
# What changes while a study runs, and when it ends.
MOVED = (
    *("state", "phase", "position", "last_id", "done", "total", "counts", "reasons"),
    *("moved_at", "finished_at", "cancelled_by", "cancelled_at"),
)


@transaction.atomic
def start_study(
    *,
    by: User,
    now: datetime,
    document: Mapping[str, Any],
    version: CriteriaVersion | None = None,
    base: CriteriaVersion | None = None,
) -> ImpactStudy:
    """Starts a study of a document of criteria. ``version``: the version that has this document.

    ``base``: the version to compare with, else the one in force. Raises ``Refused``.
    """
    check_can_study_impact(by)
    try:
        criteria_set, _ = read_document(document)
    except CriteriaError as error:
        raise Refused(f"The criteria cannot be read: {error}.") from None
    base = base or CriteriaVersion.objects.current(criteria_set.key, localdate(now))
    if base is None:
        raise Refused(
            "No version of these criteria is in force, so nobody was reviewed under them and there "
            "is nothing to compare with."
        )
    if base.set_key != criteria_set.key:
        raise Refused(f"{base} belongs to another set of criteria.")
    digest = content_hash(document)
    if digest == base.content_hash:
        raise Refused("This is the version to compare with itself. Nothing would change.")
    therapy = Therapy.objects.get(pk=base.therapy_id)
    study = ImpactStudy.objects.create(
        set_key=criteria_set.key,
        therapy=therapy,
        request_type=criteria_set.request_type,
        title=criteria_set.title,
        label=criteria_set.version,
        version=version,
        document=document,
        content_hash=digest,
        base=base,
        started_by=by,
        started_at=now,
        moved_at=now,
    )
    data = {"set": study.set_key, "content_hash": digest, "base": base.content_hash}
    record_event(by=by, verb="started impact study", obj=study, at=now, data=data)
    return study


def advance_study(*, by: User, now: datetime, study: ImpactStudy) -> ImpactStudy:
    """Carries a running study on by one slice, and returns it as it stands then.

    A study that is not running any more is left as it is. Raises ``Refused``.
    """
    check_can_study_impact(by)
    study = _lightly().select_related("base", "therapy").get(pk=study.pk)
    if study.is_running:
        step = {Phase.CASES: _cases, Phase.MONITORED: _people, Phase.COUNTING: _count}
        step[Phase(study.phase)](by, now, study)
        study.refresh_from_db(fields=MOVED)
    return study


def _lightly() -> QuerySet[ImpactStudy]:
    """Without the documents, which are read once and kept by their hashes."""
    return ImpactStudy.objects.defer("document", "base__document")


def _cases(by: User, now: datetime, study: ImpactStudy) -> None:
    """Reads cases of which the newest is not stored yet."""
    cases = next_unread(study.set_key, study.started_at, study.position, CASES_A_SLICE)
    if not cases:
        _all_cases_read(now, study)
        return
    waiting = len(cases)
    if waiting == CASES_A_SLICE and not study.position:
        waiting = unread(study.set_key, study.started_at).count()
    rows = read_cases(cases, study.set_key, study.started_at)
    with transaction.atomic():
        if not _still(study):
            return
        StoredFacts.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["case"],
            update_fields=[
                *("kind", "set_key", "patient", "site", "as_of", "answers", "seen", "asked"),
                *("case_revision", "patient_revision"),
            ],
        )
        done = study.done + len(cases)
        total = max(study.total if study.position else waiting, done)
        _move(study, now, position=str(cases[-1].pk), done=done, total=total)


def _all_cases_read(now: datetime, study: ImpactStudy) -> None:
    """What is looked for here takes longer than others may be held up, so it is read before."""
    gone = list(left_over(study.set_key).values_list("pk", flat=True))
    if study.request_type == RequestType.RENEWAL:
        people = count_monitored(study.therapy_id)
        begun: dict[str, Any] = {"phase": Phase.MONITORED, "done": 0, "total": people}
    else:
        begun = _counting(study)
    with transaction.atomic():
        if not _still(study):
            return
        for first in range(0, len(gone), CASES_A_SLICE):
            StoredFacts.objects.filter(pk__in=gone[first : first + CASES_A_SLICE]).delete()
        _move(study, now, position="", **begun)


def _people(by: User, now: datetime, study: ImpactStudy) -> None:
    """Asks monitoring about the people who receive the therapy now."""
    people = monitored_people(study.therapy_id, study.position, PEOPLE_A_SLICE)
    if not people:
        begun = _counting(study)
        with transaction.atomic():
            if _still(study):
                _move(study, now, position="", **begun)
        return
    rows = []
    for version in (study.base, _as_version(study)):
        _, vocabulary = read_document(version.document)
        rows.append(read_monitored(people, version, list(vocabulary), study.started_at))
    for row, more in zip(*rows, strict=True):
        row.study = study
        row.answers |= more.answers
        row.seen |= more.seen
        row.asked |= more.asked
    with transaction.atomic():
        if not _still(study):
            return
        StoredFacts.objects.bulk_create(rows[0])
        done = study.done + len(people)
        total = max(study.total, done)
        _move(study, now, position=str(people[-1].id), done=done, total=total)


def _counting(study: ImpactStudy) -> dict[str, Any]:
    """Where counting begins."""
    found = slice_of(study).aggregate(last=Max("pk"), total=Count("pk"))
    return {
        "phase": Phase.COUNTING,
        "done": 0,
        "last_id": found["last"] or 0,
        "total": found["total"],
    }


def _as_version(study: ImpactStudy) -> CriteriaVersion:
    """The studied document as a version, for what only asks about versions. Never stored."""
    return CriteriaVersion(
        set_key=study.set_key,
        therapy=study.therapy,
        request_type=study.request_type,
        title=study.title,
        version=study.label,
        document=study.document,
        content_hash=study.content_hash,
    )


def _count(by: User, now: datetime, study: ImpactStudy) -> None:
    """Applies both documents to the next slice of stored facts."""
    comparison = comparison_of(study)
    after = int(study.position or 0)
    verdicts = comparison.verdicts(study, after, COUNTED_A_SLICE)
    # What the second statement says counts, should the facts have moved on between the two.
    told = comparison.told([verdict.id for verdict in verdicts if verdict.changed])
    counted: list[Verdict | Told] = [one for one in verdicts if not one.changed]
    counted += told
    changed = [one for one in told if one.changed]
    with transaction.atomic():
        if not _still(study):
            return
        for kind, counter in tally(counted).items():
            counts = study.counts.setdefault(kind, {})
            for pair, count in counter.items():
                counts[pair] = counts.get(pair, 0) + count
        for reason, count in reasons_of(comparison, changed).items():
            study.reasons[reason] = study.reasons.get(reason, 0) + count
        _keep(study, changed)
        study.done += len(counted)
        if len(verdicts) == COUNTED_A_SLICE:
            _move(study, now, position=str(verdicts[-1].id))
        else:
            _finish(by, now, study)


def _keep(study: ImpactStudy, changed: Sequence[Told]) -> None:
    """Writes the rows of the list. As the database gave the values, so it takes them: a draft can
    change the recommendation of everybody, and rows of the ORM would take longer than finding them.
    """
    named = {"study_id": ImpactStudy._meta.pk.get_db_prep_value(study.pk, connection)}
    rows = [named | one._asdict() for one in changed]
    fields = ImpactChange._meta.concrete_fields
    columns = [str(field.column) for field in fields if not field.primary_key]
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    table = connection.ops.quote_name(ImpactChange._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({quoted}) VALUES ({places})",  # noqa: S608 - names of the model
            [[row[column] for column in columns] for row in rows],
        )


def _finish(by: User, now: datetime, study: ImpactStudy) -> None:
    study.state, study.finished_at = State.FINISHED, now
    study.total = study.done
    study.people.all().delete()
    _move(study, now, position="")
    changed = study.changes.count()
    data = {"counted": study.done, "changed": changed, "content_hash": study.content_hash}
    record_event(by=by, verb="finished impact study", obj=study, at=now, data=data)


@transaction.atomic
def cancel_study(*, by: User, now: datetime, study: ImpactStudy) -> ImpactStudy:
    """Ends a running study without a result; what it had counted is taken away. Raises
    ``Refused``."""
    check_can_study_impact(by)
    study = ImpactStudy.objects.select_for_update().get(pk=study.pk)
    if not study.is_running:
        raise Refused(f"This study is {study.get_state_display().lower()} already.")
    study.state = State.CANCELLED
    study.cancelled_by, study.cancelled_at = by, now
    study.counts, study.reasons = {}, {}
    study.people.all().delete()
    study.changes.all().delete()
    _move(study, now, position="")
    data = {"done": study.done, "total": study.total}
    record_event(by=by, verb="cancelled impact study", obj=study, at=now, data=data)
    return study


def _still(study: ImpactStudy) -> bool:
    """Locks the study; no when somebody else carried it on, or cancelled it, meanwhile."""
    now = _lightly().select_for_update().get(pk=study.pk)
    return (now.state, now.phase, now.position) == (study.state, study.phase, study.position)


def _move(study: ImpactStudy, now: datetime, *, position: str, **changes: Any) -> None:
    for name, value in {**changes, "position": position, "moved_at": now}.items():
        setattr(study, name, value)
    study.save(update_fields=MOVED)
