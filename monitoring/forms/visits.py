"""What can be typed at a visit: the checklist, the infusion with its vital signs, a reaction?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms

from certification.criteria.facts import FactDefinition
from certification.forms.base import DayField, PageForm
from certification.forms.decisions import ActForm
from monitoring.forms.facts import fact_field, plain
from monitoring.reactions import GRADES
from monitoring.vital_signs import MOST_MINUTES, MOST_ROWS, VITAL_SIGNS, VitalSignError, read_row

EMPTY_ROWS = 3


class ChecklistForm(ActForm):
    """Nothing is filled in beforehand: it is asked anew before every infusion.

    ``idle``: the questions that do not apply, with the answers that are given. They are left out
    at first; what is answered can make one apply, so all of them can be sent.
    """

    def __init__(
        self,
        *args: Any,
        asked: Mapping[str, tuple[FactDefinition, bool]],
        idle: Callable[[Mapping[str, Any]], frozenset[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        left_out = frozenset() if self.is_bound else idle({})
        self.asked = {key: asked[key] for key in asked if key not in left_out}
        self.idle = idle
        for key, (definition, needed) in self.asked.items():
            always = needed and definition.applies_when is None
            self.fields[f"f-{key}"] = fact_field(definition, required=always)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        answers = self.answers()
        idle = self.idle(answers)
        for key, (definition, needed) in self.asked.items():
            conditional = definition.applies_when is not None
            if conditional and needed and key not in idle and answers[key] is None:
                self.add_error(f"f-{key}", "Answer this.")
        return cleaned

    def answers(self) -> dict[str, Any]:
        return {key: plain(self.cleaned_data.get(f"f-{key}")) for key in self.asked}

    def refuse(self, refused: Any) -> None:
        if refused.field in self.asked:
            refused.field = f"f-{refused.field}"
        super().refuse(refused)


class InfusionForm(ActForm):
    infused_on = DayField(label="Infused on")
    dose = forms.CharField(max_length=60)
    batch = forms.CharField(
        label="Batch or lot number", max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    batch_expires_on = DayField(label="Batch expires on")
    rate = forms.CharField(max_length=120, required=False, help_text="As it was given.")
    premedication = forms.CharField(
        label="Premedication given", max_length=240, required=False,
        help_text="What, how much, and how long before.",
    )  # fmt: skip
    observed_minutes = forms.IntegerField(
        label="Observed after it, in minutes", min_value=0, max_value=MOST_MINUTES, required=False
    )
    note = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper.layout = Layout(
            Field("revision"),
            Fieldset(
                "What was given",
                Div(Field("infused_on"), Field("dose"), css_class="field-pair"),
                Div(Field("batch"), Field("batch_expires_on"), css_class="field-pair"),
            ),
            Fieldset(
                "How it was given",
                Div(Field("premedication"), Field("rate"), css_class="field-pair"),
                Field("observed_minutes"),
            ),
            HTML('{% include "monitoring/parts/vitals_rows.html" with rows=rows only %}'),
            Field("note"),
        )

    def clean_infused_on(self) -> date:
        day: date = self.cleaned_data["infused_on"]
        if day > self.today:
            raise forms.ValidationError("This day is in the future. Record it when it was given.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        expires, given = cleaned.get("batch_expires_on"), cleaned.get("infused_on")
        if expires and given and expires < given:
            self.add_error(
                "batch_expires_on", "This batch had expired by then. Check the date, or the batch."
            )
        return cleaned


class VitalsRowForm(PageForm):
    """One row of vital signs. An empty row is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for sign in VITAL_SIGNS.values():
            kind = forms.IntegerField if sign.whole else forms.DecimalField
            self.fields[sign.key] = kind(
                label=sign.label, help_text=sign.unit, required=False,
                min_value=sign.least, max_value=sign.most,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            read_row(cleaned)
        except VitalSignError as error:
            text = str(error)
            raise forms.ValidationError(f"{text[:1].upper()}{text[1:]}") from None
        return cleaned


VitalsRows = forms.formset_factory(
    VitalsRowForm, extra=EMPTY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


def filled_rows(rows: Iterable[VitalsRowForm]) -> list[dict[str, Any]]:
    """The rows in which something stands."""
    found = ({k: v for k, v in form.cleaned_data.items() if v is not None} for form in rows)
    return [row for row in found if row]


class ReactionForm(ActForm):
    grade = forms.TypedChoiceField(
        label="CTCAE grade",
        choices=[(grade, f"Grade {grade}") for grade in GRADES],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the grade."},
    )
    symptoms = forms.CharField(max_length=240, help_text="What was seen or felt.")
    began_minutes = forms.IntegerField(
        label="Began, minutes after the start", min_value=0, max_value=MOST_MINUTES, required=False
    )
    treatment = forms.CharField(label="What was done", max_length=400, required=False)
    outcome = forms.CharField(label="How it ended", max_length=240, required=False)
