"""Which requests are being reviewed, and how does one begin?"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from certification.actions.cases import open_case
from certification.case_notices import case_notices
from certification.forms.cases import CaseForm, WorklistForm
from certification.paging import page_of
from certification.presenters.case_pages import case_page, case_trail, check_page
from certification.presenters.cases import case_head, case_row
from certification.presenters.openings import offered_profiles, offered_versions
from certification.presenters.patients import born_words
from certification.presenters.worklist import CASES_A_PAGE, chosen_cases, order_for, pieces
from certification.turnaround import local_date
from certification.views.reach import (
    StaffRequest,
    attempt,
    case_or_404,
    opened,
    page,
    patient_or_404,
)
from certification.wizard import next_step, standing_of
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_CASES)
@require_GET
def worklist(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    form = WorklistForm(request.GET or None)
    chosen = form.chosen()
    cases = page_of(
        chosen_cases(request.user, chosen),
        order_for(chosen),
        size=CASES_A_PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        parts=pieces(request.user, chosen),
    )
    query = request.GET.copy()
    query.pop("after", None), query.pop("before", None)
    context = {
        "rows": [case_row(case, now) for case in cases.rows],
        "pages": cases,
        "form": form,
        "filtered": bool(chosen),
        "query": query.urlencode(),
        "nav": "worklist",
    }
    return page(request, "certification/worklist.html", context)


@requires(Permission.PREPARE_CASES)
@require_http_methods(["GET", "POST"])
def case_new(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    patient = patient_or_404(request, pk)
    today = local_date(now, patient.site.time_zone)
    profiles = offered_profiles()
    form = CaseForm(
        request.POST or None,
        initial={"criteria": request.GET.get("criteria", ""), "urgency": "standard"},
        versions=offered_versions(today),
        urgencies=[(p.profile.urgency, f"{p.urgency}: answer within {p.length}") for p in profiles],
    )
    if form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "criteria"}
        version = form.version
        case = attempt(
            form,
            lambda: open_case(
                by=request.user,
                now=now,
                patient=patient,
                therapy=version.therapy,
                request_type=version.request_type,
                set_key=version.set_key,
                **data,
            ),
        )
        if case is not None:
            messages.success(request, f"Case {case.number} is open and its clock is running.")
            first = next_step(standing_of(case, today))
            return (
                redirect("certification:case-step", case.pk, first.slug)
                if first
                else redirect("certification:case", case.pk)
            )
    context = {
        "form": form,
        "patient": patient,
        "born": born_words(patient, now, patient.site.time_zone),
        "profiles": profiles,
    }
    return page(request, "certification/case_new.html", context, status=form.status)


@requires(Permission.VIEW_CASES)
@require_GET
def case(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = case_or_404(request, pk)
    opened(request, found, now, again=True)
    standing = standing_of(found, local_date(now, found.site.time_zone))
    context = {
        "head": case_head(found, now),
        "page": case_page(found, request.user, standing, now),
        "notices": case_notices(found, request.user, standing.as_of),
        "case": found,
        "nav": "worklist",
    }
    return page(request, "certification/case.html", context, zone=found.site.time_zone)


@requires(Permission.VIEW_CASES)
@require_GET
def case_check(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = case_or_404(request, pk)
    opened(request, found, now)
    standing = standing_of(found, local_date(now, found.site.time_zone))
    context = {
        "head": case_head(found, now),
        "page": check_page(found, request.user, standing),
        "notices": case_notices(found, request.user, standing.as_of),
        "case": found,
        "nav": "worklist",
    }
    return page(request, "certification/case_check.html", context, zone=found.site.time_zone)


@requires(Permission.VIEW_CASES)
@require_GET
def case_history(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = case_or_404(request, pk)
    opened(request, found, now)
    context = {
        "head": case_head(found, now),
        "events": case_trail(found),
        "case": found,
        "nav": "worklist",
    }
    return page(request, "certification/case_history.html", context, zone=found.site.time_zone)
