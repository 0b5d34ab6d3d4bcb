"""How does an author change a list in a document: add to it, move, replace, remove?

Each step gives a new document and never changes the one that it was given. ``section`` names the
list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certification.criteria.editing import CannotEdit

Document = Mapping[str, Any]
Entry = Mapping[str, Any]


def with_added(content: Document, section: str, entry: Entry) -> dict[str, Any]:
    return {**content, section: [*(content.get(section) or ()), dict(entry)]}


def with_entry(content: Document, section: str, number: int, entry: Entry) -> dict[str, Any]:
    entries = list(content[section])
    entries[number] = dict(entry)
    return {**content, section: entries}


def without_entry(content: Document, section: str, number: int) -> dict[str, Any]:
    return {**content, section: [e for at, e in enumerate(content[section]) if at != number]}


def with_entry_moved(content: Document, section: str, number: int, by: int) -> dict[str, Any]:
    entries, other = list(content[section]), number + by
    if not 0 <= other < len(entries):
        raise CannotEdit(f"This is the {'first' if by < 0 else 'last'} one already.")
    entries[number], entries[other] = entries[other], entries[number]
    return {**content, section: entries}


def numbered(content: Document, section: str, text: str) -> int:
    """The number of an entry from what a button sends. Raises ``CannotEdit`` when it is gone."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
    if not 0 <= number < len(content.get(section) or ()):
        raise CannotEdit("This is not there any more.")
    return number
