"""What did an author type for one node of a tree?

A form shows one node as it stands and gives the node that was typed. What is only missing is kept
and shown as a mistake at the node; what cannot be understood is refused at its input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from certification.criteria.codec_nodes import OPERATORS
from certification.criteria.editing import Tree, is_group
from certification.criteria.facts import FactDefinition, FactType, Vocabulary
from certification.criteria.mistakes import NAME, NO_NAME
from certification.criteria.tree import Operator
from certification.forms.base import PageForm
from certification.forms.one_answer import answer_data, answer_field, shown_answer
from certification.models import Confidence
from certification.presenters.tree_names import OPERATOR_WORDS, SELDOM, Names

MOST_CITES = 40
KINDS = (
    ("all", "All of these"),
    ("any", "At least one of these"),
    ("at_least", "At least a number of these"),
    ("none", "None of these"),
)
_DAYS = (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS)
_NO_VALUE = (Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_KNOWN)
_NUMBERS = (FactType.INTEGER, FactType.DECIMAL)
_VALUE_LABELS = {
    FactType.CHOICE: "Answer",
    FactType.BOOLEAN: "Answer",
    FactType.DATE: "Day",
}


class CiteForm(forms.Form):
    """A place in a source. Without a reference it is left out."""

    ref = forms.CharField(label="Reference", required=False, max_length=400)
    at = forms.CharField(label="Where in it", required=False, max_length=160)
    note = forms.CharField(label="Note", required=False, max_length=400)

    def __init__(self, *args: Any, references: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.references = references
        self.fields["ref"].widget.attrs |= {"list": "references", "autocomplete": "off"}

    def clean_ref(self) -> str:
        text: str = self.cleaned_data["ref"]
        if not text:
            if self.cleaned_data.get("at") or self.data.get(self.add_prefix("at")):
                raise forms.ValidationError("Name the reference.")
            return ""
        key = self.references.key_of(text)
        if key is None:
            raise forms.ValidationError(self.references.not_found(text))
        return key


CiteForms = forms.formset_factory(
    CiteForm, extra=1, can_delete=True, max_num=MOST_CITES, absolute_max=MOST_CITES
)


def cite_forms(data: Any, cited: Any, references: Names, prefix: str = "cite") -> Any:
    initial = [
        {"ref": references.text_of(c["ref"]), "at": c.get("at", ""), "note": c.get("note", "")}
        for c in cited or ()
    ]
    return CiteForms(data, initial=initial, prefix=prefix, form_kwargs={"references": references})


def cited(formset: Any) -> list[dict[str, str]]:
    """The citations that were typed, in order."""
    kept = [form.cleaned_data for form in formset.forms if form not in formset.deleted_forms]
    return [
        {name: row[name].strip() for name in ("ref", "at", "note") if row.get(name)}
        for row in kept
        if row.get("ref")
    ]


class CitedForm(PageForm):
    """Anything with a name and sources."""

    cites: Any

    def is_valid(self) -> bool:
        sound = super().is_valid()
        if self.is_bound and not self.cites.is_valid():
            self.status = 422
            return False
        return sound

    def clean_id(self) -> str:
        name: str = self.cleaned_data["id"]
        if name and not NAME.fullmatch(name):
            raise forms.ValidationError(NO_NAME)
        return name


class NodeForm(CitedForm):
    """What every node has: the author's sentence, its name, how surely its source was read."""

    says = forms.CharField(
        label="In your words",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The sentence that reviewers and letters show. Empty: the rule itself is read.",
    )
    id = forms.CharField(label="Name", required=False, max_length=120)
    verified = forms.ChoiceField(
        label="How the source was read",
        required=False,
        choices=[("", "Not stated"), *Confidence.choices],
    )

    def __init__(self, data: Any = None, *, node: Tree, references: Names, **kwargs: Any) -> None:
        initial = {name: node.get(name, "") for name in ("says", "id", "verified")}
        super().__init__(data, initial=initial | self.initial_of(node), **kwargs)
        self.node = node
        self.cites = cite_forms(data, node.get("cite"), references)

    def initial_of(self, node: Tree) -> dict[str, Any]:
        return {}

    def clean_says(self) -> str:
        return " ".join(self.cleaned_data["says"].split())

    def edited(self) -> dict[str, Any]:
        """The node as it was typed, its parts untouched."""
        typed = {name: self.cleaned_data[name] for name in ("says", "id", "verified")}
        return _written({**self.node, **typed, "cite": cited(self.cites)})


