"""What do all pages of a draft of criteria share?

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
from certification.criteria.drafts import Content
from certification.draft_policies import can_edit_drafts
from certification.drafting import DraftStanding, standing_of_draft
from certification.models import CriteriaDraft, Fact
from certification.policies import Refused
from certification.presenters.draft_pages import draft_head
from certification.presenters.tree_editor import Bench
from config.roles import Permission


class DraftPages(RoleAdmin):
    """The pages of one draft. Readers of content read them; editors write."""

    view_permissions = EditorialAdmin.view_permissions
    edit_permission = Permission.EDIT_CONTENT

    def draft_of(self, request: HttpRequest, object_id: str) -> CriteriaDraft:
        """The draft of the address, for those who may read it; for changes, for those who may."""
        self._check_view(request)
        if request.method == "POST" and not self._may_edit(request):
            raise PermissionDenied("Criteria are written by content editors.")
        rows = CriteriaDraft.objects.select_related(
            "therapy", "based_on", "became", "changed_by", "closed_by"
        ).defer("therapy__details", "became__document")
        draft = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        if draft is None:
            raise Http404("There is no such draft.")
        return draft

    def page(
        self,
        request: HttpRequest,
        draft: CriteriaDraft,
        standing: DraftStanding,
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
            "head": draft_head(draft, standing, current, may_edit=may_edit),
            **more,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(
            request, f"admin/certification/draft/{template}.html", context, status=status
        )

    def standing(self, draft: CriteriaDraft) -> DraftStanding:
        return standing_of_draft(draft, draft.content, today())

    def bench(self, standing: DraftStanding) -> Bench:
        withdrawn = Fact.objects.filter(status="retired").values_list("key", flat=True)
        return Bench.of(standing.vocabulary, standing.references, withdrawn)

    def keep(
        self,
        request: HttpRequest,
        draft: CriteriaDraft,
        content: Content,
        said: str,
        to: str,
        refused: Callable[[Refused], HttpResponse],
    ) -> HttpResponse:
        """Saves the draft and goes on to a page; ``refused`` answers when it cannot be saved."""
        try:
            change_draft(
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
