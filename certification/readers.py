"""For whom is something written, and in which words do they want to read it?"""

from __future__ import annotations

from typing import NamedTuple

PATIENT = "patient"
# What a person can say of themselves; the first leaves it open.
READERS = {
    "": "Everybody",
    "clinician": "A clinician",
    "nurse": "A nurse",
    "patient": "A patient or relative",
}


class Told(NamedTuple):
    """One thing in two ways of saying it. ``folded`` is empty when there is only one."""

    first: str
    folded: str
    folded_title: str


def told(says: str, plain: str, reader: str) -> Told:
    """The plain words first for a patient, folded for everybody else."""
    if reader == PATIENT and plain:
        return Told(plain, says, "As clinicians say it")
    return Told(says, plain, "In plain words" if plain else "")
