"""What did an author type about the rules of a question: how it is dated, how it is worked out?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from certification.criteria.derived import ELAPSED, ROW_KINDS
from certification.criteria.facts import FactDefinition, FactType, Vocabulary
from certification.criteria.rule_drafts import CASES, Content
from certification.forms.base import PageForm
from certification.forms.one_answer import answer_data, answer_field, shown_answer
from certification.presenters.tree_editor import Bench

KINDS = {
    "years_since": "Whole years since a date",
    "months_since": "Whole months since a date",
    "days_since": "Days since a date",
    "observed_on": "The day on which another answer was observed",
    "count_rows": "The number of rows of a table",
    "max_of_rows": "The largest value in a column of a table",
    "last_of_rows": "The value in the last row of a table",
    "cases": "By cases, each with a rule",
}
_NUMBERS = (FactType.INTEGER, FactType.DECIMAL)
_OTHERWISE = ("max_of_rows", "last_of_rows", "cases")


class RulesForm(PageForm):
    """Everything of the rules that is no tree. The columns are offered as ``table.column``."""

    dated_by = forms.CharField(
        label="Dated by", required=False, max_length=300,
        widget=forms.TextInput(attrs={"list": "questions", "autocomplete": "off"}),
        help_text="The question that asks for the date of this answer. Empty: none.",
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="How it is worked out", required=False,
        help_text="What is documented counts more than what is worked out.",
    )  # fmt: skip
    origin = forms.CharField(
        label="From the answer to", required=False, max_length=300,
        widget=forms.TextInput(attrs={"list": "questions", "autocomplete": "off"}),
        help_text="A date for what is counted since; for a column, its table follows from it.",
    )  # fmt: skip
    column = forms.ChoiceField(label="Column", required=False)

    GROUPS = (
        ("When the answer was observed", ("dated_by",)),
        ("How it is worked out from other answers", ("kind", "origin", "column", "otherwise")),
    )

    def __init__(
        self, data: Any = None, *, content: Mapping[str, Any], question: str, bench: Bench
    ) -> None:
        self.content, self.bench = content, bench
        self.definition = bench.vocabulary[question]
        derived, names = content["derived"], bench.questions
        column = f"{derived.get('from', '')}.{derived.get('field', '')}"
        super().__init__(
            data,
            initial={
                "dated_by": names.text_of(content["dated_by"]),
                "kind": derived.get("kind", ""),
                "origin": names.text_of(derived.get("from", "")),
                "column": column if derived.get("field") else "",
                "otherwise": shown_answer(derived.get("otherwise")),
            },
        )
        kinds = [(kind, KINDS[kind]) for kind in _suitable(self.definition)]
        self.fields["kind"].choices = [("", "It is only asked"), *kinds]  # type: ignore[attr-defined]
        self.fields["column"].choices = [("", "None"), *_columns(bench.vocabulary)]  # type: ignore[attr-defined]
        self.fields["otherwise"] = answer_field(self.definition, "When nothing of that is there")

    def groups(self) -> list[tuple[str, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_dated_by(self) -> str:
        return self._question("dated_by", FactType.DATE, "Choose a question that asks for a date.")

    def clean_otherwise(self) -> Any:
        return answer_data(self.definition, self.cleaned_data["otherwise"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        if not kind or kind == CASES or self.errors:
            return cleaned
        table, _, column = cleaned.get("column", "").partition(".")
        if kind in ROW_KINDS:
            cleaned["from"], cleaned["field"] = self._table(cleaned, table), column
            if not column and kind != "count_rows":
                self.add_error("column", "Choose the column.")
            elif column and cleaned["from"] and cleaned["from"] != table:
                self.add_error("column", "This column belongs to another table.")
        else:
            wanted = FactType.DATE if kind in ELAPSED else None
            says = "Choose a question that asks for a date." if wanted else "Choose a question."
            cleaned["from"] = self._question("origin", wanted, says, needed=True)
        return cleaned

    def edited(self) -> Content:
        typed = self.cleaned_data
        kind, before = typed["kind"], self.content["derived"]
        derived: dict[str, Any] = {"kind": kind} if kind else {}
        for name in ("from", "field") if kind != CASES else ():
            if kind and typed.get(name):
                derived[name] = typed[name]
        # The filters of a table come with a pack, and stay as long as the table does.
        if kind in ROW_KINDS and before.get("where") and before.get("from") == derived["from"]:
            derived["where"] = before["where"]
        if kind in _OTHERWISE and typed["otherwise"] is not None:
            derived["otherwise"] = typed["otherwise"]
        return {**self.content, "dated_by": typed["dated_by"], "derived": derived}

    def _table(self, cleaned: Mapping[str, Any], table: str) -> str:
        """The table that was named, or that the column belongs to."""
        if cleaned.get("column") and not cleaned.get("origin"):
            return table
        says = "Choose a question that asks for a table."
        return self._question("origin", FactType.ROWS, says, needed=True)

    def _question(
        self, name: str, wanted: FactType | None, says: str, *, needed: bool = False
    ) -> str:
        text = str(self.cleaned_data.get(name, "")).strip()
        if not text and not needed:
            return ""
        key = self.bench.questions.key_of(text) if text else None
        if text and text in (self.content["dated_by"], self.content["derived"].get("from")):
            key = text  # It was retired since, and stays.
        if key is None:
            self.add_error(name, self.bench.questions.not_found(text) if text else says)
        elif wanted is not None and self.bench.vocabulary[key].type is not wanted:
            self.add_error(name, says)
        return key or ""


class ContradictionForm(PageForm):
    """The words of one contradiction."""

    says = forms.CharField(
        label="What the reader is told", required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Which answers do not fit together, as a sentence.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, entry: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, initial={"says": entry.get("says", "")}, prefix="words")
        self.entry = entry

    def edited(self) -> dict[str, Any]:
        return {**self.entry, "says": " ".join(self.cleaned_data["says"].split())}


class CaseForm(PageForm):
    """The answer that follows from one case."""

    def __init__(
        self, data: Any = None, *, entry: Mapping[str, Any], bench: Bench, draft: Any
    ) -> None:
        super().__init__(data, initial={"value": shown_answer(entry.get("value"))}, prefix="words")
        self.entry = entry
        self.definition = bench.vocabulary[draft.based_on.key]
        self.fields["value"] = answer_field(self.definition, "Then the answer is")

    def clean_value(self) -> Any:
        return answer_data(self.definition, self.cleaned_data["value"])

    def edited(self) -> dict[str, Any]:
        return {**self.entry, "value": self.cleaned_data["value"]}


def _suitable(definition: FactDefinition) -> list[str]:
    """The ways to work out an answer of this type."""
    fitting = {
        FactType.DATE: ("observed_on", "max_of_rows", "last_of_rows", CASES),
        FactType.ROWS: (),
    }
    usual = (
        (*ELAPSED, *ROW_KINDS, CASES) if definition.type in _NUMBERS else ("last_of_rows", CASES)
    )
    return list(fitting.get(definition.type, usual))


def _columns(vocabulary: Vocabulary) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for table in vocabulary.values():
        if table.type is FactType.ROWS:
            yield (
                table.label,
                [(f"{table.key}.{field.key}", field.label) for field in table.fields],
            )
