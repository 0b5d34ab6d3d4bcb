"""How does an uploaded reference pack come in? Checked, read by its uploader, loaded as Submitted.

The file is kept between its report and its confirmation, so that exactly what was read is loaded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from certification.actions.packs import load_whole_pack
from certification.actions.uploads import finish_list, keep_list, locked_list
from certification.list_policies import check_can_upload_list
from certification.models import UploadedList, User
from certification.pack_travel import check_sound, what_changes
from certification.packs.archive import read_archive
from certification.packs.pack import Pack, pack_of
from certification.policies import Refused


def kept_pack(kept: UploadedList) -> Pack:
    """What a kept file says; it was found sound when it was uploaded."""
    return pack_of([read_archive(kept.content, kept.file_name)])


def fingerprint_of(pack: Pack) -> str:
    """Stands for what loading the pack would do now: a page sends it back with the form."""
    found = [astuple(change) for change in what_changes(pack)]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


@transaction.atomic
def upload_pack(*, by: User, now: datetime, content: bytes, file_name: str) -> UploadedList:
    """Keeps a sound pack. Raises ``Refused``, and ``PackError`` with what is wrong in it."""
    check_can_upload_list(by, UploadedList.Purpose.PACK)
    check_sound(pack_of([read_archive(content, file_name)]), localdate(now))
    return keep_list(
        by=by, now=now, purpose=UploadedList.Purpose.PACK, content=content, file_name=file_name,
        counts={},
    )  # fmt: skip


@transaction.atomic
def load_uploaded_pack(
    *, by: User, now: datetime, kept: UploadedList, fingerprint: str, keep: bool
) -> UploadedList:
    """Loads a kept pack, if it would still do what was shown (``fingerprint``). Raises
    ``Refused``.

    ``keep``: what is there already stays as it is.
    """
    kept = locked_list(by, kept)
    pack = kept_pack(kept)
    if fingerprint_of(pack) != fingerprint:
        raise Refused(
            "Something has changed since this report was made, and it says something else now. "
            "Nothing was loaded. Read it again and confirm it."
        )
    report = load_whole_pack(by=by, now=now, pack=pack, keep=keep)
    outcome = {section: dict(states) for section, states in report.items() if states}
    return finish_list(by=by, now=now, kept=kept, verb="loaded a pack from", outcome=outcome)
