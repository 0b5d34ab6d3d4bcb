"""By what is the audit trail searched?"""

from __future__ import annotations

from django import forms

from certification.forms.base import DayField, ListForm

SUBJECTS = [
    ("", "Everything"),
    ("patient", "Patients"),
    ("case", "Cases"),
    ("determination", "Determinations"),
    ("letter", "Letters"),
    ("criteriaversion", "Criteria"),
    ("user", "Accounts"),
]


class AuditForm(ListForm):
    who = forms.CharField(label="Who", max_length=120, required=False)
    what = forms.ChoiceField(label="About", choices=SUBJECTS, required=False)
    openings = forms.ChoiceField(
        label="Kind",
        choices=[("", "Acts and openings"), ("acts", "Acts only"), ("openings", "Openings only")],
        required=False,
    )
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
