"""How do many results come in at once?"""

from __future__ import annotations

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def results_import(request: StaffRequest) -> HttpResponse:
    raise Http404
