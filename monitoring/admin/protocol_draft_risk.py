"""How does an author edit the published tables of risk: words, headings, one row of figures at a
time?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from certification.admin.draft_trees import TreePages
from certification.admin.tree_editor import list_step
from certification.criteria.editing import CannotEdit
from certification.criteria.entries import numbered, with_entry
from certification.criteria.reading import read_aloud
from certification.presenters.draft_pages import draft_url
from monitoring.forms.protocol_values import RiskForm, RowForm, TableForm
from monitoring.models import ProtocolDraft
from monitoring.presenters.protocol_values import NOBODY_WORDS
from monitoring.schedule import risk_drafts
from monitoring.schedule.drafts import Content, says_nothing
from monitoring.schedule.risk_drafts import RISK, tables_of


class RiskPages(TreePages):
    def risk_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The question that names the group of risk, and the list of tables."""
        draft = self.draft_of(request, object_id)
        standing, risk = self.standing(draft), draft.content[RISK]
        given = {"fact": risk.get("fact", ""), "vocabulary": standing.vocabulary}
        act, _, at = request.POST.get("act", "").partition(" ")
        form = RiskForm(request.POST if act == "fact" else None, **given)
        again = partial(self._risk_page, request, draft, standing, form)
        if request.method != "POST":
            return again()
        to, said = draft_url(draft, RISK), "Saved."
        try:
            if act == "fact" and not form.is_valid():
                return again(status=422)
            if act == "fact":
                content: Content = {**draft.content, RISK: {**risk, **form.cleaned_data}}
            elif act == "add":
                content = risk_drafts.with_new_table(draft.content)
                to, said = draft_url(draft, "table", len(tables_of(draft.content))), "Added."
            else:
                changed, said, query = list_step(risk, "tables", act, at)
                content, to = {**draft.content, RISK: changed}, to + query
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
            return again(status=409)
        return self.keep(request, draft, content, said, to, lambda _: again(status=409))

    def _risk_page(
        self, request: HttpRequest, draft: ProtocolDraft, standing: Any, form: RiskForm,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        tables = [
            {
                "number": number,
                "title": table["title"] or "No title yet",
                "unit": table["unit"],
                "verified": table["verified"],
                "cites": [c["ref"] for c in table["cite"]],
                "url": draft_url(draft, "table", number),
                "mistakes": [
                    m.says
                    for m in standing.mistakes
                    if f"{m.place}.".startswith(f"{RISK}.{number}.")
                ],
            }
            for number, table in enumerate(tables_of(draft.content))
        ]
        mistakes = [m.says for m in standing.mistakes if m.place == RISK]
        return self.page(
            request, draft, standing, RISK, "risk",
            status=status, form=form, tables=tables, mistakes=mistakes,
            focus=request.GET.get("focus", ""),
        )  # fmt: skip

    # One table --------------------------------------------------------------------------------

    def table_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """One table. Its words are one form, and each row of figures is one."""
        draft = self.draft_of(request, object_id)
        if number >= len(tables_of(draft.content)):
            raise Http404("There is no such table.")
        table, standing = tables_of(draft.content)[number], self.standing(draft)
        act, _, at = request.POST.get("act", "").partition(" ")
        data, references = request.POST or None, self.bench(standing).references
        words = TableForm(data if act == "words" else None, entry=table, references=references)
        rows = [
            RowForm(data if (act, at) == ("row", str(n)) else None,
                    row=row, columns=table["columns"], number=n)
            for n, row in enumerate(table["rows"])
        ]  # fmt: skip
        again = partial(self._table_page, request, draft, standing, number, words, rows)
        if request.method != "POST":
            return again()
        try:
            typed = [form for form in (words, *rows) if form.is_bound]
            if not all(form.is_valid() for form in typed):
                return again(status=422)
            changed, said = _changed(act, at, table, words, rows)
        except CannotEdit as refusal:
            messages.error(request, str(refusal))
            return again(status=409)
        content = risk_drafts.with_table(draft.content, number, changed)
        to = draft_url(draft, "table", number)
        return self.keep(request, draft, content, said, to, lambda _: again(status=409))

    def _table_page(
        self, request: HttpRequest, draft: ProtocolDraft, standing: Any, number: int,
        words: TableForm, rows: list[RowForm], status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        table, place = tables_of(draft.content)[number], f"{RISK}.{number}"
        columns = [
            {
                "number": at,
                "label": column["label"] or f"Column {at + 1}",
                "when": NOBODY_WORDS
                if says_nothing(column["when"])
                else read_aloud(column["when"], standing.vocabulary),
                "url": draft_url(draft, "tree", f"{place}.{at}"),
                "mistakes": [m.says for m in standing.mistakes if m.place == f"{place}.{at}"],
            }
            for at, column in enumerate(table["columns"])
        ]
        return self.page(
            request, draft, standing, place, "table",
            status=status,
            number=number + 1,
            table=table,
            form=words,
            groups=words.groups(),
            columns=columns,
            rows=rows,
            line_mistakes=[m.says for m in standing.mistakes if m.place == place],
            bench=self.bench(standing),
        )  # fmt: skip


def _changed(
    act: str, at: str, table: Any, words: TableForm, rows: list[RowForm]
) -> tuple[dict[str, Any], str]:
    """The table after one press of a button. Raises ``CannotEdit``."""
    match act:
        case "words":
            return words.edited(), "Saved."
        case "row":
            number = numbered(table, "rows", at)
            return with_entry(table, "rows", number, rows[number].edited()), "The row is saved."
        case "add-row":
            return risk_drafts.with_new_row(table), "A row was added."
        case "add-column":
            return risk_drafts.with_new_column(table), "A column was added. Give it a heading."
        case "remove-column":
            number = numbered(table, "columns", at)
            return risk_drafts.without_column(table, number), "The column and its figures are gone."
        case "up-column" | "down-column":
            changed, said, _ = list_step(table, "columns", act.removesuffix("-column"), at)
            return changed, said
        case "remove-row":
            changed, said, _ = list_step(table, "rows", "remove", at)
            return changed, said
    raise CannotEdit("There is no such step.")
