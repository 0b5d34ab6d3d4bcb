"""Does a blackout move this test, and to which day?

In the time after some events a test misleads. An item that falls into such a time moves to its end
and says so; it is never dropped. One that was overdue before the event stays overdue, and says
from when on the test can be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from certification.criteria.tree_words import date_text
from monitoring.schedule.items import DueItem
from monitoring.schedule.record import Blackout


def moved(item: DueItem, blackouts: Sequence[Blackout], as_of: date) -> DueItem:
    """The item after every blackout of its test. Those must be in the order of their first day."""
    for rule, first, ends in blackouts:
        if item.due_on >= ends or item.overdue_on < first:
            if first <= item.window_opens_on < ends <= item.due_on:
                item = item._replace(window_opens_on=ends)
            elif item.overdue_on < first and as_of < ends:
                said = f"Not before {date_text(ends)}: {rule.says}"
                item = item._replace(why=(*item.why, said))
            continue
        grace = item.overdue_on - item.due_on
        said = f"Moved from {date_text(item.due_on)} to {date_text(ends)}: {rule.says}"
        item = item._replace(
            due_on=ends,
            window_opens_on=ends,
            overdue_on=ends + grace,
            blocks_after=max(item.blocks_after, ends + grace) if item.blocks_after else None,
            why=(*item.why, said),
        )
    return item
