"""How does an author edit the lines of a protocol: infusions, rules, what stands against one?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from certification.admin.draft_trees import TreePages
from certification.admin.tree_editor import list_step
from certification.criteria.editing import CannotEdit
from certification.criteria.entries import with_entry
from certification.presenters.draft_pages import draft_url
from certification.presenters.tree_editor import Bench
from monitoring.drafting import ProtocolStanding
from monitoring.forms.protocol_lines import (
    BlockerForm,
    InfusionsForm,
    MeaningForm,
    RuleForm,
)
from monitoring.forms.protocol_values import KeepForm, MonitoredTestForm
from monitoring.models import ProtocolDraft
from monitoring.presenters.protocol_drafts import (
    SECTIONS,
    STOPPED_TITLE,
    line_reads,
    line_rows,
    line_title,
    tree_heading,
    tree_links,
)
from monitoring.schedule import drafts
from monitoring.schedule.risk_drafts import RISK
from monitoring.schedule.sentences import CONDITIONS, infusions_read


class LinePages(TreePages):
    trees = drafts

    def tree_title(self, draft: ProtocolDraft, name: str) -> str:
        if name == drafts.STOPPED:
            return STOPPED_TITLE
        if name.startswith(RISK):
            return "The column concerns a person when"
        return CONDITIONS[drafts.place_of(name)[2]]

    def around_tree(
        self, draft: ProtocolDraft, standing: ProtocolStanding, name: str, bench: Bench
    ) -> dict[str, Any]:
        return tree_heading(draft, standing, name)

    # Lists ------------------------------------------------------------------------------------

    def list_view(self, request: HttpRequest, object_id: str, section: str) -> HttpResponse:
        """The lines of one kind: add, move, remove."""
        draft = self.draft_of(request, object_id)
        if section not in SECTIONS:
            raise Http404("There is no such part of a protocol.")
        again = partial(self._list_page, request, draft, section)
        if request.method != "POST":
            return again()
        act, _, at = request.POST.get("act", "").partition(" ")
        to = draft_url(draft, "list", section)
        try:
            if act == "add":
                content = drafts.with_new_line(draft.content, section)
                to, said = draft_url(draft, "line", section, len(draft.content[section])), "Added."
            else:
                content, said, query = list_step(draft.content, section, act, at)
                to += query
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
            return again(status=409)
        return self.keep(request, draft, content, said, to, lambda _: again(status=409))

    def _list_page(
        self, request: HttpRequest, draft: ProtocolDraft, section: str, status: int = 200
    ) -> HttpResponse:
        standing = self.standing(draft)
        return self.page(
            request, draft, standing, section, "lines",
            status=status,
            section=SECTIONS[section],
            lines=line_rows(draft, standing, section),
            focus=request.GET.get("focus", ""),
        )  # fmt: skip

    # One line ---------------------------------------------------------------------------------

    def line_view(
        self, request: HttpRequest, object_id: str, section: str, number: int
    ) -> HttpResponse:
        """One line with its inputs, read back, and its conditions."""
        draft = self.draft_of(request, object_id)
        if section not in SECTIONS or number >= len(draft.content[section]):
            raise Http404("There is no such line.")
        standing = self.standing(draft)
        again = partial(self._line_page, request, draft, standing, section, number)
        if request.method != "POST":
            return again(self._line_form(draft, standing, section, number))
        form = self._line_form(draft, standing, section, number, request.POST)
        if not form.is_valid():
            return again(form, status=422)
        edited = form.edited()
        if request.POST.get("act") == "shape":
            shown = with_entry(draft.content, section, number, edited)
            draft.content = shown
            return again(self._line_form(draft, standing, section, number))
        before = draft.content[section][number]
        content = with_entry(draft.content, section, number, edited)
        content = drafts.renamed(content, before.get("id", ""), edited.get("id", ""))
        content = drafts.with_test(content, standing.tests.get(edited.get("test", "")))
        to = draft_url(draft, "line", section, number)
        return self.keep(request, draft, content, "Saved.", to, lambda _: again(form, status=409))

    def _line_form(
        self,
        draft: ProtocolDraft,
        standing: ProtocolStanding,
        section: str,
        number: int,
        data: Any = None,
    ) -> Any:
        entry, bench = draft.content[section][number], self.bench(standing)
        if section == "tests":
            fixed = entry["key"] in standing.used_tests
            return MonitoredTestForm(data, entry=entry, names=bench.questions, fixed=fixed)
        given: dict[str, Any] = {"entry": entry, "references": bench.references}
        if section == "keeps":
            names, vocabulary = bench.questions, standing.vocabulary
            return KeepForm(data, names=names, vocabulary=vocabulary, **given)
        if section == "clearance":
            return BlockerForm(data, **given)
        if section == "interpretations":
            return MeaningForm(data, tests=standing.tests, **given)
        return RuleForm(data, tests=standing.tests, vocabulary=standing.vocabulary, **given)

    def _line_page(
        self,
        request: HttpRequest,
        draft: ProtocolDraft,
        standing: ProtocolStanding,
        section: str,
        number: int,
        form: Any,
        status: int = 200,
    ) -> HttpResponse:
        entry, place = draft.content[section][number], f"{section}.{number}"
        return self.page(
            request, draft, standing, place, "line",
            status=status,
            section=SECTIONS[section],
            number=number + 1,
            heading=line_title(section, entry, standing),
            form=form,
            groups=form.groups(),
            reads="" if "when" in drafts.TREES[section] else line_reads(section, entry, standing),
            line_mistakes=[m.says for m in standing.mistakes if m.place == place],
            conditions=tree_links(draft, standing, section, number),
            bench=self.bench(standing),
        )  # fmt: skip

    def infusions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """When infusions are due."""
        draft = self.draft_of(request, object_id)
        standing = self.standing(draft)
        bench = self.bench(standing)
        data = request.POST if request.method == "POST" else None
        entry = draft.content.get("infusions") or {}
        form = InfusionsForm(data, entry=entry, references=bench.references)

        def again(status: int = 200) -> HttpResponse:
            return self.page(
                request, draft, standing, "infusions", "infusions",
                status=status, form=form, groups=form.groups(), reads=infusions_read(entry),
                line_mistakes=[m.says for m in standing.mistakes if m.place == "infusions"],
                bench=bench,
            )  # fmt: skip

        if data is None:
            return again()
        if not form.is_valid():
            return again(status=422)
        content = {**draft.content, "infusions": form.edited()}
        to = draft_url(draft, "infusions")
        return self.keep(request, draft, content, "Saved.", to, lambda _: again(status=409))
