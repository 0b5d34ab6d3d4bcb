"""Which share of tests was done on time, month by month?"""

from __future__ import annotations

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def on_time(request: StaffRequest) -> HttpResponse:
    raise Http404
