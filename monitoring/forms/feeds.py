"""For whom is a calendar made?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from certification.forms.base import PageForm
from certification.models import Site

REACHES = [
    ("mine", "My people: courses that I opened, booked visits for or recorded visits of"),
    ("site", "The whole site"),
]


class FeedForm(PageForm):
    site = forms.ModelChoiceField(Site.objects.none(), label="Site", empty_label=None)
    reach = forms.ChoiceField(
        label="Whose dates", choices=REACHES, initial="mine", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        field.queryset = Site.objects.filter(pk__in=[site.pk for site in sites])  # type: ignore[attr-defined]
        if sites:
            field.initial = sites[0].pk
