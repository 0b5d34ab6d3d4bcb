"""What was determined, and where are its letters?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.case_notices import case_notices
from certification.policies import check_can_download_letter
from certification.presenters.cases import case_head
from certification.presenters.determinations import determination_page, letter_name
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, determination_or_404, opened, page
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_CASES)
@require_GET
def determination(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = determination_or_404(request, pk)
    opened(request, found, now, again=True)
    context = {
        "head": case_head(found.case, now),
        "page": determination_page(found),
        "notices": case_notices(
            found.case, request.user, local_date(now, found.case.site.time_zone)
        ),
        "case": found.case,
        "nav": "worklist",
    }
    zone = found.case.site.time_zone
    return page(request, "certification/determination.html", context, zone=zone)


@requires(Permission.VIEW_CASES)
@require_GET
def letter(request: StaffRequest, pk: UUID, audience: str) -> HttpResponse:
    """The stored bytes, nothing else: what was sealed is what is sent."""
    found = determination_or_404(request, pk)
    stored = get_object_or_404(found.letters, audience=audience)
    check_can_download_letter(request.user, stored)
    opened(request, stored, timezone.now(), again=True)
    response = HttpResponse(bytes(stored.pdf), content_type="application/pdf")
    name = letter_name(found, audience)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
