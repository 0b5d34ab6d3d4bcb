"""What can be typed about a course: its start, its visits, its certification, its end?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms

from certification.criteria.facts import FactDefinition
from certification.forms.base import DayField, PageForm
from certification.forms.cases import RequestForm
from certification.forms.decisions import ActForm
from certification.models import Determination
from monitoring.forms.facts import fact_field, plain, typed

ONE_LINE = forms.Textarea(attrs={"rows": 2})
REASON_LENGTH = 400


class StartForm(PageForm):
    start_on = DayField(
        label="First infusion on",
        help_text="Planned or given. It has to be inside the certified period.",
    )


class TimeField(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    default_error_messages = {"invalid": "Give the time as hours and minutes."}


class BookForm(PageForm):
    """A booking of one visit, or of a whole series where the therapy has one."""

    scheduled_on = DayField(label="Day")
    scheduled_time = TimeField(label="Time", required=False)
    visits = forms.TypedChoiceField(label="How many visits", coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, series: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(series)
        self.fields["visits"].choices = offered  # type: ignore[attr-defined]
        if len(offered) < 2:
            del self.fields["visits"]
        rest = [Field("visits")] if "visits" in self.fields else []
        self.helper.layout = Layout(
            Div(Field("scheduled_on"), Field("scheduled_time"), css_class="field-pair"), *rest
        )


class MoveForm(ActForm):
    scheduled_on = DayField(label="New day")
    scheduled_time = TimeField(label="Time", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            Field("revision"),
            Div(Field("scheduled_on"), Field("scheduled_time"), css_class="field-pair"),
        )


class WhyForm(ActForm):
    """An act that needs nothing but its reason."""

    reason = forms.CharField(max_length=REASON_LENGTH, widget=ONE_LINE)

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text


class StopForm(ActForm):
    stopped_on = DayField(label="Stopped on", help_text="The day of the decision, up to today.")
    reason = forms.CharField(label="Reason", max_length=REASON_LENGTH, widget=ONE_LINE)


class AuthorizeForm(ActForm):
    """Which determination the course may spend too."""

    determination = forms.ModelChoiceField(
        Determination.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, offered: Iterable[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(offered)
        field = self.fields["determination"]
        field.queryset = Determination.objects.filter(pk__in=[pk for pk, _ in choices])  # type: ignore[attr-defined]
        field.choices = choices  # type: ignore[attr-defined]


class RenewalForm(RequestForm):
    """The request that follows a certification."""

    service_on = DayField(label="To begin on", help_text="The day after the certification ends.")


class FactsForm(ActForm):
    """What is known beside results. Only what was changed is sent on."""

    observed_on = DayField(label="So since, or seen on", help_text="For everything changed here.")

    def __init__(
        self,
        *args: Any,
        asked: Mapping[str, FactDefinition],
        known: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        initial = {f"f-{key}": typed(asked[key], known[key]) for key in asked if key in known}
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.known = known
        for key, definition in asked.items():
            self.fields[f"f-{key}"] = fact_field(definition, radios=False)
        names = Div(*(Field(f"f-{key}") for key in asked), css_class="facts-grid")
        self.helper.layout = Layout(Field("revision"), names, Field("observed_on"))

    def facts(self) -> dict[str, Any]:
        """What differs from what is stored; None takes a value back."""
        given = {key: plain(self.cleaned_data.get(f"f-{key}")) for key in self.asked}
        return {
            key: value
            for key, value in given.items()
            if str(value if value is not None else "") != str(self.known.get(key, ""))
        }

    def refuse(self, refused: Any) -> None:
        if refused.field in self.asked:
            refused.field = f"f-{refused.field}"
        super().refuse(refused)


class RelapseForm(PageForm):
    changes_therapy = forms.TypedChoiceField(
        label="Does this relapse change the therapy?",
        choices=[
            ("no", "No: the therapy stays as it is"),
            ("yes", "Yes: another is to be reviewed"),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Answer the question."},
    )
    note = forms.CharField(
        label="Why", required=False, max_length=300, widget=ONE_LINE,
        help_text="For example who decided it, and after which examination.",
    )  # fmt: skip
