"""How does a reference pack get into the database?

Everything arrives as Submitted. What is the same stays as it is, so loading twice changes nothing.
An approved version of criteria is sealed: changed criteria need a new version number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from certification.actions.events import record_event
from certification.criteria.plain import to_data
from certification.models import Citation, CriteriaVersion, User
from certification.models.editorial import EditorialModel
from certification.pack_rows import CITED, LINKS, TABLES, Comparison, Wanted, compare
from certification.pack_travel import of_other_apps
from certification.packs.pack import Pack
from certification.policies import Refused, check_allowed
from certification.workflow import ContentStatus
from config.roles import Permission


@transaction.atomic
def load_pack(
    *, by: User | None, now: datetime, pack: Pack, keep: bool = False
) -> dict[str, Counter[str]]:
    """Writes a pack, whole or not at all; tells for each list how many are new, changed, same.

    ``by`` None: the system itself, at set-up. ``keep``: what is there already stays as it is, and
    only what is new comes in, so that a second publisher's pack can stand next to the first (its
    criteria carry their own questions). Raises ``Refused`` when a sealed version of criteria would
    change, naming every one.
    """
    if by is not None:
        check_allowed(by, Permission.EDIT_CONTENT)
    comparisons = compare(pack)
    if not keep:
        _refuse_sealed(comparisons)
    rows: dict[str, dict[str, Any]] = {section: {} for section in TABLES}
    written: list[tuple[Comparison, Any, dict[str, Any]]] = []
    for comparison in comparisons:
        row = comparison.row
        if comparison.state == "new" or (comparison.state == "changed" and not keep):
            told = _event_data(comparison)
            row = _write(comparison, rows, by=by, now=now)
            written.append((comparison, row, told))
        rows[comparison.wanted.section][comparison.wanted.name[0]] = row
    _link_references(written, rows["references"])
    for comparison, row, _ in written:
        if comparison.wanted.section in CITED:
            write_citations(comparison.wanted, row, rows["references"])
    for comparison, row, told in written:
        verb = "loaded" if comparison.row is None else "changed by a pack"
        record_event(by=by, verb=verb, obj=row, at=now, data=told)
    report = {section: Counter[str]() for section in TABLES}
    for comparison in comparisons:
        kept = keep and comparison.state == "changed"
        report[comparison.wanted.section]["kept" if kept else comparison.state] += 1
    return report


@transaction.atomic
def load_whole_pack(
    *, by: User | None, now: datetime, pack: Pack, keep: bool = False
) -> dict[str, Counter[str]]:
    """``load_pack`` with the parts of other apps. Raises ``Refused``, and then writes nothing."""
    report = load_pack(by=by, now=now, pack=pack, keep=keep)
    for load in of_other_apps("pack_loader"):
        report |= load(by=by, now=now, pack=pack, keep=keep)
    return report


def _refuse_sealed(comparisons: Sequence[Comparison]) -> None:
    sealed = []
    for comparison in comparisons:
        row = comparison.row
        if not isinstance(row, CriteriaVersion) or comparison.state != "changed":
            continue
        if row.status in {ContentStatus.APPROVED, ContentStatus.RETIRED}:
            sealed.append(f"{row.set_key} {row.version} is {row.status_title.lower()}")
        elif row.cases.exists():
            sealed.append(f"{row.set_key} {row.version} is used by cases")
    if sealed:
        raise Refused(
            f"{'; '.join(sealed)}: its content is sealed, and this pack changes it. "
            "Give the changed criteria a new version number."
        )


def _event_data(comparison: Comparison) -> dict[str, Any]:
    """What the audit trail keeps: old and new values, and the names of what is too long for it."""
    changes: dict[str, Any] = {}
    for name in comparison.changed:
        if name in comparison.wanted.values and name != "document":
            values = getattr(comparison.row, name), comparison.wanted.values[name]
            changes[name] = [to_data(value) for value in values]
    others = [name for name in comparison.changed if name not in changes]
    data = {"key": comparison.title, "changes": changes, "changed": others}
    return {name: value for name, value in data.items() if value}


def _write(
    comparison: Comparison, rows: dict[str, dict[str, Any]], *, by: User | None, now: datetime
) -> Any:
    """Writes the columns of one row. References are linked later: they may name each other."""
    wanted, row = comparison.wanted, comparison.row
    if row is None:
        named = ("set_key", "version") if len(wanted.name) > 1 else ("key",)
        row = TABLES[wanted.section](**dict(zip(named, wanted.name, strict=True)))
    for name, value in wanted.values.items():
        setattr(row, name, value)
    if wanted.section != "references":
        for name, key in wanted.links.items():
            setattr(row, name, rows[LINKS[wanted.section][name]][str(key)])
    if isinstance(row, EditorialModel) and comparison.needs_review:
        row.status = ContentStatus.SUBMITTED
        row.submitted_by, row.submitted_at = by, now
        row.reviewed_by = row.approved_by = row.approved_at = None
        row.return_reason = ""
    row.save()
    return row


def _link_references(
    written: Sequence[tuple[Comparison, Any, Any]], references: dict[str, Any]
) -> None:
    for comparison, row, _ in written:
        wanted = comparison.wanted
        if wanted.section == "references":
            for name, key in wanted.links.items():
                setattr(row, name, references[key] if key else None)
            row.save(update_fields=list(wanted.links))


def write_citations(wanted: Wanted, row: Any, references: Mapping[str, Any]) -> None:
    """Replaces the citations of a row by those that are wanted."""
    column = CITED[wanted.section]
    Citation.objects.filter(**{column: row}).delete()
    Citation.objects.bulk_create(
        Citation(
            reference=references[cited.ref],
            place=cited.place,
            at=cited.at,
            note=cited.note,
            position=position,
            **{column: row},
        )
        for position, cited in enumerate(wanted.citations)
    )
