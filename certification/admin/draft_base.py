"""What do all pages of a draft share?

Who may open them, what stands around them, and how they save.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from certification.actions.criteria_drafts import change_draft
from certification.admin.base import RoleAdmin, today
from certification.admin.editorial import EditorialAdmin
from certification.criteria import drafts
from certification.criteria.drafts import Content
from certification.draft_policies import can_edit_drafts
from certification.drafting import standing_of_draft
from certification.models import Fact
from certification.policies import Refused
from certification.presenters.draft_pages import DraftHead, draft_head
from certification.presenters.tree_editor import Bench
from config.roles import Permission


class DraftPages(RoleAdmin):
    """The pages of one draft. Readers of content read them; editors write.

    ``related`` rows stand on every page of a draft, the first of them also in the list.
    ``trees``: what reads and writes the trees of the content. ``change``: the action that keeps it.
    Drafts of another kind of content have their own of both, of ``head`` and of ``standing``.
    """

    view_permissions = EditorialAdmin.view_permissions
    edit_permission = Permission.EDIT_CONTENT
    writers = "Criteria are written by content editors."
    related: tuple[str, ...] = ("therapy", "based_on")
    deferred: tuple[str, ...] = ("therapy__details", "became__document")
    trees: Any = drafts
    change: Callable[..., Any] = staticmethod(change_draft)

    def draft_of(self, request: HttpRequest, object_id: str) -> Any:
        """The draft of the address, for those who may read it; for changes, for those who may."""
        self._check_view(request)
        if request.method == "POST" and not self._may_edit(request):
            raise PermissionDenied(self.writers)
        rows = self.model._default_manager.select_related(
            *self.related, "became", "changed_by", "closed_by"
        ).defer(*self.deferred)
        draft = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        if draft is None:
            raise Http404("There is no such draft.")
        return draft

    def page(
        self,
        request: HttpRequest,
        draft: Any,
        standing: Any,
        current: str,
        template: str,
        *,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        may_edit = can_edit_drafts(request.user, draft)  # type: ignore[arg-type]
        context = {
            **self.admin_site.each_context(request),
            "title": str(draft),
            "opts": self.opts,
            "draft": draft,
            "head": self.head(draft, standing, current, may_edit=may_edit),
            **more,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        folders = dict.fromkeys((self.opts.app_label, "certification"))
        names = [f"admin/{folder}/draft/{template}.html" for folder in folders]
        return TemplateResponse(request, names, context, status=status)

    def head(self, draft: Any, standing: Any, current: str, *, may_edit: bool) -> DraftHead:
        return draft_head(draft, standing, current, may_edit=may_edit)

    def standing(self, draft: Any) -> Any:
        return standing_of_draft(draft, draft.content, today())

    def bench(self, standing: Any) -> Bench:
        withdrawn = Fact.objects.filter(status="retired").values_list("key", flat=True)
        return Bench.of(standing.vocabulary, standing.references, withdrawn)

    def keep(
        self,
        request: HttpRequest,
        draft: Any,
        content: Content,
        said: str,
        to: str,
        refused: Callable[[Refused], HttpResponse],
    ) -> HttpResponse:
        """Saves the draft and goes on to a page; ``refused`` answers when it cannot be saved."""
        try:
            self.change(
                by=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                draft=draft,
                revision=seen_revision(request),
                content=content,
            )
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return refused(refusal)
        messages.success(request, said)
        return HttpResponseRedirect(to)


def seen_revision(request: HttpRequest) -> int:
    """The revision that the page was made from; one that nobody has when it says none."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
