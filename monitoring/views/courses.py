"""Which therapy does this person receive, and what comes next?"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def course(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404


@requires(Permission.VIEW_MONITORING)
def course_new(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404
