"""What is sent when a list is uploaded, and when it is imported?"""

from __future__ import annotations

from typing import Any

from django import forms

from certification.forms.base import PageForm


class UploadForm(PageForm):
    """A file. Whatever is wrong with it is said by its reader, with the record or the line."""

    file = forms.FileField(
        allow_empty_file=True,
        error_messages={"required": "Choose the file.", "missing": "Choose the file."},
    )

    def __init__(
        self, *args: Any, largest: int, accept: str, help_text: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.largest = largest
        self.fields["file"].help_text = help_text
        self.fields["file"].widget.attrs["accept"] = accept

    @property
    def content(self) -> bytes:
        """No more than what tells that a file is too large."""
        content: bytes = self.cleaned_data["file"].read(self.largest + 1)
        return content


class ConfirmListForm(PageForm):
    """``fingerprint``: of the report that the person has read."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
