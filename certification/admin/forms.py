"""What do all forms of content check before anything is written?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

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
