"""How are criteria drafted, changed step by step, and submitted as a version?

A submitted draft becomes a version like one that came with a pack: the same document, the same
hash. What all drafts share stands in ``actions.drafts``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import localdate

from certification.actions.drafts import begin_draft, hand_in, keep_content, locked_draft
from certification.actions.packs import write_citations
from certification.criteria.codec import document
from certification.criteria.draft_changes import changes_between
from certification.criteria.drafts import Content, new_set, next_version, opened_set
from certification.draft_policies import (
    check_can_start_draft,
    check_can_submit_draft,
)
from certification.drafting import standing_of_draft
from certification.models import CriteriaDraft, CriteriaVersion, Reference, Therapy, User
from certification.pack_rows import wanted_version
from certification.policies import Refused, check_allowed
from certification.workflow import ContentStatus
from config.roles import Permission

KEY_LENGTH = 100


@transaction.atomic
def start_next_version(*, by: User, now: datetime, version: CriteriaVersion) -> CriteriaDraft:
    """A draft that says what the version says, under the next free number. Raises ``Refused``."""
    check_can_start_draft(by, version.set_key)
    taken = CriteriaVersion.objects.filter(set_key=version.set_key).values_list("version")
    content = opened_set(version.document["criteria_set"])
    content["version"] = next_version(version.version, {number for (number,) in taken})
    return _start(by, now, content, version.therapy, version)


@transaction.atomic
def start_new_set(
    *, by: User, now: datetime, therapy: Therapy, request_type: str, title: str, months: int | None
) -> CriteriaDraft:
    """A draft from scratch. Pressing twice gives one draft. Raises ``Refused``."""
    check_allowed(by, Permission.EDIT_CONTENT)
    pressed = CriteriaDraft.objects.open().filter(
        started_by=by, therapy=therapy, request_type=request_type, title=title, revision=1
    )
    for draft in pressed:
        return draft
    key = _free_key(slugify(f"{therapy.key}-{request_type}", allow_unicode=False))
    content = new_set(
        key=key,
        therapy=therapy.key,
        request_type=request_type,
        title=title,
        version=f"{localdate(now).year}.1",
        months=months,
    )
    check_can_start_draft(by, key)
    return _start(by, now, content, therapy, None)


@transaction.atomic
def change_draft(
    *, by: User, now: datetime, draft: CriteriaDraft, revision: int, content: Content
) -> CriteriaDraft:
    """Keeps what the author wrote, mistakes included. Raises ``Refused``, or ``Stale`` when it was
    written from an older revision."""
    return keep_content(draft, by, now, revision=revision, content=content, compare=changes_between)


@transaction.atomic
def submit_draft(
    *, by: User, now: datetime, draft: CriteriaDraft, revision: int
) -> CriteriaVersion:
    """Makes the draft a version, Submitted by ``by``, and closes it. Raises ``Refused``."""
    draft = locked_draft(draft)
    check_allowed(by, Permission.EDIT_CONTENT)
    standing = standing_of_draft(draft, draft.content, localdate(now))
    check_can_submit_draft(by, draft, revision, standing)
    criteria_set = standing.criteria_set
    if criteria_set is None:
        raise Refused("The criteria cannot be read yet.")
    wanted = wanted_version(criteria_set, document(criteria_set, standing.vocabulary))
    version = CriteriaVersion(
        set_key=draft.set_key,
        version=draft.version,
        therapy=draft.therapy,
        status=ContentStatus.SUBMITTED,
        submitted_by=by,
        submitted_at=now,
        **wanted.values,
    )
    version.save()
    write_citations(wanted, version, Reference.objects.in_bulk(field_name="key"))
    before: Any = draft.based_on.document["criteria_set"] if draft.based_on else None
    changes = changes_between(opened_set(before), draft.content) if before else {}
    hand_in(draft, by, now, version=version, changes=changes, failing=standing.failing)
    return version


def _start(
    by: User, now: datetime, content: Content, therapy: Therapy, based_on: CriteriaVersion | None
) -> CriteriaDraft:
    draft = CriteriaDraft(
        set_key=content["key"],
        therapy=therapy,
        request_type=content["request_type"],
        title=content["title"],
        version=content["version"],
        content=content,
        based_on=based_on,
    )
    return begin_draft(draft, by, now, based_on=based_on)


def _free_key(stem: str) -> str:
    """A key for a new set: that of its therapy and request, with a number when it is taken."""
    number, key = 1, stem[:KEY_LENGTH]
    while (
        CriteriaVersion.objects.filter(set_key=key).exists()
        or CriteriaDraft.objects.filter(set_key=key).exists()
    ):
        number += 1
        key = f"{stem[: KEY_LENGTH - 4]}-{number}"
    return key
