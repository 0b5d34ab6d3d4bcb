"""What is sent when a file of results is checked, and when it is imported?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from certification.forms.base import PageForm
from certification.models import Site
from monitoring.results_file import LARGEST_FILE, MOST_ROWS


class ImportForm(PageForm):
    """A file for one site. Whatever is wrong with it is said by the reader, with its line."""

    site = forms.ModelChoiceField(
        Site.objects.none(),
        empty_label=None,
        help_text="Record numbers are looked for at this site.",
    )
    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        help_text=f"UTF-8, at most {MOST_ROWS:,} rows and {LARGEST_FILE // 1_000_000} MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose the file.", "missing": "Choose the file."},
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.fields["site"]
        site.queryset = Site.objects.filter(pk__in=[one.pk for one in sites])  # type: ignore[attr-defined]
        if len(sites) == 1:
            site.initial = sites[0].pk
            site.widget = forms.HiddenInput()

    @property
    def content(self) -> bytes:
        """No more than what tells that a file is too large."""
        content: bytes = self.cleaned_data["file"].read(LARGEST_FILE + 1)
        return content


class ConfirmForm(PageForm):
    """``fingerprint``: of the report that the person has read."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
