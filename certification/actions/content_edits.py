"""How does an editor's change to a reference, statement, therapy, fact or profile get in?

A new or changed row is Submitted by the person who changed it. Changing an approved row takes the
approval away: what nobody has reviewed is never shown as approved. A row and its citations are
written together, as one act with one audit event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from certification.actions.events import record_event
from certification.editing_policies import check_can_edit
from certification.models import Citation, EditorialModel, Statement, Therapy, User
from certification.models.therapies import TurnaroundProfile
from certification.policies import Refused, check_allowed
from certification.workflow import ContentStatus
from config.roles import Permission

LIFE = frozenset(
    {
        *("id", "status", "submitted_by", "submitted_at", "reviewed_by", "approved_by"),
        *("approved_at", "return_reason", "updated_at"),
    }
)
"""What changes with every step of the review, and is told by the step itself."""


@transaction.atomic
def save_content(
    *,
    by: User,
    now: datetime,
    obj: EditorialModel,
    citations: Sequence[Citation] = (),
    removed: Sequence[Citation] = (),
) -> EditorialModel:
    """Writes a new or an edited row, with new, changed and ``removed`` citations, as Submitted by
    ``by``. Raises ``Refused``."""
    check_allowed(by, Permission.EDIT_CONTENT)
    old = type(obj)._default_manager.select_for_update().filter(pk=obj.pk).first()
    if old is not None:
        check_can_edit(by, old)
    before = _cited(old) if old is not None else []
    obj.status = ContentStatus.SUBMITTED
    obj.submitted_by, obj.submitted_at = by, now
    obj.reviewed_by = obj.approved_by = obj.approved_at = None
    obj.return_reason = ""
    obj.save()
    for citation in removed:
        citation.delete()
    for citation in citations:
        _point_to(citation, obj)
        citation.save()
    changes = _changes(old, obj)
    if citations or removed:
        changes["citations"] = [before, _cited(obj)]
    verb = "edited" if old else "created"
    record_event(by=by, verb=verb, obj=obj, at=now, data={"changes": changes})
    return obj


def save_citation(*, by: User, now: datetime, citation: Citation) -> Citation:
    """Writes a citation of a statement, therapy or turnaround profile; its subject returns to
    Submitted. Citations of criteria stand in the sealed document and change with a new version.

    Raises ``Refused``.
    """
    save_content(by=by, now=now, obj=subject_of(citation), citations=[citation])
    return citation


def subject_of(citation: Citation) -> Statement | Therapy | TurnaroundProfile:
    """What the citation supports. Raises ``Refused`` for citations of criteria."""
    subject = citation.statement or citation.therapy or citation.turnaround_profile
    if subject is None:
        raise Refused("Citations of criteria change with a new version of the criteria.")
    return subject


def _point_to(citation: Citation, obj: EditorialModel) -> None:
    """A new row has its key only after it was written."""
    for name in ("statement", "therapy", "turnaround_profile"):
        if getattr(citation, name) is not None:
            setattr(citation, name, obj)


def _cited(obj: EditorialModel) -> list[str]:
    if not hasattr(obj, "citations"):
        return []
    return [str(c) for c in Citation.objects.filter(
        **{obj.citations.field.name: obj}).select_related("reference")]  # fmt: skip


def _changes(old: EditorialModel | None, new: EditorialModel) -> dict[str, list[Any]]:
    """Old and new value of every field that differs, as plain JSON data."""
    changes = {}
    for field in new._meta.concrete_fields:
        if field.name in LIFE:
            continue
        before = getattr(old, field.name) if old is not None else None
        after = getattr(new, field.name)
        if before != after and not (old is None and after in (None, "", [], {})):
            changes[field.name] = [_plain(before), _plain(after)]
    return changes


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return getattr(value, "key", value.pk)
    return value if isinstance(value, str | int | bool | list | dict | None) else str(value)
