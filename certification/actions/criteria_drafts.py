"""How are criteria drafted, changed step by step, and submitted as a version?

Each step locks the draft, says which revision it was made from, and writes down what it changed. A
submitted draft becomes a version like one that came with a pack: the same document, the same hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import localdate

from certification.actions.drafts import close_draft, locked_draft, write_content
from certification.actions.events import record_event
from certification.actions.packs import write_citations
from certification.criteria.codec import document
from certification.criteria.draft_changes import changes_between
from certification.criteria.drafts import Content, new_set, next_version, opened_set
from certification.draft_policies import (
    check_can_change_draft,
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
    draft = locked_draft(draft)
    check_can_change_draft(by, draft, revision)
    changes = changes_between(draft.content, content)
    if changes:
        write_content(draft, by, now, content=content, changes=changes)
    return draft


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
    close_draft(draft, by, now, became=version)
    before: Mapping[str, Any] = draft.based_on.document["criteria_set"] if draft.based_on else {}
    data = {
        "version": version.version,
        "changes": changes_between(opened_set(before), draft.content) if before else {},
        "examples failing": standing.failing,
    }
    record_event(by=by, verb="submitted", obj=draft, at=now, data={"successor": version.pk})
    record_event(by=by, verb="submitted", obj=version, at=now, data=data)
    return version


def _start(
    by: User, now: datetime, content: Content, therapy: Therapy, based_on: CriteriaVersion | None
) -> CriteriaDraft:
    draft = CriteriaDraft.objects.create(
        set_key=content["key"],
        therapy=therapy,
        request_type=content["request_type"],
        title=content["title"],
        version=content["version"],
        content=content,
        based_on=based_on,
        started_by=by,
        started_at=now,
        changed_by=by,
        changed_at=now,
    )
    data = {"title": draft.title, "version": draft.version}
    if based_on is not None:
        data["based on"] = based_on.version
    record_event(by=by, verb="started", obj=draft, at=now, data=data)
    return draft


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
