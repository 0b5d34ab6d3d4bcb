"""What can be typed when a case is opened, and by what are cases filtered?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms

from certification.forms.base import DayField, ListForm, PageForm
from certification.models import CriteriaVersion, RequestType, Therapy, TurnaroundProfile
from certification.workflow import STATUS_TITLES


class RequestForm(PageForm):
    """Who asks for a therapy, from which day, and how urgently."""

    ordering_clinician = forms.CharField(
        max_length=120, help_text="Name and credentials, as on the request."
    )
    ordering_clinician_number = forms.RegexField(
        r"^\d{10}$",
        label="Ordering clinician's NPI",
        required=False,
        help_text="10 digits.",
        error_messages={"invalid": "An NPI has 10 digits."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    service_on = DayField(
        label="Planned start of service",
        help_text="Diagnosis codes are checked for this date.",
    )
    urgency = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, urgencies: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgency"].choices = list(urgencies)  # type: ignore[attr-defined]
        self.helper.layout = Layout(
            Div(
                Field("ordering_clinician"),
                Field("ordering_clinician_number"),
                css_class="field-pair",
            ),
            Field("service_on"),
            Field("urgency"),
        )


class CaseForm(RequestForm):
    """A request for a person. Only what has approved criteria in force today is offered."""

    criteria = forms.ChoiceField(label="Therapy and type of request")

    def __init__(self, *args: Any, versions: Iterable[CriteriaVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {version.set_key: version for version in versions}
        self.fields["criteria"].choices = [("", "Choose"), *_by_therapy(self.versions.values())]  # type: ignore[attr-defined]
        self.helper.layout.insert(0, Field("criteria"))

    @property
    def version(self) -> CriteriaVersion:
        return self.versions[self.cleaned_data["criteria"]]

    def refuse(self, refused: Any) -> None:
        if refused.field in {"therapy", "request_type"}:
            refused.field = "criteria"
        super().refuse(refused)


def _by_therapy(versions: Iterable[CriteriaVersion]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for version in versions:
        label = RequestType(version.request_type).label
        if version.policy_organisation:
            label = f"{label}, criteria of {version.policy_organisation}"
        groups.setdefault(str(version.therapy), []).append(
            (version.set_key, f"{version.therapy}: {label.lower()}")
        )
    return sorted(groups.items())


STATUS_FILTERS = [
    ("", "Open"),
    *((status.value, title) for status, title in STATUS_TITLES.items()),
    ("closed", "All closed"),
]


class WorklistForm(ListForm):
    """The filters of the worklist. Without a status the open cases are listed."""

    status = forms.ChoiceField(choices=STATUS_FILTERS, required=False)
    urgency = forms.ChoiceField(
        choices=[("", "Any"), *TurnaroundProfile.Urgency.choices], required=False
    )
    therapy = forms.ModelChoiceField(
        Therapy.objects.order_by("generic", "key"),
        to_field_name="key",
        required=False,
        empty_label="Any",
    )
    mine = forms.BooleanField(label="Opened by me", required=False)
    number = forms.CharField(label="Case number", max_length=20, required=False)
