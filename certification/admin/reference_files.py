"""How do references leave the admin as files for other programs, and come in from them?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from certification.actions.events import record_event
from certification.actions.reference_imports import import_references
from certification.admin.uploads import UploadPages
from certification.bibliography import snapshot
from certification.list_policies import can_upload_list
from certification.models import Reference, UploadedList
from certification.reference_files.reading import LARGEST, MOST
from certification.reference_files.writing import FORMATS, write_file

LONGEST = 5_000


class ReferenceFiles(UploadPages):
    """Adds import and export to the admin of references."""

    purpose = UploadedList.Purpose.REFERENCES
    importing = import_references
    import_title = "Import references"
    largest = LARGEST
    accept = ".ris,.bib,.bibtex,.json,.nbib,.txt"
    file_help = f"In UTF-8, at most {MOST} references and {LARGEST // 1_000_000} MB."
    upload_template = "upload_references.html"

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("export/<str:name>/", self.export_list_view, "export_list"),
            ("<int:reference_id>/export/<str:name>/", self.export_one_view, "export_one"),
        )
        own = [
            path(route, self.admin_site.admin_view(view), name=f"certification_reference_{key}")
            for route, view, key in pages
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        more = {
            "file_formats": FORMATS,
            "may_import": can_upload_list(request.user, self.purpose),
        }
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if kwargs.get("obj") is not None and kwargs["obj"].title:
            context["file_formats"] = FORMATS
        return super().render_change_form(request, context, *args, **kwargs)

    def export_list_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """What the list shows, its filters included."""
        self._check_view(request)
        rows = list(self.get_export_queryset(request)[: LONGEST + 1])
        if len(rows) > LONGEST:
            messages.error(
                request, f"These are more than {LONGEST:,} references. Narrow the list first."
            )
            back = reverse("admin:certification_reference_changelist")
            return HttpResponseRedirect(f"{back}?{request.GET.urlencode()}")
        response = _file(name, "references", rows)
        data = {"list": f"references as {FORMATS[name].title}", "rows": len(rows),
                "filters": request.GET.urlencode()}  # fmt: skip
        self._record(request, request.user, data)
        return response

    def export_one_view(self, request: HttpRequest, reference_id: int, name: str) -> HttpResponse:
        self._check_view(request)
        row = get_object_or_404(Reference.objects.exclude(title=""), pk=reference_id)
        response = _file(name, row.key, [row])
        self._record(request, row, {"list": f"one reference as {FORMATS[name].title}"})
        return response

    def _record(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> None:
        record_event(by=request.user, verb="exported", obj=obj, at=timezone.now(), data=data)


def _file(name: str, stem: str, rows: list[Reference]) -> HttpResponse:
    if name not in FORMATS:
        raise Http404("There is no such format.")
    form = FORMATS[name]
    text = write_file(name, map(snapshot, rows))
    return HttpResponse(text, content_type=f"{form.media_type}; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{stem}.{form.extension}"',
        "X-Content-Type-Options": "nosniff",
    })  # fmt: skip
