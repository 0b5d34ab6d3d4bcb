"""What does a protocol ask for? The page for readers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.views.reach import StaffRequest, page
from config.access import requires
from config.roles import Permission
from monitoring.models import ProtocolVersion
from monitoring.presenters.protocols import protocol_page


@requires(Permission.VIEW_CONTENT)
@require_GET
def protocol_version(request: StaffRequest, pk: int) -> HttpResponse:
    versions = ProtocolVersion.objects.select_related("therapy", "approved_by")
    found = get_object_or_404(versions, pk=pk)
    context = {"page": protocol_page(found, timezone.localdate()), "nav": "therapies"}
    return page(request, "monitoring/protocol_version.html", context)
