"""How does a draft begin from a version, and how does it end: submitted, or discarded?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from certification.actions.drafts import discard_draft
from certification.admin.base import tag
from certification.admin.draft_base import DraftPages, seen_revision
from certification.forms.base import shown_value
from certification.policies import Refused
from certification.presenters.draft_pages import draft_url
from certification.presenters.wording import day_words

STATES = {
    "open": ("draft", "Draft"),
    "submitted": ("submitted", "Submitted"),
    "discarded": ("discarded", "Discarded"),
}


class DraftLife(DraftPages):
    """``versions``: what a draft becomes. ``same``: the field by which a version and its drafts
    belong together. The three actions start a draft anew, from a version, and submit it."""

    versions: Any
    same: str
    what: str
    start_new: Callable[..., Any]
    start_next: Callable[..., Any]
    submit: Callable[..., Any]
    start_form: Any
    start_title: str
    begin_with: str
    pages: tuple[tuple[str, str, str], ...] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related(self.related[0], "changed_by")
        return rows.defer("content", *(d for d in self.deferred if d.startswith(self.related[0])))

    def get_ordering(self, request: HttpRequest) -> Any:
        return (F("closed_at").desc(nulls_first=True), "-changed_at")

    def state_tag(self, obj: Any) -> SafeString:
        return tag(*STATES[obj.state])

    state_tag.short_description = "state"  # type: ignore[attr-defined]
    state_tag.admin_order_field = "closed_at"  # type: ignore[attr-defined]

    def changed(self, obj: Any) -> str:
        return f"{obj.changed_by}, {day_words(timezone.localdate(obj.changed_at))}"

    changed.short_description = "last change"  # type: ignore[attr-defined]
    changed.admin_order_field = "changed_at"  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("<str:object_id>/tree/<str:name>/", "tree_view", "tree"),
            ("<str:object_id>/close/", "close_view", "close"),
            ("start/<int:version_id>/", "start_view", "start"),
            *self.pages,
        )
        name = f"{self.opts.app_label}_{self.opts.model_name}_{{}}".format
        own = [
            path(route, self.admin_site.admin_view(getattr(self, view)), name=name(key))
            for route, view, key in pages
        ]
        return [*own, *super().get_urls()]

    def same_as(self, version: Any) -> dict[str, Any]:
        """Which drafts are drafts of this."""
        return {self.same: getattr(version, self.same)}

    def started_words(self, draft: Any) -> str:
        return f"A draft of version {draft.version} is there."

    def submitted_words(self, version: Any) -> str:
        return f"Version {version.version} is submitted. Another person reviews it."

    # Starting -----------------------------------------------------------------------------------

    def first_page(self, draft: Any) -> str:
        """Where the author of a draft from scratch begins."""
        return draft_url(draft, "change")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A draft from scratch for a therapy."""
        if not self.has_add_permission(request):
            raise PermissionDenied(self.writers)
        form = self.start_form(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                draft = self.start_new(by=request.user, now=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"The draft is there. {self.begin_with}")
                return HttpResponseRedirect(self.first_page(draft))
        context = {
            **self.admin_site.each_context(request),
            "title": self.start_title,
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/certification/draft/start.html", context)

    def start_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """The next version of what is there."""
        version = self.versions._default_manager.filter(pk=version_id).first()
        if request.method != "POST" or not self._may_edit(request):
            raise PermissionDenied("A new version is started by the button of its page.")
        if version is None:
            raise Http404("There is no such version.")
        there = self.model._default_manager.open().filter(**self.same_as(version)).first()
        if there is not None:
            messages.info(request, f"A draft of {self.what} is open already: this is it.")
            return HttpResponseRedirect(draft_url(there, "change"))
        try:
            draft = self.start_next(by=request.user, now=timezone.now(), version=version)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(self._version_url(version_id))
        messages.success(request, self.started_words(draft))
        return HttpResponseRedirect(draft_url(draft, "change"))

    # The overview -------------------------------------------------------------------------------

    def details_form(self, draft: Any, standing: Any, data: Any) -> Any:
        raise NotImplementedError

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
        form = self.details_form(draft, standing, data)
        again = partial(self._overview, request, draft, standing)
        if data is None or not form.is_valid():
            return again(form)
        to = draft_url(draft, "change")
        return self.keep(
            request, draft, form.edited(), "Saved.", to, lambda _: again(form, status=409)
        )

    def _overview(
        self, request: HttpRequest, draft: Any, standing: Any, form: Any, status: int = 200
    ) -> HttpResponse:
        return self.page(
            request, draft, standing, "change", "overview",
            status=status, form=form, groups=form.groups(), bench=getattr(form, "bench", None),
            readings=[(f.label, text) for f in form if (text := shown_value(f))],
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
                version = self.submit(**order)
                messages.success(request, self.submitted_words(version))
                return HttpResponseRedirect(self._version_url(version.pk))
            discard_draft(**order)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(draft_url(draft, "change"))
        messages.success(request, "The draft is discarded. It stays readable here.")
        meta = self.opts
        return HttpResponseRedirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))

    def _version_url(self, pk: int) -> str:
        meta = self.versions._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])
