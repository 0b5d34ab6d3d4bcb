"""What did an author type about the values of a protocol: those it keeps, its tests, its tables of
risk?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import slugify

from certification.criteria.facts import FactType, Vocabulary
from certification.forms.base import PageForm
from certification.forms.one_answer import answer_data, answer_field, shown_answer
from certification.forms.tree_nodes import CitedForm, cite_forms, cited
from certification.models import Confidence
from certification.presenters.tree_names import Names
from monitoring.forms.protocol_lines import TWO_LINES, LineForm

MOST_MONTHS = 1200
_QUESTION = {"list": "questions", "autocomplete": "off"}


class QuestionsField(forms.CharField):
    """Questions by their words, one a line; ``+`` between those that belong together.

    ``there``: what stands already. It stays, also when a question of it was retired since.
    """

    def __init__(self, names: Names, *, there: Any, together: bool = False, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)
        self.names, self.together = names, together
        groups = [one if isinstance(one, list) else [one] for one in there or ()]
        self.there = {key for group in groups for key in group}

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        groups = [one if isinstance(one, list) else [one] for one in value]
        return "\n".join(" + ".join(map(self._text, group)) for group in groups)

    def _text(self, key: str) -> str:
        text = self.names.text_of(key)
        return key if " + " in text else text

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        if not self.together:
            return [self._key(line) for line in lines]
        return [[self._key(part) for part in line.split(" + ")] for line in lines]

    def _key(self, text: str) -> str:
        key = text if text in self.there else self.names.key_of(text)
        if key is None:
            raise forms.ValidationError(self.names.not_found(text))
        return key


class KeepForm(LineForm):
    """A value that stays. The input of the value suits the question that was kept last."""

    fact = forms.CharField(
        label="Question", required=False, max_length=300,
        widget=forms.TextInput(attrs=_QUESTION), help_text="Type a part of it, and save.",
    )  # fmt: skip

    GROUPS = (("", ("fact", "value")), ("", ("along",)))
    WORDS = (("", ("says",)), ("", ("verified",)))

    def __init__(
        self,
        data: Any = None,
        *,
        entry: Mapping[str, Any],
        names: Names,
        vocabulary: Vocabulary,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, entry=entry, **kwargs)
        for name in ("plain", "note", "id"):
            del self.fields[name]
        self.names, self.definition = names, vocabulary.get(entry.get("fact", ""))
        self.initial["fact"] = names.text_of(entry.get("fact", ""))
        if self.definition is not None:
            self.fields["value"] = answer_field(self.definition, "Value that stays")
            self.initial["value"] = shown_answer(entry.get("value"))
        self.fields["along"] = QuestionsField(
            names,
            there=entry.get("along"),
            label="Kept along with it",
            help_text="Questions that belong to it, one a line.",
        )

    def clean_fact(self) -> str:
        text = self.cleaned_data["fact"].strip()
        key = self.names.key_of(text) if text else ""
        if text and text == self.entry.get("fact"):
            key = text  # It was retired since, and stays.
        if key is None:
            raise forms.ValidationError(self.names.not_found(text))
        return key

    def clean_value(self) -> Any:
        return (
            None
            if self.definition is None
            else answer_data(self.definition, self.cleaned_data["value"])
        )

    def edited(self) -> dict[str, Any]:
        entry = {**self.entry, **self.cleaned_data, "cite": cited(self.cites)}
        if self.definition is None or entry["fact"] != self.definition.key:
            entry["value"] = None
        entry["says"] = " ".join(entry["says"].split())
        kept = ("fact", "says")
        return {k: v for k, v in entry.items() if k in kept or v not in (None, "", [])}


class MonitoredTestForm(PageForm):
    """A test that rules can ask for: a laboratory test, an image, an examination."""

    label = forms.CharField(
        label="Test", required=False, max_length=160,
        help_text="As it stands in a sentence, such as: blood count.",
    )  # fmt: skip
    key = forms.CharField(
        label="Name in files", required=False, max_length=80,
        help_text="Results that are imported name it so. Empty: it is made from the words.",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, entry: Mapping[str, Any], names: Names, fixed: bool
    ) -> None:
        super().__init__(data, initial=dict(entry))
        self.entry = entry
        if not entry["label"]:
            self.initial["key"] = ""
        self.fields["dates"] = QuestionsField(
            names, there=entry.get("dates"), label="Questions that ask for its day",
            help_text="One a line. An answer there counts as a result of that day.",
        )  # fmt: skip
        self.fields["shown_by"] = QuestionsField(
            names, there=entry.get("shown_by"), together=True, label="Values that it brings",
            help_text="One question a line; a + between those that only count together. "
            "A value that is missing here is added as a question first, with unit and range.",
        )  # fmt: skip
        if fixed:
            self.fields["key"].disabled = True
            self.fields["key"].help_text = "Rules or results name it: it is chosen once."

    def groups(self) -> list[tuple[str, list[Any]]]:
        return [("", [self["label"], self["key"]]), ("", [self["dates"], self["shown_by"]])]

    def edited(self) -> dict[str, Any]:
        typed = self.cleaned_data
        entry = {**self.entry, **typed, "label": " ".join(typed["label"].split())}
        made = slugify(entry["label"])[:80].replace("-", "_")
        entry["key"] = typed["key"] or made or self.entry["key"]
        kept = ("key", "label")
        return {k: v for k, v in entry.items() if k in kept or v not in (None, "", [])}


class RiskForm(PageForm):
    """Which question names the group of risk of a person."""

    fact = forms.ChoiceField(label="Question that names the group of risk", required=False)

    def __init__(self, data: Any = None, *, fact: str, vocabulary: Vocabulary) -> None:
        super().__init__(data, initial={"fact": fact})
        choices = [
            (key, d.label)
            for key, d in vocabulary.items()
            if (d.type is FactType.CHOICE and d.derived is not None) or key == fact
        ]
        self.fields["fact"].choices = [("", "None"), *choices]  # type: ignore[attr-defined]


class TableForm(CitedForm):
    """The words around the figures, their source, and the headings of the columns."""

    title = forms.CharField(required=False, max_length=500)
    unit = forms.CharField(
        label="Figures are", required=False, max_length=160,
        help_text="Such as: cases in 1,000 patients, for each period.",
    )  # fmt: skip
    note = forms.CharField(
        label="Note to readers", required=False, max_length=4000, widget=TWO_LINES
    )
    verified = forms.ChoiceField(
        label="How the source was read", required=False,
        choices=[("", "Not stated"), *Confidence.choices],
    )  # fmt: skip

    def __init__(self, data: Any = None, *, entry: Mapping[str, Any], references: Names) -> None:
        super().__init__(data, initial=dict(entry))
        self.entry = entry
        self.cites = cite_forms(data, entry.get("cite"), references)
        for number, column in enumerate(entry["columns"]):
            name = f"heading_{number}"
            self.fields[name] = forms.CharField(
                label=f"Heading of column {number + 1}", required=False, max_length=160
            )
            self.initial[name] = column["label"]

    def groups(self) -> list[tuple[str, list[Any]]]:
        words = [self[name] for name in ("title", "unit", "verified")]
        headings = [self[f"heading_{n}"] for n in range(len(self.entry["columns"]))]
        return [("", words), ("", [self["note"]]), ("Headings", headings)]

    def edited(self) -> dict[str, Any]:
        typed = self.cleaned_data
        words = {n: " ".join(typed[n].split()) for n in ("title", "unit", "note")}
        columns = [
            {**column, "label": " ".join(typed[f"heading_{number}"].split())}
            for number, column in enumerate(self.entry["columns"])
        ]
        entry = {**self.entry, **words, "verified": typed["verified"], "columns": columns,
                 "cite": cited(self.cites)}  # fmt: skip
        return {k: v for k, v in entry.items() if k != "note" or v}


class RowForm(PageForm):
    """The figures of one period, as they were published."""

    first = forms.IntegerField(label="From month", min_value=1, max_value=MOST_MONTHS)
    last = forms.IntegerField(label="to month", min_value=1, max_value=MOST_MONTHS)

    def __init__(
        self, data: Any = None, *, row: Mapping[str, Any], columns: Any, number: int
    ) -> None:
        initial = {"first": row["first"], "last": row["last"]}
        super().__init__(data, initial=initial, prefix=f"row{number}")
        self.row, self.columns = row, columns
        for at, column in enumerate(columns):
            self.fields[f"cell_{at}"] = forms.CharField(
                label=column["label"] or f"Column {at + 1}", required=False, max_length=80
            )
            self.initial[f"cell_{at}"] = str(row["values"].get(column["key"], ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", "The period ends before it begins.")
        return cleaned

    def edited(self) -> dict[str, Any]:
        typed, there, values = self.cleaned_data, self.row["values"], {}
        for at, column in enumerate(self.columns):
            key, text = column["key"], " ".join(typed[f"cell_{at}"].split())
            if text:
                # A figure that was not touched stays as it was kept.
                values[key] = there[key] if text == str(there.get(key, "")) else text
        return {**self.row, "first": typed["first"], "last": typed["last"], "values": values}
