"""What was found, who has seen it, and what follows?"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def result_new(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404


@requires(Permission.VIEW_MONITORING)
def result(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404
