"""How is one step of the wizard shown, saved, and saved when somebody else was faster?"""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from certification.actions.answers import save_answers
from certification.forms.steps import StepForm, taken_over, without_theirs
from certification.models import Case, User
from certification.policies import Refused
from certification.presenters.step_views import StepView, refused_view, step_view
from certification.turnaround import local_date
from certification.views.reach import StaffRequest, case_or_404, opened, page
from certification.wizard import Standing, Step, next_step, standing_of
from config.access import check_has_permission, requires
from config.roles import Permission


@requires(Permission.VIEW_CASES)
@require_http_methods(["GET", "POST"])
def case_step(request: StaffRequest, pk: UUID, slug: str) -> HttpResponse:
    """Whoever may see cases reads the step; writing needs the permission to prepare them."""
    case, standing, step = _reach(request, pk, slug)
    if request.method == "POST":
        check_has_permission(request.user, Permission.PREPARE_CASES)
        return _save(request, case, standing, step)
    view = step_view(case, request.user, standing, step, asked=request.GET.get("ask", ""))
    return _answer(request, view)


def _reach(request: StaffRequest, pk: UUID, slug: str) -> tuple[Case, Standing, Step]:
    now = timezone.now()
    case = case_or_404(request, pk)
    opened(request, case, now)
    standing = standing_of(case, local_date(now, case.site.time_zone))
    step = standing.plan.step(slug)
    if step is None:
        raise Http404("These criteria have no such step.")
    return case, standing, step


def _save(request: StaffRequest, case: Case, standing: Standing, step: Step) -> HttpResponse:
    """Saves what was typed; what could not be accepted is kept and asked again on this page."""
    definitions = {key: standing.plan.vocabulary[key] for key in step.keys}
    form = StepForm(request.POST, definitions=definitions)
    if not form.is_valid():
        raise SuspiciousOperation("The form of this step was sent without its revision.")
    entries = without_theirs(form.entries(standing.answers), request.POST)
    entries |= taken_over(case, request.POST.get("use", ""), step, standing.as_of)
    try:
        saved = save_answers(
            by=request.user,
            now=timezone.now(),
            case=case,
            revision=form.cleaned_data["revision"],
            entries=entries,
        )
    except Refused as refused:
        view = refused_view(case, request.user, standing, step, entries, refused)
        return _answer(request, view, status=409)
    if request.htmx:
        return _answer(request, step_view(*_fresh(request, case.pk, step.slug)))
    if saved.errors:
        return redirect("certification:case-step", case.pk, step.slug)
    return _go_on(request, case, step)


def _fresh(request: StaffRequest, pk: UUID, slug: str) -> tuple[Case, User, Standing, Step]:
    case, standing, step = _reach(request, pk, slug)
    return case, request.user, standing, step


def _go_on(request: StaffRequest, case: Case, step: Step) -> HttpResponse:
    if "leave" in request.POST:
        return redirect("certification:case", case.pk)
    here = reverse("certification:case-step", args=[case.pk, step.slug])
    if "use" in request.POST:
        return redirect(f"{here}#q-{request.POST['use']}")
    if "save" in request.POST:
        return redirect(here)
    _, _, standing, _ = _fresh(request, case.pk, step.slug)
    following = next_step(standing, step)
    if following is None:
        return redirect("certification:case-check", case.pk)
    return redirect("certification:case-step", case.pk, following.slug)


def _answer(request: StaffRequest, view: StepView, status: int = 200) -> HttpResponse:
    """The page; after a save in the background only what changed on it."""
    context = {"view": view, "nav": "worklist"}
    if request.htmx and request.method == "POST":
        response = page(request, "certification/wizard/saved.html", context, zone=view.zone)
        if not view.refusal:
            trigger_client_event(response, "myelin:saved", after="settle")
        return response
    return page(request, "certification/wizard/step.html", context, status=status, zone=view.zone)
