"""How is an uploaded list kept until somebody has read what it would do?"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

from certification.actions.events import record_event
from certification.actions.typed_text import one_line
from certification.csv_lines import WrongError
from certification.list_policies import check_can_finish_list, check_can_upload_list
from certification.models import UploadedList, User
from certification.notice_import import NoticePlan, plan_notices
from certification.policies import Refused
from certification.reference_files.reading import FileError
from certification.reference_import import ReferencePlan, plan_references

LONGEST_NAME = 120
Purpose = UploadedList.Purpose


def plan_list(purpose: str, content: bytes) -> ReferencePlan | NoticePlan:
    """What importing a list would do. Writes nothing. Raises ``Refused``."""
    try:
        if purpose == Purpose.REFERENCES:
            return plan_references(content)
        return plan_notices(content)
    except (FileError, WrongError) as error:
        raise Refused(str(error), field="file") from None


@transaction.atomic
def upload_list(
    *, by: User, now: datetime, purpose: str, content: bytes, file_name: str
) -> UploadedList:
    """Keeps a list that can be read. Raises ``Refused``."""
    check_can_upload_list(by, purpose)
    plan = plan_list(purpose, content)
    return keep_list(
        by=by, now=now, purpose=purpose, content=content, file_name=file_name, counts=plan.counts
    )


def keep_list(
    *, by: User, now: datetime, purpose: str, content: bytes, file_name: str, counts: dict[str, int]
) -> UploadedList:
    """Keeps a file that was found to be readable, until it is imported or put aside."""
    UploadedList.objects.too_old(now=now).update(packed=b"", finished_at=now)
    kept = UploadedList(
        purpose=purpose, file_name=_named(file_name), uploaded_by=by, uploaded_at=now
    )
    kept.content = content
    kept.save()
    data = {"file": kept.file_name, "sha256": hashlib.sha256(content).hexdigest(), **counts}
    record_event(by=by, verb=f"read {purpose} from", obj=kept, at=now, data=data)
    return kept


@transaction.atomic
def put_list_aside(*, by: User, now: datetime, kept: UploadedList) -> UploadedList:
    """Lets a list go without importing it. Raises ``Refused``."""
    kept = locked_list(by, kept)
    return finish_list(by=by, now=now, kept=kept, verb=f"put aside {kept.purpose} from", outcome={})


def locked_list(by: User, kept: UploadedList) -> UploadedList:
    """The list, held until the transaction ends. Raises ``Refused``."""
    kept = UploadedList.objects.select_for_update(of=("self",)).get(pk=kept.pk)
    check_can_finish_list(by, kept)
    return kept


def check_as_shown(plan: ReferencePlan | NoticePlan, fingerprint: str) -> None:
    """That what would happen is still what was shown. Raises ``Refused``."""
    if plan.fingerprint != fingerprint:
        raise Refused(
            "Something has changed since this report was made, and it says something else now. "
            "Nothing was imported. Read it again and confirm it."
        )


def finish_list(
    *, by: User, now: datetime, kept: UploadedList, verb: str, outcome: dict[str, Any]
) -> UploadedList:
    """The content goes; what became of it stays."""
    kept.packed, kept.finished_at, kept.outcome = b"", now, outcome
    kept.save()
    record_event(by=by, verb=verb, obj=kept, at=now, data={"file": kept.file_name, **outcome})
    return kept


def _named(file_name: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in file_name)
    return one_line(printable[:LONGEST_NAME], field="file", limit=LONGEST_NAME) or "list"
