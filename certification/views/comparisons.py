"""One patient, every therapy: what do the same answers mean under each set of criteria?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.policies import can_open_case
from certification.presenters.comparison import comparison_page, summary_words
from certification.presenters.patients import born_words
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, opened, page, patient_or_404
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_CASES)
@require_GET
def patient_therapies(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    patient = patient_or_404(request, pk)
    opened(request, patient, now)
    found = comparison_page(
        patient,
        local_date(now, patient.site.time_zone),
        may_open=can_open_case(request.user, patient),
        chosen=request.GET.getlist("compare"),
    )
    context = {
        "patient": patient,
        "born": born_words(patient, now, patient.site.time_zone),
        "page": found,
        "summary": summary_words(found),
        "nav": "patients",
    }
    return page(request, "certification/patient_therapies.html", context)
