"""What can be typed of a result: its days, and one input for each value that its test has?

The limits of a value are shown beside its input and checked by the action, which says them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms

from certification.case_facts import as_raw
from certification.criteria.facts import FactDefinition, FactType
from certification.criteria.plain import to_data
from certification.forms.base import DayField, PageForm, select
from certification.policies import Refused
from certification.presenters.inputs import options_of, typed_text
from monitoring.actions.results import ResultEntry
from monitoring.models import Result
from monitoring.presenters.values import NUMBERS, limit_words
from monitoring.result_questions import AskedTest

LONGEST_NUMBER = 40


class ResultForm(PageForm):
    """A result of one test, from the request to the report."""

    requested_on = DayField(required=False)
    done_on = DayField(required=False)
    reported_on = DayField(required=False)
    note = forms.CharField(max_length=400, required=False)

    def __init__(self, *args: Any, asked: AskedTest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for question in asked.questions:
            self.fields[value_name(question.key)] = value_field(question, asked)
        values = [Field(value_name(question.key)) for question in asked.questions]
        self.helper.layout = Layout(
            *self.before(),
            Fieldset(
                "When",
                HTML(
                    '<p class="note">A request alone can be entered first; it counts once it is '
                    "reported.</p>"
                ),
                Div(
                    Field("requested_on"),
                    Field("done_on"),
                    Field("reported_on"),
                    css_class="field-pair",
                ),
            ),
            *([Fieldset("What was found", *values)] if values else []),
            Field("note"),
        )

    def before(self) -> Iterator[Any]:
        """What stands above the days."""
        yield from ()

    @property
    def entry(self) -> ResultEntry:
        """What was typed, as the action takes it; values that were left empty are left out."""
        data = self.cleaned_data
        facts = {
            question.key: as_raw(question, typed)
            for question in self.asked.questions
            if (typed := data[value_name(question.key)]) != ""
        }
        return ResultEntry(
            self.asked.key,
            requested_on=data["requested_on"],
            done_on=data["done_on"],
            reported_on=data["reported_on"],
            facts=facts,
            note=data["note"],
        )

    def refuse(self, refused: Refused) -> None:
        """A refusal that names a value is shown at its input, which has the label already."""
        name = value_name(refused.field)
        if name in self.fields:
            refused.field = name
            refused.sentence = refused.sentence.removeprefix(f"{self.fields[name].label}: ")
        super().refuse(refused)


class CorrectionForm(ResultForm):
    """The right result in the place of a wrong one."""

    reason = forms.CharField(
        label="What was wrong",
        max_length=240,
        help_text="For example: another person's report, or a value that was typed wrongly.",
    )

    def before(self) -> Iterator[Any]:
        yield Field("reason")


def value_name(key: str) -> str:
    """The name of the input of a value: apart from the days, whatever the fact is called."""
    return f"v-{key}"


def value_field(definition: FactDefinition, asked: AskedTest) -> forms.Field:
    """The input of one value. Whether it is needed depends on the report: the action knows."""
    label = definition.label
    help_text = " ".join(
        part
        for part in (
            limit_words(definition),
            "Needed with a report." if definition.key in asked.always_needed else "",
            definition.help,
        )
        if part
    )
    if definition.type in (FactType.CHOICE, FactType.BOOLEAN):
        offered = [choice for choice in definition.choices if not choice.unknown]
        options = options_of(definition.type, offered, "")
        return select(
            label,
            [(option.value, option.label) for option in options],
            widget=forms.RadioSelect,
            help_text=help_text,
        )
    if definition.type is FactType.DATE:
        return _DayText(label=label, required=False, help_text=help_text)
    limit = LONGEST_NUMBER if definition.type in NUMBERS else 400
    attrs = {"autocomplete": "off"}
    if definition.type in NUMBERS:
        attrs |= {"inputmode": "decimal", "class": "short"}
    return forms.CharField(
        label=label,
        max_length=limit,
        required=False,
        help_text=help_text,
        widget=forms.TextInput(attrs=attrs),
    )


class _DayText(DayField):
    """A day as the text that the action reads."""

    def clean(self, value: Any) -> str:
        day = super().clean(value)
        return day.isoformat() if day else ""


def initial_of(result: Result, asked: AskedTest) -> dict[str, Any]:
    """A stored result as its form shows it."""
    shown = {question.key for question in asked.questions}
    values = {
        value_name(key): typed_text(to_data(value))
        for key, value in result.facts.items()
        if key in shown
    }
    days = ("requested_on", "done_on", "reported_on", "note")
    return {**{name: getattr(result, name) for name in days}, **values}
