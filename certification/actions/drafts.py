"""What happens to a draft of any kind: it begins, its content changes, it is submitted, discarded?

Each step locks the draft, says which revision it was made from, and writes down what it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from certification.actions.events import record_event
from certification.draft_policies import check_can_change_draft
from certification.models import Draft, EditorialModel, User, VersionDraft

AnyDraft = TypeVar("AnyDraft", bound=Draft)
Compare = Callable[[Any, Any], dict[str, list[Any]]]


def begin_draft(draft: AnyDraft, by: User, now: datetime, *, based_on: Any = None) -> AnyDraft:
    """Part of the action that starts a draft. ``based_on``: the version that it continues."""
    draft.started_by = draft.changed_by = by
    draft.started_at = draft.changed_at = now
    draft.save()
    data = {"title": draft.title}
    if isinstance(draft, VersionDraft):
        data["version"] = draft.version
    if based_on is not None:
        data["based on"] = based_on.version
    record_event(by=by, verb="started", obj=draft, at=now, data=data)
    return draft


def keep_content(
    draft: AnyDraft,
    by: User,
    now: datetime,
    *,
    revision: int,
    content: dict[str, Any],
    compare: Compare,
) -> AnyDraft:
    """Part of the action that keeps what an author wrote, mistakes included. ``compare`` says what
    the audit trail keeps. Raises ``Refused``, or ``Stale`` when it was written from an older
    revision."""
    draft = locked_draft(draft)
    check_can_change_draft(by, draft, revision)
    changes = compare(draft.content, content)
    if changes:
        draft.content = content
        if isinstance(draft, VersionDraft):
            draft.title, draft.version = content["title"], content["version"]
        draft.revision += 1
        draft.changed_by, draft.changed_at = by, now
        draft.save()
        record_event(by=by, verb="edited", obj=draft, at=now, data={"changes": changes})
    return draft


def hand_in(
    draft: Any,
    by: User,
    now: datetime,
    *,
    version: EditorialModel,
    changes: Mapping[str, Any],
    failing: int,
) -> None:
    """Part of the action that made a locked draft a version: closes it, and tells of both."""
    close_draft(draft, by, now, became=version)
    data = {"version": draft.version, "changes": changes, "examples failing": failing}
    record_event(by=by, verb="submitted", obj=draft, at=now, data={"successor": version.pk})
    record_event(by=by, verb="submitted", obj=version, at=now, data=data)


@transaction.atomic
def discard_draft(*, by: User, now: datetime, draft: AnyDraft, revision: int) -> AnyDraft:
    """Closes a draft that comes to nothing; it stays readable. Raises ``Refused``."""
    draft = locked_draft(draft)
    check_can_change_draft(by, draft, revision)
    close_draft(draft, by, now, became=None)
    record_event(by=by, verb="discarded", obj=draft, at=now)
    return draft


def locked_draft(draft: AnyDraft) -> AnyDraft:
    rows: Any = type(draft)._default_manager.select_for_update()
    found: AnyDraft = rows.get(pk=draft.pk)
    return found


def close_draft(draft: Any, by: User, now: datetime, *, became: Any) -> None:
    """Part of the action that submits or discards a locked draft."""
    draft.closed_by, draft.closed_at, draft.became = by, now, became
    draft.revision += 1
    draft.save(update_fields=["closed_by", "closed_at", "became", "revision"])
