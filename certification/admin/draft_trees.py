"""How does an author edit the trees of a draft: indications, contraindications, precautions?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from certification.admin.draft_base import DraftPages, seen_revision
from certification.admin.tree_editor import editor, form_at, form_of, path_in, press
from certification.criteria import drafts
from certification.criteria.editing import CannotEdit, Path, path_named
from certification.criteria.mistakes import node_mistakes
from certification.criteria.reading import read_aloud
from certification.draft_policies import check_can_change_draft
from certification.drafting import DraftStanding
from certification.forms.criteria_drafts import PrecautionForm
from certification.forms.tree_nodes import NodeForm
from certification.models import CriteriaDraft
from certification.policies import Refused
from certification.presenters.draft_pages import LEDES, TITLES, draft_url
from certification.presenters.tree_editor import Bench, at_of


class TreePages(DraftPages):
    def tree_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """One tree; ``?at=`` opens a row. Every button of the open row is one POST."""
        draft = self.draft_of(request, object_id)
        try:
            drafts.tree_named(draft.content, name)
        except CannotEdit as refusal:
            raise Http404(str(refusal)) from None
        path = path_in(request.GET.get("at", ""))
        if request.method == "POST" and "words" in request.POST:
            return self._save_words(request, draft, name)
        if request.method == "POST":
            return self._pressed(request, draft, name, path if path is not None else ())
        return self._tree_page(request, draft, name, path, focus=request.GET.get("focus", ""))

    def precautions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The list of precautions: add, move, remove."""
        draft = self.draft_of(request, object_id)
        if request.method != "POST":
            return self._precautions_page(request, draft)
        act, _, at = request.POST.get("act", "").partition(" ")
        count = len(draft.content["precautions"])
        number = int(at) if at.isascii() and at.isdigit() and int(at) < count else None
        to = draft_url(draft, "precautions")
        try:
            if act == "add":
                content = drafts.with_new_precaution(draft.content)
                to = draft_url(draft, "tree", f"precautions.{count}")
                said = "A precaution was added. Write what the reader is told, then when."
            elif number is None:
                raise CannotEdit("This precaution is not there any more.")
            elif act == "remove":
                content = drafts.without_precaution(draft.content, number)
                said = "The precaution was removed."
            else:
                by = {"up": -1, "down": 1}.get(act, 0)
                content = drafts.with_precaution_moved(draft.content, number, by)
                said, to = "Moved.", f"{to}?{urlencode({'focus': f'{act} {number + by}'})}"
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
            return self._precautions_page(request, draft, status=409)
        again = partial(self._precautions_page, request, draft, status=409)
        return self.keep(request, draft, content, said, to, lambda _: again())

    # One step of a tree -------------------------------------------------------------------------

    def _pressed(
        self, request: HttpRequest, draft: CriteriaDraft, name: str, path: Path
    ) -> HttpResponse:
        standing = self.standing(draft)
        bench, tree = self.bench(standing), drafts.tree_named(draft.content, name)
        again = partial(self._tree_page, request, draft, name, standing=standing)
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
            return again(there, form=self._typed(tree, there, bench, request), status=409)
        try:
            form = form_at(tree, path, bench, request.POST)
            if act == "shape":
                return self._shaped(request, draft, name, path, form, standing)
            done = press(act, tree, path, form, partial(drafts.fresh_name, draft.content))
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
            return again(path, form=self._typed(tree, path, bench, request), status=409)
        if done is None:
            return again(path, form=form, status=422)
        content = drafts.with_tree(draft.content, name, done.tree)
        content = drafts.renamed(content, *done.renamed)
        query = urlencode({"at": at_of(done.path), "focus": done.focus})
        to = f"{draft_url(draft, 'tree', name)}?{query}"
        return self.keep(
            request, draft, content, done.said, to, lambda _: again(path, form=form, status=409)
        )

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
        draft: CriteriaDraft,
        name: str,
        path: Path,
        form: NodeForm,
        standing: DraftStanding,
    ) -> HttpResponse:
        """The inputs that suit the question and the comparison that are chosen now. Nothing is
        saved."""
        again = partial(self._tree_page, request, draft, name, path, standing=standing)
        if not form.is_valid():
            return again(form=form, status=422)
        focus = "value" if "op" in form.changed_data else "op"
        return again(form=form_of(form.edited(), self.bench(standing)), focus=focus)

    def _reads(self, request: HttpRequest, form: NodeForm, standing: DraftStanding) -> HttpResponse:
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

    def _tree_page(
        self,
        request: HttpRequest,
        draft: CriteriaDraft,
        name: str,
        path: Path | None,
        *,
        standing: DraftStanding | None = None,
        form: NodeForm | None = None,
        words: PrecautionForm | None = None,
        focus: str = "",
        status: int = 200,
    ) -> HttpResponse:
        standing = standing or self.standing(draft)
        bench = self.bench(standing)
        number = int(name.partition(".")[2] or 0)
        is_precaution = name.startswith("precautions.")
        if is_precaution and words is None:
            entry = draft.content["precautions"][number]
            words = PrecautionForm(entry=entry, references=bench.references)
        here = [m for m in standing.mistakes if m.place == name]
        title = f"Precaution {number + 1}: shown when" if is_precaution else TITLES[name]
        may_edit = self.has_change_permission(request) and draft.is_open
        tree_editor = editor(
            url=draft_url(draft, "tree", name),
            title=title,
            tree=drafts.tree_named(draft.content, name),
            bench=bench,
            mistakes=[m for m in here if m.path is not None],
            revision=draft.revision,
            may_edit=may_edit,
            at=path,
            form=form,
            focus=focus,
        )
        return self.page(
            request, draft, standing, name, "tree",
            status=status,
            editor=tree_editor,
            bench=bench,
            lede=LEDES.get(name, ""),
            number=number + 1 if is_precaution else 0,
            words=words,
            word_mistakes=[m.says for m in here if m.path is None],
        )  # fmt: skip

    # Precautions --------------------------------------------------------------------------------

    def _save_words(self, request: HttpRequest, draft: CriteriaDraft, name: str) -> HttpResponse:
        number = int(name.partition(".")[2] or -1)
        if number < 0:
            return HttpResponseRedirect(request.path)
        standing = self.standing(draft)
        entry = draft.content["precautions"][number]
        form = PrecautionForm(request.POST, entry=entry, references=self.bench(standing).references)
        again = partial(self._tree_page, request, draft, name, None, standing=standing, words=form)
        if not form.is_valid():
            return again(status=422)
        edited = form.edited()
        content = drafts.with_precaution(draft.content, number, edited)
        content = drafts.renamed(content, entry.get("id", ""), edited.get("id", ""))
        to = draft_url(draft, "tree", name)
        return self.keep(request, draft, content, "Saved.", to, lambda _: again(status=409))

    def _precautions_page(
        self, request: HttpRequest, draft: CriteriaDraft, status: int = 200
    ) -> HttpResponse:
        standing = self.standing(draft)
        listed = []
        for number, entry in enumerate(draft.content["precautions"]):
            place = f"precautions.{number}"
            listed.append(
                {
                    "number": number,
                    "says": entry.get("says") or "Nothing said yet",
                    "verified": entry.get("verified", ""),
                    "cites": [
                        ", ".join(filter(None, (c["ref"], c.get("at", ""))))
                        for c in entry.get("cite", ())
                    ],
                    "when": read_aloud(entry["when"], standing.vocabulary),
                    "url": draft_url(draft, "tree", place),
                    "mistakes": [m.says for m in standing.mistakes if m.place == place],
                }
            )
        return self.page(
            request, draft, standing, "precautions", "precautions",
            status=status, precautions=listed, focus=request.GET.get("focus", ""),
        )  # fmt: skip
