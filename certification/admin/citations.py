"""How are the citations of a row edited below it?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from certification.editing_policies import can_edit
from certification.models import Citation
from config.access import has_permission
from config.roles import Permission


class CitationsBelow(admin.TabularInline):
    """The citations of the row as a whole. Those inside the details of a therapy stand there.

    Removing one is an edit of the row: it goes through the same action and takes the same approval
    away.
    """

    model = Citation
    fields = ("reference", "at", "note", "position")
    autocomplete_fields = ("reference",)
    extra = 0
    verbose_name_plural = "citations"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(place="").select_related("reference")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request, obj)

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        allowed = has_permission(request.user, Permission.EDIT_CONTENT)
        if obj is None or request.method == "POST":
            return allowed
        return allowed and can_edit(request.user, obj)  # type: ignore[arg-type]
