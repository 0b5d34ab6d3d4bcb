"""When is an answer due, and how much time is left while the clock stands still?

Pure: no Django, no clock. A calendar is ``clock`` (every hour counts) or ``working_days`` (24 hours
each from Monday to Friday, midnight to midnight where the site is).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORKING_DAYS = "working_days"
SATURDAY = 5
ZERO = timedelta(0)


def local_date(moment: datetime, time_zone: str) -> date:
    """The date that the calendar on the wall of the site shows at ``moment``."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def due_at(start: datetime, left: timedelta, calendar: str, time_zone: str) -> datetime:
    """The instant at which ``left`` is used up. A clock that is already overdue counts plainly."""
    start = start.astimezone(UTC)
    if calendar != WORKING_DAYS or left < ZERO:
        return start + left
    moment = start
    while True:
        midnight = _next_midnight(moment, time_zone)
        if _is_working(moment, time_zone):
            if moment + left <= midnight:
                return moment + left
            left -= midnight - moment
        moment = midnight


def time_left(moment: datetime, due: datetime, calendar: str, time_zone: str) -> timedelta:
    """How much of the clock remains at ``moment``; negative, in plain time, when overdue."""
    moment, due = moment.astimezone(UTC), due.astimezone(UTC)
    if calendar != WORKING_DAYS or due <= moment:
        return due - moment
    left = ZERO
    while moment < due:
        stop = min(_next_midnight(moment, time_zone), due)
        if _is_working(moment, time_zone):
            left += stop - moment
        moment = stop
    return left


def _is_working(moment: datetime, time_zone: str) -> bool:
    return local_date(moment, time_zone).weekday() < SATURDAY


def _next_midnight(moment: datetime, time_zone: str) -> datetime:
    tomorrow = local_date(moment, time_zone) + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
