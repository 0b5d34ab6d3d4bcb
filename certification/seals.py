"""What is the seal of a record, and is a record still what was sealed?

Pure: no Django, no clock. The seal is one SHA-256 over the canonical bytes of the whole record
(facts, criteria document, explanation, determination, signature): the same record gives the same
seal on every machine, years later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from certification.criteria.codec import canonical_bytes

# The form of a record. A change in what a record holds, or in what the engine means by it, is a
# new number: old records stay readable and are never rewritten.
RECORD_FORMAT = 1


def seal_of(record: Mapping[str, Any]) -> str:
    """The seal (hex) of a record made of plain JSON data."""
    return sha256(canonical_bytes(record)).hexdigest()


def hash_of(content: bytes) -> str:
    """The SHA-256 (hex) of stored bytes, such as those of a letter."""
    return sha256(content).hexdigest()


def instant(moment: datetime) -> str:
    """A moment as it is sealed: in UTC, so that it reads back the same from every database."""
    return moment.astimezone(UTC).isoformat()
