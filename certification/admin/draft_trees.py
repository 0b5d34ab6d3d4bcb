"""How does an author edit the trees of a draft, one step at a time?

Any kind of draft: ``self.trees`` reads and writes the trees of its content.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from certification.admin.draft_base import DraftPages, seen_revision
from certification.admin.tree_editor import editor, form_at, form_of, path_in, press
from certification.criteria.editing import CannotEdit, Path, path_named
from certification.criteria.mistakes import node_mistakes
from certification.criteria.reading import read_aloud
from certification.draft_policies import check_can_change_draft
from certification.forms.tree_nodes import NodeForm
from certification.policies import Refused
from certification.presenters.draft_pages import draft_url
from certification.presenters.tree_editor import TOP, Bench, at_of


class TreePages(DraftPages):
    def tree_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """One tree; ``?at=`` opens a row. Every button of the open row is one POST."""
        draft = self.draft_of(request, object_id)
        try:
            self.trees.tree_named(draft.content, name)
        except CannotEdit as refusal:
            raise Http404(str(refusal)) from None
        path = path_in(request.GET.get("at", ""))
        if request.method == "POST":
            return self._pressed(request, draft, name, path if path is not None else ())
        return self.tree_page(request, draft, name, path, focus=request.GET.get("focus", ""))

    # One step of a tree -------------------------------------------------------------------------

    def _pressed(self, request: HttpRequest, draft: Any, name: str, path: Path) -> HttpResponse:
        standing = self.standing(draft)
        bench, tree = self.bench(standing), self.trees.tree_named(draft.content, name)
        again = partial(self.tree_page, request, draft, name, standing=standing)
        act = request.POST.get("act", "save")
        if act == "look":
            return self._reads(request, self._typed(tree, path, bench, request), standing)
        try:
            check_can_change_draft(request.user, draft, seen_revision(request))  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            # What was typed stays, at the node for which it was typed, wherever that is now.
            seen = request.POST.get("seen", "")
            there = path_named(tree, seen) if seen else path
            return again(
                there,
                form=self._typed(tree, there, bench, request),
                focus=TOP if there is None else "row",
                status=409,
            )
        try:
            form = form_at(tree, path, bench, request.POST)
            if act == "shape":
                return self._shaped(request, draft, name, path, form, standing)
            done = press(act, tree, path, form, partial(self.trees.fresh_name, draft.content))
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
            typed = self._typed(tree, path, bench, request)
            return again(path, form=typed, focus="row", status=409)
        if done is None:
            return again(path, form=form, focus="row", status=422)
        content = self.trees.with_tree(draft.content, name, done.tree)
        content = self.trees.renamed(content, *done.renamed)
        query = urlencode({"at": at_of(done.path), "focus": done.focus})
        to = f"{draft_url(draft, 'tree', name)}?{query}"
        refused = partial(again, path, form=form, focus="row", status=409)
        return self.keep(request, draft, content, done.said, to, lambda _: refused())

    def _typed(
        self, tree: Any, path: Path | None, bench: Bench, request: HttpRequest
    ) -> NodeForm | None:
        """The inputs of a node with what was just typed in them."""
        if path is None:
            return None
        try:
            form = form_at(tree, path, bench, request.POST)
        except CannotEdit:
            return None
        form.is_valid()
        return form

    def _shaped(
        self,
        request: HttpRequest,
        draft: Any,
        name: str,
        path: Path,
        form: NodeForm,
        standing: Any,
    ) -> HttpResponse:
        """The inputs that suit the question and the comparison that are chosen now. Nothing is
        saved."""
        again = partial(self.tree_page, request, draft, name, path, standing=standing)
        if not form.is_valid():
            return again(form=form, focus="row", status=422)
        focus = "value" if "op" in form.changed_data else "op"
        return again(form=form_of(form.edited(), self.bench(standing)), focus=focus)

    def _reads(self, request: HttpRequest, form: NodeForm, standing: Any) -> HttpResponse:
        """The rule as it would read with what is typed now. Nothing is saved."""
        context: dict[str, Any] = {"errors": True}
        if form is not None and form.is_valid():
            node = form.edited()
            wrong = node_mistakes(node, standing.vocabulary, standing.references)
            context = {
                "reads": read_aloud(node, standing.vocabulary),
                "mistakes": [says for _, says in wrong],
            }
        return TemplateResponse(request, "admin/certification/tree_editor/reads.html", context)

    def tree_page(
        self,
        request: HttpRequest,
        draft: Any,
        name: str,
        path: Path | None,
        *,
        standing: Any = None,
        form: NodeForm | None = None,
        around: dict[str, Any] | None = None,
        focus: str = "",
        status: int = 200,
    ) -> HttpResponse:
        standing = standing or self.standing(draft)
        bench = self.bench(standing)
        mistakes = [m for m in standing.mistakes if m.place == name and m.path is not None]
        tree_editor = editor(
            url=draft_url(draft, "tree", name),
            title=self.tree_title(draft, name),
            tree=self.trees.tree_named(draft.content, name),
            bench=bench,
            mistakes=mistakes,
            revision=draft.revision,
            may_edit=self.has_change_permission(request) and draft.is_open,
            at=path,
            form=form,
            focus=focus,
        )
        return self.page(
            request, draft, standing, name, "tree",
            status=status,
            editor=tree_editor,
            bench=bench,
            **(around or self.around_tree(draft, standing, name, bench)),
        )  # fmt: skip

    def tree_title(self, draft: Any, name: str) -> str:
        raise NotImplementedError

    def around_tree(self, draft: Any, standing: Any, name: str, bench: Bench) -> dict[str, Any]:
        """What else the page of a tree shows."""
        raise NotImplementedError
