"""What was typed on a page of the wizard?

One field for each question reads value, date, source and note together as one ``Entry``. Checking
is the action's work, so that what cannot be accepted is still kept as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from certification.actions.answers import Entry
from certification.case_facts import prefill
from certification.criteria.facts import FactDefinition, FactType
from certification.models import Answer, Case
from certification.presenters.questions import OFFERED_SOURCES, field_name
from certification.wizard import Step

NOT_KNOWN = "?not-known"
MOST_ROWS = 40
NOTE_LENGTH = 400


class AnswerWidget(forms.Widget):
    """Reads the inputs that ``question.html`` draws for one question."""

    def __init__(self, definition: FactDefinition) -> None:
        super().__init__()
        self.definition = definition

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Entry | None:
        """None when the question did not stand on the page that was sent."""
        if f"{name}-asked" not in data:
            return None
        if data.get(f"{name}-clear"):
            return Entry()
        typed = self._rows(data, name) if self.is_table else data.get(name, "")
        not_known = typed == NOT_KNOWN or bool(data.get(f"{name}-unknown"))
        return Entry(
            typed=None if not_known else typed,
            observed_on=data.get(f"{name}-on", "").strip() or None,
            source=data.get(f"{name}-source", ""),
            not_known=not_known,
            note=data.get(f"{name}-note", "")[:NOTE_LENGTH],
        )

    @property
    def is_table(self) -> bool:
        return self.definition.type is FactType.ROWS

    def _rows(self, data: Any, name: str) -> list[dict[str, str]] | None:
        """Rows with something in them. None when there are none and nobody said so."""
        rows = []
        for number in range(min(_whole(data.get(f"{name}-rows", "0")), MOST_ROWS)):
            row = {
                field.key: data.get(f"{name}-{number}-{field.key}", "").strip()
                for field in self.definition.fields
            }
            if any(row.values()) and not data.get(f"{name}-{number}-remove"):
                rows.append(row)
        return rows or ([] if data.get(f"{name}-none") else None)


class AnswerField(forms.Field):
    def __init__(self, definition: FactDefinition) -> None:
        super().__init__(required=False, label=definition.label, widget=AnswerWidget(definition))

    def clean(self, value: Any) -> Any:
        return value


class StepForm(forms.Form):
    """The answers of one step as they were sent. ``presenters.drawing`` draws the questions."""

    revision = forms.IntegerField(min_value=1)
    source = forms.ChoiceField(
        choices=[("", ""), *((source.value, source.label) for source in OFFERED_SOURCES)],
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        definitions: Mapping[str, FactDefinition],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for key, definition in definitions.items():
            self.fields[field_name(key)] = AnswerField(definition)
        self.keys = tuple(definitions)

    def entries(self, answered: Mapping[str, Any]) -> dict[str, Entry]:
        """What was typed, by fact key. A new answer that names no source takes the page's.

        So does one that took it already: the page may not know what the background saved.
        """
        found: dict[str, Entry] = {}
        source = self.cleaned_data["source"]
        for key in self.keys:
            entry = self.cleaned_data.get(field_name(key))
            if entry is None:
                continue
            named = answered[key].source if key in answered else source
            if named == source and not entry.source and (entry.typed or entry.not_known):
                entry = replace(entry, source=source)
            found[key] = entry
        return found


def without_theirs(entries: Mapping[str, Entry], data: Mapping[str, str]) -> dict[str, Entry]:
    """Leaves out the questions for which the reviewer keeps what somebody else answered."""
    return {
        key: entry
        for key, entry in entries.items()
        if data.get(f"{field_name(key)}-keep") != "theirs"
    }


def taken_over(case: Case, fact_key: str, step: Step, as_of: date) -> dict[str, Entry]:
    """The answer of an earlier case that the reviewer confirms, with its date and origin."""
    if fact_key not in step.keys:
        return {}
    offers = prefill(case.patient, [fact_key], as_of, exclude=case)
    if fact_key not in offers:
        return {}
    offer = offers[fact_key]
    return {
        fact_key: Entry(
            typed=offer.value,
            observed_on=offer.observed_on,
            source=Answer.Source.EARLIER_CASE if offer.answer_id else offer.source,
            copied_from_id=offer.answer_id,
        )
    }


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
