"""How is an infusion visit booked, read, moved, cancelled, or noted as not given?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from certification.turnaround import local_date
from certification.views.reach import StaffRequest, page
from config.access import requires
from config.roles import Permission
from monitoring.actions.visits import (
    book_visit,
    book_visits,
    cancel_visit,
    move_visit,
    record_missed,
    record_not_infused,
)
from monitoring.forms.courses import BookForm, MoveForm, WhyForm
from monitoring.models import Visit
from monitoring.policies import check_can_change_visit, check_can_treat
from monitoring.presenters.course_acts import series_words, suggested_day, usual_visits
from monitoring.presenters.visits import visit_page
from monitoring.views.acting import about, acted, refusal_of
from monitoring.views.reach import course_or_404, visit_or_404

GET_OR_POST = require_http_methods(["GET", "POST"])


@requires(Permission.MONITOR)
@GET_OR_POST
def course_book(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    today = local_date(now, found.site.time_zone)
    series = series_words(found, today)
    initial = {"scheduled_on": suggested_day(found, today), "visits": usual_visits(series)}
    form = BookForm(request.POST or None, series=series, initial=initial)
    context = about(request, found) | {
        "title": "Book",
        "says": "The day of the next infusion follows the booking.",
        "button": "Book",
        "refusal": refusal_of(lambda: check_can_treat(request.user, found)),
    }

    def act() -> list[Visit]:
        data: dict[str, Any] = dict(form.cleaned_data)
        visits = data.pop("visits", 1)
        if visits == 1:
            return [book_visit(by=request.user, now=now, course=found, **data)]
        return book_visits(by=request.user, now=now, course=found, visits=visits, **data)

    def to(made: list[Visit]) -> str:
        return visit_url(made[0]) if len(made) == 1 else reverse("monitoring:course", args=[pk])

    return acted(request, context, form, act, done="Booked.", to=to)


@requires(Permission.VIEW_MONITORING)
@require_GET
def visit(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = visit_or_404(request, pk)
    now = timezone.now()
    today = local_date(now, found.course.site.time_zone)
    context = about(request, found.course) | {"visit": found}
    context["page"] = visit_page(found, request.user, now, today)
    return page(request, "monitoring/visit.html", context, zone=found.course.site.time_zone)


@requires(Permission.MONITOR)
@GET_OR_POST
def visit_move(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = visit_or_404(request, pk)
    form = MoveForm(
        request.POST or None,
        initial={
            "revision": found.revision,
            "scheduled_on": found.scheduled_on,
            "scheduled_time": found.scheduled_time,
        },
    )
    context = visit_context(request, found) | {
        "title": "Move the visit",
        "says": "What is due stays due on its own day.",
        "button": "Move",
    }

    def act() -> Visit:
        now = timezone.now()
        return move_visit(by=request.user, now=now, visit=found, **form.cleaned_data)

    return acted(request, context, form, act, done="Moved.", to=visit_url(found))


@requires(Permission.MONITOR)
@GET_OR_POST
def visit_cancel(request: StaffRequest, pk: UUID) -> HttpResponse:
    words = {
        "title": "Cancel the booking",
        "says": "The booking is taken back. What is due stays due.",
        "button": "Cancel the booking",
        "danger": True,
    }
    return _without_infusion(request, pk, cancel_visit, words, "Cancelled.")


@requires(Permission.MONITOR)
@GET_OR_POST
def visit_missed(request: StaffRequest, pk: UUID) -> HttpResponse:
    words = {
        "title": "Missed: the person did not come",
        "says": "The infusion stays due, and the next visit carries the advice for a missed one.",
        "button": "Record as missed",
    }
    return _without_infusion(request, pk, record_missed, words, "Recorded as missed.")


@requires(Permission.MONITOR)
@GET_OR_POST
def visit_not_infused(request: StaffRequest, pk: UUID) -> HttpResponse:
    words = {
        "title": "Not infused",
        "says": "The person came and was not infused. The infusion stays due.",
        "button": "Record without infusion",
    }
    done = "Recorded: not infused."
    return _without_infusion(request, pk, record_not_infused, words, done)


def _without_infusion(
    request: StaffRequest, pk: UUID, action: Callable[..., Visit], words: dict[str, Any], done: str
) -> HttpResponse:
    found = visit_or_404(request, pk)
    initial = {"revision": found.revision}
    form = WhyForm(request.POST or None, label="Reason", initial=initial)
    context = visit_context(request, found) | words

    def act() -> Visit:
        now = timezone.now()
        return action(by=request.user, now=now, visit=found, **form.cleaned_data)

    return acted(request, context, form, act, done=done, to=visit_url(found))


def visit_context(request: StaffRequest, found: Visit) -> dict[str, Any]:
    """What every page of an act on a visit shows."""
    return about(request, found.course) | {
        "visit": found,
        "cancel_url": visit_url(found),
        "refusal": refusal_of(lambda: check_can_change_visit(request.user, found)),
    }


def visit_url(found: Visit) -> str:
    return reverse("monitoring:visit", args=[found.pk])
