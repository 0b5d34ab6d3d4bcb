"""How does a view of monitoring reach a course or a visit?

A record of a foreign site is not there: 404, the same answer as for one that does not exist.
"""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from certification.views.reach import StaffRequest
from monitoring.models import InfusionCourse, Visit

RELATED = ("site", "patient", "therapy", "protocol_version__approved_by")


def course_or_404(request: StaffRequest, pk: UUID) -> InfusionCourse:
    visible = InfusionCourse.objects.visible_to(request.user).select_related(*RELATED)
    return get_object_or_404(visible, pk=pk)


def visit_or_404(request: StaffRequest, pk: UUID) -> Visit:
    """A visit with its course, and who recorded it."""
    visible = Visit.objects.visible_to(request.user).select_related(
        *(f"course__{name}" for name in RELATED), "recorded_by", "checklist_by", "booked_by"
    )
    return get_object_or_404(visible, pk=pk)
