"""How do retractions and corrections that others announced come in, and how is a mistaken one
withdrawn? The same list twice changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.actions.uploads import check_as_shown, finish_list, locked_list
from certification.lint.findings import NoticeKind
from certification.list_policies import check_can_withdraw
from certification.models import ReferenceNotice, UploadedList, User
from certification.notice_import import NoticeLine, NoticePlan, State, plan_notices

BATCH = 1_000
NAMED = 200
"""References that the audit trail names for one list."""


@transaction.atomic
def import_notices(
    *, by: User, now: datetime, kept: UploadedList, fingerprint: str
) -> UploadedList:
    """Writes what a list of notices brings, if that is still what was shown (``fingerprint``).

    A criterion that rests on a retracted reference is in quarantine from now on. Raises
    ``Refused``.
    """
    kept = locked_list(by, kept)
    plan = plan_notices(kept.content)
    check_as_shown(plan, fingerprint)
    for line in plan.of(State.ENDS):
        _retractions(line).delete()
    _change(plan, by, now)
    ReferenceNotice.objects.bulk_create(
        (
            ReferenceNotice(
                kind=line.kind, doi=line.doi, pmid=line.pmid, noticed_on=line.on, says=line.reason,
                imported_by=by, imported_at=now,
            )
            for line in plan.of(State.NEW)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    keys = dict.fromkeys(key for line in plan.concerning for key in line.concerns)
    return finish_list(
        by=by, now=now, kept=kept, verb="imported notices from",
        outcome={**plan.counts, "references": list(keys)[:NAMED]},
    )  # fmt: skip


@transaction.atomic
def withdraw_notice(
    *, by: User, now: datetime, notice: ReferenceNotice, reason: str
) -> ReferenceNotice:
    """Lets an announcement count no more. It stays readable, and the same list does not bring it
    back. Raises ``Refused``."""
    notice = ReferenceNotice.objects.select_for_update().get(pk=notice.pk)
    because = one_line(reason, field="reason", limit=400)
    check_can_withdraw(by, notice, because)
    notice.withdrawn_by, notice.withdrawn_at, notice.withdrawn_because = by, now, because
    notice.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    data = {"reason": because, "notice": str(notice)}
    record_event(by=by, verb="withdrew", obj=notice, at=now, data=data)
    return notice


def _retractions(line: NoticeLine) -> QuerySet[ReferenceNotice]:
    named = Q()
    if line.doi:
        named |= Q(doi=line.doi)
    if line.pmid:
        named |= Q(pmid=line.pmid)
    return ReferenceNotice.objects.filter(named, kind=NoticeKind.RETRACTED)


def _change(plan: NoticePlan, by: User, now: datetime) -> None:
    """The newer date and reason of notices that are there."""
    changed = {line.name: line for line in plan.of(State.CHANGED)}
    if not changed:
        return
    rows = []
    for row in ReferenceNotice.objects.iterator(chunk_size=BATCH):
        line = changed.get((row.kind, row.doi, row.pmid))
        if line is not None:
            row.noticed_on, row.says = line.on, line.reason
            row.imported_by, row.imported_at = by, now
            # What is announced anew counts again.
            row.withdrawn_by = row.withdrawn_at = None
            row.withdrawn_because = ""
            rows.append(row)
    ReferenceNotice.objects.bulk_update(
        rows,
        ["noticed_on", "says", "imported_by", "imported_at", "withdrawn_by", "withdrawn_at",
         "withdrawn_because"],
        batch_size=BATCH,
    )  # fmt: skip
