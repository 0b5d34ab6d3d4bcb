"""Which version of a set of criteria, or of a protocol, answers on which day?

Of the approved versions that have started and not expired the one that started last answers; a
newer one therefore takes the place of an older one on the day it starts, without anybody's act.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localdate


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which one version answers, or none does (``version`` None).

    Without ``until_on`` for good.
    """

    version: Any
    from_on: date
    until_on: date | None


def start_of(version: Any) -> date:
    """The first day of an approved version: the planned one, else the day of its approval."""
    planned: date | None = version.effective_on
    return planned or localdate(version.approved_at)


def spans(approved: Iterable[Any], today: date) -> list[Span]:
    """From ``today`` on, day after day without a gap. ``approved``: the versions of one set."""
    versions = list(approved)
    turns = {today}
    for version in versions:
        turns.add(start_of(version))
        if version.expires_on is not None:
            turns.add(version.expires_on + timedelta(days=1))
    found: list[Span] = []
    for day in sorted(turn for turn in turns if turn >= today):
        version = _answering(versions, day)
        if found and found[-1].version is version:
            continue
        if found:
            found[-1] = Span(found[-1].version, found[-1].from_on, day - timedelta(days=1))
        found.append(Span(version, day, None))
    return found


def _answering(versions: Sequence[Any], day: date) -> Any:
    able = [
        version
        for version in versions
        if start_of(version) <= day and (version.expires_on is None or version.expires_on >= day)
    ]
    return max(able, key=lambda v: (start_of(v), v.approved_at, v.pk), default=None)
