"""How are versions of criteria found, read, reviewed and approved?

A version is never edited here: it is one sealed document. What is shown is the document itself, and
its worked examples as they come out today.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification.admin.base import today
from certification.admin.criteria_reading import reading_of
from certification.admin.editorial import EditorialAdmin
from certification.admin.history import in_words
from certification.admin.impact import ComparedVersions
from certification.admin.marks import MarkedList
from certification.admin.packs import PackPages
from certification.models import CriteriaVersion

SHORT_HASH = 12


@admin.register(CriteriaVersion)
class CriteriaVersionAdmin(MarkedList, ComparedVersions, PackPages, EditorialAdmin):
    change_list_template = "admin/certification/criteria_change_list.html"
    change_form_template = "admin/certification/criteria_change_form.html"
    list_display = (
        "set_key", "status_badge", "version", "therapy", "request_type", "examples_passed",
        "unverified", "review", "short_hash",
    )  # fmt: skip
    list_filter = (*EditorialAdmin.list_filter, "therapy", "request_type", "policy_organisation")
    search_fields = (
        "set_key", "title", "version", "therapy__generic", "therapy__brands",
        "policy_organisation", "content_hash",
    )  # fmt: skip
    ordering = ("set_key", "-version")
    fieldsets = (
        (None, {"fields": ("title", "set_key", "version", "therapy", "request_type",
                           "policy_organisation", "signed_by", "certification_months",
                           "quantity")}),
        ("Validity", {"fields": ("effective_on", "expires_on", "next_review_on",
                                 "content_hash")}),
        ("Review", {"fields": EditorialAdmin.LIFE_FIELDS}),
    )  # fmt: skip
    readonly_fields = ("signed_by", "quantity")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        # The documents are long, and a list reads none of them.
        rows = super().get_queryset(request).select_related("therapy")
        return rows.defer("document", "therapy__details")

    @admin.display(description="content hash", ordering="content_hash")
    def short_hash(self, obj: CriteriaVersion) -> SafeString:
        return format_html('<code class="hash">{}</code>', obj.content_hash[:SHORT_HASH])

    @admin.display(description="signed by")
    def signed_by(self, obj: CriteriaVersion) -> str:
        if obj.needs_physician:
            return "A physician reviewer only"
        return "A nurse reviewer when the criteria are met, or a physician reviewer"

    @admin.display(description="quantity limit")
    def quantity(self, obj: CriteriaVersion) -> str:
        return in_words(obj.quantity_limit) if obj.quantity_limit else "None stated"

    def _edit_refusal(self, request: HttpRequest, obj: Any) -> str:
        return ""  # Nobody expects to edit a version in place.

    def successors(self, obj: CriteriaVersion) -> Iterator[tuple[str, str]]:
        others = CriteriaVersion.objects.approved().filter(set_key=obj.set_key)
        for row in others.exclude(pk=obj.pk).only("version", "title").order_by("-version"):
            yield str(row.pk), f"Version {row.version}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            context["reading"] = reading_of(obj, today())
            context["may_draft"] = self._may_edit(request)
        return super().render_change_form(request, context, *args, **kwargs)
