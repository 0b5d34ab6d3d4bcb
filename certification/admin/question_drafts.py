"""How are the rules of a question written in the admin: when it applies, what contradicts it?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from certification.actions.question_drafts import (
    change_question_draft,
    start_question_draft,
    submit_question_draft,
)
from certification.admin.draft_entries import EntryPages, Listed
from certification.admin.draft_life import DraftLife
from certification.criteria import rule_drafts
from certification.criteria.rule_drafts import APPLIES, CASES
from certification.criteria.tree_words import value_text
from certification.forms.question_drafts import CaseForm, ContradictionForm, RulesForm
from certification.models import Fact, QuestionDraft
from certification.presenters.draft_pages import DraftHead
from certification.presenters.question_drafts import APPLIES_LEDE, APPLIES_TITLE, question_head
from certification.question_drafting import QuestionStanding, standing_of_question


@admin.register(QuestionDraft)
class QuestionDraftAdmin(EntryPages, DraftLife):
    """Started from the page of a question, never from nothing."""

    list_display = ("title", "state_tag", "changed")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields = ("title", "based_on__key")
    writers = "Questions are written by content editors."
    related = ("based_on",)
    deferred = ()
    trees = rule_drafts
    lists = {
        "contradictions": Listed(
            "contradictions", "Contradictions", "contradiction",
            "Answers that do not fit together count as unknown until a person has put them right.",
            "Flagged when", "Write what the reader is told, then when.", ContradictionForm,
        ),
        CASES: Listed(
            CASES, "Cases", "case",
            "The first case that is met gives the answer.",
            "When", "Choose the answer, then when it follows.", CaseForm,
        ),
    }  # fmt: skip
    main_trees = {APPLIES: (APPLIES_TITLE, APPLIES_LEDE)}
    versions = Fact
    what = "these rules"
    change = staticmethod(change_question_draft)
    submit = staticmethod(submit_question_draft)
    pages = (
        ("<str:object_id>/contradictions/", "contradictions_view", "contradictions"),
        ("<str:object_id>/cases/", "cases_view", "cases"),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def same_as(self, version: Fact) -> dict[str, Any]:
        return {"based_on": version}

    def start_next(self, *, by: Any, now: Any, version: Fact) -> QuestionDraft:
        return start_question_draft(by=by, now=now, question=version)

    def started_words(self, draft: QuestionDraft) -> str:
        return "A draft of these rules is there. The question stays as it is until you submit."

    def submitted_words(self, version: Fact) -> str:
        return f"“{version}” is submitted. Another person reviews it."

    def head(self, draft: Any, standing: Any, current: str, *, may_edit: bool) -> DraftHead:
        return question_head(draft, standing, current, may_edit=may_edit)

    def standing(self, draft: QuestionDraft) -> QuestionStanding:
        return standing_of_question(draft.based_on, draft.content)

    def details_form(self, draft: QuestionDraft, standing: Any, data: Any) -> RulesForm:
        bench, question = self.bench(standing), draft.based_on.key
        return RulesForm(data, content=draft.content, question=question, bench=bench)

    def entry_says(self, standing: QuestionStanding, section: str, entry: Any) -> str:
        if section != CASES:
            return super().entry_says(standing, section, entry)
        shown = value_text(standing.definition, entry["value"])
        return f"The answer is “{shown}”" if shown else ""

    def contradictions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.entries_view(request, object_id, "contradictions")

    def cases_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.entries_view(request, object_id, CASES)
