"""What can be typed when a case takes its next step, up to the signature?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms

from certification.forms.base import DayField, PageForm
from certification.models import Case, DeterminationReason


class ActForm(PageForm):
    """Every act says which state of the case the person has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ConfirmForm(ActForm):
    """Nothing to type: the button is the answer."""


class PendForm(ActForm):
    fact_keys = forms.MultipleChoiceField(
        label="What is asked for",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Name at least one fact that is asked for."},
    )
    message = forms.CharField(
        label="Message to the ordering clinician",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Optional. The facts above are listed in any case.",
    )

    def __init__(self, *args: Any, facts: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact_keys"].choices = list(facts)  # type: ignore[attr-defined]


class ReasonForm(ActForm):
    reason = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text


class SigningForm(ActForm):
    """The last inputs of every determination. The page puts ``meaning`` above the password."""

    outcome = ""
    password = forms.CharField(
        label="Your password, as your signature",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def signature_part(self, button: str) -> Div:
        return Div(
            HTML("<h2>Signature</h2>"),
            HTML("<p>{{ meaning }}</p>"),
            Field("password"),
            HTML(
                f'<div class="form-actions"><button class="btn btn-primary" type="submit">{button}'
                '</button><a href="{{ cancel_url }}">Not now</a></div>'
            ),
            css_class="signature",
        )


class PeriodFields(forms.Form):
    months = forms.IntegerField(label="Months", min_value=1, max_value=120)
    period_start_on = DayField(label="From")


class CertifyForm(PeriodFields, SigningForm):
    """Certified as requested. The quantity is that of the criteria."""

    outcome = "certified"
    rationale = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, case: Case, needs_rationale: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = case.criteria_version
        self.fields["rationale"].required = needs_rationale
        self.fields["rationale"].help_text = (
            "The documented facts do not meet the criteria: say why you certify all the same."
            if needs_rationale
            else "Optional: the criteria that are met speak for themselves."
        )
        if version.certification_months:
            self.fields[
                "months"
            ].help_text = f"These criteria certify for up to {version.certification_months} months."
        self.helper.layout = Layout(
            Field("revision"),
            Div(Field("months"), Field("period_start_on"), css_class="field-pair"),
            Field("rationale"),
            self.signature_part("Sign and certify"),
        )


class ReasonedForm(SigningForm):
    """A determination with a coded reason: only what is approved is offered."""

    reason = forms.ModelChoiceField(
        DeterminationReason.objects.none(), label="Coded reason", empty_label="Choose"
    )
    rationale = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = DeterminationReason.objects.approved().filter(kind=kind)
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]


class ModifyForm(PeriodFields, ReasonedForm):
    outcome = "certified_modified"
    dose = forms.CharField(max_length=120, required=False)
    interval = forms.CharField(max_length=120, required=False)
    infusions = forms.IntegerField(
        label="Number of infusions", min_value=1, max_value=1000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kind=DeterminationReason.Kind.MODIFIED, **kwargs)
        self.helper.layout = Layout(
            Field("revision"),
            Field("reason"),
            Div(Field("dose"), Field("interval"), Field("infusions"), css_class="field-pair"),
            Div(Field("months"), Field("period_start_on"), css_class="field-pair"),
            Field("rationale"),
            self.signature_part("Sign with these modifications"),
        )


class NotCertifyForm(ReasonedForm):
    outcome = "not_certified"
    principal_criterion = forms.ChoiceField(
        label="The criterion that decides",
        help_text="Named first in the letter, with its source.",
    )
    unmet_criteria = forms.MultipleChoiceField(
        label="Other criteria that stand against the request",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    would_reverse = forms.CharField(
        label="What would change the answer",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stands word for word in both letters.",
    )

    def __init__(self, *args: Any, criteria: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, kind=DeterminationReason.Kind.ADVERSE, **kwargs)
        offered = list(criteria)
        self.fields["principal_criterion"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]
        self.fields["unmet_criteria"].choices = offered  # type: ignore[attr-defined]
        if len(offered) < 2:
            del self.fields["unmet_criteria"]
        order = (
            "revision", "reason", "principal_criterion", "unmet_criteria", "rationale",
            "would_reverse",
        )  # fmt: skip
        self.helper.layout = Layout(
            *(Field(name) for name in order if name in self.fields),
            self.signature_part("Sign: not certified"),
        )

    def named(self) -> tuple[str, ...]:
        """The criteria as the action takes them: the principal one first."""
        principal = self.cleaned_data["principal_criterion"]
        others = (k for k in self.cleaned_data.get("unmet_criteria", ()) if k != principal)
        return (principal, *others)
