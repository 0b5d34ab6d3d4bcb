"""What was found, who has seen it, and what follows?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from certification.models import Patient
from certification.policies import Refused
from certification.presenters.cases import born_words
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, attempt, opened, page, patient_or_404
from config.access import requires
from config.roles import Permission
from monitoring.actions.results import (
    correct_result,
    enter_result,
    mark_seen,
    strike_out_result,
)
from monitoring.forms.holds import WhyForm
from monitoring.forms.results import CorrectionForm, ResultForm, initial_of
from monitoring.models import Result
from monitoring.planning import vocabulary_for
from monitoring.policies import check_can_correct, check_can_report
from monitoring.presenters.holds import result_origin
from monitoring.presenters.result_entry import choices_for, entry_aside
from monitoring.presenters.results import result_page
from monitoring.result_questions import AskedTest, asked_for
from monitoring.views.acting import refusal_of
from monitoring.views.deciding import decided, today_of
from monitoring.views.returning import home_of, way_back

GET_OR_POST = require_http_methods(["GET", "POST"])
RELATED = ("patient__site", "entered_by", "seen_by", "batch", "supersedes")


def result_or_404(request: StaffRequest, pk: UUID) -> Result:
    visible = Result.objects.visible_to(request.user).select_related(*RELATED)
    return get_object_or_404(visible, pk=pk)


@requires(Permission.VIEW_MONITORING)
@require_GET
def result(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = result_or_404(request, pk)
    opened(request, found.patient, now)
    context = {
        "page": result_page(found, request.user, now),
        "back": way_back(request, home_of(found.patient)),
        "here": request.get_full_path(),
        "nav": "monitoring",
    }
    zone = found.patient.site.time_zone
    return page(request, "monitoring/result.html", context, zone=zone)


@requires(Permission.MONITOR)
@GET_OR_POST
def result_new(request: StaffRequest, pk: UUID) -> HttpResponse:
    """First the test, then its values."""
    patient = patient_or_404(request, pk)
    asked = asked_for(patient, local_date(timezone.now(), patient.site.time_zone))
    test = asked.get(request.GET.get("test", ""))
    if test is None:
        return _choose(request, patient, asked)
    form = ResultForm(request.POST or None, asked=test)

    def enter() -> Result:
        now = timezone.now()
        return enter_result(by=request.user, now=now, patient=patient, entry=form.entry)

    return _entered(request, patient, test, form, enter)


@requires(Permission.MONITOR)
@GET_OR_POST
def result_report(request: StaffRequest, pk: UUID) -> HttpResponse:
    """What has come of a result that was requested."""
    found = result_or_404(request, pk)
    test = _test_of(found)
    form = ResultForm(request.POST or None, asked=test, initial=initial_of(found, test))

    def enter() -> Result:
        return enter_result(
            by=request.user,
            now=timezone.now(),
            patient=found.patient,
            entry=form.entry,
            result=found,
        )

    refusal = refusal_of(lambda: check_can_report(request.user, found))
    return _entered(request, found.patient, test, form, enter, refusal)


@requires(Permission.MONITOR)
@GET_OR_POST
def result_correct(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = result_or_404(request, pk)
    test = _test_of(found)
    form = CorrectionForm(request.POST or None, asked=test, initial=initial_of(found, test))

    def correct() -> Result:
        return correct_result(
            by=request.user,
            now=timezone.now(),
            result=found,
            entry=form.entry,
            reason=form.cleaned_data["reason"],
        )

    refusal = refusal_of(lambda: check_can_correct(request.user, found))
    return _entered(request, found.patient, test, form, correct, refusal)


@requires(Permission.MONITOR)
@GET_OR_POST
def result_strike_out(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Another person's result, for which there is no right one here."""
    found = result_or_404(request, pk)
    form = WhyForm(
        request.POST or None,
        label="Why it is taken out",
        limit=240,
        help_text="For example: it is another person's. Your name and this reason are kept.",
    )
    context = {
        "title": "Strike a result out",
        "says": "It stays readable and counts no more. What it closed is asked for again.",
        "button": "Strike it out",
        "danger": True,
        "refusal": refusal_of(lambda: check_can_correct(request.user, found)),
        "origin": result_origin(found, today_of(found.patient)),
    }

    def act() -> Result:
        reason = form.cleaned_data["reason"]
        now = timezone.now()
        return strike_out_result(by=request.user, now=now, result=found, reason=reason)

    home = reverse("monitoring:result", args=[found.pk])
    return decided(request, found.patient, form, context, act, "Struck out.", home)


@requires(Permission.MONITOR)
@require_POST
def result_seen(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = result_or_404(request, pk)
    back = way_back(request, reverse("monitoring:result", args=[found.pk]))
    try:
        mark_seen(by=request.user, now=timezone.now(), result=found)
    except Refused as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, "Marked as seen by you.")
    return redirect(back.url)


def _test_of(found: Result) -> AskedTest:
    """The test of a result, also when no protocol asks for it any more."""
    patient = found.patient
    asked = asked_for(patient, local_date(timezone.now(), patient.site.time_zone))
    return asked.get(found.test) or AskedTest(found.test, found.test, (), (), ())


def _choose(request: StaffRequest, patient: Patient, asked: dict[str, AskedTest]) -> HttpResponse:
    now = timezone.now()
    opened(request, patient, now)
    zone = patient.site.time_zone
    context = {
        "patient": patient,
        "born": born_words(patient, now, zone),
        "choices": choices_for(patient, asked, local_date(now, zone)),
        "back": way_back(request, home_of(patient)),
        "nav": "monitoring",
    }
    status = 422 if request.method == "POST" else 200
    return page(request, "monitoring/result_choose.html", context, status=status, zone=zone)


def _entered(
    request: StaffRequest,
    patient: Patient,
    test: AskedTest,
    form: ResultForm,
    act: Callable[[], Result],
    refusal: str = "",
) -> HttpResponse:
    """Enters it and shows what followed, or the form (again)."""
    now = timezone.now()
    opened(request, patient, now)
    back = way_back(request, home_of(patient))
    row = attempt(form, act) if form.is_bound and form.is_valid() else None
    if row is not None:
        messages.success(request, "Saved. What followed from it stands below.")
        return redirect(back.through(reverse("monitoring:result", args=[row.pk])))
    zone = patient.site.time_zone
    vocabulary, _ = vocabulary_for(patient, local_date(now, zone))
    context: dict[str, Any] = {
        "form": form,
        "patient": patient,
        "born": born_words(patient, now, zone),
        "aside": entry_aside(patient, test, vocabulary),
        "refusal": refusal,
        "corrects": isinstance(form, CorrectionForm),
        "back": back,
        "nav": "monitoring",
    }
    return page(request, "monitoring/result_form.html", context, status=form.status, zone=zone)
