"""Where does a page lead back to, once its act is done?

To where the person came from, as ``next`` says; an address of another host, or none, is not
followed, and the page's own way back is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import F
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from certification.models import Patient
from certification.turnaround import local_date
from certification.views.reach import StaffRequest
from monitoring.models import InfusionCourse

WORDS = {
    "worklist": "Monitoring",
    "board": "Infusion day",
    "person": "The person",
    "course": "The course",
    "visit": "The visit",
    "result": "The result",
    "results-import": "Import of results",
    "import-batch": "The import",
}


@dataclass(frozen=True, slots=True)
class WayBack:
    """An address of this installation, and what stands there."""

    url: str

    @property
    def word(self) -> str:
        try:
            found = resolve(self.url.partition("?")[0].partition("#")[0])
        except Resolver404:
            return "Back"
        return (
            WORDS.get(found.url_name or "", "Back") if found.namespace == "monitoring" else "Back"
        )

    def through(self, url: str) -> str:
        """An address that leads back to the same place once it is done with."""
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}{urlencode({'next': self.url})}"


def way_back(request: StaffRequest, fallback: str) -> WayBack:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return WayBack(wanted if safe else fallback)


def home_of(patient: Patient) -> str:
    """The page of a person's course, the newest that is watched; without one the person's own."""
    today = local_date(timezone.now(), patient.site.time_zone)
    watched = InfusionCourse.objects.watched(as_of=today).filter(patient=patient)
    running_first = F("stopped_on").desc(nulls_first=True)
    newest = watched.order_by(running_first, "-start_on").values_list("pk", flat=True).first()
    if newest is None:
        return reverse("monitoring:person", args=[patient.pk])
    return reverse("monitoring:course", args=[newest])
