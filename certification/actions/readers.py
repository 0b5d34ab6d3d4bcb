"""How is it kept in whose words a person wants to read?"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from certification.actions.events import record_event
from certification.models import User
from certification.policies import Refused, check_allowed
from certification.readers import READERS
from config.roles import Permission


@transaction.atomic
def choose_reader(*, by: User, now: datetime, reader: str) -> None:
    """For oneself only. The same choice again is no event."""
    check_allowed(by, Permission.VIEW_CONTENT)
    if reader not in READERS:
        raise Refused("Choose one of the readers that are offered.", field="reader")
    if reader == by.reader:
        return
    before, by.reader = by.reader, reader
    by.save(update_fields=["reader"])
    record_event(by=by, verb="chose a language", obj=by, at=now, data={"reader": [before, reader]})
