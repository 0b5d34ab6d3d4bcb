"""What is sent when a reference pack is uploaded, and when it is loaded?"""

from __future__ import annotations

from django import forms

from certification.forms.base import PageForm
from certification.packs.archive import MAX_UPLOAD_BYTES


class PackForm(PageForm):
    """A pack in one file. Whatever is wrong inside it is said by the reader, with its line."""

    file = forms.FileField(
        label="Zip or YAML file",
        allow_empty_file=True,
        help_text=f"A zip of *.yaml files, or one *.yaml file, of at most "
        f"{MAX_UPLOAD_BYTES // 1_000_000} MB. Nothing is written before you have read what would "
        "happen.",
        widget=forms.FileInput(attrs={"accept": ".zip,.yaml,application/zip"}),
        error_messages={"required": "Choose the file.", "missing": "Choose the file."},
    )

    @property
    def content(self) -> bytes:
        """No more than what tells that a file is too large."""
        content: bytes = self.cleaned_data["file"].read(MAX_UPLOAD_BYTES + 1)
        return content


class LoadPackForm(PageForm):
    """``fingerprint``: of the report that the person has read."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
    keep = forms.BooleanField(
        label="Leave what is there as it is, and bring in only what is new",
        help_text="So another publisher's pack stands beside ours: each version of criteria has "
        "its own questions. Without it everything that is told as changed takes the words of the "
        "pack and has to be reviewed anew.",
        required=False,
        initial=True,
    )
