"""One person at a glance: what happened, what is due, how high is the risk?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.views.reach import StaffRequest, opened, page, patient_or_404
from config.access import requires
from config.roles import Permission
from monitoring.presenters.people import person_page


@requires(Permission.VIEW_MONITORING)
@require_GET
def person(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = patient_or_404(request, pk)
    opened(request, found, now, again=True)
    context = {
        "page": person_page(found, request.user, now, request.GET.get("range", "")),
        "nav": "patients",
    }
    return page(request, "monitoring/person.html", context, zone=found.site.time_zone)
