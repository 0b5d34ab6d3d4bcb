"""How does a case take its next step: pended, resumed, referred, withdrawn, moved, signed?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from certification.actions.cases import (
    pend_case,
    refer_case,
    repin_case,
    resume_case,
    withdraw_case,
)
from certification.case_notices import case_notices, marked_by
from certification.forms.decisions import ActForm, ConfirmForm, PendForm, ReasonForm
from certification.models import Case
from certification.presenters.cases import case_head
from certification.presenters.decision_pages import (
    askable_facts,
    recommendation_page,
    suggested_referral,
)
from certification.presenters.decisions import acts_of, repin_of
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, attempt, case_or_404, opened, page
from certification.wizard import Standing, standing_of
from config.access import requires
from config.roles import Permission

GET_OR_POST = require_http_methods(["GET", "POST"])
TEMPLATE = "certification/decide/act.html"


def reached(request: StaffRequest, pk: UUID) -> tuple[Case, Standing, dict[str, Any]]:
    """A case as it stands today, with what all its decision pages show."""
    now = timezone.now()
    case = case_or_404(request, pk)
    opened(request, case, now)
    standing = standing_of(case, local_date(now, case.site.time_zone))
    context = {
        "case": case,
        "head": case_head(case, now),
        "cancel_url": reverse("certification:case-recommendation", args=[case.pk]),
        "repin": repin_of(request.user, case, standing.as_of) if case.is_open else None,
        "notices": case_notices(case, request.user, standing.as_of),
        "nav": "worklist",
    }
    return case, standing, context


@requires(Permission.VIEW_CASES)
@require_GET
def case_recommendation(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, standing, context = reached(request, pk)
    context["page"] = recommendation_page(
        case, request.user, standing, marked_by(context["notices"])
    )
    template = "certification/recommendation.html"
    return page(request, template, context, zone=case.site.time_zone)


@requires(Permission.PREPARE_CASES)
@require_GET
def case_decide(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, standing, context = reached(request, pk)
    context["acts"] = acts_of(request.user, case, standing.evaluation.recommendation)
    return page(request, "certification/decide/choose.html", context, zone=case.site.time_zone)


def acted(
    request: StaffRequest,
    context: dict[str, Any],
    form: ActForm,
    act: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Does it and goes to the case, or shows the page of the act (again)."""
    case = context["case"]
    if form.is_bound and form.is_valid() and attempt(form, act) is not None:
        messages.success(request, done)
        return redirect("certification:case", case.pk)
    context["form"] = form
    return page(request, TEMPLATE, context, status=form.status, zone=case.site.time_zone)


@requires(Permission.PREPARE_CASES)
@GET_OR_POST
def case_pend(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, standing, context = reached(request, pk)
    context |= {
        "title": "Pend for information",
        "says": "The clock stops until the review is resumed. Ask for exactly what decides.",
        "button": "Pend and stop the clock",
    }
    form = PendForm(
        request.POST or None,
        facts=askable_facts(standing),
        initial={
            "revision": case.revision,
            "fact_keys": standing.evaluation.shortest or standing.evaluation.missing,
        },
    )

    def act() -> object:
        data = form.cleaned_data
        return pend_case(by=request.user, now=timezone.now(), case=case, **data)

    return acted(request, context, form, act, "Pended. The clock stands still.")


@requires(Permission.PREPARE_CASES)
@GET_OR_POST
def case_refer(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, standing, context = reached(request, pk)
    context |= {
        "title": "Refer to a physician",
        "says": "A physician reviewer looks at the case and decides. The clock goes on.",
        "button": "Refer",
    }
    form = ReasonForm(
        request.POST or None,
        label="Why a physician should look",
        initial={"revision": case.revision, "reason": suggested_referral(standing)},
    )

    def act() -> object:
        return refer_case(by=request.user, now=timezone.now(), case=case, **form.cleaned_data)

    return acted(request, context, form, act, "Referred to a physician reviewer.")


@requires(Permission.PREPARE_CASES)
@GET_OR_POST
def case_withdraw(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, _, context = reached(request, pk)
    context |= {
        "title": "Withdraw the request",
        "says": "The case is closed without a determination. Its answers are kept.",
        "button": "Withdraw",
        "danger": True,
    }
    form = ReasonForm(
        request.POST or None,
        label="Who took the request back, and why",
        initial={"revision": case.revision},
    )

    def act() -> object:
        return withdraw_case(by=request.user, now=timezone.now(), case=case, **form.cleaned_data)

    return acted(request, context, form, act, "Withdrawn.")


@requires(Permission.PREPARE_CASES)
@GET_OR_POST
def case_resume(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, _, context = reached(request, pk)
    context |= {
        "title": "Resume the review",
        "says": "The clock goes on with the time that was left when the case was pended.",
        "button": "Resume",
    }
    form = ConfirmForm(request.POST or None, initial={"revision": case.revision})

    def act() -> object:
        return resume_case(by=request.user, now=timezone.now(), case=case, **form.cleaned_data)

    return acted(request, context, form, act, "Resumed. The clock is running.")


@requires(Permission.PREPARE_CASES)
@GET_OR_POST
def case_repin(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, _, context = reached(request, pk)
    context |= {
        "title": "Move to the criteria in force",
        "says": "The answers are kept and evaluated again. What the new criteria ask in another "
        "way is asked again.",
        "button": "Move the case",
    }
    form = ConfirmForm(request.POST or None, initial={"revision": case.revision})

    def act() -> object:
        return repin_case(by=request.user, now=timezone.now(), case=case, **form.cleaned_data)

    return acted(request, context, form, act, "Moved to the criteria in force.")
