"""What must never stand in a line of the log? Addresses that are secrets.

Pure: no Django. Whoever reads the log must not be able to read somebody's calendar.
"""

from __future__ import annotations

import logging
import re

SECRET = re.compile(r"(calendars/feed/)[^/\s\"'?]+")


def masked(text: str) -> str:
    """The text without the secret part of any address in it."""
    return SECRET.sub(r"\1[secret]", text)


class WithoutSecrets(logging.Filter):
    """Masks the message of a record before a handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "calendars/feed/" in said:
            record.msg, record.args = masked(said), ()
        return True
