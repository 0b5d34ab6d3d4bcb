"""How are criteria written in the admin: from a version or from nothing, to submission?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from certification.actions.criteria_drafts import (
    discard_draft,
    start_new_set,
    start_next_version,
    submit_draft,
)
from certification.admin.base import tag
from certification.admin.draft_base import seen_revision
from certification.admin.draft_examples import ExamplePages
from certification.admin.draft_trees import TreePages
from certification.drafting import DraftStanding
from certification.forms.criteria_drafts import DetailsForm, StartForm
from certification.models import CriteriaDraft, CriteriaVersion
from certification.policies import Refused
from certification.presenters.draft_pages import draft_url
from certification.presenters.wording import day_words

STATES = {
    "open": ("draft", "Draft"),
    "submitted": ("submitted", "Submitted"),
    "discarded": ("discarded", "Discarded"),
}


@admin.register(CriteriaDraft)
class CriteriaDraftAdmin(TreePages, ExamplePages):
    list_display = ("title", "state_tag", "version", "therapy", "request_type", "changed")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "request_type")
    search_fields = ("title", "set_key", "version", "therapy__generic")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("therapy", "changed_by")
        return rows.defer("content", "therapy__details")

    def get_ordering(self, request: HttpRequest) -> Any:
        return (F("closed_at").desc(nulls_first=True), "-changed_at")

    @admin.display(description="state", ordering="closed_at")
    def state_tag(self, obj: CriteriaDraft) -> SafeString:
        return tag(*STATES[obj.state])

    @admin.display(description="last change", ordering="changed_at")
    def changed(self, obj: CriteriaDraft) -> str:
        return f"{obj.changed_by}, {day_words(timezone.localdate(obj.changed_at))}"

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("<str:object_id>/tree/<str:name>/", self.tree_view, "tree"),
            ("<str:object_id>/precautions/", self.precautions_view, "precautions"),
            ("<str:object_id>/examples/", self.examples_view, "examples"),
            ("<str:object_id>/try/", self.try_view, "try"),
            ("<str:object_id>/close/", self.close_view, "close"),
            ("start/<int:version_id>/", self.start_view, "start"),
        )
        name = "certification_criteriadraft_{}".format
        own = [path(r, self.admin_site.admin_view(view), name=name(key)) for r, view, key in pages]
        return [*own, *super().get_urls()]

    # Starting -----------------------------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A new set of criteria for a therapy."""
        if not self.has_add_permission(request):
            raise PermissionDenied("Criteria are written by content editors.")
        form = StartForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                draft = start_new_set(
                    by=request.user,  # type: ignore[arg-type]
                    now=timezone.now(),
                    **form.cleaned_data,
                )
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "The draft is there. Begin with the indications.")
                return HttpResponseRedirect(draft_url(draft, "tree", "indications") + "?at=top")
        context = {
            **self.admin_site.each_context(request),
            "title": "New set of criteria",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/certification/draft/start.html", context)

    def start_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """The next version of criteria that are there."""
        version = CriteriaVersion.objects.filter(pk=version_id).first()
        if request.method != "POST" or not self._may_edit(request):
            raise PermissionDenied("A new version is started by the button of its page.")
        if version is None:
            raise Http404("There is no such version.")
        there = CriteriaDraft.objects.open().filter(set_key=version.set_key).first()
        if there is not None:
            messages.info(request, "A draft of these criteria is open already: this is it.")
            return HttpResponseRedirect(draft_url(there, "change"))
        try:
            draft = start_next_version(
                by=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                version=version,
            )
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            url = reverse("admin:certification_criteriaversion_change", args=[version_id])
            return HttpResponseRedirect(url)
        messages.success(request, f"A draft of version {draft.version} is there.")
        return HttpResponseRedirect(draft_url(draft, "change"))

    # The overview -------------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The details of a draft, what is wrong in it, and its way to submission."""
        draft = self.draft_of(request, object_id)
        standing = self.standing(draft)
        data = request.POST if request.method == "POST" else None
        form = DetailsForm(data, content=draft.content)
        again = partial(self._overview, request, draft, standing)
        if data is None or not form.is_valid():
            return again(form)
        to = draft_url(draft, "change")
        return self.keep(
            request, draft, form.edited(), "Saved.", to, lambda _: again(form, status=409)
        )

    def _overview(
        self,
        request: HttpRequest,
        draft: CriteriaDraft,
        standing: DraftStanding,
        form: DetailsForm,
        status: int = 200,
    ) -> HttpResponse:
        return self.page(
            request, draft, standing, "change", "overview",
            status=status, form=form, groups=form.groups(),
        )  # fmt: skip

    def close_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Submits the draft, or discards it."""
        if request.method != "POST":
            raise PermissionDenied("A draft is submitted by the button of its page.")
        draft = self.draft_of(request, object_id)
        order: dict[str, Any] = {
            "by": request.user,
            "now": timezone.now(),
            "draft": draft,
            "revision": seen_revision(request),
        }
        try:
            if request.POST.get("act") == "submit":
                version = submit_draft(**order)
                messages.success(
                    request, f"Version {version.version} is submitted. Another person reviews it."
                )
                url = reverse("admin:certification_criteriaversion_change", args=[version.pk])
                return HttpResponseRedirect(url)
            discard_draft(**order)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(draft_url(draft, "change"))
        messages.success(request, "The draft is discarded. It stays readable here.")
        return HttpResponseRedirect(reverse("admin:certification_criteriadraft_changelist"))
