"""Pages of monitoring on a day that stands still: see ``tests.certification.views.conftest``."""

from __future__ import annotations

from tests.certification.views.conftest import _clock, references, sign_in, stranger
from tests.monitoring.actions.conftest import course, determination, infusion_nurse, protocol

__all__ = [
    "_clock",
    "course",
    "determination",
    "infusion_nurse",
    "protocol",
    "references",
    "sign_in",
    "stranger",
]
