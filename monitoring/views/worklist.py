"""What is due for whom, today and this week?"""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from certification.presenters.wording import counted
from certification.views.reach import StaffRequest, page
from config.access import check_has_permission, requires
from config.roles import Permission
from monitoring.actions.bulk import Act, act_on_each, refresh_sites
from monitoring.actions.plans import MOST_AT_ONCE
from monitoring.forms.worklist import BulkForm, WorklistForm
from monitoring.presenters.worklist import (
    Asked,
    context_of,
    group_page,
    offered_tests,
    offered_therapies,
    worklist_page,
)
from monitoring.worklist import Group, days_of

MOST_FOR_A_PAGE = 20
"""Schedules that are worked out before the list is read: few enough for nobody to wait."""


@requires(Permission.VIEW_MONITORING)
@require_http_methods(["GET", "POST"])
def worklist(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    bulk = BulkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        check_has_permission(request.user, Permission.MONITOR)
        if _done(request, bulk, now):
            return HttpResponseRedirect(request.get_full_path())
    form = WorklistForm(request.GET or None, sites=list(request.user.sites.all()))
    days = days_of(form.chosen_sites(), now)
    stale = refresh_sites(by=None, now=now, sites=days.sites, limit=MOST_FOR_A_PAGE)
    context = context_of(days)
    form.offer(offered_tests(context), offered_therapies(days))
    chosen, filters = form.chosen(), form.filters(request.user)
    query = {name: value for name, value in chosen.items() if name != "show"}
    asked = Asked(request.user, context, filters, now, query, stale >= MOST_FOR_A_PAGE)
    if "show" in chosen:
        pages = {name: request.GET.get(name, "") for name in ("after", "before")}
        found = group_page(asked, Group(chosen["show"]), **pages)
    else:
        found = worklist_page(asked)
    shown = {"page": found, "form": form, "bulk": bulk, "nav": "monitoring"}
    return page(request, "monitoring/worklist.html", shown, status=bulk.status)


SAID = {
    Act.SEEN: ("result marked as seen.", "results marked as seen."),
    Act.WAIVE: ("item waived.", "items waived."),
    Act.ACKNOWLEDGE: ("alert acknowledged.", "alerts acknowledged."),
}


def _done(request: StaffRequest, bulk: BulkForm, now: datetime) -> bool:
    """Does what was asked for. What was refused is shown on the form, and what was done is said."""
    if request.POST.get("act") == "refresh":
        sites = list(request.user.sites.all())
        count = refresh_sites(by=request.user, now=now, sites=sites, limit=MOST_AT_ONCE)
        messages.success(request, f"{counted(count, 'schedule')} worked out.")
        return True
    if not bulk.is_valid():
        return False
    act = Act(bulk.cleaned_data["act"])
    tally = act_on_each(
        by=request.user, now=now, act=act, keys=bulk.keys, reason=bulk.cleaned_data["reason"]
    )
    if tally.done:
        messages.success(request, counted(tally.done, *SAID[act]))
    bulk.refuse_each(tally.refused)
    return not tally.refused
