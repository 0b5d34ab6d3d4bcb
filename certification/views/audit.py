"""Who did what, and who looked?"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from certification.forms.audit import AuditForm
from certification.paging import SortKey, page_of
from certification.presenters.audit import EVENTS_A_PAGE, chosen_events, event_line, fact_labels
from certification.views.reach import StaffRequest, page
from config.access import requires
from config.roles import Permission

NEWEST_FIRST = (SortKey("id", descending=True),)


@requires(Permission.READ_AUDIT)
@require_GET
def audit(request: StaffRequest) -> HttpResponse:
    form = AuditForm(request.GET or None)
    chosen = form.chosen()
    events = page_of(
        chosen_events(request.user, chosen),
        NEWEST_FIRST,
        size=EVENTS_A_PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    query = request.GET.copy()
    query.pop("after", None), query.pop("before", None)
    labels = fact_labels(events.rows)
    context = {
        "rows": [event_line(event, settings.TIME_ZONE, labels) for event in events.rows],
        "pages": events,
        "form": form,
        "filtered": bool(chosen),
        "query": query.urlencode(),
        "nav": "audit",
    }
    return page(request, "certification/audit.html", context)
