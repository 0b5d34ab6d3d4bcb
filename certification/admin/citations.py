"""How are the citations of a row edited below it?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest

from certification.admin.fields import KeyField
from certification.editing_policies import can_edit
from certification.models import Citation, Reference, Statement
from config.access import has_permission
from config.roles import Permission

KEYED: dict[str, type[models.Model]] = {
    "reference": Reference,
    "identified_as": Reference,
    "statement": Statement,
}
"""Links that are typed as the key of another row. Other links are short lists to choose from."""


class KeyedLinks:
    """Turns the fields named in ``keyed`` into key fields. The keys are read once a page."""

    keyed: tuple[str, ...] = ()

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name not in self.keyed:
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        model = KEYED[db_field.name]
        return KeyField(
            queryset=model._default_manager.all(),
            names=known_keys(request, model),
            required=not db_field.blank,
            label=kwargs.get("label") or str(db_field.verbose_name).capitalize(),
            help_text=db_field.help_text,
        )


def known_keys(request: HttpRequest, model: type[models.Model]) -> dict[Any, str]:
    """The key of every row of a model by primary key: one query for each page."""
    kept: dict[Any, dict[Any, str]] = request.__dict__.setdefault("known_keys", {})
    if model not in kept:
        kept[model] = dict(model._default_manager.order_by("key").values_list("pk", "key"))
    return kept[model]


class CitationFormSet(forms.BaseInlineFormSet):
    """Every input says what it is: a table's headings do not name the inputs below them."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        number = "new" if index is None else str(index + 1)
        for name, field in form.fields.items():
            word = "Remove" if name == DELETION_FIELD_NAME else str(field.label).capitalize()
            field.widget.attrs["aria-label"] = f"Citation {number}: {word}"


class CitationsBelow(KeyedLinks, admin.TabularInline):
    """The citations of the row as a whole. Those inside the details of a therapy stand there.

    Removing one is an edit of the row: it goes through the same action and takes the same approval
    away.
    """

    model = Citation
    formset = CitationFormSet
    fields = ("reference", "at", "note", "position")
    keyed = ("reference",)
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
