"""What do all forms share?

Crispy is set up here and nowhere else. A refusal from an action is shown like any other error, at
the field it names, and what was typed stays.
"""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict

from certification.policies import Change, Refused, Stale


class DayInput(forms.DateInput):
    """The browser's own date field; it sends and takes 2027-01-12 whatever it shows."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    widget = DayInput
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {"invalid": "Give the date as day, month and year."}


class PageForm(forms.Form):
    """A form of a page. ``status`` is the HTTP status the page is answered with.

    ``changed``: what somebody else changed while the form was open.
    """

    status = 200
    changed: tuple[Change, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if self.is_bound and not valid:
            self.status = 422
        return valid

    def refuse(self, refused: Refused) -> None:
        """Shows why an act was refused, at its field when the form has it.

        After a stale form whoever has read what changed may send it again.
        """
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)
        self.status = 409
        if isinstance(refused, Stale):
            self.changed = refused.changed
        if isinstance(refused, Stale) and isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["revision"] = str(refused.revision)
            self.data = data


class ListForm(forms.Form):
    """A form of filters, sent by GET. What is not understood is left out, never an error page."""

    def chosen(self) -> dict[str, Any]:
        """What was asked for, without what is empty or not understood."""
        self.full_clean()
        cleaned = getattr(self, "cleaned_data", {})
        return {key: value for key, value in cleaned.items() if value not in ("", None, False)}


def shown_value(bound: forms.BoundField) -> Any:
    """What stands in an input, for somebody who only reads it: the words of a choice."""
    value = bound.value()
    if isinstance(value, bool):
        return "Yes" if value else ""
    titles: dict[Any, Any] = {}
    for key, title in getattr(bound.field, "choices", None) or ():
        titles |= dict(title) if isinstance(title, list | tuple) else {key: title}
    return titles.get(value, value) if isinstance(value, str) else value


def select(label: str, choices: list[tuple[str, Any]], **kwargs: Any) -> forms.ChoiceField:
    """A choice that begins with "not stated"; choices are filled in by the page."""
    return forms.ChoiceField(
        label=label, choices=[("", "Not stated"), *choices], required=False, **kwargs
    )
