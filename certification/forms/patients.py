"""What can be typed about a person, and about the treatment so far?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms

from certification.forms.base import DayField, PageForm, select
from certification.models import Patient, Site

CHOICE_FIELDS = ("ms_course", "icd10cm_code")


class PatientForm(PageForm):
    """Registration. ``choices``: what the reference content offers for course and code today."""

    site = forms.ModelChoiceField(Site.objects.none(), label="Site", empty_label=None)
    record_number = forms.CharField(
        label="Record number", max_length=40, help_text="Unique within the site."
    )
    given_name = forms.CharField(max_length=80)
    family_name = forms.CharField(max_length=80)
    birth_date = DayField(label="Date of birth")
    sex = forms.ChoiceField(
        label="Sex for clinical rules",
        choices=Patient.Sex.choices,
        widget=forms.RadioSelect,
        help_text="Used for pregnancy and screening rules only.",
    )
    ms_course = select("MS course", [])
    onset_on = DayField(label="First symptom on", required=False)
    diagnosed_on = DayField(label="Diagnosed on", required=False)
    icd10cm_code = select("ICD-10-CM code", [])
    is_synthetic = forms.BooleanField(
        label="This is an invented person, for training or demonstration", required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        sites: Sequence[Site],
        choices: Mapping[str, Mapping[str, str] | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        site_field = self.fields["site"]
        site_field.queryset = Site.objects.filter(pk__in=[site.pk for site in sites])  # type: ignore[attr-defined]
        if len(sites) == 1:
            site_field.initial = sites[0].pk
        editing = bool(self.initial.get("revision"))
        if editing:
            del self.fields["site"], self.fields["is_synthetic"]
        for name in CHOICE_FIELDS:
            offered = dict(choices.get(name) or {})
            kept = self.initial.get(name)
            if kept and kept not in offered:
                offered[kept] = f"{kept} (no longer offered)"
            self.fields[name].choices = [("", "Not stated"), *offered.items()]  # type: ignore[attr-defined]
        self.helper.layout = Layout(
            Fieldset(
                "Who",
                *(() if editing else (Field("site"),)),
                Div(Field("given_name"), Field("family_name"), css_class="field-pair"),
                Div(Field("record_number"), Field("birth_date"), css_class="field-pair"),
                Field("sex"),
                *(() if editing else (Field("is_synthetic"),)),
            ),
            Fieldset(
                "Multiple sclerosis",
                HTML('<p class="note">Offered as answers in every case of this person.</p>'),
                Div(Field("ms_course"), Field("icd10cm_code"), css_class="field-pair"),
                Div(Field("onset_on"), Field("diagnosed_on"), css_class="field-pair"),
            ),
            Field("revision"),
        )

    def changes(self) -> dict[str, Any]:
        """The fields that differ from what the form was filled with, without those for which
        somebody else's version stays."""
        return {
            name: self.cleaned_data[name]
            for name in self.changed_data
            if name not in {"revision", "site", "is_synthetic"}
            and self.data.get(f"keep-{name}") != "theirs"
        }


class SearchForm(forms.Form):
    """Sent by POST: names and record numbers must not stand in an address."""

    words = forms.CharField(
        label="Name or record number",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class TherapyRowForm(PageForm):
    """One row of the treatment history. An empty row, or one marked for removal, is left out."""

    agent = select("Drug", [])
    efficacy_class = select("Efficacy", [])
    started_on = DayField(label="Started", required=False)
    stopped_on = DayField(label="Stopped", required=False)
    months = forms.IntegerField(
        label="Months", min_value=0, required=False, help_text="When the dates are not known."
    )
    stop_reason = select("Reason stopped", [])
    adherent = forms.TypedChoiceField(
        label="Taken as prescribed",
        choices=[("", "Not stated"), ("yes", "Yes"), ("no", "No")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    note = forms.CharField(max_length=240, required=False)
    remove = forms.BooleanField(label="Remove this row", required=False)

    def __init__(
        self, *args: Any, columns: Mapping[str, Mapping[str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (columns or {}).items():
            if name in self.fields and isinstance(self.fields[name], forms.ChoiceField):
                kept = self.initial.get(name)
                extra = {kept: kept} if kept and kept not in offered else {}
                self.fields[name].choices = [("", "Not stated"), *offered.items(), *extra.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_filled(cleaned) and not cleaned.get("agent") and "agent" not in self.errors:
            self.add_error("agent", "Choose the drug, or mark the row for removal.")
        return cleaned

    @staticmethod
    def is_filled(cleaned: Mapping[str, Any]) -> bool:
        if cleaned.get("remove"):
            return False
        return any(value not in ("", None) for name, value in cleaned.items() if name != "remove")

    def row(self) -> dict[str, Any] | None:
        """The row for the action, None when it is empty or to be removed."""
        if not self.is_filled(self.cleaned_data):
            return None
        return {name: value for name, value in self.cleaned_data.items() if name != "remove"}


# The treatment history. It always ends with empty rows, so that adding needs no script.
TherapyRows = forms.formset_factory(TherapyRowForm, extra=2, max_num=60, absolute_max=60)


def filled_rows(rows: Iterable[TherapyRowForm]) -> list[dict[str, Any]]:
    """The rows for the action, without empty ones and those to be removed."""
    return [row for form in rows if (row := form.row()) is not None]


def initial_row(row: Any) -> dict[str, Any]:
    """A stored row as the form shows it."""
    adherent = {True: "yes", False: "no", None: ""}[row.adherent]
    names = ("agent", "efficacy_class", "started_on", "stopped_on", "months", "stop_reason", "note")
    return {**{name: getattr(row, name) for name in names}, "adherent": adherent}


def initial_patient(patient: Patient) -> dict[str, date | str | int | None]:
    names = (
        "record_number", "given_name", "family_name", "birth_date", "sex", "ms_course",
        "onset_on", "diagnosed_on", "icd10cm_code", "revision",
    )  # fmt: skip
    return {name: getattr(patient, name) for name in names}
