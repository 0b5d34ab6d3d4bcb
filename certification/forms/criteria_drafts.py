"""What did an author type about a draft of criteria as a whole, or about one of its precautions?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from certification.criteria.drafts import Content
from certification.criteria.mistakes import NAME, NO_NAME
from certification.forms.base import DayField, PageForm
from certification.forms.tree_nodes import cite_forms, cited
from certification.models import Confidence, RequestType, Therapy
from certification.presenters.tree_editor import Bench

QUANTITY = ("dose", "interval", "count", "says")
POLICY = ("organisation", "identifier", "url", "effective_on")


class StartDraftForm(PageForm):
    """What is begun from nothing, and for which therapy."""

    therapy = forms.ModelChoiceField(queryset=Therapy.objects.none(), empty_label="Choose")
    title = forms.CharField(max_length=240)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        therapies = Therapy.objects.exclude(status="retired").defer("details")
        self.fields["therapy"].queryset = therapies  # type: ignore[attr-defined]


class StartForm(StartDraftForm):
    """What a new set of criteria is for. What it is called inside follows from it."""

    request_type = forms.ChoiceField(choices=RequestType.choices, label="Type of request")
    months = forms.IntegerField(
        label="Months that a certification lasts", required=False, min_value=1, max_value=120
    )
    field_order = ("therapy", "request_type", "title", "months")


class DetailsForm(PageForm):
    """Everything of a set that is no tree and no example."""

    title = forms.CharField(max_length=240)
    version = forms.CharField(max_length=40, help_text="Every version has a number of its own.")
    next_review_on = DayField(label="Next review", required=False)
    certification_months = forms.IntegerField(
        label="Months that a certification lasts", required=False, min_value=1, max_value=120
    )
    physician = forms.BooleanField(
        label="Only a physician reviewer signs, also when the criteria are met", required=False
    )
    dose = forms.CharField(max_length=240, required=False)
    interval = forms.CharField(max_length=240, required=False)
    count = forms.IntegerField(label="Doses in a period", required=False, min_value=1)
    says = forms.CharField(label="The limit in words", max_length=1000, required=False)
    organisation = forms.CharField(
        label="Publisher", max_length=160, required=False,
        help_text="A payer or another body whose policy this is. Empty: this site's own criteria.",
    )  # fmt: skip
    identifier = forms.CharField(label="Policy number", max_length=500, required=False)
    url = forms.URLField(label="Address", max_length=500, required=False, assume_scheme="https")
    effective_on = DayField(label="In effect since", required=False)
    note = forms.CharField(
        label="Note to readers", max_length=20_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    GROUPS = (
        ("", ("title", "version", "next_review_on", "certification_months", "physician")),
        ("Quantity limit", QUANTITY),
        ("Policy", POLICY),
        ("Note", ("note",)),
    )

    def __init__(self, data: Any = None, *, content: Mapping[str, Any], **kwargs: Any) -> None:
        quantity, policy = content.get("quantity_limit") or {}, content.get("policy") or {}
        names = ("title", "version", "next_review_on", "certification_months", "note")
        initial = {name: content.get(name) for name in names}
        initial |= {name: quantity.get(name) for name in QUANTITY}
        initial |= {name: policy.get(name) for name in POLICY}
        super().__init__(
            data, initial=initial | {"physician": content.get("signer") == "physician"}, **kwargs
        )
        self.content = content
        if not isinstance(quantity.get("count", 1), int):
            # A publisher's own words for a number stay words.
            self.fields["count"] = forms.CharField(required=False, label="Doses in a period")

    def groups(self) -> list[tuple[str, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        others = [name for name in POLICY if name != "organisation" and cleaned.get(name)]
        if others and not cleaned.get("organisation") and not self.errors:
            self.add_error("organisation", "Say whose policy this is.")
        return cleaned

    def edited(self) -> Content:
        typed = self.cleaned_data
        content = dict(self.content)
        for name in ("title", "version", "certification_months", "note"):
            content[name] = typed[name]
        for name in ("next_review_on", "effective_on"):
            typed[name] = typed[name].isoformat() if typed[name] else None
        content["next_review_on"] = typed["next_review_on"]
        content["signer"] = "physician" if typed["physician"] else ""
        quantity = {**(self.content.get("quantity_limit") or {})}
        content["quantity_limit"] = _kept(quantity | {name: typed[name] for name in QUANTITY})
        content["policy"] = _kept({name: typed[name] for name in POLICY})
        kept = ("precautions", "examples")
        return {k: v for k, v in content.items() if k in kept or v not in (None, "", {})}


class PrecautionForm(PageForm):
    """The words around the tree of one precaution."""

    says = forms.CharField(
        label="What the reader is told", required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    plain = forms.CharField(
        label="The same in plain words, for the person who is treated", required=False,
        max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    id = forms.CharField(label="Name", required=False, max_length=120)
    verified = forms.ChoiceField(
        label="How the source was read",
        required=False,
        choices=[("", "Not stated"), *Confidence.choices],
    )

    def __init__(
        self, data: Any = None, *, entry: Mapping[str, Any], bench: Bench, **kwargs: Any
    ) -> None:
        kwargs.pop("draft", None)
        initial = {name: entry.get(name, "") for name in ("says", "plain", "id", "verified")}
        super().__init__(data, initial=initial, prefix="words", **kwargs)
        self.entry = entry
        self.cites = cite_forms(data, entry.get("cite"), bench.references, "words-cite")

    def is_valid(self) -> bool:
        return super().is_valid() and self.cites.is_valid()

    def clean_id(self) -> str:
        name: str = self.cleaned_data["id"]
        if name and not NAME.fullmatch(name):
            raise forms.ValidationError(NO_NAME)
        return name

    def edited(self) -> dict[str, Any]:
        typed = {name: self.cleaned_data[name] for name in ("id", "says", "plain", "verified")}
        entry = {**self.entry, **typed, "cite": cited(self.cites)}
        return {k: v for k, v in entry.items() if v or k in ("id", "says", "when")}


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
