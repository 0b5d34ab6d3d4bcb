"""How are protocols written in the admin: from a version or from nothing, to submission?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from certification.admin.draft_life import DraftLife
from certification.presenters.draft_pages import DraftHead, draft_url
from monitoring.actions.protocol_drafts import (
    change_protocol_draft,
    start_new_protocol,
    start_next_protocol,
    submit_protocol_draft,
)
from monitoring.admin.protocol_draft_examples import ProtocolExamplePages
from monitoring.admin.protocol_draft_lines import LinePages
from monitoring.admin.protocol_draft_risk import RiskPages
from monitoring.drafting import ProtocolStanding, standing_of_protocol
from monitoring.forms.protocol_drafts import DetailsForm, StartForm
from monitoring.models import ProtocolDraft, ProtocolVersion
from monitoring.presenters.protocol_drafts import protocol_head


@admin.register(ProtocolDraft)
class ProtocolDraftAdmin(LinePages, RiskPages, ProtocolExamplePages, DraftLife):
    list_display = ("title", "state_tag", "version", "therapy", "changed")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields = ("title", "key", "version", "therapy__generic")
    writers = "Protocols are written by content editors."
    versions = ProtocolVersion
    same = "key"
    what = "this protocol"
    start_form = StartForm
    start_title = "New protocol"
    begin_with = "Begin with the infusions."
    change = staticmethod(change_protocol_draft)
    start_new = staticmethod(start_new_protocol)
    start_next = staticmethod(start_next_protocol)
    submit = staticmethod(submit_protocol_draft)
    pages = (
        ("<str:object_id>/infusions/", "infusions_view", "infusions"),
        ("<str:object_id>/lines/<str:section>/", "list_view", "list"),
        ("<str:object_id>/lines/<str:section>/<int:number>/", "line_view", "line"),
        ("<str:object_id>/risk/", "risk_view", "risk"),
        ("<str:object_id>/risk/<int:number>/", "table_view", "table"),
        ("<str:object_id>/preview/", "preview_view", "preview"),
        ("<str:object_id>/examples/", "examples_view", "examples"),
    )

    def first_page(self, draft: ProtocolDraft) -> str:
        return draft_url(draft, "infusions")

    def head(self, draft: Any, standing: Any, current: str, *, may_edit: bool) -> DraftHead:
        return protocol_head(draft, standing, current, may_edit=may_edit)

    def standing(self, draft: ProtocolDraft) -> ProtocolStanding:
        return standing_of_protocol(draft, draft.content)

    def details_form(self, draft: ProtocolDraft, standing: Any, data: Any) -> DetailsForm:
        return DetailsForm(data, content=draft.content, vocabulary=standing.vocabulary)
