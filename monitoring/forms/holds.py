"""What can be typed when an infusion is held or let go, or an item is left out?"""

from __future__ import annotations

from typing import Any

from django import forms

from certification.forms.base import PageForm

LONGEST = 400


class WhyForm(PageForm):
    """One reason, in the words of the person who decides."""

    def __init__(
        self, *args: Any, label: str, help_text: str = "", limit: int = LONGEST, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(
            max_length=limit, widget=forms.Textarea(attrs={"rows": 3})
        )
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text


class NoticedForm(PageForm):
    """Nothing to type: the button is the answer."""
