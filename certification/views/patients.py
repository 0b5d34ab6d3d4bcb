"""Which people are registered here, and what is known about one of them?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from certification.actions.people import register_patient, set_prior_therapies, update_patient
from certification.forms.patients import (
    PatientForm,
    SearchForm,
    TherapyRows,
    filled_rows,
    initial_row,
)
from certification.models import Patient
from certification.paging import SortKey, page_of
from certification.policies import Refused, Stale
from certification.presenters.patients import (
    PATIENTS_A_PAGE,
    patient_page,
    patient_row,
    registration_choices,
    registration_clashes,
    registration_seen,
    therapy_columns,
)
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, attempt, opened, page, patient_or_404
from config.access import requires
from config.roles import Permission

BY_NAME = (SortKey("family_name"), SortKey("given_name"), SortKey("id"))
GET_OR_POST = require_http_methods(["GET", "POST"])


@requires(Permission.VIEW_PATIENTS)
@GET_OR_POST
def patient_list(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        form = SearchForm(request.POST)
        request.session["patient_search"] = form.cleaned_data["words"] if form.is_valid() else ""
        return redirect("certification:patient-list")
    words = request.session.get("patient_search", "")
    found = Patient.objects.visible_to(request.user).search(words).select_related("site")
    people = page_of(
        found,
        BY_NAME,
        size=PATIENTS_A_PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        parts=[Q(site_id=site) for site in sorted(request.user.site_ids)],
    )
    now = timezone.now()
    context = {
        "rows": [patient_row(patient, now) for patient in people.rows],
        "pages": people,
        "form": SearchForm(initial={"words": words}),
        "words": words,
    }
    return page(request, "certification/patients.html", context)


@requires(Permission.EDIT_PATIENTS)
@GET_OR_POST
def patient_new(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    sites = list(request.user.sites.all())
    form = PatientForm(
        request.POST or None,
        sites=sites,
        choices=registration_choices(timezone.localdate(now)),
    )
    if form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "revision"}
        patient = attempt(form, lambda: register_patient(by=request.user, now=now, **data))
        if patient is not None:
            messages.success(request, "Registered. Add the treatment so far, or open a case.")
            return redirect("certification:patient", patient.pk)
    context = {"form": form, "sites": sites}
    return page(request, "certification/patient_new.html", context, status=form.status)


@requires(Permission.VIEW_PATIENTS)
@require_GET
def patient(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = patient_or_404(request, pk)
    opened(request, found, now, again=True)
    context = {"page": patient_page(found, request.user, now)}
    return page(request, "certification/patient.html", context, zone=found.site.time_zone)


@requires(Permission.EDIT_PATIENTS)
@GET_OR_POST
def patient_edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = patient_or_404(request, pk)
    form = PatientForm(
        request.POST or None,
        initial=registration_seen(found, request.POST.get("revision", "")),
        sites=[found.site],
        choices=registration_choices(local_date(now, found.site.time_zone)),
    )
    clashes: list[dict[str, Any]] = []
    if form.is_valid():
        revision = form.cleaned_data["revision"] or found.revision
        try:
            update_patient(
                by=request.user, now=now, patient=found, revision=revision, **form.changes()
            )
        except Stale as stale:
            form.refuse(stale)
            clashes = registration_clashes(form, stale)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved.")
            return redirect("certification:patient", found.pk)
    context = {"form": form, "patient": found, "clashes": clashes}
    return page(request, "certification/patient_edit.html", context, status=form.status)


@requires(Permission.EDIT_PATIENTS)
@GET_OR_POST
def patient_history(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = patient_or_404(request, pk)
    revision = request.POST.get("revision", "")
    rows = TherapyRows(
        request.POST or None,
        prefix="rows",
        initial=[initial_row(row) for row in found.prior_therapies.all()],
        form_kwargs={"columns": therapy_columns(local_date(now, found.site.time_zone))},
    )
    refusal, status = None, 200
    if request.method == "POST" and rows.is_valid():
        try:
            set_prior_therapies(
                by=request.user,
                now=now,
                patient=found,
                rows=filled_rows(rows),
                revision=int(revision) if revision.isdigit() else None,
            )
        except Refused as refused:
            refusal, status = refused, 409
        else:
            messages.success(request, "Treatment history saved.")
            again = "add" in request.POST
            name = "certification:patient-history" if again else "certification:patient"
            return redirect(reverse(name, args=[found.pk]))
    elif request.method == "POST":
        status = 422
    context = {"rows": rows, "patient": found, "refusal": refusal}
    return page(request, "certification/patient_history.html", context, status=status)
