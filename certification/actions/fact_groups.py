"""How do the steps of the wizard come to be, get another title, and change places?

A step is a heading and an order: no criteria rest on it, so it needs no review. Criteria carry the
order in which their questions were asked when they were written.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from certification.actions.events import record_event
from certification.actions.typed_text import one_line, paragraphs
from certification.editing_policies import check_is_new_step
from certification.models import FactGroup, User
from certification.policies import Refused, check_allowed
from config.roles import Permission

WRITTEN = ("title", "intro")


@transaction.atomic
def save_fact_group(*, by: User, now: datetime, group: FactGroup) -> FactGroup:
    """Writes a new step, at the end, or the words of one that is there. Raises ``Refused``."""
    check_allowed(by, Permission.EDIT_CONTENT)
    rows = FactGroup.objects.select_for_update()
    old = rows.filter(pk=group.pk).first()
    group.title = one_line(group.title, field="title", limit=120, required=True)
    group.intro = paragraphs(group.intro, field="intro")
    check_is_new_step(group)
    if old is None:
        last = rows.aggregate(last=Max("order"))["last"]
        group.order = (last or 0) + 1
    changes = {
        name: [getattr(old, name, ""), getattr(group, name)]
        for name in WRITTEN
        if getattr(old, name, "") != getattr(group, name)
    }
    if changes:
        group.save(update_fields=WRITTEN if old else None)
        verb = "edited" if old else "created"
        record_event(by=by, verb=verb, obj=group, at=now, data={"changes": changes})
    return group


@transaction.atomic
def move_fact_group(*, by: User, now: datetime, group: FactGroup, places: int) -> FactGroup:
    """Changes places with the step before (``places`` -1) or after (1). Raises ``Refused``."""
    check_allowed(by, Permission.EDIT_CONTENT)
    rows = list(FactGroup.objects.select_for_update().order_by("order", "key"))
    at = rows.index(group)
    to = at + (1 if places > 0 else -1)
    if not 0 <= to < len(rows):
        raise Refused(f"This is the {'last' if places > 0 else 'first'} step already.")
    other = rows[to]
    rows[at], rows[to] = other, rows[at]
    # Steps may share a number, so all of them are counted anew.
    for order, row in enumerate(rows, 1):
        row.order = order
    FactGroup.objects.bulk_update(rows, ["order"])
    data = {"changes": {"place": [at + 1, to + 1]}, "changed places with": other.title}
    record_event(by=by, verb="moved", obj=group, at=now, data=data)
    return rows[to]
