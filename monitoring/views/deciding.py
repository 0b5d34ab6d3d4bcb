"""How does a page on which one thing is decided act, and lead back to where one came from?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from certification.forms.base import PageForm
from certification.models import Patient
from certification.presenters.cases import born_words
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, attempt, opened, page
from monitoring.views.returning import way_back


def today_of(patient: Patient) -> date:
    return local_date(timezone.now(), patient.site.time_zone)


def decided(
    request: StaffRequest,
    patient: Patient,
    form: PageForm,
    context: dict[str, Any],
    act: Callable[[], object],
    done: str,
    home: str,
) -> HttpResponse:
    """Does it and goes back to where the person came from, or shows the page (again)."""
    now = timezone.now()
    opened(request, patient, now)
    back = way_back(request, home)
    if form.is_bound and form.is_valid() and attempt(form, act) is not None:
        messages.success(request, done)
        return redirect(back.url)
    zone = patient.site.time_zone
    context |= {
        "form": form,
        "patient": patient,
        "born": born_words(patient, now, zone),
        "back": back,
        "nav": "monitoring",
    }
    return page(request, "monitoring/decide.html", context, status=form.status, zone=zone)
