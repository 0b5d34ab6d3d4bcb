"""How is a determination signed?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from certification.actions.determinations import (
    sign,
    sign_determination,
    signature_meaning,
    signing_role,
)
from certification.case_notices import marked_by
from certification.forms.decisions import CertifyForm, ModifyForm, NotCertifyForm, SigningForm
from certification.models import Determination
from certification.presenters.decision_pages import (
    grounds_of,
    initial_adverse,
    initial_modified,
    initial_period,
)
from certification.presenters.decisions import in_the_way
from certification.views.decisions import reached
from certification.views.reach import StaffRequest, attempt, page
from config.access import requires
from config.roles import Permission

GET_OR_POST = require_http_methods(["GET", "POST"])


@requires(Permission.CERTIFY_WHEN_MET)
@GET_OR_POST
def case_certify(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, standing, context = reached(request, pk)
    form = CertifyForm(
        request.POST or None,
        case=case,
        needs_rationale=standing.evaluation.recommendation != "certify",
        initial=initial_period(case),
    )
    marked = marked_by(context["notices"])
    grounds = grounds_of(case, request.user, standing, "certify", marked)
    context |= {"title": "Certify", "grounds": grounds}
    return _signed(request, context, form, lambda data: data)


@requires(Permission.DETERMINE)
@GET_OR_POST
def case_modify(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, standing, context = reached(request, pk)
    form = ModifyForm(request.POST or None, initial=initial_modified(case))
    context |= {
        "title": "Certify with modifications",
        "grounds": grounds_of(
            case, request.user, standing, "modify", marked_by(context["notices"])
        ),
    }
    return _signed(request, context, form, lambda data: data)


@requires(Permission.DETERMINE)
@GET_OR_POST
def case_not_certify(request: StaffRequest, pk: UUID) -> HttpResponse:
    case, standing, context = reached(request, pk)
    criteria = [(c.id, f"{c.says} ({c.word.lower()})") for c in in_the_way(standing)]
    form = NotCertifyForm(
        request.POST or None, criteria=criteria, initial=initial_adverse(case, standing)
    )
    context |= {
        "title": "Not certify",
        "grounds": grounds_of(
            case, request.user, standing, "not-certify", marked_by(context["notices"])
        ),
    }

    def terms(data: dict[str, Any]) -> dict[str, Any]:
        data.pop("principal_criterion")
        return {**data, "unmet_criteria": form.named()}

    return _signed(request, context, form, terms)


def _signed(
    request: StaffRequest,
    context: dict[str, Any],
    form: SigningForm,
    terms: Callable[[dict[str, Any]], dict[str, Any]],
) -> HttpResponse:
    """Signs and goes to the determination, or shows the page (again). The password never returns
    to the page."""
    case, user = context["case"], request.user

    def act() -> Determination:
        data = dict(form.cleaned_data)
        now = timezone.now()
        signature = sign(user=user, password=data.pop("password"), now=now)
        return sign_determination(
            by=user, now=now, case=case, signature=signature, outcome=form.outcome, **terms(data)
        )

    if form.is_bound and form.is_valid():
        determination = attempt(form, act)
        if determination is not None:
            return redirect("certification:determination", determination.pk)
    context["form"] = form
    context["meaning"] = signature_meaning(case, form.outcome, signing_role(user))
    template = "certification/decide/sign.html"
    return page(request, template, context, status=form.status, zone=case.site.time_zone)
