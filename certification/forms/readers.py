"""How does a person want to be spoken to?"""

from __future__ import annotations

from django import forms

from certification.forms.base import PageForm
from certification.readers import READERS

OPEN = "Not stated: everything, in clinical words first"


class LanguageForm(PageForm):
    reader = forms.ChoiceField(
        label="Which best describes you?",
        choices=[(key, title if key else OPEN) for key, title in READERS.items()],
        required=False,
        widget=forms.RadioSelect,
    )
