"""What do the two letters of a determination say, and what are their bytes?

A letter is made from the sealed record alone: the same record gives the same bytes with the same
version of the typesetter. ``content`` words come from the record, never from the database.
"""

from __future__ import annotations

from certification.letters.clinician import clinician_letter
from certification.letters.patient import patient_letter
from certification.letters.typesetting import typeset
from certification.models import Determination, Letter

__all__ = ["make_letter"]

CONTENTS = {
    Letter.Audience.CLINICIAN.value: clinician_letter,
    Letter.Audience.PATIENT.value: patient_letter,
}


def make_letter(determination: Determination, audience: str) -> bytes:
    """The letter of a determination for one audience, as a tagged PDF (PDF/UA-1)."""
    content = CONTENTS[audience](determination.record, determination.seal)
    return typeset(f"{audience}.typ", content, at=determination.signed_at)
