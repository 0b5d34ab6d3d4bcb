"""Where does a person's day begin?"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.presenters.home import home_page
from certification.views.reach import StaffRequest, page
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_CONTENT)
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    found = home_page(request.user, timezone.now(), settings.TIME_ZONE)
    return page(request, "certification/home.html", {"page": found})
