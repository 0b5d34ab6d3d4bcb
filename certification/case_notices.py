"""What do other apps want the reader of a case to know?

Certification asks and does not know whom: each app names its source in ``notice_source`` of its
configuration. A notice informs the person who decides; it is no fact, and no criterion reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string

from certification.models import Case, User


@dataclass(frozen=True, slots=True)
class Notice:
    """``kind``: info, success or warning. ``url`` and ``label``: where to go on, for this reader.

    ``sealed``: it belongs into the record when the case is decided. ``marks``: the criteria that it
    is about, by id; they carry a mark wherever the case shows them.
    """

    kind: str
    title: str
    says: str
    lines: tuple[str, ...] = ()
    url: str = ""
    label: str = ""
    sealed: bool = False
    marks: tuple[str, ...] = ()


def case_notices(case: Case, user: User | None, on: date) -> list[Notice]:
    """What stands beside a case on a day. ``user`` None: for nobody in particular."""
    return [notice for source in _sources() for notice in source(case, user, on)]


def marked_by(notices: Iterable[Notice]) -> frozenset[str]:
    """The criteria that carry a mark, by id."""
    return frozenset(mark for notice in notices for mark in notice.marks)


def notices_to_seal(case: Case, on: date) -> list[dict[str, Any]]:
    """What the record of a determination keeps, as plain data."""
    return [
        {"title": notice.title, "says": notice.says, "lines": list(notice.lines)}
        for notice in case_notices(case, None, on)
        if notice.sealed
    ]


@cache
def _sources() -> tuple[Callable[[Case, User | None, date], Iterable[Notice]], ...]:
    paths = (getattr(app, "notice_source", "") for app in apps.get_app_configs())
    return tuple(import_string(path) for path in paths if path)