class GroupForm(NodeForm):
    kind = forms.ChoiceField(label="Asks for", choices=KINDS)
    n = forms.IntegerField(label="How many", required=False, min_value=1, max_value=99)

    field_order = ("kind", "n", "says", "id", "verified")

    def initial_of(self, node: Tree) -> dict[str, Any]:
        return {"kind": node["kind"], "n": node.get("n", "")}

    def edited(self) -> dict[str, Any]:
        node = super().edited() | {"kind": self.cleaned_data["kind"]}
        node.pop("n", None)
        if node["kind"] == "at_least":
            node["n"] = self.cleaned_data["n"] or self.node.get("n", 1)
        return node


class TestForm(NodeForm):
    """The inputs of the value suit the question and the comparison that the page showed: those of
    the node, or others that were chosen since and are not saved yet."""

    __test__ = False  # Not one of pytest's.

    fact = forms.CharField(label="Question", required=False, max_length=300)
    max_age_days = forms.IntegerField(
        label="Observed within the last", required=False, min_value=0, max_value=40_000
    )

    def __init__(
        self,
        data: Any = None,
        *,
        node: Tree,
        questions: Names,
        vocabulary: Vocabulary,
        **kwargs: Any,
    ) -> None:
        self.questions = questions
        self.vocabulary = vocabulary
        self.shown = _as_shown(node, data)
        self.definition = vocabulary.get(self.shown.get("fact", ""))
        super().__init__(data, node=node, **kwargs)
        self.fields["fact"].widget.attrs |= {"list": "questions", "autocomplete": "off"}
        if self.definition is None:
            self.fields.pop("max_age_days")
            return
        self.fields["op"] = forms.ChoiceField(
            label="Comparison", required=False, choices=_operators(self.definition, self.shown)
        )
        self.initial["op"] = self.shown.get("op", "")
        field = _value_field(self.definition, self.shown.get("op"))
        if field is not None:
            self.fields["value"] = field
            self.initial["value"] = _shown(self.shown.get("value"), field)
        if _compares(self.definition, self.shown):
            self.fields["value_of"] = forms.CharField(
                label="Or with the answer to", required=False, max_length=300,
                widget=forms.TextInput(attrs={"list": "questions", "autocomplete": "off"}),
            )  # fmt: skip
            self.initial["value_of"] = self.questions.text_of(self.shown.get("value_of", ""))

    def initial_of(self, node: Tree) -> dict[str, Any]:
        return {
            "fact": self.questions.text_of(node.get("fact", "")),
            "max_age_days": node.get("max_age_days"),
        }

    @property
    def unit(self) -> str:
        if self.definition is None or self.shown.get("op") in _DAYS:
            return "days" if self.definition else ""
        return "" if self.definition.unit == "count" else self.definition.unit

    @property
    def limits(self) -> str:
        """Which answers the question takes, where a number is compared with them."""
        definition = self.definition
        if definition is None or definition.type not in _NUMBERS or definition.maximum is None:
            return ""
        return f"{definition.minimum or 0} to {definition.maximum}"

    @property
    def is_many(self) -> bool:
        return isinstance(self.fields.get("value"), forms.MultipleChoiceField)

    def clean_fact(self) -> str:
        return self._question("fact")

    def clean_value_of(self) -> str:
        return self._question("value_of")

    def clean_value(self) -> Any:
        """The typed value as plain data, or None."""
        typed, definition = self.cleaned_data["value"], self.definition
        if typed in (None, "", []) or definition is None:
            return None
        operator = self.shown.get("op")
        if operator in _DAYS or self.is_many:
            return typed
        # Limits and dates of validity bind answers, not the values they are compared with.
        free = FactDefinition(definition.key, definition.label, definition.type, definition.choices)
        if operator != Operator.IN:
            return answer_data(free, typed)
        return [answer_data(free, text) for text in _split(typed)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("value") is not None and cleaned.get("value_of"):
            self.add_error("value_of", "Give a value or another question, not both.")
        return cleaned

    def edited(self) -> dict[str, Any]:
        node, typed = super().edited(), self.cleaned_data
        for name in ("op", "value", "value_of", "max_age_days"):
            node.pop(name, None)
        node["fact"] = typed["fact"]
        definition = self.vocabulary.get(typed["fact"])
        if definition is None:
            return node
        if typed.get("max_age_days") is not None:
            node["max_age_days"] = typed["max_age_days"]
        same = definition is self.definition
        asked = typed.get("op", "") or (self.shown.get("op", "") if same else "")
        chosen = asked if same and asked else _usual(definition)
        node["op"] = chosen
        value = _converted(typed.get("value"), self.shown.get("op"), chosen) if same else None
        if value is not None and chosen not in _NO_VALUE:
            node["value"] = value
        elif same and typed.get("value_of") and chosen not in (*_NO_VALUE, *_DAYS, Operator.IN):
            node["value_of"] = typed["value_of"]
        return node

    def _question(self, name: str) -> str:
        text: str = self.cleaned_data[name].strip()
        if not text:
            return ""
        key = self.questions.key_of(text)
        # A question that is not there any more stays until another one is chosen.
        if key is None and text == self.node.get(name):
            return text
        if key is None:
            raise forms.ValidationError(self.questions.not_found(text))
        return key


def node_form(
    data: Any, *, node: Tree, references: Names, questions: Names, vocabulary: Vocabulary
) -> NodeForm:
    """The form that suits the node."""
    if is_group(node):
        return GroupForm(data, node=node, references=references)
    return TestForm(
        data, node=node, references=references, questions=questions, vocabulary=vocabulary
    )


def _as_shown(node: Tree, data: Any) -> Tree:
    """The node with the question and the comparison for which the page had inputs."""
    if data is None or "as_fact" not in data:
        return node
    chosen = {"fact": data["as_fact"], "op": data.get("as_op", "")}
    if all(node.get(name, "") == value for name, value in chosen.items()):
        return node
    return {k: v for k, v in node.items() if k not in ("value", "value_of")} | chosen


def _written(node: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    kept = ("kind", "parts", "fact")
    return {k: v for k, v in node.items() if k in kept or v not in (None, "", [])}


def _operators(definition: FactDefinition, node: Tree) -> list[tuple[str, str]]:
    words = OPERATOR_WORDS[definition.type]
    seldom = SELDOM.get(definition.type, ())
    return [
        (operator.value, words[operator])
        for operator in words
        if operator in OPERATORS[definition.type]
        and (operator not in seldom or operator == node.get("op"))
    ]


def _usual(definition: FactDefinition) -> str:
    return next(iter(OPERATOR_WORDS[definition.type])).value


def _compares(definition: FactDefinition, node: Tree) -> bool:
    """Numbers and dates can be compared with another answer; others only where they are already."""
    if node.get("op") in (None, *_NO_VALUE, *_DAYS, Operator.IN):
        return False
    return definition.type in (*_NUMBERS, FactType.DATE) or bool(node.get("value_of"))


def _value_field(definition: FactDefinition, operator: Any) -> forms.Field | None:
    if operator in (None, *_NO_VALUE):
        return None
    if operator in _DAYS:
        return forms.IntegerField(label="Days", required=False, min_value=0, max_value=40_000)
    if operator != Operator.IN:
        return answer_field(definition, _VALUE_LABELS.get(definition.type, "Value"))
    if definition.type is FactType.CHOICE:
        return forms.MultipleChoiceField(
            label="Any of these answers", required=False,
            choices=[(choice.value, choice.label) for choice in definition.choices],
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
    help_text = "Several, separated by semicolons."
    return forms.CharField(
        label="Any of these", required=False, max_length=2000, help_text=help_text
    )


def _shown(value: Any, field: forms.Field) -> Any:
    if isinstance(field, forms.MultipleChoiceField):
        return value if isinstance(value, list) else []
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return shown_answer(value)


def _split(text: Any) -> list[str]:
    return [part.strip() for part in str(text).split(";") if part.strip()]


def _converted(value: Any, before: Any, after: str) -> Any:
    """What was typed for one comparison, for another one; None where it means nothing there."""
    if value is None or before == after:
        return value
    if (before in _DAYS) is not (after in _DAYS):
        return None
    if after == Operator.IN:
        return value if isinstance(value, list) else [value]
    if isinstance(value, list):
        return value[0] if len(value) == 1 else None
    return value
