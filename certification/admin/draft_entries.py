"""How does an author edit a list of words with a tree each: precautions, contradictions?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from certification.admin.draft_trees import TreePages
from certification.admin.tree_editor import list_step
from certification.criteria.editing import CannotEdit
from certification.criteria.entries import with_entry
from certification.criteria.reading import read_aloud
from certification.presenters.draft_pages import draft_url
from certification.presenters.tree_editor import Bench


@dataclass(frozen=True, slots=True)
class Listed:
    """``section``: the list in the content, and the name of its page. ``when``: what the tree of an
    entry says. ``begin``: what the author of a new one does first. ``form``: the words of one."""

    section: str
    title: str
    one: str
    lede: str
    when: str
    begin: str
    form: Callable[..., Any]


class EntryPages(TreePages):
    """``main_trees``: the titles and ledes of the trees that stand outside of the lists."""

    lists: dict[str, Listed]
    main_trees: dict[str, tuple[str, str]] = {}

    def tree_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """One tree; of an entry also the words around it."""
        if request.method == "POST" and "words" in request.POST:
            draft = self.draft_of(request, object_id)
            if name in self.main_trees or name not in self.trees.tree_names(draft.content):
                raise Http404("There is no such entry.")
            return self._save_words(request, draft, name)
        return super().tree_view(request, object_id, name)

    def tree_title(self, draft: Any, name: str) -> str:
        if name in self.main_trees:
            return self.main_trees[name][0]
        listed, number = self._place(name)
        return f"{listed.one.capitalize()} {number + 1}: {listed.when.lower()}"

    def entry_says(self, standing: Any, section: str, entry: Any) -> str:
        """The words of an entry in its list; empty while there are none."""
        return str(entry.get("says", ""))

    def around_tree(
        self, draft: Any, standing: Any, name: str, bench: Bench, words: Any = None
    ) -> dict[str, Any]:
        if name in self.main_trees:
            return {"lede": self.main_trees[name][1]}
        listed, number = self._place(name)
        entry = draft.content[listed.section][number]
        return {
            "number": number + 1,
            "listed": listed,
            "entries_url": draft_url(draft, listed.section),
            "words": words or listed.form(entry=entry, bench=bench, draft=draft),
            "word_mistakes": [
                m.says for m in standing.mistakes if m.place == name and m.path is None
            ],
        }

    def entries_view(self, request: HttpRequest, object_id: str, section: str) -> HttpResponse:
        """The list of entries: add, move, remove."""
        draft, listed = self.draft_of(request, object_id), self.lists[section]
        again = partial(self._entries_page, request, draft, listed)
        if request.method != "POST":
            return again()
        act, _, at = request.POST.get("act", "").partition(" ")
        to = draft_url(draft, section)
        try:
            if act == "add":
                content = self.trees.with_new_entry(draft.content, section)
                to = draft_url(draft, "tree", f"{section}.{len(draft.content[section])}")
                said = f"A {listed.one} was added. {listed.begin}"
            else:
                content, said, query = list_step(draft.content, section, act, at)
                to += query
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
            return again(status=409)
        return self.keep(request, draft, content, said, to, lambda _: again(status=409))

    def _save_words(self, request: HttpRequest, draft: Any, name: str) -> HttpResponse:
        standing, (listed, number) = self.standing(draft), self._place(name)
        entry, bench = draft.content[listed.section][number], self.bench(standing)
        form = listed.form(request.POST, entry=entry, bench=bench, draft=draft)
        around = self.around_tree(draft, standing, name, bench, form)
        again = partial(
            self.tree_page, request, draft, name, None, standing=standing, around=around
        )
        if not form.is_valid():
            return again(status=422)
        edited = form.edited()
        content = with_entry(draft.content, listed.section, number, edited)
        content = self.trees.renamed(content, entry.get("id", ""), edited.get("id", ""))
        to = draft_url(draft, "tree", name)
        return self.keep(request, draft, content, "Saved.", to, lambda _: again(status=409))

    def _entries_page(
        self, request: HttpRequest, draft: Any, listed: Listed, status: int = 200
    ) -> HttpResponse:
        standing, section = self.standing(draft), listed.section
        lines = []
        for number, entry in enumerate(draft.content[section]):
            place = f"{section}.{number}"
            lines.append(
                {
                    "number": number,
                    "up": f"up {number}",
                    "down": f"down {number}",
                    "says": self.entry_says(standing, section, entry) or "Nothing said yet",
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
            request, draft, standing, section, "entries",
            status=status, listed=listed, entries=lines, focus=request.GET.get("focus", ""),
        )  # fmt: skip

    def _place(self, name: str) -> tuple[Listed, int]:
        section, _, number = name.partition(".")
        return self.lists[section], int(number)
