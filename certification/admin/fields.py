"""How does an editor type a list, a set of choices or the key of another row? Never as JSON."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django import forms
from django.db import models
from django.utils.text import slugify

from certification.reference_files.authors import full_name, is_author, typed_author

CHOICE_HELP = (
    "One answer a line, as it is offered. Add | unknown where choosing it means that nobody knows "
    "(for example: Not tested | unknown). A line can also say value | answer."
)
AUTHORS_HELP = (
    "One author a line: Polman CH, or Polman, Chris H. A body whose name has a comma stands in "
    "braces: {Health Technology Assessment, Office for}."
)
KEPT = ("valid_from", "valid_until")
"""What a line does not show and an edit does not lose."""


class LinesField(forms.CharField):
    """A list of words, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except forms.ValidationError:
            return True

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Lists have no length validators."""


class AuthorsField(LinesField):
    """Authors, one a line; an author whose line was not touched stays as it was kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", AUTHORS_HELP)
        super().__init__(*args, **kwargs)
        self.kept: dict[str, Any] = {}

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(full_name, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = super().to_python(value)
        return [self.kept[line] if line in self.kept else typed_author(line) for line in lines]

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not all(map(is_author, value)):
            raise forms.ValidationError("Write a family name, or a body's name, on each line.")


class ChoicesField(LinesField):
    """Offered answers as lines ``value | label | unknown``, or the label alone; other properties
    are kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", CHOICE_HELP)
        super().__init__(*args, **kwargs)
        self.kept: dict[str, dict[str, Any]] = {}

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(
            " | ".join(
                [choice["value"], choice.get("label", choice["value"])]
                + (["unknown"] if choice.get("unknown") else [])
            )
            for choice in value
        )

    def to_python(self, value: Any) -> Any:
        choices: list[dict[str, Any]] = []
        for number, line in enumerate((value or "").splitlines(), 1):
            parts = [part.strip() for part in line.split("|")]
            if not any(parts):
                continue
            if len(parts) == 1 or (len(parts) == 2 and parts[1] == "unknown"):
                # The answer alone: the value that the engine compares is made from it.
                parts.insert(0, slugify(parts[0])[:60].replace("-", "_") or f"answer_{number}")
            if len(parts) not in (2, 3) or not all(parts) or parts[2:] not in ([], ["unknown"]):
                raise forms.ValidationError(
                    f"Line {number}: write the answer, answer | unknown, or value | answer."
                )
            choice: dict[str, Any] = {"value": parts[0], "label": parts[1]}
            if parts[2:]:
                choice["unknown"] = True
            kept = self.kept.get(parts[0], {})
            choices.append(choice | {name: kept[name] for name in KEPT if name in kept})
        values = [choice["value"] for choice in choices]
        if len(values) != len(set(values)):
            raise forms.ValidationError("Each value can be offered only once.")
        return choices


class KeyField(forms.ModelChoiceField):
    """Another row, named by its key, with the known keys as suggestions.

    A plain text field that works from the keyboard, without scripts, and with any number of rows.
    ``names``: the key of every row by its primary key, read once for a whole page.
    """

    widget = forms.TextInput

    def __init__(self, *args: Any, names: dict[Any, str], **kwargs: Any) -> None:
        self.names = names
        kwargs["to_field_name"] = "key"
        super().__init__(*args, **kwargs)
        self.widget.attrs |= {"list": keys_list(self.queryset.model), "class": "vTextField"}

    def prepare_value(self, value: Any) -> Any:
        return self.names.get(value, value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        key = value.strip() if isinstance(value, str) else value
        if key in self.empty_values:
            return None
        found = self.queryset.filter(key=key).first()
        if found is None:
            close = get_close_matches(str(key), self.names.values(), n=3)
            like = f" Did you mean {', '.join(close)}?" if close else ""
            raise forms.ValidationError(f"There is no {key!r} here.{like}", code="unknown_key")
        return found

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


def keys_list(model: type[models.Model]) -> str:
    """The identifier of the page's list of suggestions for one kind of row."""
    return f"keys-of-{model._meta.model_name}"
