"""What stops the next infusion, and who releases it?"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_MONITORING)
def hold_place(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404


@requires(Permission.VIEW_MONITORING)
def hold_release(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404


@requires(Permission.VIEW_MONITORING)
def item_waive(request: StaffRequest, pk: UUID) -> HttpResponse:
    raise Http404
