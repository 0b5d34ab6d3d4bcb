"""What did an author type for one line of a protocol: a rule, what stands against an infusion, what
a result means, the infusions themselves?

What is only missing is kept and shown as a mistake at the line; what cannot be understood is
refused at its input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from certification.criteria.facts import FactType, Vocabulary
from certification.forms.tree_nodes import CitedForm, cite_forms, cited
from certification.models import Confidence
from certification.presenters.tree_names import Names
from certification.presenters.wording import capitalised
from monitoring.schedule.rules import INFUSION
from monitoring.schedule.sentences import ANCHORS, KINDS, UNITS

_LONGEST = {"days": 3660, "weeks": 520, "months": 600, "years": 50}
_BLANK: tuple[Any, ...] = (None, "", [], {})
TWO_LINES = forms.Textarea(attrs={"rows": 2})
OF_KIND: Mapping[str, tuple[str, ...]] = {
    "once": ("anchor", "offset", "max_age"),
    "recurring": ("anchor", "interval", "offset", "max_age", "until", "until_open", "family"),
    "per_infusion": ("each", "max_age"),
    "event": ("anchor", "offset", "interval", "max_age"),
    "tail": ("anchor", "offset", "interval", "until", "until_open"),
    "blackout": ("anchor", "lasts"),
    "validation": ("anchor", "interval"),
}
"""The inputs of time that suit each kind of rule. What stands there already is always shown."""
_TIMES = tuple(dict.fromkeys(name for names in OF_KIND.values() for name in names))


class PeriodWidget(forms.MultiWidget):
    def __init__(self, label: str, units: tuple[str, ...]) -> None:
        choices = [(unit, unit) for unit in units]
        super().__init__(
            [
                forms.NumberInput(attrs={"class": "short"}),
                forms.Select(attrs={"aria-label": f"{label}: unit"}, choices=choices),
            ]
        )

    def id_for_label(self, id_: str) -> str:
        """The label stands for the number; the unit has its own."""
        return f"{id_}_0"

    def decompress(self, value: Any) -> list[Any]:
        for unit, number in (value or {}).items():
            return [number, unit]
        return [None, "months"]


class PeriodField(forms.MultiValueField):
    """A length of time as number and unit. ``signed``: it may lie before."""

    def __init__(self, label: str, *, signed: bool = False, help_text: str = "") -> None:
        units = UNITS[:3] if signed else UNITS
        fields = (
            forms.IntegerField(required=False),
            forms.ChoiceField(choices=[(u, u) for u in units], required=False),
        )
        self.signed = signed
        super().__init__(
            fields, label=label, required=False, require_all_fields=False, help_text=help_text,
            widget=PeriodWidget(label, units),
        )  # fmt: skip

    def compress(self, values: list[Any]) -> dict[str, int] | None:
        if not values or values[0] is None:
            return None
        number, unit = values
        most = _LONGEST[unit or "months"]
        if not (-most if self.signed else 0) <= number <= most:
            least = -most if self.signed else 0
            raise forms.ValidationError(f"Give a number from {least} to {most}.")
        return {unit or "months": number}


def days_field(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=3660)


class LineForm(CitedForm):
    """What every line has: its words, its sources, its name. ``entry``: the line as it stands."""

    says = forms.CharField(
        label="What the reader is told", required=False, max_length=4000, widget=TWO_LINES
    )
    plain = forms.CharField(
        label="The same in plain words, for patients", required=False, max_length=4000,
        widget=TWO_LINES,
    )  # fmt: skip
    note = forms.CharField(
        label="Note to reviewers", required=False, max_length=4000, widget=TWO_LINES
    )
    verified = forms.ChoiceField(
        label="How the source was read",
        required=False,
        choices=[("", "Not stated"), *Confidence.choices],
    )
    id = forms.CharField(label="Name", required=False, max_length=80)

    GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = ()
    WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("Words", ("says", "plain", "note")),
        ("", ("verified", "id")),
    )

    def __init__(
        self, data: Any = None, *, entry: Mapping[str, Any], references: Names, **kwargs: Any
    ) -> None:
        super().__init__(data, initial=self.initial_of(entry), **kwargs)
        self.entry = entry
        self.cites = cite_forms(data, entry.get("cite"), references)

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        window, until = entry.get("window") or {}, entry.get("until") or {}
        return {**entry, **window, "until": until.get("months_after_last_dose"),
                "until_open": until.get("open", False)}  # fmt: skip

    def groups(self) -> list[tuple[str, list[Any]]]:
        listed = ((*self.GROUPS, *self.WORDS),)
        return [
            (title, shown)
            for groups in listed
            for title, names in groups
            if (shown := [self[name] for name in names if name in self.fields])
        ]

    def typed(self) -> dict[str, Any]:
        """The plain inputs by the name that they have in a protocol."""
        return {
            name: " ".join(value.split()) if isinstance(value, str) else value
            for name in self.fields
            if name not in ("until", "until_open", *_WINDOW)
            for value in [self.cleaned_data[name] or _unsaid(name, self.entry)]
        }

    def edited(self) -> dict[str, Any]:
        """The line as it was typed, its trees untouched."""
        entry = {**self.entry, **self.typed(), "cite": cited(self.cites)}
        if set(_WINDOW) & set(self.fields):
            given = {name: self.cleaned_data.get(name) for name in _WINDOW}
            entry["window"] = {name: days for name, days in given.items() if days is not None}
        kept = ("id", "says", "test", "kind")
        return {k: v for k, v in entry.items() if k in kept or (v not in _BLANK and v is not False)}


def _unsaid(name: str, entry: Mapping[str, Any]) -> Any:
    """What stands for nothing chosen, where the line said it in full."""
    return entry[name] if entry.get(name) == _USUALLY.get(name, "") else ""


_USUALLY = {"level": "advisory", "each": "dose", "act": "inform", "unknown": "blocks"}
_WINDOW = ("opens_before_days", "overdue_after_days")


class RuleForm(LineForm):
    """The inputs of time suit the kind that the page showed."""

    test = forms.ChoiceField(label="What is due", required=False)
    title = forms.CharField(label="Short name", required=False, max_length=500)
    kind = forms.ChoiceField(label="When", choices=list(KINDS.items()))
    anchor = forms.ChoiceField(label="Counted from", required=False)
    each = forms.ChoiceField(
        label="Before each", required=False,
        choices=[("", "infusion"), ("course", "course of infusions")],
    )  # fmt: skip
    offset = PeriodField("Later by", signed=True, help_text="Before it: with a minus.")
    interval = PeriodField("Every")
    lasts = PeriodField("For")
    max_age = PeriodField("A result counts when it is at most this old")
    until = forms.IntegerField(
        label="After the stop, goes on until this month after the last infusion",
        required=False, min_value=0, max_value=600,
    )  # fmt: skip
    until_open = forms.BooleanField(label="Goes on without a known end", required=False)
    family = forms.CharField(
        label="Family", required=False, max_length=80,
        help_text="Of rules with the same word here the one that comes first counts.",
    )  # fmt: skip
    opens_before_days = days_field("Due from so many days before")
    overdue_after_days = days_field("Overdue so many days after")
    level = forms.ChoiceField(
        label="While it is not done",
        choices=[("", "it is asked for"), ("blocking", "the next infusion waits")],
        required=False,
    )

    GROUPS = (
        ("", ("test", "title")),
        ("When it is due", ("kind", *_TIMES)),
        ("", (*_WINDOW, "level")),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        entry: Mapping[str, Any],
        tests: Mapping[str, Mapping[str, Any]],
        vocabulary: Vocabulary,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, entry=entry, **kwargs)
        if self.initial.get("level") == "advisory":
            self.initial["level"] = ""
        if self.initial.get("each") == "dose":
            self.initial["each"] = ""
        self.shown_kind = str((data or {}).get("as_kind") or entry.get("kind", "once"))
        for name in _TIMES:
            there = self.initial.get(name) not in (*_BLANK, False)
            if name not in OF_KIND.get(self.shown_kind, ()) and not there:
                del self.fields[name]
        self.fields["test"].choices = test_choices(tests)  # type: ignore[attr-defined]
        if self.shown_kind == "validation":
            self.fields["interval"].label = "Time that has to pass"
        if "anchor" in self.fields:
            self.fields["anchor"].choices = _anchors(vocabulary)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        interval = cleaned.get("interval")
        if interval is not None and not any(interval.values()):
            self.add_error("interval", "What comes again moves on by at least one day.")
        if cleaned.get("until") is not None and cleaned.get("until_open"):
            self.add_error("until", "Give a month, or say that no end is known.")
        return cleaned

    def edited(self) -> dict[str, Any]:
        entry = super().edited()
        if "until" in self.fields:
            months, is_open = self.cleaned_data["until"], self.cleaned_data["until_open"]
            entry.pop("until", None)
            if is_open or months is not None:
                entry["until"] = {"open": True} if is_open else {"months_after_last_dose": months}
        if entry["kind"] != self.shown_kind:
            # What only the other kind asks for goes with it.
            suits = OF_KIND[entry["kind"]]
            entry = {k: v for k, v in entry.items() if k not in _TIMES or k in suits}
        return entry


class BlockerForm(LineForm):
    unknown = forms.ChoiceField(
        label="When it is not documented", required=False,
        choices=[("", "it stands against the infusion too"), ("passes", "it does not")],
    )  # fmt: skip

    WORDS = (("", ("says", "note")), ("", ("unknown", "verified", "id")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["plain"]
        if self.initial.get("unknown") == "blocks":
            self.initial["unknown"] = ""


class MeaningForm(LineForm):
    test = forms.ChoiceField(label="A result of", required=False)
    act = forms.ChoiceField(
        label="What follows", required=False,
        choices=[("", "It is shown"), ("alert", "Somebody has to look at it"),
                 ("hold", "The next infusion is held")],
    )  # fmt: skip

    GROUPS = (("", ("test", "act")),)

    def __init__(self, *args: Any, tests: Mapping[str, Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["test"].choices = test_choices(tests)  # type: ignore[attr-defined]
        if self.initial.get("act") == "inform":
            self.initial["act"] = ""


class DaysOfCourse(forms.CharField):
    """Days counted from the first one, such as ``0, 14``."""

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        parts = [part.strip() for part in str(text or "").split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and int(part) <= 366 for part in parts[:40]):
            raise forms.ValidationError("Give days as numbers with commas, such as 0, 14.")
        return sorted({int(part) for part in parts[:40]})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


class InfusionsForm(LineForm):
    """Emptied, the protocol plans no infusions."""

    title = forms.CharField(label="What it is called", required=False, max_length=160)
    interval = PeriodField("From course to course")
    first = DaysOfCourse(
        label="Days of the first course", required=False, max_length=200,
        help_text="0 is its first day. Two infusions 14 days apart: 0, 14.",
    )  # fmt: skip
    later = DaysOfCourse(label="Days of later courses", required=False, max_length=200)
    courses = forms.IntegerField(
        label="Courses at most", required=False, min_value=1, max_value=100
    )
    course_gap = PeriodField("An infusion begins the next course when it is later by")
    opens_before_days = days_field("Due from so many days before")
    overdue_after_days = days_field("Overdue so many days after")
    missed = forms.CharField(
        label="What is done when an infusion is missed", required=False, max_length=4000,
        widget=TWO_LINES,
    )  # fmt: skip

    GROUPS = (
        ("", ("title", "interval", "first", "later")),
        ("", ("courses", "course_gap")),
        ("", _WINDOW),
    )
    WORDS = (("Words", ("says", "missed", "note")), ("", ("verified",)))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("plain", "id"):
            del self.fields[name]

    def edited(self) -> dict[str, Any]:
        entry = {k: v for k, v in super().edited().items() if v not in (*_BLANK, False)}
        nothing = not set(entry) - {"verified"}
        return {} if nothing else {"says": "", **entry}


def test_choices(tests: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    named = sorted((capitalised(test["label"]), key) for key, test in tests.items())
    return [("", "Choose"), *((key, label) for label, key in named), (INFUSION, "The infusion")]


def _anchors(vocabulary: Vocabulary) -> list[Any]:
    dates: Iterable[tuple[str, str]] = (
        (key, definition.label)
        for key, definition in vocabulary.items()
        if definition.type is FactType.DATE
    )
    return [
        ("", "Choose"),
        ("The treatment", [(key, capitalised(words)) for key, words in ANCHORS.items()]),
        ("A documented date", list(dates)),
    ]
