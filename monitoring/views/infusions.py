"""What happens at the chair: the checklist, the infusion, a reaction?"""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from certification.turnaround import local_date
from certification.views.reach import StaffRequest
from config.access import requires
from config.roles import Permission
from monitoring.actions.infusions import record_infusion, record_reaction
from monitoring.actions.visits import complete_checklist
from monitoring.checklists import idle_questions
from monitoring.forms.visits import (
    ChecklistForm,
    InfusionForm,
    ReactionForm,
    VitalsRows,
    filled_rows,
)
from monitoring.models import Reaction, Visit
from monitoring.planning import checklist_questions, protocol_of
from monitoring.policies import check_can_record_reaction
from monitoring.presenters.chair import asked_lines, infusion_aside, reaction_aside, usual_infusion
from monitoring.views.acting import acted, refusal_of
from monitoring.views.reach import visit_or_404
from monitoring.views.visits import visit_context, visit_url

GET_OR_POST = require_http_methods(["GET", "POST"])


@requires(Permission.MONITOR)
@GET_OR_POST
def visit_checklist(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = visit_or_404(request, pk)
    asked = checklist_questions(protocol_of(found.course.protocol_version))
    today = local_date(timezone.now(), found.course.site.time_zone)
    form = ChecklistForm(
        request.POST or None, asked=asked, initial={"revision": found.revision},
        idle=partial(idle_questions, found.course, today),
    )  # fmt: skip
    context = visit_context(request, found) | {"page": asked_lines(found, form)}

    def act() -> Visit:
        return complete_checklist(
            by=request.user, now=timezone.now(), visit=found,
            revision=form.cleaned_data["revision"], answers=form.answers(),
        )  # fmt: skip

    done = "The checklist is done."
    template = "monitoring/visit_checklist.html"
    return acted(request, context, form, act, done=done, to=visit_url(found), template=template)


@requires(Permission.MONITOR)
@GET_OR_POST
def visit_infuse(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = visit_or_404(request, pk)
    now = timezone.now()
    today = local_date(now, found.course.site.time_zone)
    rows = VitalsRows(request.POST or None, prefix="vitals")
    initial = {"revision": found.revision, "infused_on": today, **usual_infusion(found)}
    form = InfusionForm(request.POST or None, today=today, initial=initial)
    context = visit_context(request, found) | {
        "rows": rows,
        "aside": infusion_aside(found, request.user, today),
    }

    def act() -> Visit:
        vitals = filled_rows(rows)
        data = form.cleaned_data
        return record_infusion(by=request.user, now=now, visit=found, vitals=vitals, **data)

    ready = not rows.is_bound or rows.is_valid()
    return acted(
        request, context, form, act, done="Recorded.", to=visit_url(found),
        template="monitoring/visit_infuse.html", ready=ready,
    )  # fmt: skip


@requires(Permission.MONITOR)
@GET_OR_POST
def visit_reaction(request: StaffRequest, pk: UUID) -> HttpResponse:
    found = visit_or_404(request, pk)
    now = timezone.now()
    form = ReactionForm(request.POST or None, initial={"revision": found.revision})
    today = local_date(now, found.course.site.time_zone)
    context = visit_context(request, found) | {
        "refusal": refusal_of(lambda: check_can_record_reaction(request.user, found)),
        "aside": reaction_aside(found, today),
    }

    def act() -> Reaction:
        return record_reaction(by=request.user, now=now, visit=found, **form.cleaned_data)

    return acted(
        request, context, form, act, done="Recorded. What follows from it stands on this page.",
        to=visit_url(found), template="monitoring/visit_reaction.html",
    )  # fmt: skip
