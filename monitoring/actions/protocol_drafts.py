"""How are protocols drafted, changed step by step, and submitted as a version?

A submitted draft becomes a version like one that came with a pack: the same document, the same
hash. What all drafts share stands in ``certification.actions.drafts``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import localdate

from certification.actions.drafts import begin_draft, hand_in, keep_content, locked_draft
from certification.criteria.codec import content_hash
from certification.criteria.drafts import next_version
from certification.draft_policies import (
    check_can_change_draft,
    check_no_mistakes,
    check_none_is_open,
)
from certification.models import Therapy, User
from certification.policies import Refused, check_allowed
from certification.workflow import ContentStatus
from config.roles import Permission
from monitoring.drafting import standing_of_protocol, usual_terms
from monitoring.models import ProtocolDraft, ProtocolVersion
from monitoring.schedule.draft_changes import changes_between
from monitoring.schedule.drafts import Content, new_protocol, opened_protocol

KEY_LENGTH = 100


@transaction.atomic
def start_next_protocol(*, by: User, now: datetime, version: ProtocolVersion) -> ProtocolDraft:
    """A draft that says what the version says, under the next free number. Raises ``Refused``."""
    check_none_is_open(by, ProtocolDraft.objects.filter(key=version.key), "this protocol")
    taken = ProtocolVersion.objects.filter(key=version.key).values_list("version", flat=True)
    content = opened_protocol(version.document["protocol"])
    content["version"] = next_version(version.version, set(taken))
    return _start(by, now, content, version.therapy, version)


@transaction.atomic
def start_new_protocol(*, by: User, now: datetime, therapy: Therapy, title: str) -> ProtocolDraft:
    """A draft from scratch. A therapy has one protocol. Raises ``Refused``."""
    check_none_is_open(by, ProtocolDraft.objects.filter(therapy=therapy), "this protocol")
    there = ProtocolVersion.objects.filter(therapy=therapy).order_by("-id").first()
    if there is not None:
        raise Refused(
            f"{therapy} has a protocol: “{there.title}”. Open it and start a new version.",
            field="therapy",
        )
    content = new_protocol(
        key=slugify(f"{therapy.key}-monitoring")[:KEY_LENGTH],
        therapy=therapy.key,
        title=title,
        version=f"{localdate(now).year}.1",
        usual=usual_terms(),
    )
    return _start(by, now, content, therapy, None)


@transaction.atomic
def change_protocol_draft(
    *, by: User, now: datetime, draft: ProtocolDraft, revision: int, content: Content
) -> ProtocolDraft:
    """Keeps what the author wrote, mistakes included. Raises ``Refused``, or ``Stale`` when it was
    written from an older revision."""
    return keep_content(draft, by, now, revision=revision, content=content, compare=changes_between)


@transaction.atomic
def submit_protocol_draft(
    *, by: User, now: datetime, draft: ProtocolDraft, revision: int
) -> ProtocolVersion:
    """Makes the draft a version, Submitted by ``by``, and closes it. Raises ``Refused``."""
    draft = locked_draft(draft)
    check_allowed(by, Permission.EDIT_CONTENT)
    standing = standing_of_protocol(draft, draft.content)
    check_can_change_draft(by, draft, revision)
    check_no_mistakes(len(standing.mistakes))
    if ProtocolVersion.objects.filter(key=draft.key, version=draft.version).exists():
        raise Refused(
            f"There is a version {draft.version} of this protocol already. Give another number.",
            field="version",
        )
    version = ProtocolVersion(
        key=draft.key,
        version=draft.version,
        therapy=draft.therapy,
        title=draft.title,
        document=standing.document,
        content_hash=content_hash(standing.document),
        next_review_on=draft.content.get("next_review_on"),
        status=ContentStatus.SUBMITTED,
        submitted_by=by,
        submitted_at=now,
    )
    version.save()
    before: Any = draft.based_on.document["protocol"] if draft.based_on else None
    changes = changes_between(opened_protocol(before), draft.content) if before else {}
    hand_in(draft, by, now, version=version, changes=changes, failing=standing.failing)
    return version


def _start(
    by: User, now: datetime, content: Content, therapy: Therapy, based_on: ProtocolVersion | None
) -> ProtocolDraft:
    draft = ProtocolDraft(
        key=content["key"],
        therapy=therapy,
        title=content["title"],
        version=content["version"],
        content=content,
        based_on=based_on,
    )
    return begin_draft(draft, by, now, based_on=based_on)
