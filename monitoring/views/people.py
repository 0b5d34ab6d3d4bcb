"""One person at a glance: what happened, what is due, how high is the risk?"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def person(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404
