"""How do the protocols of a reference pack get into the database?

They arrive as Submitted. What is the same stays as it is; a version that was approved, or that a
course is monitored by, is sealed: changed rules need a new version number.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction

from certification.actions.events import record_event
from certification.criteria.codec import content_hash
from certification.models import Therapy, User
from certification.packs.pack import Pack
from certification.packs.tree_rules import as_written
from certification.policies import Refused, check_allowed
from certification.workflow import ContentStatus
from config.roles import Permission
from monitoring.models import ProtocolVersion
from monitoring.schedule.codec import document

VALUES = ("title", "next_review_on", "document", "content_hash")


@transaction.atomic
def load_protocols(
    *, by: User | None, now: datetime, pack: Pack, keep: bool = False
) -> dict[str, Counter[str]]:
    """Writes the protocols of a pack, all or none; tells how many are new, changed, same, kept.

    ``content load`` calls this after the rest of the pack is in. ``by`` None: the system itself.
    ``keep``: what is there already stays as it is. Raises ``Refused`` when a sealed version would
    change.
    """
    if by is not None:
        check_allowed(by, Permission.EDIT_CONTENT)
    wanted = [_wanted(pack, key) for key in pack.entries.protocols]
    rows = {(row.key, row.version): row for row in ProtocolVersion.objects.all()}
    pairs = [(values, rows.get((values["key"], values["version"]))) for values in wanted]
    if not keep:
        _refuse_sealed(pairs)
    therapies = {therapy.key: therapy for therapy in Therapy.objects.all()}
    report: Counter[str] = Counter()
    for values, row in pairs:
        # A protocol whose document is the same keeps the day of review that was confirmed here.
        changed = row is not None and row.content_hash != values["content_hash"]
        if row is not None and (keep or not changed):
            report["kept" if changed else "same"] += 1
            continue
        report["changed" if row else "new"] += 1
        verb = "changed by a pack" if row else "loaded"
        row = row or ProtocolVersion(key=values["key"], version=values["version"])
        _write(row, values, therapies[values["therapy"]], by=by, now=now)
        data = {"key": f"{row.key} {row.version}", "content_hash": row.content_hash}
        record_event(by=by, verb=verb, obj=row, at=now, data=data)
    return {"protocols": report}


def _wanted(pack: Pack, key: str) -> dict[str, Any]:
    entry = pack.entries.protocols[key].entry
    stored = document(as_written(entry), pack.vocabulary)
    return {
        "key": entry.key,
        "therapy": entry.therapy,
        "version": str(entry.version),
        "title": entry.title,
        "next_review_on": entry.next_review_on,
        "document": stored,
        "content_hash": content_hash(stored),
    }


def _refuse_sealed(pairs: list[tuple[dict[str, Any], ProtocolVersion | None]]) -> None:
    sealed = []
    for values, row in pairs:
        if row is None or row.content_hash == values["content_hash"]:
            continue
        if row.status in {ContentStatus.APPROVED, ContentStatus.RETIRED}:
            sealed.append(f"{row.key} {row.version} is {row.status_title.lower()}")
        elif row.courses.exists():
            sealed.append(f"{row.key} {row.version} is used by courses")
    if sealed:
        raise Refused(
            f"{'; '.join(sealed)}: its content is sealed, and this pack changes it. "
            "Give the changed protocol a new version number."
        )


def _write(
    row: ProtocolVersion,
    values: dict[str, Any],
    therapy: Therapy,
    *,
    by: User | None,
    now: datetime,
) -> None:
    for name in VALUES:
        setattr(row, name, values[name])
    row.therapy = therapy
    row.status = ContentStatus.SUBMITTED
    row.submitted_by, row.submitted_at = by, now
    row.reviewed_by = row.approved_by = row.approved_at = None
    row.return_reason = ""
    row.save()
