"""Who is booked for an infusion on a day, and what is the one next act for each?"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.views.reach import StaffRequest, page
from config.access import requires
from config.roles import Permission
from monitoring.forms.worklist import BoardForm
from monitoring.presenters.board import board_page
from monitoring.worklist import days_of


@requires(Permission.VIEW_MONITORING)
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    form = BoardForm(request.GET or None, sites=list(request.user.sites.all()))
    chosen = form.chosen()
    found = board_page(
        request.user,
        days_of(form.chosen_sites(), now),
        chosen.get("day"),
        now,
        {"site": chosen["site"]} if "site" in chosen else {},
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return page(request, "monitoring/board.html", {"page": found, "form": form, "nav": "board"})
