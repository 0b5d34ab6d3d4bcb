"""How are criteria written in the admin: from a version or from nothing, to submission?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from certification.actions.criteria_drafts import start_new_set, start_next_version, submit_draft
from certification.admin.draft_entries import EntryPages, Listed
from certification.admin.draft_examples import ExamplePages
from certification.admin.draft_life import DraftLife
from certification.forms.criteria_drafts import DetailsForm, PrecautionForm, StartForm
from certification.models import CriteriaDraft, CriteriaVersion
from certification.presenters.draft_pages import LEDES, TITLES, draft_url


@admin.register(CriteriaDraft)
class CriteriaDraftAdmin(EntryPages, ExamplePages, DraftLife):
    list_display = ("title", "state_tag", "version", "therapy", "request_type", "changed")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "request_type")
    search_fields = ("title", "set_key", "version", "therapy__generic")
    lists = {
        "precautions": Listed(
            "precautions", "Precautions", "precaution",
            "They inform the reader when they apply, and never block.", "Shown when",
            "Write what the reader is told, then when.", PrecautionForm,
        ),
    }  # fmt: skip
    main_trees = {name: (title, LEDES[name]) for name, title in TITLES.items()}
    versions = CriteriaVersion
    same = "set_key"
    what = "these criteria"
    start_form = StartForm
    start_title = "New set of criteria"
    begin_with = "Begin with the indications."
    start_new = staticmethod(start_new_set)
    start_next = staticmethod(start_next_version)
    submit = staticmethod(submit_draft)
    pages = (
        ("<str:object_id>/precautions/", "precautions_view", "precautions"),
        ("<str:object_id>/examples/", "examples_view", "examples"),
        ("<str:object_id>/try/", "try_view", "try"),
    )

    def first_page(self, draft: CriteriaDraft) -> str:
        return draft_url(draft, "tree", "indications") + "?at=top"

    def details_form(self, draft: CriteriaDraft, standing: Any, data: Any) -> DetailsForm:
        return DetailsForm(data, content=draft.content)

    def precautions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.entries_view(request, object_id, "precautions")
