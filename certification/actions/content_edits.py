"""How does an editor's change to a reference, statement, therapy, fact or profile get in?

A new or changed row is Submitted by the person who changed it. Changing an approved row takes the
approval away: what nobody has reviewed is never shown as approved.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction

from certification.actions.events import record_event
from certification.models import Citation, EditorialModel, Statement, Therapy, User
from certification.models.therapies import TurnaroundProfile
from certification.workflow import ContentStatus
from config.access import check_has_permission
from config.roles import Permission


@transaction.atomic
def save_content(*, by: User, now: datetime, obj: EditorialModel) -> EditorialModel:
    """Writes a new or an edited row as Submitted by ``by``. Raises PermissionDenied."""
    check_has_permission(by, Permission.EDIT_CONTENT)
    old = type(obj)._default_manager.filter(pk=obj.pk).first() if obj.pk else None
    obj.status = ContentStatus.SUBMITTED
    obj.submitted_by, obj.submitted_at = by, now
    obj.reviewed_by = obj.approved_by = obj.approved_at = None
    obj.return_reason = ""
    obj.save()
    record_event(
        by=by,
        verb="edited" if old else "created",
        obj=obj,
        at=now,
        data={"changes": _changes(old, obj)},
    )
    return obj


@transaction.atomic
def save_citation(
    *, by: User, now: datetime, citation: Citation, remove: bool = False
) -> Citation | None:
    """Writes or removes a citation of a statement, therapy or profile; its subject returns to
    Submitted. Citations of criteria stand in the sealed document and change with a new version."""
    check_has_permission(by, Permission.EDIT_CONTENT)
    subject = _subject(citation)
    if remove:
        citation.delete()
    else:
        citation.save()
    save_content(by=by, now=now, obj=subject)
    return None if remove else citation


def _subject(citation: Citation) -> Statement | Therapy | TurnaroundProfile:
    subject = citation.statement or citation.therapy or citation.turnaround_profile
    if subject is None:
        raise ValueError("Citations of criteria change with a new version of the criteria.")
    return subject


def _changes(old: EditorialModel | None, new: EditorialModel) -> dict[str, list[Any]]:
    """Old and new value of every sealed field that differs, as plain JSON data."""
    changes = {}
    for name in new.SEALED_FIELDS:
        before = getattr(old, name) if old is not None else None
        after = getattr(new, name)
        if before != after:
            changes[name] = [_plain(before), _plain(after)]
    return changes


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return value if isinstance(value, str | int | bool | list | dict | None) else str(value)
