"""Who is booked for an infusion on a day, and what is the one next act for each?"""

from __future__ import annotations

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def board(request: StaffRequest) -> HttpResponse:
    raise Http404
