"""What do all forms of content check before anything is written?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import slugify

from certification.criteria.editing import fresh
from certification.editing_policies import check_as_seen, check_can_edit
from certification.models import User
from certification.policies import Refused

WEB_SCHEMES = ["http", "https"]
NOT_AN_ADDRESS = "Write an address of the web: it starts with https://."


class WebAddressField(forms.URLField):
    """An address of the web: nothing that a browser would run or read from a disk."""

    default_error_messages = {"invalid": NOT_AN_ADDRESS}
    default_validators = [URLValidator(schemes=WEB_SCHEMES, message=NOT_AN_ADDRESS)]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("assume_scheme", "https")
        kwargs.setdefault("widget", forms.URLInput(attrs={"class": "vURLField"}))
        super().__init__(**kwargs)


class ContentForm(forms.ModelForm):
    """A row of content. ``by`` is set for each request by the page that makes the form."""

    by: User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk:
            try:
                check_can_edit(self.by, self._as_stored())
                check_as_seen(self.instance, self.data.get("seen", ""))
            except Refused as refusal:
                raise ValidationError(refusal.sentence, code="refused") from None
        return cleaned

    def _as_stored(self) -> Any:
        return type(self.instance)._default_manager.get(pk=self.instance.pk)


class KeyedByName(forms.ModelForm):
    """A row whose key follows from its name, unless its author gives another one."""

    named_by = ""
    _meta: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields and self.named_by in self.fields:
            self.fields["key"].required = False
            name = str(self.fields[self.named_by].label).lower()
            self.fields["key"].help_text = f"Leave this empty: it is made from the {name}."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "key" in self.fields and not cleaned.get("key") and cleaned.get(self.named_by):
            rows = self._meta.model._default_manager
            stem = key_from(cleaned[self.named_by]) or self._meta.model._meta.model_name or "row"
            cleaned["key"] = fresh(stem, lambda key: rows.filter(key=key).exists())
        return cleaned


def key_from(text: str) -> str:
    """Words as a key: "Days since relapse" becomes ``days_since_relapse``."""
    return slugify(text)[:60].strip("-").replace("-", "_")
