"""How does content leave the admin as a reference pack, and how does a pack come in?

Pages beside the list of criteria. What goes out has the same bytes whenever the content is the
same. What comes in is checked as ``content check`` does, read by the person who brings it, and
loaded as Submitted by the action that ``content load`` calls.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from certification.actions.events import record_event
from certification.actions.pack_uploads import (
    fingerprint_of,
    kept_pack,
    load_uploaded_pack,
    upload_pack,
)
from certification.actions.uploads import put_list_aside
from certification.admin.base import RoleAdmin, today
from certification.forms.packs import LoadPackForm, PackForm
from certification.list_policies import can_upload_list
from certification.models import UploadedList
from certification.pack_travel import Changed, stale_in, what_changes, written_pack
from certification.packs.archive import read_archive, write_archive
from certification.packs.pack import pack_of
from certification.packs.problems import PackError
from certification.policies import Refused
from certification.presenters.wording import counted

PURPOSE = UploadedList.Purpose.PACK
WAITING_SHOWN = 5
CHANGES_SHOWN = 200
LINES_SHOWN = 20


class PackPages(RoleAdmin):
    """Adds these pages to the admin of criteria versions."""

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("packs/", self.packs_view, "packs"),
            ("packs/export/", self.pack_export_view, "pack_export"),
            ("packs/<uuid:list_id>/", self.pack_view, "pack"),
        )
        own = [
            path(route, self.admin_site.admin_view(view), name=f"certification_criteriaversion_{n}")
            for route, view, n in pages
        ]
        return [*own, *super().get_urls()]

    def packs_view(self, request: HttpRequest) -> HttpResponse:
        """Where packs go out and come in."""
        self._check_view(request)
        form = PackForm()
        problems: tuple[Any, ...] = ()
        if request.method == "POST":
            self._check_may_load(request)
            form = PackForm(request.POST, request.FILES)
            if form.is_valid():
                try:
                    kept = upload_pack(
                        by=request.user,  # type: ignore[arg-type]
                        now=timezone.now(),
                        content=form.content,
                        file_name=form.cleaned_data["file"].name,
                    )
                    return HttpResponseRedirect(_url("pack", kept.pk))
                except Refused as refusal:
                    form.refuse(refusal)
                except PackError as error:
                    problems = error.problems
                    form.status = 422
        return self._packs_page(request, form, problems=problems)

    def _packs_page(self, request: HttpRequest, form: PackForm, **more: Any) -> HttpResponse:
        waiting = UploadedList.objects.waiting().filter(
            uploaded_by=request.user.pk, purpose=PURPOSE
        )
        return self._answer(
            request, "packs.html", form.status,
            title="Reference packs",
            form=form,
            may_load=can_upload_list(request.user, PURPOSE),  # type: ignore[arg-type]
            waiting=waiting.defer("packed")[:WAITING_SHOWN],
            **more,
        )  # fmt: skip

    def pack_export_view(self, request: HttpRequest) -> HttpResponse:
        """The content of the database as one zip, with the same bytes for the same content."""
        self._check_view(request)
        if request.method != "POST":
            raise PermissionDenied("A pack is exported by the button on the page of packs.")
        files = written_pack(today())
        if not files:
            messages.error(request, "There is no content yet. Load a pack first.")
            return HttpResponseRedirect(_url("packs"))
        content = write_archive(files)
        stale = stale_in(pack_of([read_archive(content, "export.zip")]), today())
        if stale and "anyway" not in request.POST:
            return self._packs_page(request, PackForm(), stale=stale)
        data = {
            "list": "reference pack",
            "files": len(files),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        user: Any = request.user
        record_event(by=user, verb="exported", obj=user, at=timezone.now(), data=data)
        name = f"reference-pack-{today().isoformat()}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="application/zip", headers=headers)

    def pack_view(self, request: HttpRequest, list_id: UUID) -> HttpResponse:
        """What a pack would bring and change, and its confirmation."""
        self._check_may_load(request)
        own = UploadedList.objects.filter(uploaded_by=request.user.pk, purpose=PURPOSE)
        kept = get_object_or_404(own, pk=list_id)
        if kept.finished_at is not None:
            messages.info(request, "This pack was loaded or put aside already.")
            return HttpResponseRedirect(_url("packs"))
        order: dict[str, Any] = {"by": request.user, "now": timezone.now(), "kept": kept}
        form = LoadPackForm(request.POST or None)
        try:
            if "aside" in request.POST:
                put_list_aside(**order)
                messages.success(request, "Put aside. Nothing was loaded.")
                return HttpResponseRedirect(_url("packs"))
            if form.is_bound and form.is_valid():
                kept = load_uploaded_pack(**order, **form.cleaned_data)
                messages.success(request, _loaded_words(kept))
                return HttpResponseRedirect(_url("changelist"))
        except Refused as refusal:
            form.refuse(refusal)
        pack = kept_pack(kept)
        # What is decided by comes first: a long list is cut at its end.
        changed = what_changes(pack)[::-1]
        return self._answer(
            request, "pack.html", form.status,
            title=f"What loading {kept.file_name} would do",
            form=form,
            fingerprint=fingerprint_of(pack),
            totals=_totals(changed),
            changes=[
                (one.title, one.lines[:LINES_SHOWN], len(one.lines) - LINES_SHOWN)
                for one in changed[:CHANGES_SHOWN]
            ],
            more=max(0, len(changed) - CHANGES_SHOWN),
            size=f"{counted(len(pack.criteria_sets), 'set')} of criteria, "
                 f"{counted(len(pack.entries.protocols), 'protocol')}, "
                 f"{counted(len(pack.vocabulary), 'question')}, "
                 f"{counted(len(pack.entries.references), 'reference')}",
        )  # fmt: skip

    def _check_may_load(self, request: HttpRequest) -> None:
        if not can_upload_list(request.user, PURPOSE):  # type: ignore[arg-type]
            raise PermissionDenied("Reference packs are brought in by content editors.")

    def _answer(
        self, request: HttpRequest, template: str, status: int, **context: Any
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(
            request, f"admin/certification/{template}", shared | context, status=status
        )


def _totals(changed: Sequence[Changed]) -> list[tuple[str, str, int]]:
    """How many rows of each kind, as words and number."""
    counts = Counter((one.section.replace("_", " "), one.state) for one in changed)
    return [(kind, state, number) for (kind, state), number in counts.items()]


def _loaded_words(kept: UploadedList) -> str:
    states: dict[str, int] = {}
    for section in kept.outcome.values():
        for state, number in section.items():
            states[state] = states.get(state, 0) + number
    said = ", ".join(f"{number} {state}" for state, number in states.items())
    return f"The pack was loaded: {said}. What is new or changed is submitted by you."


def _url(name: str, *args: Any) -> str:
    return reverse(f"admin:certification_criteriaversion_{name}", args=args)
