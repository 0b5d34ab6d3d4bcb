"""How does a list come in through the admin: uploaded, read, confirmed?

Nothing is written before somebody has read what would happen. Works without scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from certification.actions.uploads import plan_list, put_list_aside, upload_list
from certification.forms.lists import ConfirmListForm, UploadForm
from certification.list_policies import can_upload_list
from certification.models import UploadedList
from certification.policies import Refused
from certification.presenters.lists import outcome_words, report_of


class UploadPages:
    """Adds the pages of one purpose to the admin of a model."""

    purpose: str
    largest: int
    accept: str
    import_title: str
    file_help: str
    importing: Callable[..., UploadedList]
    upload_template: str

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("import/", self.upload_view, "import"),
            ("import/<uuid:list_id>/", self.uploaded_view, "imported"),
        )
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [path(r, self.admin_site.admin_view(v), name=f"{name}_{key}") for r, v, key in pages]
        return [*own, *super().get_urls()]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        self._check_upload(request)
        form = UploadForm(
            request.POST if request.method == "POST" else None,
            request.FILES or None,
            largest=self.largest,
            accept=self.accept,
            help_text=self.file_help,
        )
        if form.is_bound and form.is_valid():
            try:
                kept = upload_list(
                    by=request.user,
                    now=timezone.now(),
                    purpose=self.purpose,
                    content=form.content,
                    file_name=form.cleaned_data["file"].name,
                )
            except Refused as refusal:
                form.refuse(refusal)
            else:
                return HttpResponseRedirect(self._page("imported", kept.pk))
        waiting = UploadedList.objects.waiting().filter(
            uploaded_by=request.user, purpose=self.purpose
        )
        return self._answer(
            request, self.upload_template, form=form, waiting=waiting.defer("packed")[:5]
        )

    def uploaded_view(self, request: HttpRequest, list_id: UUID) -> HttpResponse:
        """What a list would do, and its confirmation."""
        self._check_upload(request)
        own = UploadedList.objects.filter(uploaded_by=request.user, purpose=self.purpose)
        kept = get_object_or_404(own, pk=list_id)
        if kept.finished_at is not None:
            messages.info(request, "This list was imported or put aside already.")
            return HttpResponseRedirect(self._page("import"))
        form = ConfirmListForm(request.POST if request.method == "POST" else None)
        try:
            if form.is_bound and "aside" in request.POST:
                put_list_aside(by=request.user, now=timezone.now(), kept=kept)
                messages.success(request, "Put aside. Nothing was imported.")
                return HttpResponseRedirect(self._page("import"))
            if form.is_bound and form.is_valid():
                kept = type(self).importing(
                    by=request.user, now=timezone.now(), kept=kept, **form.cleaned_data
                )
                messages.success(request, outcome_words(kept))
                return HttpResponseRedirect(self._page("changelist"))
        except Refused as refusal:
            form.refuse(refusal)
        report = report_of(plan_list(self.purpose, kept.content))
        return self._answer(request, "uploaded.html", form=form, kept=kept, report=report)

    def _check_upload(self, request: HttpRequest) -> None:
        if not can_upload_list(request.user, self.purpose):
            raise PermissionDenied("This list is brought in by content editors.")

    def _page(self, name: str, *args: Any) -> str:
        route = f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}"
        return reverse(route, args=args)

    def _answer(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "title": self.import_title,
            "opts": self.opts,
            "upload_url": self._page("import"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request, f"admin/certification/{template}", shared | context,
            status=context["form"].status,
        )  # fmt: skip
