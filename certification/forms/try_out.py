"""What did an author type about a sample person, and what is expected of the criteria?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from certification.actions.answers import Entry
from certification.case_facts import read_typed
from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactValue,
    Vocabulary,
    read_answer,
)
from certification.criteria.plain import to_data
from certification.forms.base import DayField, PageForm
from certification.forms.steps import AnswerField
from certification.presenters.questions import field_name, sentence_of

RECOMMENDATIONS = (("certify", "Certify"), ("refer", "Refer"), ("pend", "Pend"))
HELD = (
    ("unmet", "the same criteria unmet"),
    ("missing", "the same answers missing"),
    ("shortest", "the same shortest way to certify"),
    ("precautions", "the same precautions"),
    ("indications", "the same state of the indications"),
    ("contraindications", "the same state of the contraindications"),
)


class PersonForm(PageForm):
    """A sample person. ``given``: the facts of the example that is shown, which stay as they are
    where the inputs say the same."""

    as_of = DayField(label="Evaluated on")

    def __init__(
        self,
        data: Any = None,
        *,
        definitions: Vocabulary,
        given: Mapping[str, Any],
        as_of: date,
    ) -> None:
        super().__init__(data, initial={"as_of": as_of})
        self.definitions = definitions
        self.given = given
        self.day = as_of
        for key, definition in definitions.items():
            self.fields[field_name(key)] = AnswerField(definition)
        self.typed: dict[str, Entry] = {}
        self.facts: dict[str, Any] = dict(given)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.day = cleaned.get("as_of") or self.day
        facts = {key: raw for key, raw in self.given.items() if key not in self.definitions}
        for key, definition in self.definitions.items():
            entry = cleaned.get(field_name(key))
            if entry is None:
                continue
            self.typed[key] = entry
            try:
                raw = self._raw(definition, entry)
            except FactError as error:
                self.add_error(field_name(key), sentence_of(error))
                continue
            if raw is not None:
                facts[key] = raw
        self.facts = facts
        return cleaned

    def _raw(self, definition: FactDefinition, entry: Entry) -> Any:
        """One answer as an example keeps it."""
        if entry.not_known:
            raw: Any = {"value": None, "asked": True}
        elif entry.typed in (None, ""):
            return None
        else:
            read = read_typed(definition, entry.typed, as_of=self.day, valid_on=self.day)
            raw = {"value": to_data(read)}
        if entry.observed_on:
            raw["observed_on"] = str(entry.observed_on)
        answer = read_answer(definition, raw, self.day)
        before = self._before(definition)
        if before is not None and answer is not None and replace(before, source="") == answer:
            return self.given[definition.key]
        return raw["value"] if raw.keys() == {"value"} else raw

    def _before(self, definition: FactDefinition) -> FactValue | None:
        try:
            return read_answer(definition, self.given.get(definition.key), self.day)
        except FactError:
            return None


class ExpectForm(PageForm):
    """What a worked example is called and what the criteria must say of it."""

    name = forms.CharField(label="Name of the example", max_length=500)
    recommendation = forms.ChoiceField(
        label="The criteria must say", choices=RECOMMENDATIONS, widget=forms.RadioSelect
    )
    held = forms.MultipleChoiceField(
        label="and, as it comes out now,",
        choices=HELD,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, taken: frozenset[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.taken = taken

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if name in self.taken:
            raise forms.ValidationError("Another example has this name. Give this one its own.")
        return name
