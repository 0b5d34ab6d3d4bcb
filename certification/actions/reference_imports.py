"""How do the references of an uploaded list come in? As Submitted, each with an event."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from certification.actions.content_edits import save_content
from certification.actions.uploads import check_as_shown, finish_list, locked_list
from certification.models import Reference, UploadedList, User
from certification.reference_import import RecordLine, plan_references


@transaction.atomic
def import_references(
    *, by: User, now: datetime, kept: UploadedList, fingerprint: str
) -> UploadedList:
    """Writes what is new in a list, if that is still what was shown (``fingerprint``).

    Nobody has read the sources yet, so nothing is said about how far they were verified. Raises
    ``Refused``.
    """
    kept = locked_list(by, kept)
    plan = plan_references(kept.content)
    check_as_shown(plan, fingerprint)
    for line in plan.new:
        save_content(by=by, now=now, obj=_row(line))
    return finish_list(
        by=by, now=now, kept=kept, verb="imported references from",
        outcome={"format": plan.format, **plan.counts},
    )  # fmt: skip


def _row(line: RecordLine) -> Reference:
    data = dict(line.data)
    accessed = data.pop("accessed_on")
    return Reference(
        key=line.key, accessed_on=date.fromisoformat(accessed) if accessed else None, **data
    )
