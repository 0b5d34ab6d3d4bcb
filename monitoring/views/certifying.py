"""How does a course get more to spend, and what does a relapse mean for the therapy?"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from certification.forms.cases import CaseForm
from certification.models import Case, RequestType
from certification.presenters.openings import offered_profiles, offered_versions
from certification.turnaround import local_date
from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission
from monitoring.actions.courses import add_authorization
from monitoring.actions.relapses import answer_relapse, open_case_after_relapse
from monitoring.actions.renewals import open_renewal
from monitoring.forms.courses import AuthorizeForm, RelapseForm, RenewalForm
from monitoring.models import RelapseAnswer
from monitoring.policies import check_relapse_open
from monitoring.presenters.course_acts import (
    certification_page,
    last_clinician,
    new_case_link,
    renewal_day,
    why_not_renewed,
)
from monitoring.views.acting import about, acted, refusal_of
from monitoring.views.reach import course_or_404

GET_OR_POST = require_http_methods(["GET", "POST"])


@requires(Permission.MONITOR)
@GET_OR_POST
def course_certification(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    shown = certification_page(found, request.user, local_date(now, found.site.time_zone))
    initial = {"revision": found.revision}
    form = AuthorizeForm(request.POST or None, offered=shown.offered, initial=initial)
    context = about(request, found) | {"page": shown, "title": "Certification of this course"}

    def act() -> object:
        return add_authorization(by=request.user, now=now, course=found, **form.cleaned_data)

    to = reverse("monitoring:course", args=[pk])
    done = "Added. The course can spend it too."
    template = "monitoring/course_certification.html"
    return acted(request, context, form, act, done=done, to=to, template=template)


@requires(Permission.PREPARE_CASES)
@GET_OR_POST
def course_renew(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    today = local_date(now, found.site.time_zone)
    profiles = offered_profiles()
    form = RenewalForm(
        request.POST or None,
        urgencies=[(p.profile.urgency, f"{p.urgency}: answer within {p.length}") for p in profiles],
        initial={
            **last_clinician(found), "service_on": renewal_day(found, today), "urgency": "standard",
        },
    )  # fmt: skip
    refusal = why_not_renewed(found, today)
    context = about(request, found) | {
        "title": "Open a renewal case",
        "says": "What monitoring documented is offered in the case, each value with its age, to be "
        "confirmed. What is overdue in monitoring is shown to the reviewer.",
        "button": "Open the renewal case",
        "refusal": refusal,
        "elsewhere": new_case_link(found) if refusal else None,
    }

    def act() -> Case:
        return open_renewal(by=request.user, now=now, course=found, **form.cleaned_data)

    return acted(request, context, form, act, done="The renewal case is open.", to=case_url)


@requires(Permission.MONITOR)
@GET_OR_POST
def course_relapse(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    form = RelapseForm(request.POST or None)
    answer = RelapseAnswer.objects.select_related("answered_by").filter(course=found).first()
    context = about(request, found) | {
        "title": "What does this relapse mean?",
        "says": "A relapse under treatment can mean that the disease-modifying therapy is not "
        "enough. After a yes a nurse reviewer opens the case for another.",
        "button": "Record the answer",
        "refusal": refusal_of(lambda: check_relapse_open(answer)),
    }

    def act() -> object:
        return answer_relapse(by=request.user, now=now, course=found, **form.cleaned_data)

    to = reverse("monitoring:course", args=[pk])
    return acted(request, context, form, act, done="Answered.", to=to)


@requires(Permission.PREPARE_CASES)
@GET_OR_POST
def course_relapse_case(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = course_or_404(request, pk)
    now = timezone.now()
    today = local_date(now, found.site.time_zone)
    profiles = offered_profiles()
    versions = [v for v in offered_versions(today) if v.request_type != RequestType.ACUTE_COURSE]
    form = CaseForm(
        request.POST or None,
        versions=versions,
        urgencies=[(p.profile.urgency, f"{p.urgency}: answer within {p.length}") for p in profiles],
        initial={"service_on": today, "urgency": "standard"},
    )
    answer = RelapseAnswer.objects.select_related("answered_by").filter(course=found).first()
    context = about(request, found) | {
        "title": "This relapse changes the therapy: open a case",
        "says": "Choose the therapy to be reviewed. The case offers what the relapse course "
        "documented, each value with its age, to be confirmed.",
        "button": "Open the case",
        "refusal": refusal_of(lambda: check_relapse_open(answer, waits_for_case=True)),
    }

    def act() -> Case:
        data = {name: value for name, value in form.cleaned_data.items() if name != "criteria"}
        version = form.version
        return open_case_after_relapse(
            by=request.user, now=now, course=found, therapy=version.therapy,
            request_type=version.request_type, set_key=version.set_key, **data,
        )  # fmt: skip

    done = "The case is open and its clock is running."
    return acted(request, context, form, act, done=done, to=case_url)


def case_url(case: Case) -> str:
    return reverse("certification:case", args=[case.pk])
