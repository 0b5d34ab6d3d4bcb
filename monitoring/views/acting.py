"""How does a page with one form act on a course or a visit, and answer?

One decision a page. What was typed stays when an act is refused; after somebody else's change the
page says what changed, and the next press counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from certification.forms.base import PageForm
from certification.policies import Refused
from certification.views.reach import StaffRequest, attempt, opened, page
from monitoring.models import InfusionCourse
from monitoring.presenters.heads import change_lines, course_head

ACT = "monitoring/act.html"


def about(request: StaffRequest, course: InfusionCourse) -> dict[str, Any]:
    """What every page of a course shows around its content. Opening it is written down."""
    now = timezone.now()
    opened(request, course, now)
    return {"head": course_head(course, now), "course": course, "nav": "monitoring"}


def refusal_of(check: Callable[[], None]) -> str:
    """Why the act of a page cannot be done now, for a page that is opened all the same."""
    try:
        check()
    except Refused as refused:
        return refused.sentence
    return ""


def acted(
    request: StaffRequest,
    context: dict[str, Any],
    form: PageForm,
    act: Callable[[], Any],
    *,
    done: str,
    to: str | Callable[[Any], str],
    template: str = ACT,
    ready: bool = True,
) -> HttpResponse:
    """Does it and goes on, or shows the page (again).

    ``to``: the next address, or what tells it from what was made. ``ready``: the other forms of the
    page are sound too.
    """
    made = attempt(form, act) if form.is_bound and form.is_valid() and ready else None
    if made is not None:
        messages.success(request, done)
        return redirect(to(made) if callable(to) else to)
    if form.is_bound and not ready:
        form.status = 422
    context["form"] = form
    context["changed"] = change_lines(form.changed)
    zone = context["course"].site.time_zone
    return page(request, template, context, status=form.status, zone=zone)
