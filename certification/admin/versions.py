"""How are versions of criteria and of protocols found, read, reviewed and approved?

A version is never edited: it is one sealed document, read as it is stored, with its worked examples
as they come out now. A list says how sound each version is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification.admin.base import tag, today
from certification.admin.editorial import EditorialAdmin
from certification.admin.marks import Marks, marks_of

SHORT_HASH = 12


class VersionAdmin(EditorialAdmin):
    """``key_field``: what the versions of one document have in common. ``mark``: how sound one
    version is. ``read``: its document as its page shows it."""

    key_field: str
    mark: Callable[[Any, date], Marks]
    read: Callable[[Any, date], Any]
    VALIDITY = (
        "Validity",
        {"fields": ("effective_on", "expires_on", "next_review_on", "content_hash")},
    )
    REVIEW = ("Review", {"fields": EditorialAdmin.LIFE_FIELDS})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        # The documents are long, and a list reads none of them.
        rows = super().get_queryset(request).select_related("therapy")
        return rows.defer("document", "therapy__details")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """One query gives the marks of the whole page."""
        changelist = super().get_changelist_instance(request)
        versions = list(changelist.result_list)
        marks = marks_of(versions, today(), self.mark)
        for version in versions:
            version.marks = marks[version.content_hash]
        changelist.result_list = versions
        return changelist

    @admin.display(description="examples as expected")
    def examples_passed(self, obj: Any) -> SafeString:
        if not obj.marks.readable:
            return tag("failed", "Cannot be read")
        word = f"{obj.marks.passed} of {obj.marks.examples}"
        return tag("passed" if obj.marks.sound else "failed", word)

    @admin.display(description="unverified points")
    def unverified(self, obj: Any) -> int:
        return int(obj.marks.unverified)

    @admin.display(description="content hash", ordering="content_hash")
    def short_hash(self, obj: Any) -> SafeString:
        return format_html('<code class="hash">{}</code>', obj.content_hash[:SHORT_HASH])

    def _edit_refusal(self, request: HttpRequest, obj: Any) -> str:
        return ""  # Nobody expects to edit a version in place.

    def successors(self, obj: Any) -> Iterator[tuple[str, str]]:
        same = {self.key_field: getattr(obj, self.key_field)}
        others = self.model._default_manager.approved().filter(**same).exclude(pk=obj.pk)
        for row in others.only("version", "title").order_by("-version"):
            yield str(row.pk), f"Version {row.version}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            context["reading"] = self.read(obj, today())
            context["may_draft"] = self._may_edit(request)
        return super().render_change_form(request, context, *args, **kwargs)
