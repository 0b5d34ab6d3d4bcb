"""On what does all this rest: therapies, criteria, evidence, words, policy?"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.models import CriteriaVersion, Therapy
from certification.packs.schema import schema_text
from certification.presenters.article import article_page
from certification.presenters.evidence import evidence_page
from certification.presenters.glossary import entries, terms
from certification.presenters.therapies import therapy_cards, therapy_page, version_page
from certification.views.reach import StaffRequest, page
from certification.views.readers import reader_of, readers
from config.access import requires
from config.roles import Permission


@requires(Permission.VIEW_CONTENT)
@require_GET
def therapy_list(request: StaffRequest) -> HttpResponse:
    context = {"cards": therapy_cards(timezone.localdate())}
    return page(request, "certification/therapies.html", context)


@requires(Permission.VIEW_CONTENT)
@require_GET
def therapy(request: StaffRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Therapy.objects.select_related("approved_by"), key=key)
    context = {"page": therapy_page(found, timezone.localdate())}
    return page(request, "certification/therapy.html", context)


@requires(Permission.VIEW_CONTENT)
@require_GET
def criteria_version(request: StaffRequest, pk: int) -> HttpResponse:
    versions = CriteriaVersion.objects.select_related("therapy", "approved_by")
    found = get_object_or_404(versions.defer("document"), pk=pk)
    shown = version_page(found, timezone.localdate(), reader_of(request))
    context = {"page": shown, "readers": readers(request), "nav": "therapies"}
    return page(request, "certification/criteria_version.html", context)


@requires(Permission.VIEW_CONTENT)
@require_GET
def evidence(request: StaffRequest) -> HttpResponse:
    shown = evidence_page(reader_of(request), timezone.localdate())
    context = {"page": shown, "readers": readers(request)}
    return page(request, "certification/evidence.html", context)


@requires(Permission.VIEW_CONTENT)
@require_GET
def article(request: StaffRequest) -> HttpResponse:
    context = {"page": article_page(timezone.localdate()), "nav": "evidence"}
    return page(request, "certification/article.html", context)


@requires(Permission.VIEW_CONTENT)
@require_GET
def editorial_policy(request: StaffRequest) -> HttpResponse:
    return page(request, "certification/editorial_policy.html", {"nav": "evidence"})


@requires(Permission.VIEW_CONTENT)
@require_GET
def pack_schema(request: StaffRequest) -> HttpResponse:
    """The format of reference packs, for editors."""
    return HttpResponse(schema_text(), content_type="application/schema+json; charset=utf-8")


@requires(Permission.VIEW_CONTENT)
@require_GET
def glossary(request: StaffRequest) -> HttpResponse:
    context = {"entries": entries(), "terms": terms().terms, "nav": "evidence"}
    return page(request, "certification/glossary.html", context)
