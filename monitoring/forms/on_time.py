"""Of which site, test and time is the share of tests on time asked for?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from certification.forms.base import ListForm
from certification.models import Site

LENGTHS = [("12", "12 months"), ("6", "6 months"), ("24", "24 months"), ("36", "36 months")]
USUAL_LENGTH = 12


class OnTimeForm(ListForm):
    """What is not offered is left out: the page then answers for everything."""

    site = forms.ChoiceField(label="Site", required=False)
    test = forms.ChoiceField(label="Test", required=False)
    months = forms.ChoiceField(label="Time", choices=LENGTHS, required=False)

    def __init__(
        self, *args: Any, sites: Sequence[Site], tests: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = [(str(site.pk), site.name) for site in sites]
        self.fields["site"].choices = [("", "All my sites"), *own]  # type: ignore[attr-defined]
        self.fields["test"].choices = [("", "All tests"), *tests.items()]  # type: ignore[attr-defined]
