"""Which share of tests was done on time, month by month?"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.spreadsheets import csv_text
from certification.views.reach import StaffRequest, page
from config.access import requires
from config.roles import Permission
from monitoring.forms.on_time import USUAL_LENGTH, OnTimeForm
from monitoring.presenters.on_time import (
    HEADS,
    csv_rows,
    found_tallies,
    on_time_page,
    test_names,
)


@requires(Permission.VIEW_MONITORING)
@require_GET
def on_time(request: StaffRequest) -> HttpResponse:
    asked = _asked(request)
    found = on_time_page(
        asked["sites"], asked["names"], asked["test"], asked["length"], timezone.now()
    )
    context = {
        "page": found,
        "form": asked["form"],
        "filtered": asked["filtered"],
        "query": request.GET.urlencode(),
        "nav": "monitoring",
    }
    return page(request, "monitoring/on_time.html", context)


@requires(Permission.VIEW_MONITORING)
@require_GET
def on_time_csv(request: StaffRequest) -> HttpResponse:
    """The same numbers, by site, test and month."""
    asked = _asked(request)
    tests = [asked["test"]] if asked["test"] else list(asked["names"])
    found, _ = found_tallies(asked["sites"], tests, asked["length"], timezone.now())
    text = csv_text(HEADS, csv_rows(found, asked["sites"], asked["names"]))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="on-time.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked(request: StaffRequest) -> dict[str, Any]:
    """Own sites only, whatever the address asks for."""
    own, names = list(request.user.sites.all()), test_names()
    form = OnTimeForm(request.GET or None, sites=own, tests=names)
    chosen = form.chosen()
    return {
        "form": form,
        "filtered": bool(chosen),
        "names": names,
        "sites": [site for site in own if str(site.pk) == chosen.get("site", str(site.pk))],
        "test": chosen.get("test", ""),
        "length": int(chosen.get("months", USUAL_LENGTH)),
    }
