"""How does an author edit what is special to criteria: their three trees, and the precautions?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode

from certification.admin.draft_trees import TreePages
from certification.criteria import drafts
from certification.criteria.editing import CannotEdit
from certification.criteria.reading import read_aloud
from certification.drafting import DraftStanding
from certification.forms.criteria_drafts import PrecautionForm
from certification.models import CriteriaDraft
from certification.presenters.draft_pages import LEDES, TITLES, draft_url
from certification.presenters.tree_editor import Bench


class CriteriaTreePages(TreePages):
    def tree_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """One tree; of a precaution also the words around it."""
        if request.method == "POST" and "words" in request.POST:
            draft = self.draft_of(request, object_id)
            if not name.startswith("precautions.") or name not in drafts.tree_names(draft.content):
                raise Http404("There is no such precaution.")
            return self._save_words(request, draft, name)
        return super().tree_view(request, object_id, name)

    def tree_title(self, draft: CriteriaDraft, name: str) -> str:
        return TITLES.get(name) or f"Precaution {_number(name) + 1}: shown when"

    def around_tree(
        self,
        draft: CriteriaDraft,
        standing: DraftStanding,
        name: str,
        bench: Bench,
        words: PrecautionForm | None = None,
    ) -> dict[str, Any]:
        if name in TITLES:
            return {"lede": LEDES[name]}
        entry = draft.content["precautions"][_number(name)]
        return {
            "number": _number(name) + 1,
            "words": words or PrecautionForm(entry=entry, references=bench.references),
            "word_mistakes": [
                m.says for m in standing.mistakes if m.place == name and m.path is None
            ],
        }

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

    def _save_words(self, request: HttpRequest, draft: CriteriaDraft, name: str) -> HttpResponse:
        standing, number = self.standing(draft), _number(name)
        entry, bench = draft.content["precautions"][number], self.bench(standing)
        form = PrecautionForm(request.POST, entry=entry, references=bench.references)
        around = self.around_tree(draft, standing, name, bench, form)
        again = partial(
            self.tree_page, request, draft, name, None, standing=standing, around=around
        )
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


def _number(name: str) -> int:
    return int(name.partition(".")[2])
