"""What is asked of the evidence?"""

from __future__ import annotations

from django import forms

from certification.asked_words import MOST_CHARACTERS
from certification.forms.base import PageForm


class QuestionForm(PageForm):
    q = forms.CharField(
        label="Your question",
        required=False,
        max_length=MOST_CHARACTERS,
        error_messages={
            "max_length": "Ask in at most %(limit_value)d characters; these are %(show_value)d."
        },
    )
