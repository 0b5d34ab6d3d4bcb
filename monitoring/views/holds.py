"""What stops the next infusion, and who releases it? Who takes care of an alert, and what is left
out?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission
from monitoring.actions.holds import acknowledge_alert, place_hold, release_hold
from monitoring.actions.plans import waive_item
from monitoring.forms.holds import NoticedForm, WhyForm
from monitoring.models import Alert, DueItem, Hold
from monitoring.policies import (
    check_can_acknowledge,
    check_can_release,
    check_can_treat,
    check_can_waive,
)
from monitoring.presenters.holds import (
    alert_origin,
    course_words,
    hold_origin,
    item_origin,
)
from monitoring.views.acting import refusal_of
from monitoring.views.deciding import decided, today_of
from monitoring.views.reach import course_or_404
from monitoring.views.returning import home_of

GET_OR_POST = require_http_methods(["GET", "POST"])
COURSE = ("course__site", "course__patient__site", "course__therapy", "course__protocol_version")


@requires(Permission.MONITOR)
@GET_OR_POST
def hold_place(request: StaffRequest, pk: UUID) -> HttpResponse:
    course = course_or_404(request, pk)
    form = WhyForm(
        request.POST or None,
        label="Why the next infusion has to wait",
        help_text="Stands in every list that shows this course, until somebody releases it.",
    )
    context = {
        "title": "Hold the next infusion",
        "says": f"{course_words(course)}. Nothing is given until a named person releases the hold.",
        "button": "Hold",
        "danger": True,
        "refusal": refusal_of(lambda: check_can_treat(request.user, course)),
    }

    def act() -> Hold:
        reason = form.cleaned_data["reason"]
        return place_hold(by=request.user, now=timezone.now(), course=course, reason=reason)

    home = reverse("monitoring:course", args=[course.pk])
    return decided(
        request, course.patient, form, context, act, "The next infusion is on hold.", home
    )


@requires(Permission.MONITOR)
@GET_OR_POST
def hold_release(request: StaffRequest, pk: int) -> HttpResponse:
    visible = Hold.objects.visible_to(request.user).select_related(
        *COURSE, "placed_by", "released_by", "result__patient"
    )
    hold = get_object_or_404(visible, pk=pk)
    form = WhyForm(
        request.POST or None,
        label="Why the infusion can go on",
        help_text="Your name and this reason are kept with the hold.",
    )
    context = {
        "title": "Release a hold",
        "says": f"{course_words(hold.course)}. You decide and answer for it.",
        "button": "Release the hold",
        "refusal": refusal_of(lambda: check_can_release(request.user, hold)),
        "origin": hold_origin(hold, today_of(hold.course.patient)),
    }

    def act() -> Hold:
        reason = form.cleaned_data["reason"]
        return release_hold(by=request.user, now=timezone.now(), hold=hold, reason=reason)

    home = reverse("monitoring:course", args=[hold.course_id])
    return decided(request, hold.course.patient, form, context, act, "Released.", home)


@requires(Permission.MONITOR)
@GET_OR_POST
def alert_acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    visible = Alert.objects.visible_to(request.user).select_related(
        "patient__site", "course__protocol_version", "result__patient", "acknowledged_by"
    )
    alert = get_object_or_404(visible, pk=pk)
    form = NoticedForm(request.POST if request.method == "POST" else None)
    context = {
        "title": "Acknowledge an alert",
        "says": "You have taken notice and take care of it. It leaves the monitoring lists.",
        "button": "I take care of it",
        "refusal": refusal_of(lambda: check_can_acknowledge(request.user, alert)),
        "origin": alert_origin(alert, today_of(alert.patient)),
    }

    def act() -> Alert:
        return acknowledge_alert(by=request.user, now=timezone.now(), alert=alert)

    home = home_of(alert.patient)
    return decided(request, alert.patient, form, context, act, "Acknowledged by you.", home)


@requires(Permission.MONITOR)
@GET_OR_POST
def item_waive(request: StaffRequest, pk: int) -> HttpResponse:
    visible = DueItem.objects.visible_to(request.user).select_related(*COURSE, "waived_by")
    item = get_object_or_404(visible, pk=pk)
    form = WhyForm(
        request.POST or None,
        label="Why it is left out this time",
        help_text="Your name and this reason are kept; the next one in line is asked for again.",
    )
    context = {
        "title": "Leave one item out",
        "says": "This one item only. The rule stays, and so do the dates after it.",
        "button": "Leave it out",
        "refusal": refusal_of(lambda: check_can_waive(request.user, item)),
        "origin": item_origin(item, today_of(item.course.patient)),
    }

    def act() -> DueItem:
        reason = form.cleaned_data["reason"]
        return waive_item(by=request.user, now=timezone.now(), item=item, reason=reason)

    home = reverse("monitoring:course", args=[item.course_id])
    return decided(request, item.course.patient, form, context, act, "Left out.", home)
