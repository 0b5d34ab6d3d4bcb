"""How do many results come in at once: checked, read, confirmed?"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from certification.policies import Refused
from certification.views.reach import StaffRequest, attempt, page
from config.access import requires
from config.roles import Permission
from monitoring.actions.imports import check_file, dry_run, import_checked, put_aside
from monitoring.forms.imports import ConfirmForm, ImportForm
from monitoring.models import CheckedFile, ImportBatch
from monitoring.presenters.imports import (
    batch_cells,
    batch_lines,
    batch_page,
    checked_cells,
    checked_page,
    guide_for,
    report_csv,
    template_csv,
)
from monitoring.result_questions import asked_in_force
from monitoring.results_import import Report

GET_OR_POST = require_http_methods(["GET", "POST"])
BATCHES_SHOWN = 20


@requires(Permission.MONITOR)
@GET_OR_POST
def results_import(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    sites = list(request.user.sites.all())
    form = ImportForm(request.POST or None, request.FILES or None, sites=sites)
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        checked = attempt(
            form,
            lambda: check_file(
                by=request.user,
                now=now,
                site=form.cleaned_data["site"],
                content=form.content,
                file_name=file.name,
            ),
        )
        if checked is not None:
            return redirect("monitoring:import-checked", checked.pk)
    batches = ImportBatch.objects.visible_to(request.user).select_related("site", "imported_by")
    context = {
        "form": form,
        "sites": sites,
        "guide": guide_for(asked_in_force(timezone.localdate(now), own=True)),
        "batches": batch_lines(batches.defer("report")[:BATCHES_SHOWN]),
        "nav": "monitoring",
    }
    return page(request, "monitoring/import.html", context, status=form.status)


@requires(Permission.MONITOR)
@require_GET
def results_template(request: StaffRequest) -> HttpResponse:
    guide = guide_for(asked_in_force(timezone.localdate(), own=True))
    return _file(template_csv(guide), "results-template.csv")


@requires(Permission.MONITOR)
@GET_OR_POST
def import_checked_file(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The report of a checked file, and what becomes of it."""
    checked = _checked(request, pk)
    if request.method == "POST" and "aside" in request.POST:
        return _put_aside(request, checked)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            batch = import_checked(
                by=request.user, now=timezone.now(), checked=checked, **form.cleaned_data
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return _imported(request, batch)
    if checked.finished_at is not None:
        return _finished(request, checked)
    context = {
        "page": checked_page(checked, _report(request, checked)),
        "form": form,
        "nav": "monitoring",
    }
    zone = checked.site.time_zone
    return page(request, "monitoring/import_report.html", context, status=form.status, zone=zone)


@requires(Permission.MONITOR)
@require_GET
def import_checked_report(request: StaffRequest, pk: UUID) -> HttpResponse:
    checked = _checked(request, pk)
    if checked.finished_at is not None:
        return _finished(request, checked)
    return _file(report_csv(checked_cells(_report(request, checked))), "report-before-import.csv")


@requires(Permission.VIEW_MONITORING)
@require_GET
def import_batch(request: StaffRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk)
    context = {"page": batch_page(batch), "nav": "monitoring"}
    return page(request, "monitoring/import_report.html", context, zone=batch.site.time_zone)


@requires(Permission.VIEW_MONITORING)
@require_GET
def import_batch_report(request: StaffRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk)
    return _file(report_csv(batch_cells(batch)), f"report-of-import-{batch.pk}.csv")


def _checked(request: StaffRequest, pk: UUID) -> CheckedFile:
    visible = CheckedFile.objects.visible_to(request.user).select_related("site", "checked_by")
    return get_object_or_404(visible, pk=pk)


def _batch(request: StaffRequest, pk: int) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user).select_related("site", "imported_by")
    return get_object_or_404(visible, pk=pk)


def _report(request: StaffRequest, checked: CheckedFile) -> Report:
    content = bytes(checked.content)
    return dry_run(by=request.user, now=timezone.now(), site=checked.site, content=content)


def _put_aside(request: StaffRequest, checked: CheckedFile) -> HttpResponse:
    try:
        put_aside(by=request.user, now=timezone.now(), checked=checked)
    except Refused as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, "Put aside. Nothing was imported, and the file is not kept.")
    return redirect("monitoring:results-import")


def _imported(request: StaffRequest, batch: ImportBatch | None) -> HttpResponse:
    if batch is None:
        messages.success(request, "Nothing was new: nothing was changed.")
        return redirect("monitoring:results-import")
    messages.success(request, "Imported.")
    return redirect("monitoring:import-batch", batch.pk)


def _finished(request: StaffRequest, checked: CheckedFile) -> HttpResponse:
    """A file that is not kept any more leads to what became of it."""
    if checked.batch_id is not None:
        return redirect("monitoring:import-batch", checked.batch_id)
    messages.warning(request, "This file was put aside or imported already. Check it again.")
    return redirect(reverse("monitoring:results-import"))


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
