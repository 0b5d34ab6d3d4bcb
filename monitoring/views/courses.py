"""Which therapy does this person receive, and what comes next?"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from certification.forms.decisions import ConfirmForm
from certification.presenters.cases import case_head
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, attempt, determination_or_404, opened, page
from config.access import requires
from config.roles import Permission
from monitoring.actions.courses import (
    move_to_current_protocol,
    open_course,
    record_facts,
    stop_course,
)
from monitoring.forms.courses import FactsForm, StartForm, StopForm
from monitoring.planning import documentable_facts
from monitoring.policies import check_can_open_course, check_can_treat
from monitoring.presenters.course_acts import (
    course_of,
    protocol_page,
    start_page,
    suggested_start,
)
from monitoring.presenters.courses import course_page
from monitoring.views.acting import about, acted, refusal_of
from monitoring.views.reach import course_or_404

GET_OR_POST = require_http_methods(["GET", "POST"])


@requires(Permission.MONITOR)
@GET_OR_POST
def course_new(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    determination = determination_or_404(request, pk)
    opened(request, determination, now)
    running = course_of(determination)
    if running is not None and running.site_id in request.user.site_ids:
        return redirect("monitoring:course", running.pk)
    zone = determination.case.site.time_zone
    today = local_date(now, zone)
    initial = {"start_on": suggested_start(determination, today)}
    form = StartForm(request.POST or None, initial=initial)
    if form.is_valid():
        start_on = form.cleaned_data["start_on"]
        made = attempt(
            form,
            lambda: open_course(
                by=request.user, now=now, determination=determination, start_on=start_on
            ),
        )
        if made is not None:
            messages.success(request, "The course is open and its schedule is worked out.")
            return redirect("monitoring:course", made.pk)
    refusal = refusal_of(lambda: check_can_open_course(request.user, determination))
    context = {
        "form": form,
        "head": case_head(determination.case, now),
        "page": start_page(determination, today, refusal),
        "cancel_url": reverse("certification:determination", args=[pk]),
    }
    return page(request, "monitoring/course_new.html", context, status=form.status, zone=zone)


@requires(Permission.VIEW_MONITORING)
@require_GET
def course(request: StaffRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    found = course_or_404(request, pk)
    context = about(request, found)
    today = local_date(now, found.site.time_zone)
    context["page"] = course_page(found, request.user, now, today)
    return page(request, "monitoring/course.html", context, zone=found.site.time_zone)


@requires(Permission.MONITOR)
@GET_OR_POST
def course_facts(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    form = FactsForm(
        request.POST or None,
        asked=documentable_facts(found.protocol_version),
        known={key: given["value"] for key, given in found.facts.items()},
        initial={
            "revision": found.revision,
            "observed_on": local_date(now, found.site.time_zone),
        },
    )
    context = about(request, found) | {
        "title": "Document facts",
        "says": "What is known beside results: events, earlier drugs, findings. The schedule "
        "follows what is documented. An empty answer takes back what stood there.",
        "button": "Save",
    }

    def act() -> object:
        data = form.cleaned_data
        return record_facts(
            by=request.user, now=now, course=found, revision=data["revision"],
            facts=form.facts(), observed_on=data["observed_on"],
        )  # fmt: skip

    to = reverse("monitoring:course", args=[pk])
    return acted(request, context, form, act, done="Documented.", to=to)


@requires(Permission.MONITOR)
@GET_OR_POST
def course_protocol(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    today = local_date(now, found.site.time_zone)
    form = ConfirmForm(request.POST or None, initial={"revision": found.revision})
    context = about(request, found) | {
        "page": protocol_page(found, request.user, today),
        "title": "Protocol of this course",
        "button": "Move to the version in force",
    }

    def act() -> object:
        data = form.cleaned_data
        return move_to_current_protocol(by=request.user, now=now, course=found, **data)

    to = reverse("monitoring:course", args=[pk])
    done = "Moved. The schedule is worked out by the version in force."
    template = "monitoring/course_protocol.html"
    return acted(request, context, form, act, done=done, to=to, template=template)


@requires(Permission.MONITOR)
@GET_OR_POST
def course_stop(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    today = local_date(now, found.site.time_zone)
    initial = {"revision": found.revision, "stopped_on": today}
    form = StopForm(request.POST or None, initial=initial)
    context = about(request, found) | {
        "title": "Stop the course",
        "says": "Booked visits are cancelled. What has to be watched after the last infusion goes "
        "on being due for as long as the protocol says.",
        "button": "Stop the course",
        "danger": True,
        "refusal": refusal_of(lambda: check_can_treat(request.user, found)),
    }

    def act() -> object:
        return stop_course(by=request.user, now=now, course=found, **form.cleaned_data)

    to = reverse("monitoring:course", args=[pk])
    return acted(request, context, form, act, done="Stopped.", to=to)
