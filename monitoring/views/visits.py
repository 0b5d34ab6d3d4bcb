"""What happens at one infusion visit?"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def visit(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404
