"""How are days, instants, lengths of time and lists written?

Dates are unambiguous (12 Jan 2027) and instants carry the time zone of the site they belong to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from certification.criteria.tree_words import date_text

MINUTE, HOUR, DAY = 60, 3600, 86400


def day_words(day: date | None) -> str:
    return date_text(day) if day else ""


def moment_words(moment: datetime | None, time_zone: str) -> str:
    """For example "12 Jan 2027, 14:05 EST"."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{date_text(local.date())}, {local:%H:%M %Z}"


def length_words(length: timedelta) -> str:
    """The two largest units of a length of time: "2 d 4 h", "3 h 20 min". Never negative."""
    seconds = int(abs(length.total_seconds()))
    days, rest = divmod(seconds, DAY)
    hours, minutes = rest // HOUR, rest % HOUR // MINUTE
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else "less than a minute"


def capitalised(words: str) -> str:
    """With a capital letter first; the others stay as they are."""
    return words[:1].upper() + words[1:]


def age_words(days: int) -> str:
    if days == 0:
        return "today"
    return "1 day old" if days == 1 else f"{days} days old"


def counted(count: int, singular: str, plural: str = "") -> str:
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def listed(words: Sequence[str], joint: str = "and") -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
