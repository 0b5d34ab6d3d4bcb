"""What happens to a draft of any kind: its content changes, it is closed, it comes to nothing?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from certification.actions.events import record_event
from certification.draft_policies import check_can_change_draft
from certification.models import Draft, User

AnyDraft = TypeVar("AnyDraft", bound=Draft)


@transaction.atomic
def discard_draft(*, by: User, now: datetime, draft: AnyDraft, revision: int) -> AnyDraft:
    """Closes a draft that comes to nothing; it stays readable. Raises ``Refused``."""
    draft = locked_draft(draft)
    check_can_change_draft(by, draft, revision)
    close_draft(draft, by, now, became=None)
    record_event(by=by, verb="discarded", obj=draft, at=now)
    return draft


def locked_draft(draft: AnyDraft) -> AnyDraft:
    rows: Any = type(draft)._default_manager.select_for_update(of=("self",))
    found: AnyDraft = rows.select_related("therapy", "based_on").get(pk=draft.pk)
    return found


def write_content(
    draft: Draft, by: User, now: datetime, *, content: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Part of the action that changes a locked draft. ``changes``: what the audit trail keeps."""
    draft.content = content
    draft.title, draft.version = content["title"], content["version"]
    draft.revision += 1
    draft.changed_by, draft.changed_at = by, now
    draft.save()
    record_event(by=by, verb="edited", obj=draft, at=now, data={"changes": changes})


def close_draft(draft: Any, by: User, now: datetime, *, became: Any) -> None:
    """Part of the action that submits or discards a locked draft."""
    draft.closed_by, draft.closed_at, draft.became = by, now, became
    draft.revision += 1
    draft.save(update_fields=["closed_by", "closed_at", "became", "revision"])
